import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { createBetterAuthListener } from "./better-auth-server.ts";
import { bendAnswer, listTarget } from "./scim-bend.ts";
import { createFaults, type Fault, type Faults } from "./scim-faults.ts";
import { createScimmyListener } from "./scimmy-server.ts";

/** One of the two SCIM servers, as its package builds it. */
export type RealServer = { readonly listener: RequestListener; readonly path: string };

export type ScimOptions = {
  readonly kind: "scimmy" | "better-auth";
  readonly token: string;
  /** Default 0: any free port. */
  readonly port?: number;
};

/** A request as it arrived; of the credentials only whether they were there. */
export type RecordedRequest = {
  readonly method: string;
  /** Below the base URL, as it was on the wire: `/Users/abc`. */
  readonly path: string;
  /** As it was on the wire, without `?`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly hasToken: boolean;
  /** Parsed when it is JSON. */
  readonly body: unknown;
  /** 0 when no answer was given. */
  readonly status: number;
  readonly at: number;
};

export type Resource = Readonly<Record<string, unknown>> & { readonly id: string };

export type ScimServer = {
  readonly kind: ScimOptions["kind"];
  /** The SCIM base URL. */
  readonly url: string;
  readonly token: string;
  /** All users and groups as the real server holds them, read behind the fault layer and not recorded. */
  readonly users: () => Promise<readonly Resource[]>;
  readonly groups: () => Promise<readonly Resource[]>;
  /** Asks the real server directly, behind the fault layer and unrecorded. */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;
  readonly requests: RecordedRequest[];
  readonly faults: Faults;
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

type Front = {
  readonly real: string;
  readonly base: string;
  readonly faults: Faults;
  readonly requests: RecordedRequest[];
};

/** What the real server answered. */
export type Answer = { readonly status: number; readonly headers: Record<string, string>; readonly body: string };

/** Starts a real SCIM server on loopback, behind a layer that records requests and can make them fail. */
export async function startScim(options: ScimOptions): Promise<ScimServer> {
  const listeners: { real?: RequestListener; front?: RequestListener } = {};
  const real = await listen((request, response) => listeners.real?.(request, response), 0);
  const front = await listen((request, response) => listeners.front?.(request, response), options.port ?? 0);
  const server = await createReal(options, front.origin);
  const [requests, faults]: [RecordedRequest[], Faults] = [[], createFaults()];
  const layer: Front = { real: real.origin, base: server.path, faults, requests };
  listeners.real = server.listener;
  listeners.front = (request, response) => void serve(layer, request, response);
  const ask = createAsk(`${real.origin}${server.path}`, options.token);
  const close = async () => {
    await Promise.all([stop(front.server), stop(real.server)]);
  };
  return {
    kind: options.kind,
    url: `${front.origin}${server.path}`,
    token: options.token,
    users: () => readAll(ask, "/Users"),
    groups: () => readAll(ask, "/Groups"),
    ask,
    requests,
    faults,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function createReal(options: ScimOptions, origin: string): Promise<RealServer> {
  const { token } = options;
  return options.kind === "scimmy" ? createScimmyListener({ token }) : createBetterAuthListener({ token, origin });
}

async function listen(listener: RequestListener, port: number): Promise<{ server: Server; origin: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { server, origin: `http://127.0.0.1:${address.port}` };
}

async function stop(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(layer: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const at = Date.now();
  const body = await readBody(request).catch(() => undefined);
  if (body === undefined) return;
  const url = new URL(request.url ?? "/", layer.real);
  const call = {
    method: request.method ?? "GET",
    path: url.pathname.replace(layer.base, ""),
    url,
    headers: request.headers,
    body,
  };
  const status = await answer(layer, call, response).catch(() => {
    response.destroy();
    return 0;
  });
  layer.requests.push({
    method: call.method,
    path: call.path,
    query: url.search.slice(1),
    headers: withoutToken(request.headers),
    hasToken: request.headers.authorization !== undefined,
    body: parse(body),
    status,
    at,
  });
}

type Call = {
  readonly method: string;
  readonly path: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
};

async function answer(layer: Front, call: Call, response: ServerResponse): Promise<number> {
  if (layer.faults.delayMs > 0) await delay(layer.faults.delayMs);
  const fault = layer.faults.take(call.method, call.path);
  if (fault !== undefined && !isAfterwards(fault)) return fail(fault, undefined, response);
  const refused = bendAnswer(layer.faults, call, undefined);
  if (refused !== undefined) return send(response, refused);
  const real = await forward(call, listTarget(layer.faults, call.url));
  if (fault !== undefined) return fail(fault, real, response);
  return send(response, bendAnswer(layer.faults, call, real) ?? real);
}

/** True when the real server does the work before things go wrong. */
function isAfterwards(fault: Fault): boolean {
  return fault.kind === "truncate" || fault.kind === "no-id" || fault.commit === true;
}

function fail(fault: Fault, real: Answer | undefined, response: ServerResponse): number {
  if (fault.kind === "reset") response.destroy();
  const content = failedAnswer(fault, real);
  return content === undefined ? 0 : send(response, content);
}

function failedAnswer(fault: Fault, real: Answer | undefined): Answer | undefined {
  if (fault.kind === "answer") {
    const body = typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body ?? {});
    return { status: fault.status, headers: { "content-type": "application/scim+json", ...fault.headers }, body };
  }
  if (real === undefined) return undefined;
  if (fault.kind === "truncate") return { ...real, body: real.body.slice(0, real.body.length / 2) };
  if (fault.kind === "no-id") {
    return { ...real, body: JSON.stringify({ ...asObject(parse(real.body)), id: undefined }) };
  }
  return undefined;
}

function send(response: ServerResponse, content: Answer): number {
  response.writeHead(content.status, content.headers);
  response.end(content.status === 204 ? undefined : content.body);
  return content.status;
}

const PASSED_ON = ["authorization", "content-type", "accept", "if-match"];

async function forward(call: Call, url: URL): Promise<Answer> {
  const headers = new Headers();
  for (const name of PASSED_ON) {
    const value = call.headers[name];
    if (typeof value === "string") headers.set(name, value);
  }
  const withBody = call.body === "" ? {} : { body: Buffer.from(call.body) };
  const answered = await fetch(url, { method: call.method, headers, redirect: "manual", ...withBody });
  const kept = ["content-type", "location", "www-authenticate", "retry-after"].flatMap((name) => {
    const value = answered.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return { status: answered.status, headers: Object.fromEntries(kept), body: await answered.text() };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function withoutToken(headers: IncomingMessage["headers"]): Record<string, string> {
  const { authorization: _token, ...rest } = headers;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
}

function createAsk(base: string, token: string): ScimServer["ask"] {
  return async (method, path, body) => {
    const withBody = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/scim+json" };
    const answered = await fetch(`${base}${path}`, { method, headers, ...withBody });
    return { status: answered.status, body: parse(await answered.text()) };
  };
}

async function readAll(ask: ScimServer["ask"], path: string): Promise<readonly Resource[]> {
  const found = new Map<string, Resource>();
  for (;;) {
    const page = asObject((await ask("GET", `${path}?startIndex=${found.size + 1}&count=100`)).body);
    const resources = Array.isArray(page["Resources"]) ? page["Resources"].filter(isResource) : [];
    const before = found.size;
    for (const resource of resources) found.set(resource.id, resource);
    if (found.size === before || found.size >= Number(page["totalResults"])) return [...found.values()];
  }
}

function isResource(value: unknown): value is Resource {
  return typeof asObject(value)["id"] === "string";
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
