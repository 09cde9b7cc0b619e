import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { createLog, type Log } from "#src/log.ts";

export type PlainRedis = AsyncDisposable & { readonly port: number; readonly folder: string };

/** Starts a redis-server on a free loopback port, as somebody else would run one, with more `--options`. */
export async function startPlainRedis(
  options: readonly string[] = [],
  { usesTls = false, port }: { readonly usesTls?: boolean; readonly port?: number } = {},
): Promise<PlainRedis> {
  const chosen = port ?? (await findFreePort());
  const folder = await mkdtemp(join(tmpdir(), "plain-redis-"));
  const ports = usesTls ? ["--port", "0", "--tls-port", String(chosen)] : ["--port", String(chosen)];
  const child = spawn("redis-server", [...ports, "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...options]);
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`redis-server ended:\n${output}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("Ready to accept connections")) resolve();
    });
  });
  return {
    port: chosen,
    folder,
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, "exit");
      if (child.exitCode === null && child.kill("SIGKILL")) await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Asks the system for a TCP port that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A log that keeps its finished lines, so that tests can read what an operator would. */
export function createMemoryLog(level = "debug"): { readonly log: Log; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  return { log: createLog({ level, format: "json", secrets: [], destination }), lines };
}
