import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export type Daemon = {
  /** Rejects when the daemon ends although nobody stopped it. */
  readonly died: Promise<never>;
  /** The last lines of its log, for an explanation. */
  readonly lastLines: () => readonly string[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** Starts src/cli.ts as an administrator would, with nothing but this environment, and writes its log to a file. */
export function startDaemon(environment: Readonly<Record<string, string>>, logFile: string): Daemon {
  const env = { PATH: process.env["PATH"] ?? "", ...environment };
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  // In a process group of its own: Ctrl-C is for the demo, which then stops the daemon in order.
  const child = spawn(process.execPath, ["src/cli.ts"], { cwd: ROOT, env, stdio, detached: true });
  const file = createWriteStream(logFile);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      file.write(text);
      lines.push(...text.split("\n").filter((line) => line !== ""));
      lines.splice(0, lines.length - 30);
    });
  }
  const { promise: died, reject } = Promise.withResolvers<never>();
  died.catch(() => undefined);
  let isStopping = false;
  const closed = new Promise<void>((resolve) => {
    child.once("error", reject).once("close", (code, signal) => {
      if (!isStopping) reject(new Error(`the daemon ended by itself (${signal ?? `exit code ${code}`})`));
      file.end(() => resolve());
    });
  });
  return {
    died,
    lastLines: () => lines,
    [Symbol.asyncDispose]: async () => {
      isStopping = true;
      child.kill("SIGTERM");
      await closed;
    },
  };
}
