import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { z } from "zod";
import { SyncError } from "../model/errors.ts";
import type { Limiter } from "../sync/ports.ts";

/** `prefix` is put before the names of the keys. `burst`: requests that may go out at once after a rest, default 1. */
export type LimiterOptions = {
  readonly redis: Redis;
  readonly prefix: string;
  readonly ratePerSecond: number;
  readonly burst?: number;
};

/** A limiter that can also be stopped for a while, as 429 with Retry-After asks. */
export type PausableLimiter = Limiter & {
  /** Lets nothing through for `ms` milliseconds; a longer pause that is already running stays. */
  readonly pause: (ms: number) => Promise<void>;
  /** Milliseconds that the pause still lasts, 0 without one. */
  readonly pausedMs: () => Promise<number>;
};

/**
 * Reserves the next free slot, and returns { milliseconds of pause, microseconds to wait }. The generic cell rate
 * algorithm: one number, the theoretical arrival time of the next request, is the whole bucket. Redis's clock is the
 * only one, so that replicas need not agree on theirs. More than 1000 slots ahead can only mean that this clock was
 * set back; then the bucket starts anew instead of waiting the difference out.
 */
const TAKE = `
local paused = redis.call('PTTL', KEYS[2])
if paused > 0 then return {paused, 0} end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local slack = interval * (tonumber(ARGV[2]) - 1)
local arrival = tonumber(redis.call('GET', KEYS[1]) or now)
if arrival < now or arrival > now + interval * 1000 then arrival = now end
local following = arrival + interval
redis.call('SET', KEYS[1], string.format('%.0f', following), 'PX', math.ceil((following - now) / 1000) + 1000)
return {0, math.max(0, math.ceil(arrival - slack - now))}
`;

const PAUSE = `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) end
return 0
`;

/** After a wait as long as this a pause may have begun meanwhile, and is looked for once more. */
const RECHECK_AFTER_MS = 100;

const takeAnswer = z.tuple([z.number(), z.number()]);

/**
 * Creates the gate in front of every request to the target, one for all replicas that share `redis` and `prefix`.
 * `take` costs one round trip, waits its turn, and throws a SyncError of side `target` and code `throttled` while
 * paused, so that the job goes back to the queue; an aborted `take` throws the signal's reason and gives up its slot.
 */
export function createLimiter(options: LimiterOptions): PausableLimiter {
  const { redis, prefix, ratePerSecond, burst = 1 } = options;
  if (!(ratePerSecond > 0) || !(burst >= 1)) throw new RangeError("a rate must be above 0, and a burst at least 1");
  const arrivalKey = `${prefix}:limiter:arrival`;
  const pauseKey = `${prefix}:limiter:pause`;
  const intervalUs = Math.round(1_000_000 / ratePerSecond);

  const pausedMs = async (): Promise<number> => Math.max(0, await redis.pttl(pauseKey));

  return {
    pausedMs,
    pause: async (ms) => {
      if (ms > 0) await redis.eval(PAUSE, 1, pauseKey, Math.ceil(ms));
    },
    take: async (signal) => {
      signal?.throwIfAborted();
      const answer = redis.eval(TAKE, 2, arrivalKey, pauseKey, intervalUs, burst);
      const [paused, waitUs] = takeAnswer.parse(await orAborted(answer, signal));
      if (paused > 0) throw pausedError(paused);
      const waitMs = Math.ceil(waitUs / 1000);
      if (waitMs === 0) return;
      await orAborted(delay(waitMs, undefined, signal ? { signal } : {}), signal);
      if (waitMs < RECHECK_AFTER_MS) return;
      const begunMeanwhile = await orAborted(pausedMs(), signal);
      if (begunMeanwhile > 0) throw pausedError(begunMeanwhile);
    },
  };
}

function pausedError(ms: number): SyncError {
  return new SyncError("the target asked for a pause", {
    side: "target",
    code: "throttled",
    retry: { kind: "after", ms },
  });
}

/** Waits for `work`, but not longer than until `signal` aborts: a command waits for as long as Redis is away. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    if (signal.aborted) onAbort();
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    // The loser of the race may still fail; nobody waits for it.
    work.catch(() => undefined);
  }
}
