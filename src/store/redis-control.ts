import { createConnection } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";

const TICK_MS = 1000;
const UNANSWERED_TICKS = 10;
const COMMAND_TIMEOUT_MS = 5000;
const FAREWELL_CHECKS = 10;
const FAREWELL_CHECK_MS = 50;

/** `onTick` is called about every second while all is well. */
export type WatchOptions = { readonly signal: AbortSignal; readonly onTick: () => void };

/**
 * Resolves when the Redis on a socket closes the connection or stays without an answer for 10 s, or when `signal`
 * aborts. The connection also tells an owner who wants to stop Redis that somebody still needs it. Never keeps the
 * process alive by itself.
 */
export async function watchRedis(socket: string, { signal, onTick }: WatchOptions): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let unanswered = 0;
  const connection = createConnection(socket);
  connection.unref();
  connection.on("error", () => undefined);
  connection.once("close", () => resolve());
  connection.on("data", () => {
    unanswered = 0;
  });
  const timer = setInterval(() => {
    onTick();
    unanswered += 1;
    if (unanswered > UNANSWERED_TICKS) connection.destroy();
    else connection.write("PING\r\n");
  }, TICK_MS);
  timer.unref();
  const onAbort = (): void => void connection.destroy();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await promise;
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * Tells whether clients other than this one stay connected; those that are just leaving get half a second. False, too,
 * when Redis ends meanwhile.
 */
export async function hasOtherClients(socket: string): Promise<boolean> {
  return withControl(socket, async (redis) => {
    const own = await redis.client("ID");
    for (let check = 0; check < FAREWELL_CHECKS; check += 1) {
      const ids = String(await redis.client("LIST")).matchAll(/^id=(\d+) /gmu);
      if ([...ids].every(([, id]) => id === String(own))) return false;
      await delay(FAREWELL_CHECK_MS);
    }
    return true;
  }).catch(() => false);
}

/** Asks Redis to end. The append-only file is flushed and synced, NOSAVE or not. Returns false when it refuses or cannot be asked. */
export async function shutDown(socket: string): Promise<boolean> {
  return withControl(socket, async (redis) => {
    const answer = await redis.shutdown("NOSAVE").catch((error: unknown) => error);
    // There is no answer to a shutdown that works: the connection closes.
    return !(answer instanceof Error && answer.name === "ReplyError");
  }).catch(() => false);
}

async function withControl<T>(socket: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({
    path: socket,
    lazyConnect: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
