import { SyncError } from "../model/errors.ts";
import { decodeErrorBody, type GraphErrorBody } from "./error-body.ts";

/** Longest pause that a Retry-After header may order, in milliseconds. A longer one is a mistake or a misunderstanding. */
const MAX_RETRY_AFTER_MS = 3_600_000;
/** How long to wait after a 429 without a usable Retry-After, in milliseconds. */
const DEFAULT_RETRY_AFTER_MS = 10_000;

const RESET_CODE = /^(?:syncState\w*|resync\w*)$/i;
const TOKEN_WORDS = /token|sync ?state/i;
const TLS_CODE = /^(?:ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;
const PERMISSIONS = "User.Read.All, GroupMember.Read.All and Application.Read.All";

/** The request that failed, as far as it may be shown: `path` is without host and query. */
export type GraphCall = {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Whether it belongs to a delta round, and whether it continues one from a next or delta link. */
  readonly delta: "none" | "first" | "continued";
};

/** An HTTP answer, its body as text. */
export type GraphAnswer = { readonly status: number; readonly headers: Headers; readonly text: string };

/**
 * Reads a Retry-After header (RFC 9110 section 10.2.3; Graph also sends fractions of seconds): milliseconds to wait from
 * `now`, at most one hour, or undefined for a header that is absent or says nothing.
 */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (text === "") return undefined;
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Math.ceil(Number(text) * 1000) : Date.parse(text) - now;
  return Number.isNaN(ms) || /^[-+]/.test(text) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

/**
 * Says what an answer other than 2xx means and what to do about it: throttling, permissions, expired delta tokens
 * (learn.microsoft.com/graph/delta-query-overview, "Synchronization reset"), refused queries.
 */
export function toAnswerError(answer: GraphAnswer, call: GraphCall): SyncError {
  const body = decodeErrorBody(answer.text);
  return toThrottled(answer, call, body) ?? toReset(answer, call, body) ?? toStatusError(answer, call, body);
}

function toThrottled(answer: GraphAnswer, call: GraphCall, body: GraphErrorBody): SyncError | undefined {
  const told = parseRetryAfter(answer.headers.get("retry-after"), Date.now());
  const isThrottled = answer.status === 429 || (answer.status === 503 && told !== undefined);
  if (!isThrottled) return undefined;
  const ms = told ?? DEFAULT_RETRY_AFTER_MS;
  return new SyncError(`Microsoft Graph limits our requests: ${call.path} may be asked again in ${ms / 1000} s`, {
    side: "source",
    code: "throttled",
    retry: { kind: "after", ms },
    details: detailsOf(answer, call, body),
  });
}

function toReset(answer: GraphAnswer, call: GraphCall, body: GraphErrorBody): SyncError | undefined {
  if (call.delta === "none" || answer.status < 400 || answer.status >= 500) return undefined;
  const isTokenRefused =
    call.delta === "continued" && answer.status === 400 && TOKEN_WORDS.test(`${body.codes.join(" ")} ${body.message}`);
  const isReset = answer.status === 410 || body.codes.some((code) => RESET_CODE.test(code)) || isTokenRefused;
  return isReset ? createCursorExpired(call.path, detailsOf(answer, call, body)) : undefined;
}

/** The failure that asks for a full enumeration, because `path` cannot be continued from the given link. */
export function createCursorExpired(path: string, details: SyncError["details"] = {}): SyncError {
  return new SyncError(`Microsoft Graph no longer knows the delta link of ${path}: everything has to be read again`, {
    side: "source",
    code: "cursor-expired",
    retry: { kind: "backoff" },
    details,
  });
}

function toStatusError(answer: GraphAnswer, call: GraphCall, body: GraphErrorBody): SyncError {
  const { status } = answer;
  const base = { side: "source", details: detailsOf(answer, call, body) } as const;
  const halt = { ...base, code: "unauthorized", retry: { kind: "halt" } } as const;
  const never = { kind: "never" } as const;
  if (status === 401)
    return new SyncError(`Microsoft Graph refuses our token for ${call.path} (401)${hint(body)}`, halt);
  if (status === 403) return new SyncError(toForbiddenMessage(call), halt);
  if (status === 404) {
    return new SyncError(`Microsoft Graph finds nothing at ${call.path} (404)`, {
      ...base,
      code: "not-found",
      retry: never,
    });
  }
  if (status === 400) {
    return new SyncError(toInvalidQueryMessage(call, body), { ...base, code: "invalid-query", retry: never });
  }
  const isOutage = status >= 500 || status === 408;
  const message = isOutage ? "fails at" : "gave an answer that we do not understand for";
  const code = isOutage ? "unreachable" : "unexpected-response";
  return new SyncError(`Microsoft Graph ${message} ${call.path} (${status})`, {
    ...base,
    code,
    retry: { kind: "backoff" },
  });
}

function hint(body: GraphErrorBody): string {
  const code = body.codes[0];
  return code === undefined ? "" : `: ${code}. Check tenant, GRAPH_BASE_URL and AZURE_AUTHORITY_HOST`;
}

function toForbiddenMessage(call: GraphCall): string {
  return (
    `Microsoft Graph forbids ${call.path} (403): the app registration needs the application permissions ` +
    `${PERMISSIONS}, with admin consent`
  );
}

function toInvalidQueryMessage(call: GraphCall, body: GraphErrorBody): string {
  const refused = findRefusedProperties(body.message);
  if (refused.length === 0)
    return `Microsoft Graph refuses the query of ${call.path} (400 ${body.codes[0] ?? "BadRequest"})`;
  return `Microsoft Graph does not offer these attributes at ${call.path}: ${refused.join(", ")}. Take them out of the mapping`;
}

/**
 * The property names that a 400 complains about. Two wordings are known: "... not supported for the following
 * properties: a,b" (delta) and "Could not find a property named 'a' on type ..." (everything else).
 */
export function findRefusedProperties(message: string): readonly string[] {
  const list = /following properties:\s*([\w@.\-/]+(?:\s*,\s*[\w@.\-/]+)*)/i.exec(message)?.[1];
  if (list !== undefined) return list.split(",").map((name) => name.trim().replace(/\.$/, ""));
  return [...message.matchAll(/propert(?:y|ies)(?: named)? '([\w@.\-/]+)'/gi)].flatMap((match) => match[1] ?? []);
}

/** A request that got no answer, or lost it on the way. `error` is only looked at; nothing of it is kept but its code. */
export function toNetworkError(error: unknown, host: string): SyncError {
  const code = findErrorCode(error);
  return new SyncError(`Cannot reach ${host}: ${explainNetworkCode(code)}`, {
    side: "source",
    code: "unreachable",
    retry: { kind: "backoff" },
    details: { reason: code, host },
  });
}

/** A sign-in that did not end in time. */
export function createSignInTimeout(host: string): SyncError {
  return new SyncError(`${host} did not answer our sign-in in time`, {
    side: "source",
    code: "unreachable",
    retry: { kind: "backoff" },
    details: { reason: "TimeoutError", host },
  });
}

function explainNetworkCode(code: string): string {
  if (TLS_CODE.test(code)) {
    return `its certificate is not trusted (${code}). If a proxy inspects TLS, name its CA in NODE_EXTRA_CA_CERTS`;
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `the name does not resolve (${code})`;
  if (code === "TimeoutError") return "no answer in time";
  return `the connection failed (${code})`;
}

/** The most telling code among an error and its causes: ECONNREFUSED, CERT_HAS_EXPIRED, TimeoutError ... */
export function findErrorCode(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 5) return "unknown";
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  const deeper = findErrorCode(inner, depth + 1);
  if (deeper !== "unknown") return deeper;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** An answer that was received but cannot be understood or believed. `what` tells why and must hold no values. */
export function createUnexpected(path: string, what: string): SyncError {
  return new SyncError(`Microsoft Graph gave an unusable answer for ${path}: ${what}`, {
    side: "source",
    code: "unexpected-response",
    retry: { kind: "backoff" },
    details: { path },
  });
}

function detailsOf(answer: GraphAnswer, call: GraphCall, body: GraphErrorBody): SyncError["details"] {
  const requestId = answer.headers.get("request-id") ?? body.requestId;
  return {
    status: answer.status,
    path: call.path,
    ...(body.codes[0] === undefined ? {} : { graphCode: body.codes[0] }),
    ...(requestId === undefined ? {} : { requestId: requestId.slice(0, 64) }),
  };
}
