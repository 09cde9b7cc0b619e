import https from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { createCertificate } from "./certificate.ts";
import { createDirectory, type Directory, type DirectoryOptions } from "./directory.ts";
import { graphError, type Answer, type Call } from "./graph-answer.ts";
import { answerGraph } from "./graph-routes.ts";
import { createGroups, type Group } from "./groups.ts";
import { createPeople, type Person } from "./people.ts";
import { createRandom } from "./random.ts";
import { answerSignIn } from "./sign-in.ts";
import { answerControl } from "./tenant-control.ts";
import { createFailureQueue, healthySwitches, type Expiry, type Failure, type Switches } from "./tenant-switches.ts";
import type { SandboxApplication, World } from "./world.ts";

export type TenantOptions = {
  /** People, or how many to invent; 25 when left out. */
  readonly people?: readonly Person[] | number;
  /** Groups, or how many to invent; 4 when left out. */
  readonly groups?: readonly Group[] | number;
  /** Who has the application; the first group and the first five people when left out. */
  readonly assignments?: DirectoryOptions["assignments"];
  /** For what is invented, and for the ids of tenant and application. */
  readonly seed?: number;
  /** 0, or left out: a free one. */
  readonly port?: number;
  readonly clientSecret?: string;
  /** Further enterprise applications, such as one of the same name. */
  readonly otherApplications?: readonly SandboxApplication[];
  readonly switches?: Partial<Switches>;
};

/** A request that Graph or the token service got. `body` is the JSON of a POST; the sign-in's secrets are left out. */
export type RecordedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** 0 when it got no answer. */
  readonly status: number;
};

export type Tenant = {
  /** For AZURE_AUTHORITY_HOST and GRAPH_BASE_URL. */
  readonly url: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly application: SandboxApplication;
  readonly directory: Directory;
  readonly switches: Switches;
  /** What the next requests meet. */
  readonly failNext: (failure: Failure) => void;
  readonly clearFailures: () => void;
  /** Refuses every delta and page link given out so far. */
  readonly expireDeltaTokens: (expiry: Expiry) => void;
  /** Makes every access token given out so far answer 401. */
  readonly revokeAccessTokens: () => void;
  /** In order of their answers; clear it with `requests.length = 0`. */
  readonly requests: RecordedRequest[];
  /** PEM, and the file for NODE_EXTRA_CA_CERTS. */
  readonly caCertificate: string;
  readonly caFile: string;
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/**
 * Starts a synthetic Entra tenant on loopback: token service and Microsoft Graph over HTTPS on one port, plus /control
 * to steer it from other processes. Use `trust(tenant.caCertificate)` to call it from this process.
 */
export async function startTenant(options: TenantOptions = {}): Promise<Tenant> {
  const certificate = await createCertificate();
  const server = https.createServer({ key: certificate.key, cert: certificate.cert, keepAliveTimeout: 60_000 });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen({ port: options.port ?? 0, host: "127.0.0.1" }, resolve);
  });
  const address = server.address();
  const url = `https://localhost:${typeof address === "object" ? (address?.port ?? 0) : 0}`;
  const world = createWorld(options, url);
  const failures = createFailureQueue();
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await Promise.all([closed, certificate.remove()]);
  };
  const tenant: Tenant = {
    ...world,
    url,
    failNext: failures.add,
    clearFailures: failures.clear,
    expireDeltaTokens: (expiry) => {
      world.epoch.number += 1;
      world.epoch.expiry = expiry;
    },
    revokeAccessTokens: () => world.accessTokens.clear(),
    requests: [],
    caCertificate: certificate.ca,
    caFile: certificate.caFile,
    close,
    [Symbol.asyncDispose]: close,
  };
  server.on("request", (request, response) => {
    handle({ tenant, world, takeFailure: failures.take }, request, response).catch((error: unknown) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });
  return tenant;
}

