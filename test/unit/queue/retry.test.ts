import { describe, expect, it } from "vitest";
import { SyncError } from "#src/model/errors.ts";
import { backoffDelay, escrowDelay, toRetry } from "#src/queue/retry.ts";

describe("retry", () => {
  it("doubles the delay, never waits more than a minute, and takes off at most half by chance", () => {
    expect([1, 2, 3, 4, 10].map((made) => backoffDelay(made, () => 0))).toEqual([1000, 2000, 4000, 8000, 60_000]);
    expect(backoffDelay(3, () => 1)).toBe(2000);
  });

  it("keeps a refused object for 6, 12, 24 hours and then daily", () => {
    const hours = [1, 2, 3, 4, 9].map((failures) => escrowDelay({ kind: "never" }, failures) / 3_600_000);

    expect(hours).toEqual([6, 12, 24, 24, 24]);
  });

  it("takes our own errors at their word and gives bugs another chance", () => {
    const halt = new SyncError("no", { side: "target", code: "unauthorized", retry: { kind: "halt" } });

    expect(toRetry(halt)).toEqual({ kind: "halt" });
    expect(toRetry(new TypeError("bug"))).toEqual({ kind: "backoff" });
  });
});
