import fc from "fast-check";
import { expect, it } from "vitest";
import { sanitise, toSyncError, toWait } from "#src/scim/errors.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const PLAIN = { method: "PATCH", retryAfter: undefined, scimType: undefined, detail: undefined, isGeneral: false };

it.each([
  ["7", 7000],
  ["0", 100],
  ["0.5", 500],
  ["Sun, 01 Mar 2026 12:00:30 GMT", 30_000],
  ["Sun, 01 Mar 2026 11:00:00 GMT", 100],
  ["999999", 3_600_000],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined],
])("waits by Retry-After %j for %j ms", (header, ms) => {
  expect(toWait(header, NOW)).toBe(ms);
});

it.each([
  [400, "rejected", "never"],
  [401, "unauthorized", "halt"],
  [403, "forbidden", "never"],
  [404, "not-found", "never"],
  [405, "rejected", "never"],
  [408, "unreachable", "backoff"],
  [409, "conflict", "never"],
  [412, "unexpected-response", "backoff"],
  [413, "too-large", "never"],
  [422, "rejected", "never"],
  [429, "throttled", "after"],
  [500, "unreachable", "backoff"],
  [501, "rejected", "never"],
  [503, "unreachable", "backoff"],
  [504, "unreachable", "backoff"],
  [308, "unexpected-response", "backoff"],
])("judges status %d as %s, %s", (status, code, retry) => {
  const error = toSyncError({ ...PLAIN, status });
  expect([error.side, error.code, error.retry.kind]).toEqual(["target", code, retry]);
});

it("judges by scimType where the status does not tell", () => {
  expect(toSyncError({ ...PLAIN, status: 400, scimType: "tooMany" }).code).toBe("too-large");
  expect(toSyncError({ ...PLAIN, status: 403, isGeneral: true }).retry.kind).toBe("halt");
});

it("takes sent values out of a message, but not out of other words", () => {
  expect(sanitise('value "Ann" is bad, Annual is fine; anna@example.com', ["Ann"])).toBe(
    'value "…" is bad, Annual is fine; …',
  );
});

it("shortens a message to 200 characters in one line", () => {
  const short = sanitise(`a\n b ${"x".repeat(500)}`, []);
  expect(short).toHaveLength(200);
  expect(short.startsWith("a b x")).toBe(true);
});

it("never shows a sent value, whatever characters it has", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 2 }), fc.string(), (value, other) => {
      const shown = sanitise(`title (${value}) refused`, [other, value]);
      const isPartOfText = `title (…) refused`.toLowerCase().includes(value.toLowerCase());
      expect(isPartOfText || value.trim() === "" || !shown.includes(`(${value})`)).toBe(true);
    }),
  );
});
