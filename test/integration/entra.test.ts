import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { EntraOptions } from "#src/entra/options.ts";
import { toEntraId, type EntraId } from "#src/model/ids.ts";
import type { DeltaPage } from "#src/sync/ports.ts";
import { trust } from "#test/sandbox/certificate.ts";
import { healthySwitches } from "#test/sandbox/tenant-switches.ts";
import { startTenant, type Tenant } from "#test/sandbox/tenant.ts";
import { collect, failureOf, openSource } from "./entra-source.ts";

const TWIN = { servicePrincipalId: "aaaaaaaa-0000-4000-8000-000000000001", displayName: "Twin & O'Neill" };
const PEOPLE = 450;
const MEMBERS = 300;

let tenant: Tenant;
let people: readonly EntraId[];
let large: EntraId;

beforeAll(async () => {
  tenant = await startTenant({
    people: PEOPLE,
    otherApplications: [
      { ...TWIN, appId: "bbbbbbbb-0000-4000-8000-000000000001" },
      { ...TWIN, appId: "bbbbbbbb-0000-4000-8000-000000000002" },
      { ...TWIN, appId: "bbbbbbbb-0000-4000-8000-000000000003", displayName: "R&D 100% #1 'x'" },
    ],
  });
  trust(tenant.caCertificate);
  people = [...tenant.directory.users.keys()].map(toEntraId);
  const members = people.slice(-MEMBERS).map((id) => ({ id, type: "user" as const }));
  large = toEntraId(tenant.directory.createGroup({ displayName: "Large" }, members));
});

afterEach(() => {
  tenant.clearFailures();
  tenant.requests.length = 0;
  Object.assign(tenant.switches, healthySwitches());
});

afterAll(() => tenant.close());

const open = (options: Partial<EntraOptions> = {}) => openSource(tenant, options);

async function readAll<Item>(pages: AsyncIterable<DeltaPage<Item>>) {
  const all = await collect(pages);
  return { pages: all, items: all.flatMap(({ items }) => items), cursor: all.at(-1)?.cursor };
}

const fresh = (...select: readonly string[]) => ({ cursor: undefined, select });
const graphRequests = () => tenant.requests.filter(({ path }) => path.startsWith("/v1.0/"));

