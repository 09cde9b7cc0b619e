import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../log.ts";
import { SyncError } from "../model/errors.ts";
import { prepareDataDirectory, type DataDirectory } from "./data-directory.ts";
import { isAlive, markProcess } from "./process-mark.ts";
import { takeLock, type RedisLock } from "./redis-lock.ts";
import { hasOtherClients, shutDown, watchRedis } from "./redis-control.ts";
import { describeFailedStart, probe, startRedis, type ProbeResult, type RedisProcess } from "./redis-process.ts";

/** A Redis on a unix socket that is kept running until it is closed. */
export type EmbeddedRedis = AsyncDisposable & {
  readonly socket: string;
  /** Whether this process is the one that starts and stops it; may become true later, when another owner ends. */
  readonly isOwner: boolean;
  /**
   * Stops Redis, unless it is another process's or other clients still use it. Close own connections first: they
   * cannot be told from those of others.
   */
  readonly close: () => Promise<void>;
};

/** `waitMs`: how long a Redis may stay without an answer; loading its files is an answer. Default 30 s. */
export type EnsureRedisOptions = { readonly dataDir: string; readonly log: Log; readonly waitMs?: number };

type Session = {
  readonly directory: DataDirectory;
  readonly log: Log;
  readonly waitMs: number;
  readonly closing: AbortController;
  lock: RedisLock | undefined;
  /** The holder of the lock, when it is not us. */
  holder: number | undefined;
  child: RedisProcess | undefined;
};

const WAIT_MS = 30_000;
const MAX_BACKOFF_MS = 5000;
/** After so long without a failure the next one is a new story. */
const STEADY_AFTER_MS = 10_000;
const LOCK_ATTEMPTS = 3;

/**
 * Uses the Redis of a data directory, or starts one: never two on the same files, however many processes ask at once.
 * It is started again when it ends, by whichever process notices and gets the lock. One that outlived its owner is
 * taken over. Throws a ConfigError for DATA_DIR or for a missing redis-server, and a SyncError of side `store`, code
 * `unreachable`, when Redis does not start or its owner does not get it to answer.
 */
