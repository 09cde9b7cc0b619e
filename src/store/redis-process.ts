import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createConnection, Socket } from "node:net";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { Log } from "../log.ts";
import { ConfigError, SyncError } from "../model/errors.ts";
import { isSupportedVersion } from "./connection.ts";
import type { DataDirectory } from "./data-directory.ts";

/** A redis-server that this process has started. */
export type RedisProcess = {
  readonly pid: number;
  readonly isRunning: () => boolean;
  readonly exited: Promise<void>;
  /** What it printed last, for the message when it failed. */
  readonly lastLines: () => readonly string[];
  /** Ends it as Redis likes it: the append-only file is flushed and synced first. */
  readonly terminate: () => void;
  /** Lets it live on after this process. */
  readonly leave: () => void;
};

/** `silent`: somebody accepts the connection but does not answer. */
export type ProbeResult = "ready" | "loading" | "silent" | "absent";

const KEPT_LINES = 10;
const PROBE_TIMEOUT_MS = 2000;

/**
 * Starts redis-server for a data directory and returns at once; probe its socket to learn when it is ready. Throws a
 * ConfigError when there is no redis-server, or only one before 6.2.
 */
export async function startRedis(directory: DataDirectory, log: Log): Promise<RedisProcess> {
  await checkBinary();
  // A session of its own: Ctrl-C in a terminal is for the daemon, which still needs Redis to finish its work.
  const child = spawn("redis-server", serverArguments(directory), {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit").then(
    () => undefined,
    () => undefined,
  );
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream instanceof Socket) stream.unref();
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      log.debug({ line }, "redis-server");
    });
  }
  const pid = child.pid;
  if (pid === undefined) throw missingBinary("it cannot be started");
  const terminate = (): void => void child.kill("SIGTERM");
  process.once("exit", terminate);
  void exited.then(() => process.off("exit", terminate));
  child.unref();
  return {
    pid,
    exited,
    terminate,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    lastLines: () => lines,
    leave: () => {
      process.off("exit", terminate);
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

/** Asks whoever listens on a socket for a sign of life. Any answer but LOADING counts, also that a disk is full. */
export async function probe(socket: string): Promise<ProbeResult> {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  const connection = createConnection(socket, () => connection.write("PING\r\n"));
  connection.setTimeout(PROBE_TIMEOUT_MS, () => resolve("silent"));
  connection.once("data", (data) => resolve(data.toString().startsWith("-LOADING") ? "loading" : "ready"));
  connection.once("error", () => resolve("absent"));
  connection.once("close", () => resolve("absent"));
  try {
    return await promise;
  } finally {
    connection.destroy();
  }
}

/** What to report when redis-server ended before it was ready. */
export function describeFailedStart(child: RedisProcess): SyncError {
  const lines = child.lastLines().join("\n");
  const hint = /append only file|AOF/iu.test(lines)
    ? "\nIf its files are damaged: stop the bridge, delete DATA_DIR and run --resync; the state is a cache of both sides."
    : "";
  return new SyncError(`redis-server ended before it was ready:\n${lines}${hint}`, {
    side: "store",
    code: "unreachable",
    retry: { kind: "backoff" },
  });
}

function serverArguments({ path, socket }: DataDirectory): string[] {
  const settings = {
    port: "0",
    unixsocket: socket,
    unixsocketperm: "700",
    dir: path,
    daemonize: "no",
    save: "",
    appendonly: "yes",
    appendfsync: "everysec",
    "aof-load-truncated": "yes",
    "maxmemory-policy": "noeviction",
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

async function checkBinary(): Promise<void> {
  const { stdout } = await promisify(execFile)("redis-server", ["--version"]).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw missingBinary(code === "ENOENT" ? "it is not installed" : `it cannot be started (${code})`);
  });
  const version = /\bv=(\d+\.\d+\.\d+)/u.exec(stdout)?.[1];
  if (version !== undefined && !isSupportedVersion(version)) throw missingBinary(`version ${version} is too old`);
}

function missingBinary(reason: string): ConfigError {
  const message = `${reason}; run script/setup, install redis-server 6.2 or newer, or set REDIS_URL`;
  return new ConfigError([{ where: "redis-server", message }]);
}
