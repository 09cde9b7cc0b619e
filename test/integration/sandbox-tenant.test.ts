import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createGraphReader, type GraphReader } from "#test/sandbox/graph-reader.ts";
import { startTenant, type Tenant } from "#test/sandbox/tenant.ts";
import { healthySwitches } from "#test/sandbox/tenant-switches.ts";

let tenant: Tenant;
let graph: GraphReader;

beforeAll(async () => {
  tenant = await startTenant({ people: 60, groups: 32, seed: 3 });
  graph = await createGraphReader(tenant);
});
beforeEach(() => {
  Object.assign(tenant.switches, healthySwitches());
});
afterAll(() => tenant.close());

const USERS = "/users/delta?$select=displayName,jobTitle,mobilePhone,accountEnabled,manager";
const GROUPS = "/groups/delta?$select=displayName,members";

const refusal = async (path: string) => {
  const response = await graph.fetch(path);
  const body = (await response.json()) as { readonly error: { readonly code: string; readonly message: string } };
  return { status: response.status, ...body.error };
};

const idFilter = (count: number): string =>
  encodeURIComponent(Array.from({ length: count }, (_, index) => `id eq '${index}'`).join(" or "));

describe("users/delta", () => {
  it("lists everybody once, over pages, with the selected properties only", async () => {
    tenant.switches.pageSize = 25;
    const { pages, objects } = await graph.round(USERS);
    const active = [...tenant.directory.users.values()].filter((user) => user.presence === "active");
    expect(pages.slice(0, -1).map((page) => page.value.length)).toEqual(pages.slice(0, -1).map(() => 25));
    expect(objects.map(({ id }) => id).toSorted()).toEqual(active.map(({ id }) => id).toSorted());
    const allowed = ["displayName", "jobTitle", "mobilePhone", "accountEnabled", "manager@delta", "id"];
    for (const object of objects) expect(allowed).toEqual(expect.arrayContaining(Object.keys(object)));
    expect(pages.every((page) => "@odata.nextLink" in page !== "@odata.deltaLink" in page)).toBe(true);
  });

  it("says nothing and gives a new link when nothing changed", async () => {
    const first = await graph.round(USERS);
    const second = await graph.round(first.deltaLink);
    expect(second.objects).toEqual([]);
    expect(second.deltaLink).not.toBe(first.deltaLink);
  });

  it("reports a change of a selected property, and only of a selected one", async () => {
    const id = tenant.directory.hire();
    const { deltaLink } = await graph.round(USERS);
    tenant.directory.update(id, { city: "Ürzig" });
    const unseen = await graph.round(deltaLink);
    expect(unseen.objects).toEqual([]);
    tenant.directory.update(id, { jobTitle: "Weinbau" });
    const seen = await graph.round(unseen.deltaLink);
    expect(seen.objects).toMatchObject([{ id, jobTitle: "Weinbau", accountEnabled: true }]);
    expect(seen.objects[0]).not.toHaveProperty("city");
  });

  it("gives null for what was cleared in this round, and leaves out what was cleared before or never set", async () => {
    const id = tenant.directory.hire({ mobilePhone: "+49 151 1", jobTitle: null });
    const first = await graph.round(USERS);
    tenant.directory.update(id, { mobilePhone: null });
    const cleared = await graph.round(first.deltaLink);
    expect(cleared.objects).toMatchObject([{ id, mobilePhone: null }]);
    expect(cleared.objects[0]).not.toHaveProperty("jobTitle");
    tenant.directory.update(id, { displayName: "Anders" });
    const later = await graph.round(cleared.deltaLink);
    expect(later.objects[0]).not.toHaveProperty("mobilePhone");
  });

  it("writes all fifteen extension attributes when one is set", async () => {
    const id = tenant.directory.hire({ onPremisesExtensionAttributes: { extensionAttribute12: "Dr." } });
    const filter = encodeURIComponent(`id eq '${id}'`);
    const { objects } = await graph.round(`/users/delta?$select=onPremisesExtensionAttributes&$filter=${filter}`);
    const written = objects[0]?.["onPremisesExtensionAttributes"];
    expect(Object.keys(written ?? {})).toHaveLength(15);
    expect(written).toMatchObject({ extensionAttribute1: null, extensionAttribute12: "Dr." });
  });

  it("returns nothing but the change when the client prefers it minimal", async () => {
    const id = tenant.directory.hire();
    const { deltaLink } = await graph.round(USERS);
    tenant.directory.disable(id);
    const { objects } = await graph.round(deltaLink, { prefer: "return=minimal" });
    expect(objects).toEqual([{ id, accountEnabled: false }]);
  });

  it("reports soft deletion, restoration in full, and purging", async () => {
    const id = tenant.directory.hire({ jobTitle: "Gärtner" });
    const round1 = await graph.round(USERS);
    tenant.directory.softDelete(id);
    const round2 = await graph.round(round1.deltaLink);
    expect(round2.objects).toEqual([{ id, "@removed": { reason: "changed" } }]);
    tenant.directory.restore(id);
    const round3 = await graph.round(round2.deltaLink);
    expect(round3.objects).toMatchObject([{ id, jobTitle: "Gärtner", accountEnabled: true }]);
    expect(round3.objects[0]).not.toHaveProperty("@removed");
    tenant.directory.hardDelete(id);
    const round4 = await graph.round(round3.deltaLink);
    expect(round4.objects).toEqual([{ id, "@removed": { reason: "deleted" } }]);
    const fresh = await graph.round(USERS);
    expect(fresh.objects.some((object) => object.id === id)).toBe(false);
  });

  it("reports a new manager, and the former one as removed", async () => {
    const boss = tenant.directory.hire();
    const id = tenant.directory.hire();
    const round1 = await graph.round(USERS);
    tenant.directory.update(id, { manager: boss });
    const round2 = await graph.round(round1.deltaLink);
    expect(round2.objects).toMatchObject([{ id, "manager@delta": [{ id: boss }] }]);
    tenant.directory.update(id, { manager: null });
    const round3 = await graph.round(round2.deltaLink);
    expect(round3.objects).toMatchObject([{ id, "manager@delta": [{ id: boss, "@removed": { reason: "deleted" } }] }]);
  });

  it("starts from now with $deltatoken=latest and keeps the selection", async () => {
    const latest = await graph.round("/users/delta?$deltatoken=latest&$select=displayName");
    expect(latest.objects).toEqual([]);
    const id = tenant.directory.hire({ displayName: "Neu Neumann" });
    const { objects } = await graph.round(latest.deltaLink);
    expect(objects).toEqual([{ id, displayName: "Neu Neumann" }]);
  });

  it("keeps a filter by id in its links", async () => {
    const [one = "", two = "", three = ""] = tenant.directory.users.keys();
    const filter = encodeURIComponent(`id eq '${one}' or id eq '${two}'`);
    const first = await graph.round(`${USERS}&$filter=${filter}`);
    expect(first.objects.map(({ id }) => id)).toEqual([one, two]);
    tenant.directory.update(three, { jobTitle: "unbeobachtet" });
    tenant.directory.update(two, { jobTitle: "beobachtet" });
    expect((await graph.round(first.deltaLink)).objects).toMatchObject([{ id: two, jobTitle: "beobachtet" }]);
  });

  it("leaves what changes while pages are read for the next round", async () => {
    tenant.switches.pageSize = 10;
    const first = await graph.page(USERS);
    const id = tenant.directory.hire();
    const { objects, deltaLink } = await graph.round(first["@odata.nextLink"] ?? "");
    expect(objects.some((object) => object.id === id)).toBe(false);
    expect((await graph.round(deltaLink)).objects).toMatchObject([{ id }]);
  });
});

