import { mkdtemp, rm, writeFile } from "node:fs/promises";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { generate } from "selfsigned";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { EntraCredential, EntraOptions } from "#src/entra/options.ts";
import { createCertificate, trust } from "#test/sandbox/certificate.ts";
import { startTenant, type Tenant } from "#test/sandbox/tenant.ts";
import { failureOf, openSource } from "./entra-source.ts";

let tenant: Tenant;
let folder: string;
let wholePem: string;
let bareCertificate: string;

beforeAll(async () => {
  tenant = await startTenant();
  trust(tenant.caCertificate);
  folder = await mkdtemp(join(tmpdir(), "entra-sign-in-"));
  const pair = await generate([{ name: "commonName", value: "bridge" }]);
  bareCertificate = pair.cert;
  wholePem = `${pair.private}\n${pair.cert}`;
});

afterEach(() => {
  tenant.clearFailures();
  tenant.requests.length = 0;
  Object.assign(tenant.switches, { delay: 0, secretExpired: false, tokenLifetime: 3599 });
});

afterAll(async () => {
  await tenant.close();
  await rm(folder, { recursive: true });
});

const open = (options: Partial<EntraOptions> = {}) => openSource(tenant, options);

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const tokenRequests = () => tenant.requests.filter(({ path }) => path.endsWith("/oauth2/v2.0/token"));

test("signs in with a secret, a certificate and a federated token", async () => {
  const credentials: readonly EntraCredential[] = [
    { kind: "secret", secret: tenant.clientSecret },
    { kind: "certificate", path: await write("whole.pem", wholePem) },
    { kind: "federated", tokenFile: await write("token", `${["e30", "e30", "sig"].join(".")}\n`) },
  ];
  const found = await Promise.all(credentials.map((credential) => open({ credential }).findApplication("SoSafe")));
  for (const application of found) expect(application).toMatchObject(tenant.application);
  expect(tokenRequests().map(({ status }) => status)).toEqual([200, 200, 200]);
});

test.each([
  ["a wrong secret", { credential: { kind: "secret", secret: "wrong~secret" } }, "7000215", "AZURE_CLIENT_SECRET"],
  ["an unknown client", { clientId: "6b3c1c0e-0000-4000-8000-000000000000" }, "700016", "AZURE_CLIENT_ID"],
  ["an unknown tenant", { tenantId: "6b3c1c0e-0000-4000-8000-000000000000" }, "90002", "AZURE_TENANT_ID"],
] as const)("%s stops everything and says what to set", async (...[, options, aadsts, variable]) => {
  const error = await failureOf(open(options).signIn());
  expect(error).toMatchObject({ code: "unauthorized", side: "source", retry: { kind: "halt" }, details: { aadsts } });
  expect(error.message).toContain(variable);
});

test("an expired secret is told from a wrong one", async () => {
  tenant.switches.secretExpired = true;
  const error = await failureOf(open().signIn());
  expect(error).toMatchObject({ code: "unauthorized", details: { aadsts: "7000222" } });
  expect(error.message).toContain("expired");
});

test("credential files are looked at before they are used", async () => {
  const files: readonly (readonly [EntraCredential, string])[] = [
    [{ kind: "certificate", path: join(folder, "missing.pem") }, "ENOENT"],
    [{ kind: "certificate", path: await write("bare.pem", bareCertificate) }, "no-private-key"],
    [{ kind: "certificate", path: await write("junk.pem", "junk") }, "no-certificate"],
    [{ kind: "federated", tokenFile: join(folder, "missing") }, "ENOENT"],
    [{ kind: "federated", tokenFile: await write("empty", "\n") }, "empty-file"],
  ];
  const found = await Promise.all(files.map(([credential]) => failureOf(open({ credential }).signIn())));
  expect(found.map(({ details }) => details["reason"])).toEqual(files.map(([, reason]) => reason));
  expect(new Set(found.map(({ retry }) => retry.kind))).toEqual(new Set(["halt"]));
  expect(tenant.requests).toEqual([]);
});

test("a managed identity that is not there halts with advice", async () => {
  const error = await failureOf(open({ credential: { kind: "managed" } }).signIn());
  expect(error).toMatchObject({ code: "unauthorized", retry: { kind: "halt" } });
  expect(error.message).toContain("managed identity");
});