export async function ensureRedis(options: EnsureRedisOptions): Promise<EmbeddedRedis> {
  const { dataDir, log, waitMs = WAIT_MS } = options;
  const directory = await prepareDataDirectory(dataDir, log);
  const closing = new AbortController();
  const session: Session = { directory, log, waitMs, closing, lock: undefined, holder: undefined, child: undefined };
  try {
    await acquire(session);
  } catch (error) {
    await endRedis(session);
    throw error;
  }
  const supervision = supervise(session);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= stop(session, supervision));
  return {
    socket: directory.socket,
    get isOwner() {
      return session.lock !== undefined;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Returns when Redis takes commands, whoever started it. */
async function acquire(session: Session): Promise<void> {
  const { signal } = session.closing;
  let deadline = Date.now() + session.waitMs;
  if (session.child?.isRunning() === false) session.child = undefined;
  for (;;) {
    signal.throwIfAborted();
    tryLock(session);
    const state = await probe(session.directory.socket);
    if (state === "ready") return;
    if (state === "loading") deadline = Date.now() + session.waitMs;
    if (state === "absent" && session.lock) await startOnce(session, session.lock);
    if (Date.now() > deadline) throw await giveUp(session, state);
    await pauseBriefly(signal);
  }
}

function tryLock(session: Session): void {
  if (session.lock) return;
  const taken = takeLock(session.directory.path);
  if (typeof taken === "number") session.holder = taken;
  else session.lock = taken;
}

async function startOnce(session: Session, lock: RedisLock): Promise<void> {
  const { child } = session;
  if (child?.isRunning()) return;
  if (child) {
    session.child = undefined;
    throw describeFailedStart(child);
  }
  await endLeftover(session, lock);
  const started = await startRedis(session.directory, session.log);
  // At once, so that our successor finds it even when we are killed before it listens.
  lock.noteRedis(markProcess(started.pid));
  session.child = started;
}

/** A Redis on record that nobody can reach any more would go on writing the files that the next one opens. */
async function endLeftover(session: Session, lock: RedisLock): Promise<void> {
  const leftover = lock.redis();
  if (!leftover || isAlive(leftover) !== true) return;
  session.log.warn({ pid: leftover.pid }, "ending a redis-server that has lost its socket");
  process.kill(leftover.pid, "SIGTERM");
  if (!(await becomesTrue(() => isAlive(leftover) !== true, session.waitMs))) {
    throw unreachable(`redis-server ${leftover.pid} holds ${session.directory.path} and does not end`);
  }
  lock.noteRedis(undefined);
}

async function giveUp(session: Session, state: ProbeResult): Promise<SyncError> {
  const { child, directory, holder } = session;
  if (state === "absent" && child?.isRunning()) {
    child.terminate();
    await child.exited;
  }
  if (session.lock) return unreachable(`the embedded Redis does not answer on ${directory.socket}`);
  return unreachable(`process ${holder} holds ${directory.path}, but no Redis answers on ${directory.socket}`);
}

/** Runs until the session closes. */
async function supervise(session: Session): Promise<void> {
  const { closing, log, directory } = session;
  let failures = 0;
  while (!closing.signal.aborted) {
    const since = Date.now();
    await watchRedis(directory.socket, { signal: closing.signal, onTick: () => touchLock(session) });
    if (closing.signal.aborted) return;
    if (Date.now() - since > STEADY_AFTER_MS) failures = 0;
    log.error("the embedded Redis is gone, starting it again");
    failures = await recover(session, failures);
  }
}

/** Returns the number of attempts in this row of failures. */
async function recover(session: Session, before: number): Promise<number> {
  const { closing, log } = session;
  for (let failures = before; ; failures += 1) {
    try {
      await delay(Math.min(100 * 2 ** Math.min(failures, 10), MAX_BACKOFF_MS), undefined, { signal: closing.signal });
      await acquire(session);
      log.info("the embedded Redis is back");
      return failures + 1;
    } catch (error) {
      if (closing.signal.aborted) return failures;
      log.error({ err: error }, "the embedded Redis could not be started again");
    }
  }
}

function touchLock({ lock, log }: Session): void {
  try {
    lock?.touch();
  } catch (error) {
    log.warn({ err: error }, "the lock of the data directory cannot be written");
  }
}

async function stop(session: Session, supervision: Promise<void>): Promise<void> {
  const { closing, directory, log } = session;
  closing.abort();
  await supervision;
  // Without an owner the last one to go switches off the light; two who go at once may hide the lock from each other.
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt += 1) {
    tryLock(session);
    if (session.lock) break;
    await pauseBriefly();
  }
  if (!session.lock) return;
  if ((await probe(directory.socket)) === "ready" && (await hasOtherClients(directory.socket))) {
    log.info("the embedded Redis stays, because other processes use it");
    session.child?.leave();
    session.lock.release();
    session.lock = undefined;
  } else {
    await endRedis(session);
  }
}

/** Ends the Redis that we answer for, its files complete, and gives the lock back. */
async function endRedis(session: Session): Promise<void> {
  const { lock, child, directory, log, waitMs } = session;
  if (!lock) return;
  const record = lock.redis();
  const isRunning = (): boolean => (child ? child.isRunning() : record !== undefined && isAlive(record) === true);
  const hasEnded = async (): Promise<boolean> => !isRunning() && (await probe(directory.socket)) === "absent";
  try {
    const isAsked = (await probe(directory.socket)) === "ready" && (await shutDown(directory.socket));
    if (!isAsked && record && isRunning()) process.kill(record.pid, "SIGTERM");
    if (await becomesTrue(hasEnded, waitMs)) {
      lock.noteRedis(undefined);
      await rm(directory.socket, { force: true });
    } else {
      log.error({ pid: record?.pid }, "the embedded Redis does not end; the next start will take it over");
    }
  } finally {
    lock.release();
    session.lock = undefined;
  }
}

async function becomesTrue(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await pauseBriefly();
  }
  return true;
}

/** Of random length, so that two who got into each other's way do not meet again. */
async function pauseBriefly(signal?: AbortSignal): Promise<void> {
  await delay(10 + Math.random() * 40, undefined, signal ? { signal } : {});
}

function unreachable(message: string): SyncError {
  return new SyncError(message, { side: "store", code: "unreachable", retry: { kind: "backoff" } });
}
