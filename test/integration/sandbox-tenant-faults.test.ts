import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGraphReader, type GraphReader } from "#test/sandbox/graph-reader.ts";
import { startTenant, type Tenant } from "#test/sandbox/tenant.ts";

let tenant: Tenant;
let graph: GraphReader;

beforeEach(async () => {
  tenant = await startTenant({ people: 12, groups: 4, seed: 5 });
  graph = await createGraphReader(tenant);
});
afterEach(() => tenant.close());

const USERS = "/users/delta?$select=displayName,manager";

const answer = async (response: Promise<Response>) => {
  const { status, headers, body } = await response.then(async (got) => ({
    status: got.status,
    headers: got.headers,
    body: (await got.json()) as Record<string, unknown>,
  }));
  return { status, headers, body };
};

const UNKNOWN = "00000000-0000-4000-8000-000000000000";

const discover = (name: string) => fetch(`${tenant.url}/${name}/v2.0/.well-known/openid-configuration`);

const getByIds = (ids: readonly string[]) =>
  graph.fetch("/directoryObjects/getByIds?$select=id,mobilePhone", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ids, types: ["user"] }),
  });

const hasManager = async () => (await graph.round(USERS)).objects.some((object) => "manager@delta" in object);

describe("sign-in", () => {
  it.each([
    {
      what: "a wrong secret",
      fields: { client_secret: "wrong" },
      status: 401,
      error: "invalid_client",
      code: 7_000_215,
    },
    {
      what: "an unknown app",
      fields: { client_id: UNKNOWN },
      status: 400,
      error: "unauthorized_client",
      code: 700_016,
    },
    { what: "a bare scope", fields: { scope: "User.Read" }, status: 400, error: "invalid_scope", code: 1_002_012 },
    { what: "a grant", fields: { grant_type: "password" }, status: 400, error: "unsupported_grant_type", code: 70_003 },
  ])("refuses $what as Entra does: $code", async ({ fields, status, error, code }) => {
    const refused = await answer(graph.signIn({ ...fields }));
    expect(refused).toMatchObject({ status, body: { error, error_codes: [code] } });
    expect(refused.body["error_description"]).toMatch(new RegExp(`^AADSTS${code}: .* Trace ID: .* Timestamp: `, "u"));
  });

  it("refuses an expired secret, and takes a client assertion", async () => {
    tenant.switches.secretExpired = true;
    expect((await answer(graph.signIn())).body).toMatchObject({ error_codes: [7_000_222] });
    const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const signed = await graph.signIn({ client_assertion_type: type, client_assertion: "e30.e30.c2ln" });
    expect(signed.status).toBe(200);
    expect((await graph.signIn({ client_assertion_type: type, client_assertion: "text" })).status).toBe(401);
  });

  it("knows its own tenant, by id and by domain, and no other", async () => {
    for (const name of [tenant.tenantId, "musterwerk.onmicrosoft.example"]) {
      const issuer = `${tenant.url}/${name}/v2.0`;
      expect((await answer(discover(name))).body).toMatchObject({ issuer });
    }
    const foreign = await answer(discover("other.example"));
    expect(foreign).toMatchObject({ status: 400, body: { error: "invalid_tenant", error_codes: [90_002] } });
  });

  it("lets nobody read without a token, or with one that has ended", async () => {
    const empty = await answer(fetch(`${tenant.url}/v1.0${USERS}`));
    expect(empty).toMatchObject({ status: 401, body: { error: { code: "InvalidAuthenticationToken" } } });
    expect((await graph.fetch(USERS)).status).toBe(200);
    tenant.revokeAccessTokens();
    expect((await graph.fetch(USERS)).status).toBe(401);
    tenant.switches.tokenLifetime = -1;
    const late = await createGraphReader(tenant);
    expect((await answer(late.fetch(USERS))).body).toMatchObject({
      error: { message: "Lifetime validation failed, the token is expired." },
    });
  });

  it("answers 403 where a permission is missing, and only there", async () => {
    tenant.switches.forbidden = ["GroupMember.Read.All"];
    const groups = await answer(graph.fetch("/groups/delta"));
    expect(groups).toMatchObject({ status: 403, body: { error: { code: "Authorization_RequestDenied" } } });
    expect((await graph.fetch(USERS)).status).toBe(200);
  });
});