describe("groups/delta", () => {
  it("gives the direct members with their types, nested groups among them", async () => {
    const { objects } = await graph.round(GROUPS);
    const nested = objects.find((group) => group["displayName"] === "Führungskreis");
    const inner = tenant.directory.findGroup("Abteilung Vertrieb")?.id;
    expect(nested?.["members@delta"]).toContainEqual({ "@odata.type": "#microsoft.graph.group", id: inner });
    const members = tenant.directory.findGroup("Führungskreis")?.members.size;
    expect(nested?.["members@delta"]).toHaveLength(members ?? 0);
    expect(objects.find((group) => group["displayName"] === "Reserve (leer)")).not.toHaveProperty("members@delta");
  });

  it("spreads a large group over pages, each with the group's properties", async () => {
    tenant.switches.memberSlice = 20;
    const { pages } = await graph.round(GROUPS);
    const large = tenant.directory.findGroup("Alle Mitarbeitenden");
    const parts = pages.flatMap((page) => page.value.filter(({ id }) => id === large?.id));
    expect(parts.length).toBeGreaterThanOrEqual(3);
    expect(parts.map((part) => part["displayName"])).toEqual(parts.map(() => "Alle Mitarbeitenden"));
    expect(pages.every((page) => page.value.filter(({ id }) => id === large?.id).length <= 1)).toBe(true);
    const ids = parts.flatMap((part) => (part["members@delta"] as readonly { id: string }[]).map(({ id }) => id));
    expect(ids.toSorted()).toEqual([...(large?.members.keys() ?? [])].toSorted());
  });

  it("reports who came and who went, whatever type", async () => {
    const id = tenant.directory.createGroup({ displayName: "Wechsel" });
    const [stays = "", goes = ""] = tenant.directory.users.keys();
    tenant.directory.addMember(id, goes);
    const { deltaLink } = await graph.round(GROUPS);
    tenant.directory.addMember(id, stays);
    tenant.directory.removeMember(id, goes);
    tenant.directory.addMember(id, "11111111-2222-4333-8444-555555555555", "device");
    const { objects } = await graph.round(deltaLink);
    expect(objects).toEqual([
      {
        id,
        displayName: "Wechsel",
        "members@delta": [
          { "@odata.type": "#microsoft.graph.user", id: stays },
          { "@odata.type": "#microsoft.graph.user", id: goes, "@removed": { reason: "deleted" } },
          { "@odata.type": "#microsoft.graph.device", id: "11111111-2222-4333-8444-555555555555" },
        ],
      },
    ]);
  });

  it("says nothing when a member is soft-deleted or restored, and reports a purged one", async () => {
    const id = tenant.directory.createGroup({ displayName: "Treue" });
    const member = tenant.directory.hire();
    tenant.directory.addMember(id, member);
    const round1 = await graph.round(GROUPS);
    tenant.directory.softDelete(member);
    const round2 = await graph.round(round1.deltaLink);
    expect(round2.objects).toEqual([]);
    tenant.directory.hardDelete(member);
    const round3 = await graph.round(round2.deltaLink);
    expect(round3.objects).toMatchObject([
      { id, "members@delta": [{ id: member, "@removed": { reason: "deleted" } }] },
    ]);
  });

  it("deletes a security group for good, and a Microsoft 365 group in two steps", async () => {
    const security = tenant.directory.createGroup({ displayName: "Wache" });
    const unified = tenant.directory.createGroup({ displayName: "Chor", groupTypes: ["Unified"] });
    const round1 = await graph.round(GROUPS);
    tenant.directory.deleteGroup(security);
    tenant.directory.deleteGroup(unified);
    const round2 = await graph.round(round1.deltaLink);
    expect(round2.objects).toEqual([
      { id: security, "@removed": { reason: "deleted" } },
      { id: unified, "@removed": { reason: "changed" } },
    ]);
    tenant.directory.hardDelete(unified);
    expect((await graph.round(round2.deltaLink)).objects).toEqual([{ id: unified, "@removed": { reason: "deleted" } }]);
  });

  it("gives a restored Microsoft 365 group with all its members", async () => {
    const [member = ""] = tenant.directory.users.keys();
    const id = tenant.directory.createGroup({ displayName: "Rat", groupTypes: ["Unified"] }, [
      { id: member, type: "user" },
    ]);
    tenant.directory.deleteGroup(id);
    const { deltaLink } = await graph.round(GROUPS);
    tenant.directory.restore(id);
    const { objects } = await graph.round(deltaLink);
    expect(objects).toMatchObject([{ id, displayName: "Rat", "members@delta": [{ id: member }] }]);
  });
});

