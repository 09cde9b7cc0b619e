import { readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { execute } from "#src/cli.ts";
import { END, parseCommand } from "./session.ts";

const authorities = getCACertificates("default");

/**
 * A process that runs one command after the other: each line of standard input is one. Every command has its own
 * environment, and builds and closes all that it needs, as in a process of its own; only the libraries are loaded already.
 */
for await (const line of createInterface({ input: process.stdin })) {
  const { args, environment } = parseCommand(line);
  process.env = { ...environment };
  const { NODE_EXTRA_CA_CERTS: extra } = environment;
  setDefaultCACertificates(extra === undefined ? authorities : [...authorities, readFileSync(extra, "utf8")]);
  const code = await execute(args);
  writeSync(2, END);
  writeSync(1, `${code}${END}`);
}
