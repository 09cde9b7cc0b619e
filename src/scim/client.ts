import got, { type Response } from "got";
import { z } from "zod";
import { SyncError } from "../model/errors.ts";
import type { ResourceData } from "../model/target-path.ts";
import { isComplex, toValue } from "../model/value.ts";
import type { Limiter, OnRequest } from "../sync/ports.ts";
import { sanitise, toSyncError, unexpectedResponse } from "./errors.ts";

export type ScimRequest = {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the base URL, with everything percent-encoded, query included. */
  readonly path: string;
  readonly body?: unknown;
  /** Texts of the request that must not come back in an error: attribute values. */
  readonly secrets?: readonly string[];
  /** True for lists, lookups and the connection test, where 403 concerns everything. */
  readonly isGeneral?: boolean;
  readonly signal?: AbortSignal | undefined;
};

export type ScimAnswer = {
  readonly status: number;
  /** Undefined when there was no body. */
  readonly body: ResourceData | undefined;
};

/** Sends one request. Resolves on 2xx with a readable body or none, throws a SyncError otherwise. */
export type ScimClient = (request: ScimRequest) => Promise<ScimAnswer>;

export type ClientOptions = {
  readonly baseUrl: string;
  readonly token: string;
  /** Longest duration of one request, in milliseconds. */
  readonly timeoutMs: number;
  readonly version: string;
};

/**
 * Creates the HTTP client of the target. It never repeats a request by itself: the queue decides. Errors are built from
 * status codes only, because those of got carry the token and the whole request.
 */
export function createClient(
  options: ClientOptions,
  deps: { readonly limiter: Limiter; readonly onRequest: OnRequest },
): ScimClient {
  const send = got.extend({
    retry: { limit: 0 },
    timeout: { request: options.timeoutMs },
    followRedirect: false,
    throwHttpErrors: false,
    responseType: "text",
    headers: {
      accept: "application/scim+json, application/json",
      authorization: `Bearer ${options.token}`,
      "user-agent": `sosafe-bridge/${options.version}`,
    },
  });
  return async (request) => {
    await deps.limiter.take(request.signal);
    const startedAt = performance.now();
    let status: number | undefined;
    try {
      const response = await send(`${options.baseUrl}${request.path}`, {
        method: request.method,
        ...(request.signal === undefined ? {} : { signal: request.signal }),
        ...(request.body === undefined
          ? {}
          : { body: JSON.stringify(request.body), headers: { "content-type": "application/scim+json" } }),
      }).catch((error: unknown) => {
        request.signal?.throwIfAborted();
        throw toNetworkError(request.method, error);
      });
      status = response.statusCode;
      return readAnswer(request, response, options.token);
    } finally {
      deps.onRequest({ method: request.method, status, durationMs: Math.round(performance.now() - startedAt) });
    }
  };
}

function readAnswer(request: ScimRequest, response: Response<string>, token: string): ScimAnswer {
  const { statusCode: status, body: text } = response;
  if (status < 200 || status >= 300) {
    const body = parse(text);
    const error = ERROR.parse(isComplex(body) ? body : {});
    throw toSyncError({
      method: request.method,
      status,
      retryAfter: response.headers["retry-after"],
      scimType: error.scimType?.slice(0, 40),
      detail: error.detail === undefined ? undefined : sanitise(error.detail, [token, ...(request.secrets ?? [])]),
      isGeneral: request.isGeneral ?? false,
    });
  }
  if (text.trim() === "") return { status, body: undefined };
  const body = parse(text);
  if (!isComplex(body)) {
    throw unexpectedResponse("target answers with something that is not JSON", { method: request.method, status });
  }
  return { status, body };
}

// RFC 7644 section 3.12. Members of another type are ignored: only the status code is relied upon.
const ERROR = z.object({
  scimType: z.string().optional().catch(undefined),
  detail: z.string().optional().catch(undefined),
});

function parse(text: string): ResourceData | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const value = toValue(json);
    if (isComplex(value)) return value;
    return typeof json === "object" && json !== null && !Array.isArray(json) ? {} : undefined;
  } catch {
    return undefined;
  }
}

// Failures before the request was on its way: the target cannot have done anything.
const UNSENT_CODES = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
const UNSENT_EVENTS = new Set(["lookup", "connect", "secureConnect"]);

function toNetworkError(method: string, error: unknown): SyncError {
  const code = textOf(error, "code") ?? "unknown";
  const isTls = /CERT|TLS|SSL/.test(code);
  const isUnsent = isTls || UNSENT_CODES.has(code) || UNSENT_EVENTS.has(textOf(error, "event") ?? "");
  return new SyncError(describe(code, isTls), {
    side: "target",
    code: "unreachable",
    retry: { kind: "backoff" },
    details: { method, code, sent: !isUnsent },
  });
}

function describe(code: string, isTls: boolean): string {
  if (isTls) return `target has a certificate that is not trusted (${code})`;
  return code === "ETIMEDOUT" ? "target did not answer in time" : `no connection to the target (${code})`;
}

function textOf(error: unknown, name: string): string | undefined {
  const found = error instanceof Error ? Object.entries(error).find(([key]) => key === name)?.[1] : undefined;
  return typeof found === "string" ? found : undefined;
}