describe("strictness", () => {
  it.each(["skills", "aboutMe", "signInActivity", "mailboxSettings"])("refuses to track %s", async (name) => {
    const { status, code, message } = await refusal(`/users/delta?$select=displayName,${name}`);
    expect({ status, code }).toEqual({ status: 400, code: "BadRequest" });
    expect(message).toBe(
      `Invalid request for delta query: for this entity set, $expand/$select is not supported for the following properties: ${name}`,
    );
  });

  it("refuses properties that the type does not have", async () => {
    expect((await refusal("/users/delta?$select=displayname")).message).toContain("'displayname'");
    expect((await refusal("/groups/delta?$select=jobTitle")).message).toContain("microsoft.graph.group");
    const select = "onPremisesExtensionAttributes/extensionAttribute1";
    expect((await refusal(`/users/delta?$select=${select}`)).status).toBe(400);
  });

  it.each(["userType eq 'Member'", "id eq 'a' and id eq 'b'", "startsWith(displayName,'A')"])(
    "refuses the filter %s",
    async (filter) => {
      const { status, code } = await refusal(`/users/delta?$filter=${encodeURIComponent(filter)}`);
      expect({ status, code }).toEqual({ status: 400, code: "Request_UnsupportedQuery" });
    },
  );

  it("takes a filter of 50 ids, and not of 51", async () => {
    expect((await graph.fetch(`/users/delta?$filter=${idFilter(50)}`)).status).toBe(200);
    expect((await refusal(`/users/delta?$filter=${idFilter(51)}`)).status).toBe(400);
  });

  it("refuses $expand and ignores $top", async () => {
    expect((await refusal("/users/delta?$expand=manager")).status).toBe(400);
    expect((await graph.page("/users/delta?$top=5")).value.length).toBeGreaterThan(5);
  });

  it("refuses options that are given again on a link, and tokens that it never gave", async () => {
    const { deltaLink } = await graph.round(USERS);
    expect((await refusal(`${deltaLink}&$select=displayName`)).status).toBe(400);
    tenant.switches.pageSize = 10;
    const page = await graph.page(USERS);
    expect((await refusal(`${page["@odata.nextLink"]}&$select=displayName`)).status).toBe(400);
    expect((await refusal("/users/delta?$deltatoken=invented")).message).toBe("Badly formed token.");
    expect((await refusal("/users/delta?$skiptoken=invented")).message).toBe("Badly formed token.");
  });
});