describe("users/delta", () => {
  test("a round brings everybody, with a cursor on each page and one last page", async () => {
    const { pages, items } = await readAll(open().readUsers(fresh("displayName", "manager")));
    expect(pages.map((page) => page.isLast)).toEqual([false, false, true]);
    expect(new Set(items.map(({ id }) => id))).toEqual(new Set(people));
    expect(pages.map(({ cursor }) => /\$(skip|delta)token=/.exec(cursor)?.[1])).toEqual(["skip", "skip", "delta"]);
    expect(graphRequests()[0]?.query).toEqual({ $select: "displayName,manager" });
  });

  test("the next round brings what changed: values, cleared values, managers and deletions", async () => {
    const source = open();
    const [boss = "", changed = "", soft = "", hard = ""] = people.slice(100);
    tenant.directory.update(changed, { manager: boss, jobTitle: "Captain" });
    const { cursor } = await readAll(source.readUsers(fresh("jobTitle", "manager")));
    tenant.directory.update(changed, { manager: null, jobTitle: null });
    tenant.directory.softDelete(soft);
    tenant.directory.hardDelete(hard);
    const { pages, items } = await readAll(source.readUsers({ cursor, select: ["ignored"] }));
    expect(pages).toHaveLength(1);
    expect(new Map(items.map((item) => [item.id, item]))).toEqual(
      new Map<string, object>([
        [changed, { id: changed, attributes: { jobTitle: null, manager: null } }],
        [soft, { id: soft, removed: "soft", attributes: {} }],
        [hard, { id: hard, removed: "hard", attributes: {} }],
      ]),
    );
    tenant.directory.restore(soft);
  });

  test("a round can be continued from any of its pages", async () => {
    const source = open();
    const whole = await readAll(source.readUsers(fresh("displayName")));
    const rest = await readAll(source.readUsers({ cursor: whole.pages[0]?.cursor, select: [] }));
    expect(rest.items).toEqual(whole.items.slice(200));
    expect(rest.pages.at(-1)?.isLast).toBe(true);
  });

  test("nothing changed is one request and one empty last page", async () => {
    const source = open();
    const { cursor } = await readAll(source.readUsers(fresh("displayName")));
    tenant.requests.length = 0;
    const { pages, items } = await readAll(source.readUsers({ cursor, select: [] }));
    expect({ pages: pages.length, items: items.length, requests: graphRequests().length }).toEqual({
      pages: 1,
      items: 0,
      requests: 1,
    });
  });

  test("empty and repeated pages are harmless", async () => {
    Object.assign(tenant.switches, { emptyPages: 2, repeatPages: true });
    const { pages, items } = await readAll(open().readUsers(fresh("displayName")));
    expect(pages).toHaveLength(10);
    expect(new Set(items.map(({ id }) => id)).size).toBe(people.length - 1);
  });

  test("pages that go round in circles end with a failure", async () => {
    tenant.switches.repeatNextLink = true;
    const error = await failureOf(readAll(open().readUsers(fresh("displayName"))));
    expect(error).toMatchObject({ code: "unexpected-response", retry: { kind: "backoff" } });
    expect(graphRequests().length).toBeLessThanOrEqual(3);
  });

  test.each([
    ["no link at all", { value: [] }],
    [
      "a next link to a foreign host",
      { value: [], "@odata.nextLink": "https://evil.example/v1.0/users/delta?$skiptoken=1" },
    ],
    [
      "a delta link to a foreign host",
      { value: [], "@odata.deltaLink": "https://evil.example/users/delta?$deltatoken=1" },
    ],
    ["a link that is none", { value: [], "@odata.nextLink": "users/delta" }],
    ["an entry without id", { value: [{ displayName: "Ada" }], "@odata.deltaLink": "https://x/" }],
  ])("a page with %s is not believed", async (_name, body) => {
    tenant.failNext({ path: "/users/delta", status: 200, body });
    const error = await failureOf(readAll(open().readUsers(fresh("displayName"))));
    expect(error).toMatchObject({ code: "unexpected-response" });
  });

  test.each(["gone", "syncStateNotFound", "resyncRequired"] as const)("%s asks for a fresh start", async (expiry) => {
    const source = open();
    const { cursor } = await readAll(source.readUsers(fresh("displayName")));
    tenant.expireDeltaTokens(expiry);
    tenant.requests.length = 0;
    expect(await failureOf(readAll(source.readUsers({ cursor, select: [] })))).toMatchObject({
      code: "cursor-expired",
    });
    expect(graphRequests()).toHaveLength(1);
  });

  test("410 without a JSON body and a token that Graph cannot read ask for it, too", async () => {
    const source = open();
    const cursor = `${tenant.url}/v1.0/users/delta?$deltatoken=broken`;
    expect(await failureOf(readAll(source.readUsers({ cursor, select: [] })))).toMatchObject({
      code: "cursor-expired",
    });
    tenant.failNext({ path: "/users/delta", status: 410, body: "" });
    expect(await failureOf(readAll(source.readUsers({ cursor, select: [] })))).toMatchObject({
      code: "cursor-expired",
    });
  });

  test("a cursor of another cloud asks for it without a request", async () => {
    const cursor = "https://graph.microsoft.us/v1.0/users/delta?$deltatoken=x";
    expect(await failureOf(readAll(open().readUsers({ cursor, select: [] })))).toMatchObject({
      code: "cursor-expired",
    });
    expect(tenant.requests).toEqual([]);
  });

  test.each(["signInActivity", "noSuchThing"])("the refused attribute %s is named", async (name) => {
    const error = await failureOf(readAll(open().readUsers(fresh("displayName", name))));
    expect(error).toMatchObject({ code: "invalid-query", retry: { kind: "never" } });
    expect(error.message).toContain(name);
    expect(graphRequests()).toHaveLength(1);
  });
});

describe("groups/delta", () => {
  test("a large group comes in slices that make up the whole", async () => {
    tenant.switches.memberSlice = 70;
    const { items } = await readAll(open().readGroups({ ...fresh("displayName"), ids: [large] }));
    expect(items.map(({ members }) => members.length)).toEqual([70, 70, 70, 70, 20]);
    expect(new Set(items.map(({ id }) => id))).toEqual(new Set([large]));
    expect(new Set(items.flatMap(({ members }) => members.map(({ id }) => id))).size).toBe(MEMBERS);
    expect(graphRequests()[0]?.query).toEqual({ $select: "displayName,members", $filter: `id eq '${large}'` });
  });

  test("changes of members come as added and removed, of people and groups only", async () => {
    const source = open();
    const id = tenant.directory.createGroup({ displayName: "Changing" }, [{ id: people[0] ?? "", type: "user" }]);
    const { cursor } = await readAll(source.readGroups(fresh("displayName")));
    tenant.directory.removeMember(id, people[0] ?? "");
    tenant.directory.addMember(id, people[1] ?? "");
    tenant.directory.addMember(id, large, "group");
    tenant.directory.addMember(id, "cccccccc-0000-4000-8000-000000000001", "device");
    const { items } = await readAll(source.readGroups({ cursor, select: [] }));
    expect(items.flatMap(({ members }) => members).toSorted((a, b) => a.type.localeCompare(b.type))).toEqual(
      expect.arrayContaining([
        { id: large, type: "group", isRemoved: false },
        { id: people[0], type: "user", isRemoved: true },
        { id: people[1], type: "user", isRemoved: false },
      ]),
    );
    expect(items.flatMap(({ members }) => members)).toHaveLength(3);
    tenant.directory.deleteGroup(id);
    expect((await readAll(source.readGroups({ cursor, select: [] }))).items).toMatchObject([{ id, removed: "hard" }]);
  });

  test("fifty ids are the most, and none is a mistake", async () => {
    const source = open();
    const ids = Array.from({ length: 51 }, () => large);
    await readAll(source.readGroups({ ...fresh("displayName"), ids: ids.slice(0, 50) }));
    expect(() => source.readGroups({ ...fresh("displayName"), ids })).toThrow(TypeError);
    expect(() => source.readGroups({ ...fresh("displayName"), ids: [] })).toThrow(TypeError);
  });
});

