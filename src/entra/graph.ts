import {
  AuthenticationHandler,
  AuthenticationHandlerOptions,
  Client,
  ResponseType,
  TelemetryHandler,
} from "@microsoft/microsoft-graph-client";
import type { Log } from "../log.ts";
import type { OnRequest } from "../sync/ports.ts";
import type { TokenSource } from "./credential.ts";
import { parseJson } from "./error-body.ts";
import { createUnexpected, toAnswerError, toNetworkError, type GraphAnswer, type GraphCall } from "./errors.ts";
import type { EntraOptions } from "./options.ts";
import { retryRead } from "./retry.ts";
import { createTransport } from "./transport.ts";

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_RETRY_DELAY_MS = 500;

/** One read. `url` is absolute or starts with "/" (below the version), and is sent as it is: values are encoded already. */
export type GraphRequest = {
  readonly url: string;
  /** Sent as JSON by POST; without it the request is a GET. */
  readonly body?: unknown;
  readonly delta: GraphCall["delta"];
  /** Asks Graph's index, which some queries need (learn.microsoft.com/graph/aad-advanced-queries). */
  readonly isEventual?: true;
};

/** Sends reads to Graph. */
export type GraphClient = {
  /** The JSON of an answer, read again after failures in passing. Throws a SyncError, or the signal's reason. */
  readonly read: (request: GraphRequest, signal?: AbortSignal) => Promise<unknown>;
  /** Whether a link leads back to Graph, so that the token may go there. */
  readonly isOwnLink: (link: string) => boolean;
};

export type ClientDeps = { readonly log: Log; readonly onRequest: OnRequest; readonly tokens: TokenSource };

type Attempt = { readonly request: GraphRequest; readonly call: GraphCall; readonly signal: AbortSignal | undefined };

/**
 * Creates the client on top of Microsoft's, of which its own retries are left out (they cannot be aborted and cap
 * Retry-After at 3 minutes) and whose answers are taken raw (it hides headers, status and causes of failures).
 */
export function createClient(options: EntraOptions, deps: ClientDeps): GraphClient {
  const base = new URL(options.graphBaseUrl);
  const retryDelayMs = options.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS;
  const send = createSender(options, deps);

  return {
    isOwnLink: (link) => URL.canParse(link) && new URL(link).origin === base.origin,
    read: async (request, signal) => {
      const absolute = new URL(request.url.startsWith("/") ? `/v1.0${request.url}` : request.url, base);
      const call: GraphCall = {
        method: request.body === undefined ? "GET" : "POST",
        path: absolute.pathname,
        delta: request.delta,
      };
      const attempt: Attempt = { request: { ...request, url: toText(absolute, request) }, call, signal };
      return retryRead(async () => toJson(await send(attempt), call), {
        baseDelayMs: retryDelayMs,
        signal,
        onRetry: (error, pauseMs) => {
          const facts = { path: call.path, code: error.code, pauseMs: Math.round(pauseMs), ...error.details };
          deps.log.debug(facts, "Microsoft Graph is asked again after a pause");
        },
      });
    },
  };
}

/** Links go back byte for byte: a URL object may write them differently. */
function toText(absolute: URL, request: GraphRequest): string {
  return request.url.startsWith("/") ? `${absolute.origin}/v1.0${request.url}` : request.url;
}

function toJson(answer: GraphAnswer, call: GraphCall): unknown {
  if (answer.status < 200 || answer.status > 299) throw toAnswerError(answer, call);
  const json = parseJson(answer.text);
  if (json === undefined) throw createUnexpected(call.path, "no JSON, or only a part of it");
  return json;
}

function createSender(options: EntraOptions, deps: ClientDeps): (attempt: Attempt) => Promise<GraphAnswer> {
  const host = new URL(options.graphBaseUrl).hostname;
  const { tokens } = deps;
  const transport = createTransport();
  const client = Client.initWithMiddleware({
    // The token comes with each request: fetched by the client, its failure would lose code and cause.
    middleware: [
      new AuthenticationHandler({ getAccessToken: async () => "" }),
      new TelemetryHandler(),
      transport.middleware,
    ],
    baseUrl: options.graphBaseUrl,
    // Names without port, or the client silently sends no token.
    customHosts: new Set([host]),
  });

  async function fetchOnce({ request, call, signal }: Attempt, token: string): Promise<GraphAnswer> {
    const startedAt = performance.now();
    const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    let status: number | undefined;
    try {
      const prepared = client
        .api(request.url)
        .responseType(ResponseType.RAW)
        .middlewareOptions([new AuthenticationHandlerOptions({ getAccessToken: async () => token })])
        .option("signal", signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
      if (request.isEventual) prepared.header("ConsistencyLevel", "eventual");
      const response: unknown = await (call.method === "GET" ? prepared.get() : prepared.post(request.body));
      if (!(response instanceof Response)) throw new TypeError("the Graph client gave no response");
      const failure = transport.failureOf(response);
      if (failure !== undefined) throw failure;
      status = response.status;
      return { status, headers: response.headers, text: await response.text() };
    } catch (error) {
      signal?.throwIfAborted();
      throw toNetworkError(error, host);
    } finally {
      deps.onRequest({ method: call.method, status, durationMs: performance.now() - startedAt });
    }
  }

  return async (attempt) => {
    const token = await tokens.getToken(attempt.signal);
    const answer = await fetchOnce(attempt, token);
    if (answer.status !== 401) return answer;
    // A token may be revoked before it expires; a second refusal is final.
    tokens.drop(token);
    return fetchOnce(attempt, await tokens.getToken(attempt.signal));
  };
}