describe("lookups", () => {
  it("finds the application by app id, by key and by name", async () => {
    const { appId, servicePrincipalId, displayName } = tenant.application;
    const byName = `/servicePrincipals?$filter=${encodeURIComponent(`displayName eq '${displayName}'`)}`;
    expect((await graph.page(byName)).value).toMatchObject([{ id: servicePrincipalId, appId }]);
    const byKey = await answer(graph.fetch(`/servicePrincipals(appId='${appId}')?$select=id,appId`));
    expect(byKey.body).toEqual({ "@odata.context": expect.any(String), id: servicePrincipalId, appId });
    expect((await graph.fetch(`/servicePrincipals(appId='${tenant.clientId}')`)).status).toBe(404);
  });

  it("lists assignments in pages, without those of soft-deleted people", async () => {
    const path = `/servicePrincipals/${tenant.application.servicePrincipalId}/appRoleAssignedTo`;
    const [gone = ""] = tenant.directory.users.keys();
    tenant.directory.softDelete(gone);
    const pages = await graph.round(`${path}?$top=2`);
    expect(pages.pages.map((page) => page.value.length)).toEqual([2, 2, 1]);
    expect(pages.objects.map((row) => String(row["principalType"])).toSorted()).toEqual([
      "Group",
      "User",
      "User",
      "User",
      "User",
    ]);
    expect((await graph.fetch(`${path}?$top=1000`)).status).toBe(400);
    expect((await graph.fetch("/servicePrincipals/unknown/appRoleAssignedTo")).status).toBe(404);
  });

  it("returns those of many ids that exist, with null for what has no value", async () => {
    const id = tenant.directory.hire({ mobilePhone: null });
    const gone = tenant.directory.hire();
    tenant.directory.softDelete(gone);
    const { body } = await answer(getByIds([id, gone, tenant.tenantId]));
    expect(body["value"]).toEqual([{ "@odata.type": "#microsoft.graph.user", id, mobilePhone: null }]);
    const many = Array.from({ length: 1001 }, () => id);
    expect((await getByIds(many.slice(1))).status).toBe(200);
    expect((await getByIds(many)).status).toBe(400);
    expect((await getByIds(["no-guid"])).status).toBe(400);
  });

  it("finds a guest by a name with #EXT#, and says 404 for nobody", async () => {
    const userPrincipalName = "ana_partner.example#EXT#@musterwerk.onmicrosoft.example";
    const id = tenant.directory.hire({ userPrincipalName, userType: "Guest" });
    const path = `/users/${encodeURIComponent(userPrincipalName)}?$select=userType`;
    expect((await answer(graph.fetch(path))).body).toMatchObject({ id, userType: "Guest" });
    const missing = await answer(graph.fetch("/users/nobody@musterwerk.example"));
    expect(missing).toMatchObject({ status: 404, body: { error: { code: "Request_ResourceNotFound" } } });
  });

  it("lists members of a group, and those of the groups inside it when asked for", async () => {
    const [one = "", two = ""] = tenant.directory.users.keys();
    const inner = tenant.directory.createGroup({ displayName: "Innen" }, [{ id: two, type: "user" }]);
    const outer = tenant.directory.createGroup({ displayName: "Außen" }, [{ id: one, type: "user" }]);
    tenant.directory.addMember(outer, inner);
    const direct = await graph.page(`/groups/${outer}/members?$select=id`);
    expect(direct.value.map(({ id }) => id)).toEqual([one, inner]);
    const deep = await graph.page(`/groups/${outer}/transitiveMembers?$select=id`);
    expect(deep.value.map(({ id }) => id)).toEqual([one, inner, two]);
  });
});

