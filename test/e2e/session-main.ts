import { createInterface } from "node:readline";
import { writeSync } from "node:fs";
import { z } from "zod";
import { execute } from "#src/cli.ts";
import { END } from "./session.ts";

/**
 * A process that runs one command line after the other: each line of standard input is one, as a JSON array. Every
 * command builds and closes all that it needs, as in a process of its own; only the libraries are loaded already.
 */
for await (const line of createInterface({ input: process.stdin })) {
  const code = await execute(z.array(z.string()).parse(JSON.parse(line)));
  writeSync(2, END);
  writeSync(1, `${code}${END}`);
}
