import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { toEntraId, type EntraId } from "#src/model/ids.ts";
import type { Lookup } from "#src/sync/ports.ts";
import { trust } from "#test/sandbox/certificate.ts";
import { healthySwitches } from "#test/sandbox/tenant-switches.ts";
import { startTenant, type Tenant } from "#test/sandbox/tenant.ts";
import { failureOf, openSource } from "./entra-source.ts";

let tenant: Tenant;
let lookup: Lookup;
let ada: EntraId;
let guest: EntraId;

beforeAll(async () => {
  tenant = await startTenant({ people: 30, groups: 0 });
  trust(tenant.caCertificate);
  lookup = openSource(tenant).lookup;
  const { directory } = tenant;
  ada = toEntraId(
    directory.hire({
      userPrincipalName: "ada.o'neill@musterwerk.example",
      displayName: "Ada O'Neill or Lovelace",
      mail: "ada@musterwerk.example",
      proxyAddresses: ["SMTP:ada@musterwerk.example", "smtp:Countess@musterwerk.example"],
      employeeId: "A-1815",
      department: "Numbers",
    }),
  );
  guest = toEntraId(
    directory.hire({
      userPrincipalName: "eve_fabrikam.com#EXT#@musterwerk.onmicrosoft.example",
      mail: null,
      userType: "Guest",
    }),
  );
});

afterEach(() => {
  tenant.clearFailures();
  tenant.requests.length = 0;
  Object.assign(tenant.switches, healthySwitches());
});

afterAll(() => tenant.close());

describe("a person is found by", () => {
  test.each([
    ["object id", () => ada.toUpperCase()],
    ["user principal name", () => "ADA.O'Neill@musterwerk.example"],
    ["mail", () => "ada@musterwerk.example"],
    ["proxy address", () => "countess@musterwerk.example"],
    ["employee id", () => "a-1815"],
    ["display name", () => "ada o'neill or lovelace"],
  ])("%s, with one request", async (_name, text) => {
    const [hit, ...others] = await lookup.find("user", text());
    expect(hit).toEqual({
      kind: "user",
      id: ada,
      displayName: "Ada O'Neill or Lovelace",
      address: "ada.o'neill@musterwerk.example",
    });
    expect(others).toEqual([]);
    expect(tenant.requests.filter(({ path }) => path.startsWith("/v1.0/"))).toHaveLength(1);
  });

  test.each(["eve_fabrikam.com#EXT#@musterwerk.onmicrosoft.example", "eve@fabrikam.com"])(
    "a guest's name: %s",
    async (name) => {
      expect((await lookup.find("user", name)).map(({ id }) => id)).toEqual([guest]);
    },
  );

  test("nothing that is only alike", async () => {
    expect(await lookup.find("user", "Ada O'Neill")).toEqual([]);
    expect(await lookup.find("user", "eve@fabrikam.co")).toEqual([]);
  });
});

test("a group is found by id, display name and mail", async () => {
  const id = tenant.directory.createGroup({ displayName: "Sales & 100 % #1", mail: "sales@musterwerk.example" });
  for (const name of [id, "sales & 100 % #1", "Sales@musterwerk.example"]) {
    expect((await lookup.find("group", name)).map((hit) => hit.id)).toEqual([id]);
  }
});

test("whoever is in the recycle bin is found there only, under the former name", async () => {
  const id = tenant.directory.hire({ userPrincipalName: "left@musterwerk.example", mail: "l@musterwerk.example" });
  tenant.directory.softDelete(id);
  expect(await lookup.find("user", "left@musterwerk.example")).toEqual([]);
  for (const name of [id, "Left@musterwerk.example", "l@musterwerk.example"]) {
    const [hit] = await lookup.findDeleted(name);
    expect(hit).toMatchObject({ id, address: "left@musterwerk.example" });
    expect(Date.now() - Date.parse(hit?.deletedAt ?? "")).toBeLessThan(60_000);
  }
  tenant.directory.hardDelete(id);
  expect(await lookup.findDeleted(id)).toEqual([]);
});

describe("an object is read", () => {
  test("with exactly the properties asked for, and the manager's", async () => {
    const boss = toEntraId(tenant.directory.hire({ displayName: "Charles Babbage", department: "Engines" }));
    tenant.directory.update(ada, { manager: boss });
    const select = ["department", "manager", "jobTitle"];
    tenant.directory.update(ada, { jobTitle: null });
    const live = await lookup.read({ kind: "user", id: ada, select });
    expect(live).toMatchObject({
      id: ada,
      attributes: { department: "Numbers", manager: boss },
      manager: { id: boss, attributes: { displayName: "Charles Babbage", department: "Engines" } },
    });
    expect(Object.keys(live?.attributes ?? {}).toSorted()).toEqual(["department", "manager"]);
    const without = await lookup.read({ kind: "user", id: ada, select: ["department"] });
    expect(without).toMatchObject({ attributes: { department: "Numbers" }, manager: { id: boss } });
    expect(without?.attributes).not.toHaveProperty("manager");
  });

  test("or not, when it is gone", async () => {
    const id = toEntraId("dddddddd-0000-4000-8000-000000000000");
    expect(await lookup.read({ kind: "user", id, select: ["displayName"] })).toBeUndefined();
    expect(await lookup.read({ kind: "group", id, select: ["displayName"] })).toBeUndefined();
  });

  test("a refused property is named", async () => {
    const error = await failureOf(lookup.read({ kind: "user", id: ada, select: ["noSuchThing"] }));
    expect(error).toMatchObject({ code: "invalid-query", message: expect.stringContaining("noSuchThing") });
  });
});

test("groups of a person, groups in a group, and people in a group: direct and through others", async () => {
  const { directory } = tenant;
  const inner = toEntraId(directory.createGroup({ displayName: "Inner" }, [{ id: ada, type: "user" }]));
  const middle = toEntraId(directory.createGroup({ displayName: "Middle" }, [{ id: inner, type: "group" }]));
  const outer = toEntraId(
    directory.createGroup({ displayName: "Outer" }, [
      { id: middle, type: "group" },
      { id: guest, type: "user" },
    ]),
  );
  expect(await lookup.readGroupsOf(ada, false)).toEqual([{ id: inner, displayName: "Inner" }]);
  const all = await lookup.readGroupsOf(ada, true);
  expect(new Set(all.map(({ id }) => id))).toEqual(new Set([inner, middle, outer]));
  expect(await lookup.readSubgroups(outer)).toEqual([{ id: middle, displayName: "Middle" }]);
  expect(await lookup.readMembers(outer, false)).toEqual([guest]);
  expect(new Set(await lookup.readMembers(outer, true))).toEqual(new Set([guest, ada]));
});

test("a missing permission is told, not taken for absence", async () => {
  tenant.switches.forbidden = ["GroupMember.Read.All"];
  expect(await failureOf(lookup.readGroupsOf(ada, false))).toMatchObject({ code: "unauthorized" });
});