describe("misbehaviour", () => {
  it.each([
    ["gone", 410, "Gone"],
    ["resyncRequired", 410, "resyncRequired"],
    ["syncStateNotFound", 400, "syncStateNotFound"],
  ] as const)("refuses links from before their expiry as %s, and takes new ones", async (expiry, status, code) => {
    const old = await graph.round(USERS);
    tenant.expireDeltaTokens(expiry);
    const refused = await answer(graph.fetch(old.deltaLink));
    expect(refused).toMatchObject({ status, body: { error: { code } } });
    const location = refused.headers.get("location");
    expect(location).toBe(expiry === "gone" ? `${tenant.url}/v1.0/users/delta?$deltatoken=` : null);
    const fresh = await graph.round(location ?? USERS);
    expect(fresh.objects).toHaveLength(12);
    expect((await graph.fetch(fresh.deltaLink)).status).toBe(200);
  });

  it("fails as many requests as told, of the path told, with status, headers and body", async () => {
    tenant.failNext({ count: 2, path: "/users/delta", status: 429, headers: { "retry-after": "2.128" } });
    expect((await graph.fetch("/groups/delta")).status).toBe(200);
    const throttled = await answer(graph.fetch(USERS));
    expect(throttled).toMatchObject({ status: 429, body: { error: { code: "TooManyRequests" } } });
    expect(throttled.headers.get("retry-after")).toBe("2.128");
    expect((await graph.fetch(USERS)).status).toBe(429);
    expect((await graph.fetch(USERS)).status).toBe(200);
    tenant.failNext({ status: 500, body: "<html>Bad Gateway</html>" });
    const html = await graph.fetch(USERS);
    expect([html.status, html.headers.get("content-type"), await html.text()]).toEqual([
      500,
      "text/html",
      "<html>Bad Gateway</html>",
    ]);
  });

  it("cuts JSON short, resets connections and leaves requests hanging", async () => {
    tenant.failNext({ damage: "truncate" });
    const cut = await graph.fetch(USERS);
    expect(cut.status).toBe(200);
    await expect(cut.json()).rejects.toThrow(SyntaxError);
    tenant.failNext({ damage: "reset" });
    await expect(graph.fetch(USERS)).rejects.toThrow("fetch failed");
    tenant.failNext({ damage: "hang" });
    await expect(graph.fetch(USERS, { signal: AbortSignal.timeout(100) })).rejects.toThrow("timeout");
    expect(tenant.requests.slice(-2).map(({ status }) => status)).toEqual([0, 0]);
    expect((await graph.fetch(USERS)).status).toBe(200);
  });

  it("puts empty pages in front, repeats pages, and loops", async () => {
    tenant.switches.pageSize = 6;
    tenant.switches.emptyPages = 3;
    const padded = await graph.round(USERS);
    expect(padded.pages.map((page) => page.value.length)).toEqual([0, 0, 0, 6, 6]);
    Object.assign(tenant.switches, { emptyPages: 0, repeatPages: true });
    const doubled = await graph.round(USERS);
    expect(doubled.pages.map((page) => page.value[0]?.id)).toEqual(
      [0, 0, 6, 6].map((index) => [...tenant.directory.users.keys()][index]),
    );
    Object.assign(tenant.switches, { repeatPages: false, repeatNextLink: true });
    const first = await graph.page(USERS);
    const second = await graph.page(first["@odata.nextLink"] ?? "");
    expect(second["@odata.nextLink"]).toBe(first["@odata.nextLink"]);
    expect(second.value).toEqual(first.value);
  });

  it("replays the round before, and only when told to", async () => {
    const round1 = await graph.round(USERS);
    const first = tenant.directory.hire();
    const round2 = await graph.round(round1.deltaLink);
    const second = tenant.directory.hire();
    expect((await graph.round(round2.deltaLink)).objects.map(({ id }) => id)).toEqual([second]);
    tenant.switches.replay = true;
    expect((await graph.round(round2.deltaLink)).objects.map(({ id }) => id)).toEqual([first, second]);
  });

  it("lists the deleted in an initial round when ghosts are on", async () => {
    const [gone = ""] = tenant.directory.users.keys();
    tenant.directory.softDelete(gone);
    expect((await graph.round(USERS)).objects).toHaveLength(11);
    tenant.switches.ghosts = true;
    expect((await graph.round(USERS)).objects).toContainEqual({ id: gone, "@removed": { reason: "changed" } });
  });

  it("answers 200 with nothing while data is lost, and loses no change of that time", async () => {
    const { deltaLink } = await graph.round(USERS);
    tenant.switches.lostData = true;
    const id = tenant.directory.hire();
    expect((await graph.round(USERS)).objects).toEqual([]);
    const lost = await graph.round(deltaLink);
    expect(lost.objects).toEqual([]);
    const assigned = `/servicePrincipals/${tenant.application.servicePrincipalId}/appRoleAssignedTo`;
    expect((await graph.page(assigned)).value).toEqual([]);
    tenant.switches.lostData = ["groups"];
    expect((await graph.page("/groups/delta")).value).toEqual([]);
    expect((await graph.round(lost.deltaLink)).objects).toMatchObject([{ id }]);
  });

  it("leaves the manager out when told to", async () => {
    tenant.directory.hire({ manager: tenant.directory.hire() });
    expect(await hasManager()).toBe(true);
    tenant.switches.omitManager = true;
    expect(await hasManager()).toBe(false);
  });

  it("waits before each answer as long as told", async () => {
    tenant.switches.delay = 80;
    const started = performance.now();
    await graph.fetch(USERS);
    expect(performance.now() - started).toBeGreaterThanOrEqual(79);
  });
});

it("records what was asked, without secrets", async () => {
  tenant.requests.length = 0;
  await graph.fetch(USERS);
  await graph.signIn();
  expect(tenant.requests).toEqual([
    { method: "GET", path: "/v1.0/users/delta", query: { $select: "displayName,manager" }, status: 200 },
    { method: "POST", path: `/${tenant.tenantId}/oauth2/v2.0/token`, query: {}, status: 200 },
  ]);
});
