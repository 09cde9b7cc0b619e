import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Redis } from "ioredis";
import { connectRedis } from "#src/store/connection.ts";
import { createLimiter } from "#src/store/limiter.ts";
import { createMemoryLog, startPlainRedis, type PlainRedis } from "./plain-redis.ts";

let server: PlainRedis;
let left: Redis;
let right: Redis;

beforeAll(async () => {
  server = await startPlainRedis(["--maxmemory-policy", "noeviction"]);
  const { log } = createMemoryLog();
  left = await connectRedis({ url: `redis://127.0.0.1:${server.port}` }, log);
  right = await connectRedis({ url: `redis://127.0.0.1:${server.port}` }, log);
});

beforeEach(async () => {
  await left.flushall();
});

afterAll(async () => {
  await left.quit();
  await right.quit();
  await server[Symbol.asyncDispose]();
});

describe("the limiter", () => {
  test("lets replicas through at the rate that is set for all of them together", async () => {
    const limiters = [left, right].map((redis) => createLimiter({ redis, prefix: "t", ratePerSecond: 50 }));
    const started = performance.now();
    const stop = AbortSignal.timeout(2000);
    const counts = await Promise.all(
      [...limiters, ...limiters, ...limiters].map(async (limiter) => {
        let count = 0;
        while (!stop.aborted) {
          await limiter.take();
          count += 1;
        }
        return count;
      }),
    );
    const perSecond = counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - started) / 1000);
    expect(perSecond).toBeGreaterThan(35);
    expect(perSecond).toBeLessThan(56);
    expect(Math.min(...counts)).toBeGreaterThan(Math.max(...counts) * 0.5);
  });

  test("does not make the first request wait, and lets a burst through when one is allowed", async () => {
    const limiter = createLimiter({ redis: left, prefix: "t", ratePerSecond: 0.01, burst: 3 });
    await limiter.take();
    await limiter.take();
    await limiter.take();
    await expect(limiter.take(AbortSignal.timeout(200))).rejects.toThrow(/timeout/u);
  });

  test("spends one round trip per request", async () => {
    const limiter = createLimiter({ redis: left, prefix: "t", ratePerSecond: 200 });
    await left.config("RESETSTAT");
    await Promise.all(Array.from({ length: 10 }, () => limiter.take()));
    const calls = /^total_commands_processed:(\d+)/mu.exec(await left.info("stats"))?.[1];
    // Each script runs four commands of its own; RESETSTAT or INFO may count as one more.
    expect(await left.info("commandstats")).toMatch(/cmdstat_eval:calls=10,/u);
    expect(Number(calls)).toBeLessThanOrEqual(10 * 5 + 2);
  });

  test("turns every replica's requests away while paused, telling how long", async () => {
    const limiters = [left, right].map((redis) => createLimiter({ redis, prefix: "t", ratePerSecond: 100 }));
    await limiters[0]?.pause(60_000);
    const error: unknown = await limiters[1]?.take().catch((cause: unknown) => cause);
    expect(error).toMatchObject({ side: "target", code: "throttled", retry: { kind: "after" } });
    expect(error).toHaveProperty(
      "retry.ms",
      expect.toSatisfy((ms: number) => ms > 50_000 && ms <= 60_000),
    );
    expect(await limiters[1]?.pausedMs()).toBeGreaterThan(50_000);
  });

  test("keeps the longer of two pauses, and ends it by itself", async () => {
    const limiter = createLimiter({ redis: left, prefix: "t", ratePerSecond: 100 });
    await limiter.pause(400);
    await limiter.pause(50);
    expect(await limiter.pausedMs()).toBeGreaterThan(100);
    await expect.poll(() => limiter.pausedMs(), { timeout: 5000 }).toBe(0);
    await limiter.take();
  });

  test("turns away those, too, who were already waiting when the pause began", async () => {
    const limiter = createLimiter({ redis: left, prefix: "t", ratePerSecond: 2 });
    const other = createLimiter({ redis: right, prefix: "t", ratePerSecond: 2 });
    await limiter.take();
    const waiting = limiter.take();
    await expect.poll(async () => Number(await left.get("t:limiter:arrival"))).toBeGreaterThan(0);
    await other.pause(60_000);
    await expect(waiting).rejects.toMatchObject({ code: "throttled" });
  });

  test("ends a wait with the signal's reason", async () => {
    const limiter = createLimiter({ redis: left, prefix: "t", ratePerSecond: 0.01 });
    await limiter.take();
    const controller = new AbortController();
    const waiting = limiter.take(controller.signal);
    controller.abort(new Error("shutting down"));
    await expect(waiting).rejects.toThrow("shutting down");
    await expect(limiter.take(controller.signal)).rejects.toThrow("shutting down");
  });

  test("does not wait out a clock that was set back", async () => {
    const limiter = createLimiter({ redis: left, prefix: "t", ratePerSecond: 10 });
    const inAnHour = (Date.now() + 3_600_000) * 1000;
    await left.set("t:limiter:arrival", String(inAnHour));
    await expect(limiter.take(AbortSignal.timeout(1000))).resolves.toBeUndefined();
  });

  test("refuses a rate of nothing", () => {
    expect(() => createLimiter({ redis: left, prefix: "t", ratePerSecond: 0 })).toThrow(RangeError);
  });
});
