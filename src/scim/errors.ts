import { SyncError, type ErrorCode, type Retry } from "../model/errors.ts";

/** What a failed answer is judged by. */
export type Failure = {
  readonly method: string;
  readonly status: number;
  /** Retry-After as the answer had it. */
  readonly retryAfter: string | undefined;
  readonly scimType: string | undefined;
  /** Already sanitised: see `sanitise`. */
  readonly detail: string | undefined;
  /** Whether every other request of this sort would be refused as well: lists, lookups and the connection test. */
  readonly isGeneral: boolean;
};

type Verdict = { readonly code: ErrorCode; readonly retry: Retry; readonly message: string };

const NEVER: Retry = { kind: "never" };
const BACKOFF: Retry = { kind: "backoff" };
const LONGEST_WAIT_MS = 3_600_000;
const SHORTEST_WAIT_MS = 100;

/** Turns an answer that is no success into a SyncError (RFC 7644 section 3.12; RFC 6585 section 4 for 429). */
export function toSyncError(failure: Failure): SyncError {
  const { code, retry, message } = judge(failure);
  const detail = failure.detail === undefined ? "" : `: ${failure.detail}`;
  return new SyncError(`${message} (HTTP ${failure.status})${detail}`, {
    side: "target",
    code,
    retry,
    details: {
      method: failure.method,
      status: failure.status,
      ...(failure.scimType === undefined ? {} : { scimType: failure.scimType }),
      ...(failure.detail === undefined ? {} : { detail: failure.detail }),
      // A server that fails may have done the work before.
      ...(code === "unreachable" ? { sent: true } : {}),
    },
  });
}

function judge(failure: Failure): Verdict {
  const { status } = failure;
  const wait = toWait(failure.retryAfter, Date.now());
  if (status === 429 || (status === 503 && wait !== undefined)) {
    return {
      code: "throttled",
      retry: { kind: "after", ms: wait ?? someSeconds() },
      message: "target asks to slow down",
    };
  }
  const exact = byStatus(failure);
  if (exact !== undefined) return exact;
  if (status >= 500) return { code: "unreachable", retry: BACKOFF, message: "target failed" };
  if (status >= 400) return { code: "rejected", retry: NEVER, message: "target refuses the request" };
  if (status >= 300) return { code: "unexpected-response", retry: BACKOFF, message: "target answers with a redirect" };
  return { code: "unexpected-response", retry: BACKOFF, message: "target gives an unknown answer" };
}

const HALTED: Verdict = { code: "unauthorized", retry: { kind: "halt" }, message: "target forbids access" };
const GONE: Verdict = { code: "not-found", retry: NEVER, message: "target does not know the resource" };

const BY_STATUS: ReadonlyMap<number, Verdict> = new Map<number, Verdict>([
  [401, { ...HALTED, message: "target refuses the token" }],
  [403, { code: "forbidden", retry: NEVER, message: "target forbids this change" }],
  [404, GONE],
  [408, { code: "unreachable", retry: BACKOFF, message: "target timed out" }],
  [409, { code: "conflict", retry: NEVER, message: "target says the resource already exists" }],
  [410, GONE],
  [412, { code: "unexpected-response", retry: BACKOFF, message: "resource was changed meanwhile" }],
  [413, { code: "too-large", retry: NEVER, message: "target finds the request too large" }],
  [501, { code: "rejected", retry: NEVER, message: "target does not support the request" }],
]);

function byStatus({ status, scimType, isGeneral }: Failure): Verdict | undefined {
  if (status === 403 && isGeneral) return HALTED;
  if (status === 400 && scimType?.toLowerCase() === "toomany") {
    return { code: "too-large", retry: NEVER, message: "target finds too many results" };
  }
  return BY_STATUS.get(status);
}

/**
 * Milliseconds to wait by a Retry-After header (RFC 9110 section 10.2.3: seconds or an HTTP-date), at least 100 and at
 * most an hour; undefined when it is missing or unreadable. `now` is in milliseconds since the epoch.
 */
export function toWait(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === "") return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.round(Math.min(Math.max(ms, SHORTEST_WAIT_MS), LONGEST_WAIT_MS));
}

function someSeconds(): number {
  return Math.round(1000 + Math.random() * 4000);
}

/** An answer that came with success but cannot be used. */
export function unexpectedResponse(
  message: string,
  facts: { readonly method: string; readonly status: number },
): SyncError {
  return new SyncError(`${message} (HTTP ${facts.status})`, {
    side: "target",
    code: "unexpected-response",
    retry: BACKOFF,
    details: { ...facts, sent: true },
  });
}

/** True for a SyncError with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is SyncError {
  return error instanceof SyncError && codes.includes(error.code);
}

/** The scimType of a failure in lower case, empty when there is none. */
export function scimTypeOf(error: SyncError): string {
  return String(error.details["scimType"] ?? "").toLowerCase();
}

/**
 * Shortens a server's `detail` to 200 characters and takes everything out that was sent (attribute values, also as part
 * of a sentence) and whatever looks like a mail address, so that it may be logged.
 */
export function sanitise(detail: string, sent: readonly string[]): string {
  const values = [...new Set(sent.filter((value) => value.trim().length > 0))].toSorted((a, b) => b.length - a.length);
  const bare = values.reduce((text, value) => text.replaceAll(toPattern(value), "…"), detail);
  const plain = bare
    .replaceAll(/[^\s"'<>(),;:]+@[^\s"'<>(),;]+/gu, "…")
    .replaceAll(/\s+/gu, " ")
    .trim();
  return plain.length > 200 ? `${plain.slice(0, 199)}…` : plain;
}

function toPattern(value: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${escapeText(value)}(?![\\p{L}\\p{N}])`, "giu");
}

function escapeText(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
