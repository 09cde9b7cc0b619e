import { expect, test } from "vitest";
import { retryRead } from "#src/entra/retry.ts";
import { SyncError, type ErrorCode, type Retry } from "#src/model/errors.ts";

function failure(code: ErrorCode, retry: Retry = { kind: "backoff" }): SyncError {
  return new SyncError(code, { side: "source", code, retry });
}

async function run(error: unknown, failures: number, signal?: AbortSignal) {
  const pauses: number[] = [];
  let calls = 0;
  const read = async () => {
    calls += 1;
    if (calls <= failures) throw error;
    return "done";
  };
  const onRetry = (_error: SyncError, pauseMs: number) => pauses.push(pauseMs);
  let outcome: unknown;
  try {
    outcome = await retryRead(read, { baseDelayMs: 2, signal, onRetry });
  } catch (reason) {
    outcome = reason;
  }
  return { outcome, calls, pauses };
}

test("a failure in passing is tried three times in all", async () => {
  expect(await run(failure("unreachable"), 2)).toMatchObject({ outcome: "done", calls: 3 });
  const error = failure("unexpected-response");
  expect(await run(error, 3)).toMatchObject({ outcome: error, calls: 3 });
});

test("pauses double and vary by half", async () => {
  const { pauses } = await run(failure("unreachable"), 2);
  expect(pauses).toHaveLength(2);
  expect(pauses[0]).toBeGreaterThanOrEqual(1);
  expect(pauses[0]).toBeLessThanOrEqual(3);
  expect(pauses[1]).toBeGreaterThanOrEqual(2);
  expect(pauses[1]).toBeLessThanOrEqual(6);
});

test("throttling is waited for five times, exactly as long as told, beside the three tries", async () => {
  const error = failure("throttled", { kind: "after", ms: 3 });
  expect(await run(error, 5)).toEqual({ outcome: "done", calls: 6, pauses: [3, 3, 3, 3, 3] });
  expect(await run(error, 6)).toMatchObject({ outcome: error, calls: 6 });
});

test("a long pause is left to the caller", async () => {
  const error = failure("throttled", { kind: "after", ms: 120_001 });
  expect(await run(error, 1)).toEqual({ outcome: error, calls: 1, pauses: [] });
});

test.each<ErrorCode>(["unauthorized", "cursor-expired", "invalid-query", "not-found"])("%s is final", async (code) => {
  const error = failure(code);
  expect(await run(error, 1)).toMatchObject({ outcome: error, calls: 1 });
});

test("a pause ends when the caller gives up, with the caller's reason", async () => {
  const controller = new AbortController();
  const reason = new Error("stop");
  const started = Promise.withResolvers<undefined>();
  const outcome = retryRead(() => Promise.reject(failure("throttled", { kind: "after", ms: 100_000 })), {
    baseDelayMs: 1,
    signal: controller.signal,
    onRetry: () => started.resolve(undefined),
  });
  await started.promise;
  controller.abort(reason);
  await expect(outcome).rejects.toBe(reason);
});
