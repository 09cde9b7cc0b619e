import { describe, expect, test } from "vitest";
import { formatDuration, formatRate, parseDuration, parseRate } from "#src/config/duration.ts";
import { checkCron } from "#src/config/cron.ts";

describe("durations", () => {
  test.each([
    ["500ms", 500],
    ["2s", 2000],
    ["1m", 60_000],
    ["1.5h", 5_400_000],
    ["30d", 2_592_000_000],
    ["1", undefined],
    ["1w", undefined],
    ["-1s", undefined],
    ["s", undefined],
    ["1s ", undefined],
    ["1constructor", undefined],
  ])("%s is %s milliseconds", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    [500, "500ms"],
    [90_000, "90s"],
    [60_000, "1m"],
    [86_400_000, "1d"],
    [5_400_000, "90m"],
    [0, "0s"],
  ])("%s milliseconds are written %s, and read again as the same", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
    expect(parseDuration(text)).toBe(ms);
  });
});

describe("rates", () => {
  test.each([
    ["25/s", 25],
    ["600/m", 10],
    ["0.5/s", 0.5],
    ["1800/h", 0.5],
    ["25", undefined],
    ["25/d", undefined],
    ["/s", undefined],
  ])("%s is %s per second", (text, rate) => {
    expect(parseRate(text)).toBe(rate);
  });

  test.each(["25/s", "30/m", "100/h", "7/m"])("%s is written as it was read", (text) => {
    expect(formatRate(parseRate(text) ?? 0)).toBe(text);
  });
});

describe("cron expressions", () => {
  test.each(["0 3 * * *", "*/15 * * * *", "0,30 8-18/2 1 jan-mar MON-fri", "59 23 31 12 7", "  0 3  * * *  "])(
    "%s is right",
    (text) => {
      expect(checkCron(text)).toBeUndefined();
    },
  );

  test.each([
    ["", "five fields"],
    ["0 3 * *", "five fields"],
    ["0 0 3 * * *", "five fields"],
    ["@daily", "five fields"],
    ["60 3 * * *", "wrong minute: 60"],
    ["0 24 * * *", "wrong hour: 24"],
    ["0 3 0 * *", "wrong day of month: 0"],
    ["0 3 * 13 *", "wrong month: 13"],
    ["0 3 * * 8", "wrong day of week: 8"],
    ["0 3 * * someday", "wrong day of week: someday"],
    ["5-1 3 * * *", "wrong minute: 5-1"],
    ["*/0 3 * * *", "wrong minute: */0"],
    ["1- 3 * * *", "wrong minute: 1-"],
    ["1,, 3 * * *", "wrong minute: 1,,"],
    ["1/2/3 3 * * *", "wrong minute: 1/2/3"],
  ])("%s is wrong: %s", (text, message) => {
    expect(checkCron(text)).toContain(message);
  });
});
