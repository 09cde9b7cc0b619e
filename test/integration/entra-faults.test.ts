import https from "node:https";
import { generate } from "selfsigned";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { EntraOptions } from "#src/entra/options.ts";
import { toEntraId } from "#src/model/ids.ts";
import type { OnRequest } from "#src/sync/ports.ts";
import { trust } from "#test/sandbox/certificate.ts";
import { healthySwitches } from "#test/sandbox/tenant-switches.ts";
import { startTenant, type Tenant } from "#test/sandbox/tenant.ts";
import { collect, failureOf, openSource } from "./entra-source.ts";

let tenant: Tenant;

beforeAll(async () => {
  tenant = await startTenant({ people: 12 });
  trust(tenant.caCertificate);
});

afterEach(() => {
  tenant.clearFailures();
  tenant.requests.length = 0;
  Object.assign(tenant.switches, healthySwitches());
});

afterAll(() => tenant.close());

const open = (options: Partial<EntraOptions> = {}, onRequest?: OnRequest) => openSource(tenant, options, onRequest);

async function readUsers(source = open(), signal?: AbortSignal) {
  const pages = await collect(source.readUsers({ cursor: undefined, select: ["displayName"] }, signal));
  return pages.flatMap(({ items }) => items);
}

const deltaRequests = () => tenant.requests.filter(({ path }) => path === "/v1.0/users/delta");

test.each([
  ["500", { status: 500 }],
  ["503 without Retry-After", { status: 503 }],
  ["a lost connection", { damage: "reset" }],
  ["half an answer", { damage: "truncate" }],
  ["a page of a proxy", { status: 200, body: "<html>Sign in to the hotel</html>" }],
] as const)("%s twice goes unnoticed", async (_name, failure) => {
  tenant.failNext({ path: "/users/delta", count: 2, ...failure });
  expect(await readUsers()).toHaveLength(12);
  expect(deltaRequests()).toHaveLength(3);
});

test.each([
  [{ status: 500 }, "unreachable"],
  [{ damage: "reset" }, "unreachable"],
  [{ damage: "truncate" }, "unexpected-response"],
] as const)("%j that stays is passed on after three tries, naming the path without query", async (failure, code) => {
  tenant.failNext({ path: "/users/delta", count: 9, ...failure });
  const error = await failureOf(readUsers());
  expect(error).toMatchObject({ code, side: "source", retry: { kind: "backoff" } });
  expect(error.message).not.toContain("$select");
  expect(deltaRequests()).toHaveLength(3);
});

test.each([429, 503])("%i is waited for as long as it says", async (status) => {
  tenant.failNext({ path: "/users/delta", count: 4, status, headers: { "retry-after": "0.02" } });
  const startedAt = performance.now();
  expect(await readUsers()).toHaveLength(12);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(80);
  expect(deltaRequests()).toHaveLength(5);
});

test("a long pause is left to the cycle, which is told how long", async () => {
  tenant.failNext({ path: "/users/delta", status: 429, headers: { "retry-after": "600" } });
  expect(await failureOf(readUsers())).toMatchObject({ code: "throttled", retry: { kind: "after", ms: 600_000 } });
  expect(deltaRequests()).toHaveLength(1);
});

test.each([
  ["User.Read.All", () => readUsers()],
  ["Application.Read.All", () => open().findApplication("SoSafe")],
] as const)("without %s the sync halts and says which permissions it needs", async (permission, read) => {
  tenant.switches.forbidden = [permission];
  const error = await failureOf(read());
  expect(error).toMatchObject({ code: "unauthorized", retry: { kind: "halt" }, details: { status: 403 } });
  expect(error.message).toContain(permission);
});

test("a Graph that hangs is given up after the timeout, each time", async () => {
  const requests: (number | undefined)[] = [];
  const source = open({ timeoutMs: 150 }, ({ status }) => requests.push(status));
  await source.signIn();
  tenant.switches.delay = 60_000;
  const error = await failureOf(readUsers(source, new AbortController().signal));
  expect(error).toMatchObject({ code: "unreachable", details: { reason: "TimeoutError" } });
  expect(requests).toEqual([undefined, undefined, undefined]);
});

test("a request that hangs ends with the caller's reason, once", async () => {
  const controller = new AbortController();
  const reason = new Error("shutdown");
  // Its own authority: two of the same name, as the tenants' have, cannot be told apart in one process.
  const certificate = await generate([{ name: "commonName", value: "Silent Graph" }], {
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
  trust(certificate.cert);
  // Aborts as soon as the request has arrived, and never answers.
  const server = https.createServer({ key: certificate.private, cert: certificate.cert }, () =>
    controller.abort(reason),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const graphBaseUrl = `https://localhost:${typeof address === "object" ? address?.port : 0}`;
  const requests: (number | undefined)[] = [];
  const source = open({ graphBaseUrl, timeoutMs: 600_000 }, ({ status }) => requests.push(status));
  await expect(readUsers(source, controller.signal)).rejects.toBe(reason);
  expect(requests).toEqual([undefined]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("a Graph that nobody answers for is unreachable, with the code that tells why", async () => {
  const gone = await startTenant({ people: 0 });
  await gone.close();
  const error = await failureOf(readUsers(open({ graphBaseUrl: gone.url })));
  expect(error).toMatchObject({ code: "unreachable", details: { reason: "ECONNREFUSED" } });
});

test("every request to Graph is counted, those that fail and are repeated, too, and sign-ins are not", async () => {
  const seen: unknown[] = [];
  const source = open({}, ({ method, status }) => seen.push([method, status]));
  tenant.failNext({ path: "/users/delta", status: 500 });
  await readUsers(source);
  await source.readUsersById([toEntraId("dddddddd-0000-4000-8000-000000000000")], ["displayName"]);
  expect(seen).toEqual([
    ["GET", 500],
    ["GET", 200],
    ["POST", 200],
  ]);
});

test("the token goes to no other host, even after a redirect", async () => {
  const other = await startTenant({ people: 0 });
  trust(other.caCertificate);
  const location = `${other.url}/v1.0/users/delta`;
  tenant.failNext({ path: "/users/delta", count: 9, status: 307, headers: { location }, body: "" });
  expect(await failureOf(readUsers())).toMatchObject({ code: "unexpected-response", details: { status: 307 } });
  expect(other.requests).toEqual([]);
  await other.close();
});
