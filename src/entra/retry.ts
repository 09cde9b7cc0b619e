import { setTimeout as sleep } from "node:timers/promises";
import { SyncError } from "../model/errors.ts";

/** How often a request is tried before its failure is passed on to the cycle. */
const MAX_TRIES = 3;
/** How often a request is held back by throttling before the cycle hears of it. */
const MAX_THROTTLED = 5;
/** The longest pause that is waited for here, in milliseconds; longer ones are the cycle's business. */
const MAX_PAUSE_MS = 120_000;

export type RetryOptions = {
  /** Pause before the second try, in milliseconds; doubles each time and varies by half. */
  readonly baseDelayMs: number;
  readonly signal: AbortSignal | undefined;
  /** Called before each pause. */
  readonly onRetry: (error: SyncError, pauseMs: number) => void;
};

/**
 * Repeats a read that failed in passing. There is no queue around reads, and a round of thousands of pages should not
 * start over because of one lost connection. Rejects with the last failure, or with the signal's reason when aborted.
 */
export async function retryRead<Result>(read: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  let failures = 0;
  let throttles = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      const isThrottled = error.code === "throttled";
      if (isThrottled) throttles += 1;
      else failures += 1;
      const pauseMs = isThrottled
        ? throttlePause(error, throttles)
        : failurePause(error, failures, options.baseDelayMs);
      if (pauseMs === undefined) throw error;
      options.onRetry(error, pauseMs);
      await pause(pauseMs, options.signal);
    }
  }
}

function throttlePause(error: SyncError, count: number): number | undefined {
  if (error.retry.kind !== "after" || error.retry.ms > MAX_PAUSE_MS || count > MAX_THROTTLED) return undefined;
  return error.retry.ms;
}

function failurePause(error: SyncError, count: number, baseDelayMs: number): number | undefined {
  const isTransient = error.code === "unreachable" || error.code === "unexpected-response";
  if (!isTransient || count >= MAX_TRIES) return undefined;
  return baseDelayMs * 2 ** (count - 1) * (0.5 + Math.random());
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    // node:timers wraps the reason; callers compare with the signal's own.
    signal?.throwIfAborted();
    throw error;
  }
}
