import type { Context, Middleware } from "@microsoft/microsoft-graph-client";

/** The last link of the Graph client's chain, and where it leaves what the client would swallow. */
export type Transport = {
  readonly middleware: Middleware;
  /** Why a request got no answer; undefined when `response` is a real one. */
  readonly failureOf: (response: Response) => Error | undefined;
};

/**
 * Sends with fetch. The Graph client reduces a network failure to "fetch failed" without its cause, so the failure is
 * kept beside an error response here. Redirects are not followed: Graph has none, and the token stays where it belongs.
 */
export function createTransport(): Transport {
  const failures = new WeakMap<Response, Error>();
  return {
    middleware: {
      execute: async (context: Context) => {
        try {
          context.response = await fetch(context.request, { ...context.options, redirect: "manual" });
        } catch (error) {
          const response = Response.error();
          failures.set(response, error instanceof Error ? error : new Error("unknown"));
          context.response = response;
        }
      },
    },
    failureOf: (response) => failures.get(response),
  };
}
