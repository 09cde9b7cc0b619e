import { describe, expect, test } from "vitest";
import {
  findErrorCode,
  findRefusedProperties,
  parseRetryAfter,
  toAnswerError,
  toNetworkError,
  type GraphCall,
} from "#src/entra/errors.ts";

const NOW = Date.UTC(2026, 0, 1, 12);
const FIRST: GraphCall = { method: "GET", path: "/v1.0/users/delta", delta: "first" };
const CONTINUED: GraphCall = { ...FIRST, delta: "continued" };
const OTHER: GraphCall = { method: "GET", path: "/v1.0/servicePrincipals", delta: "none" };

function answer(status: number, error: object = {}, headers: Record<string, string> = {}) {
  return { status, headers: new Headers(headers), text: JSON.stringify({ error }) };
}

describe("Retry-After", () => {
  test.each([
    ["whole seconds", "7", 7000],
    ["fractions, rounded up to a millisecond", "2.1281", 2129],
    ["zero", "0", 0],
    ["a date ahead", new Date(NOW + 90_000).toUTCString(), 90_000],
    ["a date that has passed means now", new Date(NOW - 90_000).toUTCString(), 0],
    ["more than an hour is cut to an hour", "86400", 3_600_000],
    ["a date next year is cut to an hour", new Date(NOW + 3e10).toUTCString(), 3_600_000],
  ])("%s", (_name, header, ms) => {
    expect(parseRetryAfter(header, NOW)).toBe(ms);
  });

  test.each([null, "", "soon", "-5", "+5", "NaN", "1e3x"])("%j says nothing", (header) => {
    expect(parseRetryAfter(header, NOW)).toBeUndefined();
  });
});

describe("answers of Graph", () => {
  test("429 waits for as long as it says", () => {
    const error = toAnswerError(answer(429, { code: "TooManyRequests" }, { "retry-after": "0.25" }), FIRST);
    expect(error).toMatchObject({ code: "throttled", side: "source", retry: { kind: "after", ms: 250 } });
  });

  test("429 without Retry-After waits for a time of ours", () => {
    expect(toAnswerError(answer(429), FIRST).retry).toEqual({ kind: "after", ms: 10_000 });
  });

  test("503 is throttling only when it says how long", () => {
    expect(toAnswerError(answer(503, {}, { "retry-after": "3" }), FIRST).code).toBe("throttled");
    expect(toAnswerError(answer(503, {}, { "retry-after": "soon" }), FIRST).code).toBe("unreachable");
    expect(toAnswerError(answer(503), FIRST)).toMatchObject({ code: "unreachable", retry: { kind: "backoff" } });
  });

  test.each([
    { name: "410 whatever it says", status: 410, error: {}, call: CONTINUED },
    { name: "410 on the first request", status: 410, error: {}, call: FIRST },
    { name: "syncStateNotFound", status: 400, error: { code: "syncStateNotFound" }, call: CONTINUED },
    { name: "in other letters", status: 404, error: { code: "SYNCSTATENOTFOUND" }, call: CONTINUED },
    { name: "resyncRequired", status: 409, error: { code: "ResyncRequired" }, call: CONTINUED },
    { name: "inner error", status: 400, error: { innerError: { code: "SyncStateInvalid" } }, call: CONTINUED },
    { name: "a bad token", status: 400, error: { message: "Badly formed token." }, call: CONTINUED },
  ])("a delta round starts over: $name", ({ status, error, call }) => {
    expect(toAnswerError(answer(status, error), call)).toMatchObject({ code: "cursor-expired", side: "source" });
  });

  test.each([
    { name: "another 400", status: 400, text: "Unsupported query", call: CONTINUED, code: "invalid-query" },
    { name: "a first request", status: 400, text: "Badly formed token.", call: FIRST, code: "invalid-query" },
    { name: "410 outside of delta", status: 410, text: "", call: OTHER, code: "unexpected-response" },
    { name: "a 5xx about tokens", status: 500, text: "Badly formed token.", call: CONTINUED, code: "unreachable" },
  ])("and does not for $name", ({ status, text, call, code }) => {
    expect(toAnswerError(answer(status, { message: text }), call).code).toBe(code);
  });

  test("403 names the permissions", () => {
    const error = toAnswerError(answer(403, { code: "Authorization_RequestDenied" }), FIRST);
    expect(error).toMatchObject({ code: "unauthorized", retry: { kind: "halt" } });
    expect(error.message).toMatch(/User\.Read\.All.*GroupMember\.Read\.All.*Application\.Read\.All/);
  });

  test.each([
    [401, "unauthorized", "halt"],
    [404, "not-found", "never"],
    [400, "invalid-query", "never"],
    [408, "unreachable", "backoff"],
    [500, "unreachable", "backoff"],
    [504, "unreachable", "backoff"],
    [302, "unexpected-response", "backoff"],
    [418, "unexpected-response", "backoff"],
  ])("%i is %s, %s", (status, code, kind) => {
    expect(toAnswerError({ status, headers: new Headers(), text: "<html>" }, OTHER)).toMatchObject({
      code,
      retry: { kind },
      details: { status, path: OTHER.path },
    });
  });

  test("a refused attribute is named in both wordings", () => {
    const delta = "$expand/$select is not supported for the following properties: signInActivity, birthday";
    const other = "Could not find a property named 'fooBar' on type 'microsoft.graph.user'.";
    expect(findRefusedProperties(delta)).toEqual(["signInActivity", "birthday"]);
    expect(findRefusedProperties(other)).toEqual(["fooBar"]);
    expect(toAnswerError(answer(400, { message: delta }), FIRST).message).toContain("signInActivity, birthday");
    expect(findRefusedProperties("Invalid filter clause")).toEqual([]);
  });

  test("a message of Graph is not passed on, as it may hold values", () => {
    const error = toAnswerError(answer(400, { code: "Bad Request!", message: "token eyJhbGciOi for jane@x" }), OTHER);
    expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(/eyJ|jane/);
    expect(error.details["graphCode"]).toBe("BadRequest");
  });
});

describe("failures of the network", () => {
  const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });

  test("the innermost code tells", () => {
    expect(findErrorCode(new TypeError("fetch failed", { cause: refused }))).toBe("ECONNREFUSED");
    expect(findErrorCode(new TypeError("fetch failed", { cause: new AggregateError([refused]) }))).toBe("ECONNREFUSED");
    expect(findErrorCode(new DOMException("late", "TimeoutError"))).toBe("TimeoutError");
    expect(findErrorCode("text")).toBe("unknown");
  });

  test.each([
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "NODE_EXTRA_CA_CERTS"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate"],
    ["ENOTFOUND", "does not resolve"],
    ["ECONNRESET", "connection failed"],
  ])("%s is explained", (code, text) => {
    const error = toNetworkError(Object.assign(new Error("secret text"), { code }), "graph.example");
    expect(error).toMatchObject({ code: "unreachable", retry: { kind: "backoff" } });
    expect(error.cause).toBeUndefined();
    expect(error.message).toContain(text);
    expect(error.message).not.toContain("secret text");
  });
});
