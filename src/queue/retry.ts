import { RateLimitError, UnrecoverableError, WaitingError } from "bullmq";
import { SyncError, type Retry } from "../model/errors.ts";

/** Attempts at one object before it goes into escrow. With the delays below that is about 15 seconds. */
export const ATTEMPTS = 5;

const BASE_MS = 1000;
const CAP_MS = 60_000;

/** Delay before attempt n+1, in milliseconds: 1, 2, 4 … s, at most a minute, of which a random half may be missing. */
export function backoffDelay(attemptsMade: number, random: () => number = Math.random): number {
  const full = Math.min(BASE_MS * 2 ** (attemptsMade - 1), CAP_MS);
  return Math.round(full * (1 - random() / 2));
}

/** What is to be done about any error: our own say it, everything else is a bug, and may pass. */
export function toRetry(error: unknown): Retry {
  return error instanceof SyncError ? error.retry : { kind: "backoff" };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Failures that pass by themselves are tried again soon; others when the source changes, or on Entra's schedule. */
const SOON_MS = [60_000, 5 * 60_000, 15 * 60_000, HOUR_MS];
const LATER_MS = [6 * HOUR_MS, 12 * HOUR_MS, DAY_MS];

/** Pause before an object in escrow is tried again, in milliseconds; `failures` counts from 1. */
export function escrowDelay(retry: Retry, failures: number): number {
  const delays = retry.kind === "never" ? LATER_MS : SOON_MS;
  return delays[failures - 1] ?? delays.at(-1) ?? DAY_MS;
}

/** Failures that stay for ever are tried daily for so long. */
export const ESCROW_DAYS = 28;

/** BullMQ's own signals, which have to pass through every catch. */
export function isSignal(error: unknown): boolean {
  return error instanceof RateLimitError || error instanceof WaitingError || error instanceof UnrecoverableError;
}
