import type { IncomingHttpHeaders } from "node:http";
import { randomUUID } from "node:crypto";

/** A request as the tenant's endpoints see it. `path` is decoded, `url` is what was asked, with origin. */
export type Call = {
  readonly method: string;
  readonly path: string;
  readonly url: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
};

/** An answer; an object body is sent as JSON, a string as it is. */
export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Thrown inside an endpoint to answer with a Graph error (Graph: error responses). */
export class GraphFault extends Error {
  readonly answer: Answer;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.answer = graphError({ status, code, message });
  }
}

/** An error in Graph's shape: {error: {code, message, innerError: {date, request-id, client-request-id}}}. */
export function graphError(fault: {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}): Answer {
  const id = randomUUID();
  const innerError = { date: new Date().toISOString().slice(0, 19), "request-id": id, "client-request-id": id };
  const body = { error: { code: fault.code, message: fault.message, innerError } };
  return { status: fault.status, body, ...(fault.headers === undefined ? {} : { headers: fault.headers }) };
}

/** The answer to anything that the tenant does not hold. */
export function notFound(name: string): GraphFault {
  const message = `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`;
  return new GraphFault(404, "Request_ResourceNotFound", message);
}

/** A 400 with Graph's usual code. */
export function badRequest(message: string, code: string = "BadRequest"): GraphFault {
  return new GraphFault(400, code, message);
}
