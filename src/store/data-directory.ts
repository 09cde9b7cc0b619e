import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, chmod, lstat, mkdir, realpath, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Log } from "../log.ts";
import { ConfigError } from "../model/errors.ts";

/** The real path of the directory, and of the unix socket that belongs to it. */
export type DataDirectory = { readonly path: string; readonly socket: string };

/** Bytes of a socket's path including the closing zero: 104 on macOS, 108 on Linux (sun_path of sockaddr_un). */
const MAX_SOCKET_PATH = 104;

/**
 * Makes sure that the directory exists, is ours and is closed to everybody else, because the files of Redis in it hold
 * personal data. Throws a ConfigError for DATA_DIR when that cannot be.
 */
export async function prepareDataDirectory(dataDir: string, log: Log): Promise<DataDirectory> {
  const path = await makeDirectory(resolve(dataDir));
  const { uid, mode } = await stat(path);
  if (!isOurs(uid)) {
    throw badDirectory(
      `${path} belongs to user ${uid}, and this process runs as user ${process.getuid?.()}; name a directory below it that can be created, or change its owner`,
    );
  }
  if ((mode & 0o077) !== 0) {
    log.warn({ path }, "the data directory was open to other users and is closed now (mode 0700)");
    await chmod(path, 0o700);
  }
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw badDirectory(`${path} is not writable (${codeOf(error)})`);
  });
  return { path, socket: await chooseSocket(path) };
}

async function makeDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const real = await realpath(path);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    throw badDirectory(`${path} cannot be created (${codeOf(error)})`);
  }
  throw badDirectory(`${path} is not a directory`);
}

/** The socket lies with the data, unless that path is too long; then in a private directory that is named after it. */
async function chooseSocket(path: string): Promise<string> {
  const near = join(path, "redis.sock");
  if (fits(near)) return near;
  const name = createHash("sha256").update(path).digest("hex").slice(0, 16);
  const directory = join(tmpdir(), `sosafe-bridge-${name}`);
  const far = join(directory, "redis.sock");
  if (!fits(far))
    throw badDirectory(`${path} is too deep for a unix socket, and so is ${directory}; use a shorter path`);
  await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== "EEXIST") throw badDirectory(`${directory} cannot be created (${codeOf(error)})`);
  });
  // Anybody may create names in the temporary directory: a link or another one's directory would hand them our Redis.
  const found = await lstat(directory);
  if (!found.isDirectory() || !isOurs(found.uid) || (found.mode & 0o077) !== 0) {
    throw badDirectory(`${directory} is needed for the socket, but is not a private directory of ours; remove it`);
  }
  return far;
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) < MAX_SOCKET_PATH;
}

function isOurs(uid: number): boolean {
  return process.getuid === undefined || uid === process.getuid();
}

function badDirectory(message: string): ConfigError {
  return new ConfigError([{ where: "DATA_DIR", message }]);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