test("network, names and certificates are told apart, and may pass", async () => {
  const stranger = await createCertificate();
  const server = https.createServer({ key: stranger.key, cert: stranger.cert });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const untrusted = await failureOf(open({ authorityHost: `https://localhost:${port}` }).signIn());
  await new Promise((resolve) => server.close(resolve));
  await stranger.remove();
  const refused = await failureOf(open({ authorityHost: `https://localhost:${port}` }).signIn());
  const nameless = await failureOf(open({ authorityHost: "https://nowhere.invalid" }).signIn());

  expect(untrusted.message).toContain("NODE_EXTRA_CA_CERTS");
  expect(refused.details["reason"]).toBe("ECONNREFUSED");
  expect(nameless.message).toContain("does not resolve");
  for (const error of [untrusted, refused, nameless]) {
    expect(error).toMatchObject({ code: "unreachable", retry: { kind: "backoff" } });
  }
});

test.each([
  [{ path: "/oauth2/", status: 500 }, "unreachable"],
  [{ path: "/oauth2/", status: 502, body: "<html>Bad Gateway</html>" }, "unreachable"],
  [{ path: "/oauth2/", damage: "reset" }, "unreachable"],
  [{ path: "/oauth2/", status: 429 }, "throttled"],
  [{ path: "/oauth2/", status: 200, body: "<html>Welcome to the hotel</html>" }, "unexpected-response"],
  [{ path: "openid-configuration", status: 503, count: 9 }, "unreachable"],
  [{ path: "openid-configuration", status: 503 }, "unreachable"],
  [{ path: "openid-configuration", status: 200, body: "<html>Welcome</html>", count: 9 }, "unexpected-response"],
] as const)("a sign-in service that fails with %j is %s, never a matter of credentials", async (failure, code) => {
  tenant.failNext(failure);
  const error = await failureOf(open().signIn());
  expect(error.code).toBe(code);
  expect(["backoff", "after"]).toContain(error.retry.kind);
});

test("a sign-in service that hangs is given up, and asked anew by the next call", async () => {
  tenant.switches.delay = 60_000;
  const source = open({ timeoutMs: 200 });
  expect(await failureOf(source.signIn())).toMatchObject({ code: "unreachable", details: { reason: "TimeoutError" } });
  tenant.switches.delay = 0;
  await source.signIn();
});

test("one caller may stop waiting while the others go on", async () => {
  tenant.switches.delay = 50;
  const source = open();
  const reason = new Error("stop");
  const controller = new AbortController();
  const others = source.signIn();
  const mine = source.signIn(controller.signal);
  controller.abort(reason);
  await expect(mine).rejects.toBe(reason);
  await others;
  expect(tokenRequests()).toHaveLength(1);
});

test("many callers share one sign-in, and its token until five minutes before its end", async () => {
  const source = open();
  await Promise.all(Array.from({ length: 5 }, () => source.signIn()));
  await source.signIn();
  expect(tokenRequests()).toHaveLength(1);

  tenant.switches.tokenLifetime = 299;
  const other = open();
  await other.signIn();
  await other.signIn();
  expect(tokenRequests()).toHaveLength(3);
});

test("a revoked token is replaced once without anybody noticing", async () => {
  const source = open();
  await source.signIn();
  tenant.revokeAccessTokens();
  expect(await source.findApplication("SoSafe")).toMatchObject(tenant.application);
  expect(tokenRequests()).toHaveLength(2);
});

test("a token that is refused for good halts after one new sign-in", async () => {
  tenant.failNext({ path: "/servicePrincipals", status: 401, count: 9 });
  const error = await failureOf(open().findApplication("SoSafe"));
  expect(error).toMatchObject({ code: "unauthorized", retry: { kind: "halt" } });
  expect(tokenRequests()).toHaveLength(2);
});

test("no failure shows the secret, the assertion or the token", async () => {
  const secret = "wrong~secret~in~full";
  const assertion = ["e30", Buffer.from('{"iss":"x","aud":"y/oauth2"}').toString("base64url"), "sig"].join(".");
  const tokenFile = await write("foreign", assertion);
  tenant.switches.delay = 1;
  const failing = open();
  await failing.signIn();
  tenant.failNext({ path: "/v1.0/", status: 500, count: 3 });
  tenant.failNext({ path: "/v1.0/", damage: "reset", count: 3 });
  const errors = [
    await failureOf(open({ credential: { kind: "secret", secret } }).signIn()),
    await failureOf(open({ credential: { kind: "federated", tokenFile } }).signIn()),
    await failureOf(failing.findApplication("SoSafe")),
    await failureOf(failing.findApplication("SoSafe")),
  ];
  const shown = errors.map((error) => `${inspect(error, { depth: 10, showHidden: true })}${JSON.stringify(error)}`);
  expect(errors.map(({ code }) => code)).toEqual(["unauthorized", "unauthorized", "unreachable", "unreachable"]);
  expect(shown.join("\n")).not.toMatch(/wrong~secret|Bearer|client_assertion/);
  expect(shown.join("\n")).not.toContain(assertion);
  expect(shown.join("\n")).not.toContain(tenant.clientSecret);
});
