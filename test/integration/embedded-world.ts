import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Redis } from "ioredis";
import { z } from "zod";
import { connectRedis } from "#src/store/connection.ts";
import { createMemoryLog } from "./plain-redis.ts";

export const { log } = createMemoryLog();

const MAIN = join(import.meta.dirname, "embedded-main.ts");

const report = z.object({
  socket: z.string().default(""),
  isOwner: z.boolean().optional(),
  error: z.string().default(""),
});

export type Report = z.infer<typeof report> & { readonly child: ChildProcess };

/** A data directory, and everything that a test starts on it; all of it ends with the test. */
export type EmbeddedWorld = AsyncDisposable & {
  readonly dataDir: string;
  readonly connect: (socket: string) => Promise<Redis>;
  /** Starts another process that uses the same directory, or another one, and waits for what it reports. */
  readonly startProcess: (options?: { readonly path?: string; readonly directory?: string }) => Promise<Report>;
  readonly lockFiles: () => Promise<readonly string[]>;
};

export async function createEmbeddedWorld(): Promise<EmbeddedWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), "embedded-redis-"));
  const clients: Redis[] = [];
  const processes: ChildProcess[] = [];
  return {
    dataDir,
    connect: async (socket) => {
      const client = await connectRedis({ socket }, log);
      clients.push(client);
      return client;
    },
    startProcess: async ({ path, directory = dataDir } = {}) => {
      const child = spawn(process.execPath, [MAIN, directory], {
        env: { ...process.env, ...(path === undefined ? {} : { PATH: path }) },
        stdio: ["pipe", "pipe", "ignore"],
      });
      processes.push(child);
      const [line]: unknown[] = await once(createInterface({ input: child.stdout }), "line");
      return { child, ...report.parse(JSON.parse(String(line))) };
    },
    lockFiles: async () => (await readdir(dataDir)).filter((name) => name.endsWith(".lock")),
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.disconnect();
      for (const child of processes) child.kill("SIGKILL");
      // Whatever a failed test left behind.
      for (const pid of await findServers(dataDir)) kill(pid, "SIGKILL");
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already, which is what we want.
  }
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

/** The process id of the server that a client talks to. */
export async function pidOf(client: Redis): Promise<number> {
  return Number(/^process_id:(\d+)/mu.exec(await client.info("server"))?.[1]);
}

export async function isDead(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z");
  return state.slice(state.lastIndexOf(")")).startsWith(") Z");
}

/** The redis-server processes whose socket's path holds `text`. */
export async function findServers(text: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return line.includes("redis-server") && line.includes(text) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}