describe("applications", () => {
  test.each(["SoSafe", "R&D 100% #1 'x'"])("%s is found by its name, however it is written", async (name) => {
    expect(await open().findApplication(name)).toMatchObject({ displayName: name });
  });

  test("an application id finds one among several of the same name", async () => {
    const appId = "bbbbbbbb-0000-4000-8000-000000000002";
    expect(await open().findApplication(appId)).toMatchObject({ appId });
  });

  test("a name that fits several is refused with all of them", async () => {
    const error = await failureOf(open().findApplication(TWIN.displayName));
    expect(error).toMatchObject({ code: "ambiguous", retry: { kind: "never" } });
    expect(error.message).toMatch(/bbbbbbbb-0000-4000-8000-000000000001.*bbbbbbbb-0000-4000-8000-000000000002/);
  });

  test.each(["Nobody's", "dddddddd-0000-4000-8000-000000000000"])("%s is not found", async (name) => {
    const error = await failureOf(open().findApplication(name));
    expect(error).toMatchObject({ code: "not-found", retry: { kind: "never" } });
    expect(error.message).toContain(name);
  });

  test("assignments come page by page, and an unknown service principal is not found", async () => {
    const source = open({ pageSize: 4 });
    const pages = await collect(source.readAssignments(tenant.application.servicePrincipalId));
    expect(pages.map((page) => page.length)).toEqual([4, 2]);
    expect(pages.flat().map(({ principalType }) => principalType)).toContain("Group");
    const missing = collect(source.readAssignments("dddddddd-0000-4000-8000-000000000000"));
    expect(await failureOf(missing)).toMatchObject({ code: "not-found" });
  });
});

describe("users by id", () => {
  test("unknown ids are missing, the others are complete, manager included", async () => {
    const [boss = large, report = large] = people.slice(200);
    tenant.directory.update(report, { manager: boss });
    const unknown = toEntraId("dddddddd-0000-4000-8000-000000000000");
    const records = await open().readUsersById([report, unknown, large, report], ["userPrincipalName", "manager"]);
    const userPrincipalName = tenant.directory.users.get(report)?.properties["userPrincipalName"];
    expect(records).toEqual([{ id: report, attributes: { userPrincipalName, manager: boss } }]);
    expect(graphRequests()[0]?.body).toEqual({ ids: [report, unknown, large], types: ["user"] });
  });

  test("a user who disappears before the manager is read stays as read", async () => {
    const id = people[210] ?? large;
    tenant.failNext({ path: `/v1.0/users/${id}`, status: 404 });
    const [record] = await open().readUsersById([id], ["displayName", "manager"]);
    expect(Object.keys(record?.attributes ?? {})).toEqual(["displayName"]);
  });

  test("thousands are asked for a thousand at a time", async () => {
    const strangers = Array.from({ length: 2100 }, (_, index) =>
      toEntraId(`dddddddd-0000-4000-8000-${String(index).padStart(12, "0")}`),
    );
    const records = await open().readUsersById([...strangers, ...people.slice(200)], ["displayName"]);
    expect(records.map(({ id }) => id)).toEqual(people.slice(200));
    expect(graphRequests().map(({ method, path }) => `${method} ${path}`)).toEqual(
      Array.from({ length: 3 }, () => "POST /v1.0/directoryObjects/getByIds"),
    );
    expect(await open().readUsersById([], ["displayName"])).toEqual([]);
  });

  test("a failure in one chunk fails the whole", async () => {
    tenant.failNext({ path: "getByIds", status: 403 });
    const ids = Array.from({ length: 3000 }, (_, index) => toEntraId(`dddddddd-0000-4000-8000-${10 ** 11 + index}`));
    expect(await failureOf(open().readUsersById(ids, []))).toMatchObject({ code: "unauthorized" });
  });
});