function createWorld(options: TenantOptions, url: string): World {
  const seed = options.seed ?? 7;
  const random = createRandom(seed + 1);
  const { people: chosen = 25, groups: given = 4 } = options;
  const people = typeof chosen === "number" ? createPeople({ count: chosen, seed }) : chosen;
  const groups = typeof given === "number" ? createGroups({ count: given, people, seed }) : given;
  const usual = [...groups.slice(0, 1), ...people.slice(0, 5)].map(({ id }) => ({ principalId: id }));
  const tenantId = random.guid();
  const clientId = random.guid();
  const application = { servicePrincipalId: random.guid(), appId: random.guid(), displayName: "SoSafe" };
  let counter = 0;
  return {
    tenantId,
    clientId,
    domain: "musterwerk.onmicrosoft.example",
    clientSecret: options.clientSecret ?? `sandbox~${random.guid()}`,
    application,
    applications: [application, ...(options.otherApplications ?? [])],
    directory: createDirectory({ people, groups, assignments: options.assignments ?? usual }),
    switches: { ...healthySwitches(), ...options.switches },
    url: () => url,
    accessTokens: new Map(),
    rounds: new Map(),
    count: () => (counter += 1),
    epoch: { number: 0, expiry: "syncStateNotFound" },
  };
}

type Handling = {
  readonly tenant: Tenant;
  readonly world: World;
  readonly takeFailure: (path: string) => Failure | undefined;
};

async function handle(handling: Handling, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { tenant, world } = handling;
  const call = await readCall(request, tenant.url);
  if (call.path.startsWith("/control/")) return send(response, answerControl(tenant, call));
  if (world.switches.delay > 0) await wait(world.switches.delay);
  const failure = handling.takeFailure(call.path);
  if (failure?.damage === "reset" || failure?.damage === "hang") {
    record(tenant, call, 0);
    if (failure.damage === "reset") request.socket.destroy();
    return;
  }
  const status = failure?.status ?? (failure?.body === undefined ? undefined : 200);
  const answer =
    failure === undefined || status === undefined ? answerCall(world, call) : failedAnswer(failure, status);
  record(tenant, call, answer.status);
  send(response, failure?.damage === "truncate" ? truncated(answer) : answer);
}

function answerCall(world: World, call: Call): Answer {
  if (call.path.startsWith("/v1.0/")) return answerGraph(world, call);
  const answer = answerSignIn(world, call);
  return answer ?? graphError({ status: 404, code: "UnknownError", message: `Nothing is here: ${call.path}` });
}

const CODES: Readonly<Record<number, readonly [code: string, message: string]>> = {
  429: ["TooManyRequests", "Too many requests."],
  500: ["generalException", "An error occurred while processing the request."],
  503: ["serviceNotAvailable", "The service is temporarily unavailable."],
};

function failedAnswer(failure: Failure, status: number): Answer {
  const [code, message] = CODES[status] ?? ["UnknownError", "The request failed."];
  const body = failure.body === undefined ? graphError({ status, code, message }).body : failure.body;
  return { status, body, ...(failure.headers === undefined ? {} : { headers: failure.headers }) };
}

function truncated(answer: Answer): Answer {
  const text = JSON.stringify(answer.body ?? {});
  const headers = { "content-type": "application/json", ...answer.headers };
  return { ...answer, headers, body: text.slice(0, Math.floor(text.length / 2)) };
}

async function readCall(request: IncomingMessage, origin: string): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const url = new URL(request.url ?? "/", origin);
  const text = Buffer.concat(chunks).toString("utf8");
  const isJson = request.headers["content-type"]?.includes("json") === true;
  return {
    method: request.method ?? "GET",
    path: decodeURIComponent(url.pathname),
    url: url.href,
    query: url.searchParams,
    headers: request.headers,
    body: isJson ? parseJson(text) : text,
  };
}

function parseJson(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function record(tenant: Tenant, call: Call, status: number): void {
  const query = Object.fromEntries(call.query);
  const body = typeof call.body === "string" || call.body === undefined ? {} : { body: call.body };
  tenant.requests.push({ method: call.method, path: call.path, query, ...body, status });
}

function send(response: ServerResponse, answer: Answer): void {
  const isText = typeof answer.body === "string";
  const type = isText ? "text/html" : "application/json;odata.metadata=minimal;charset=utf-8";
  const body = isText ? answer.body : JSON.stringify(answer.body);
  response.writeHead(answer.status, { "content-type": type, "x-ms-resource-unit": "1", ...answer.headers }).end(body);
}
