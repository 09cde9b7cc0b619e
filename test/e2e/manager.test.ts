import { describe, expect, it } from "vitest";
import type { Resource, ScimServer } from "#test/sandbox/scim-server.ts";
import type { Switches } from "#test/sandbox/tenant-switches.ts";
import { createWorld, type World } from "./world.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const MANAGER = `${ENTERPRISE}:manager`;

const BASIC = [
  { target: "userName", source: "userPrincipalName" },
  { target: "active", expression: "Not([IsSoftDeleted])" },
  { target: "displayName", source: "displayName" },
  { target: "externalId", source: "objectId" },
  { target: 'emails[type eq "work"].value', source: "mail" },
  { target: "title", expression: 'IIF([jobTitle] = "broken", Error("as wanted by a test"), [jobTitle])' },
];

type Company = AsyncDisposable & {
  readonly world: World;
  /** Object ids: Ada and Eve report to Boss, Boss to Chair, who is not assigned. */
  readonly ids: Readonly<Record<"ada" | "eve" | "boss" | "chair", string>>;
  /** Name of the manager that the target holds for a person: a user name for a reference, else what is there. */
  readonly managerOf: (id: string) => Promise<string | undefined>;
};

type Options = {
  readonly target: ScimServer["kind"];
  readonly mapping?: Readonly<Record<string, string>>;
  readonly scope?: "assigned" | "all";
  readonly switches?: Partial<Switches>;
  readonly filters?: readonly unknown[];
};

async function createCompany({
  target,
  mapping,
  scope = "assigned",
  switches,
  filters = [],
}: Options): Promise<Company> {
  const world = await createWorld({
    target,
    scope,
    people: 0,
    groups: 0,
    assignments: [],
    switches: { ...switches },
    config: {
      users: { attributes: [...BASIC, mapping ?? { target: MANAGER, source: "manager" }], scope: filters },
    },
  });
  const { directory } = world.tenant;
  const hire = (name: string, manager?: string) => {
    const mail = `${name}@musterwerk.example`;
    return directory.hire({ userPrincipalName: mail, mail, displayName: name, ...(manager && { manager }) });
  };
  const chair = hire("chair");
  const boss = hire("boss", chair);
  const [ada, eve] = [hire("ada", boss), hire("eve", boss)];
  if (scope === "assigned") for (const id of [ada, eve, boss]) directory.assign(id);
  const managerOf: Company["managerOf"] = async (id) => {
    const users = await world.scim.users();
    const manager = toReference(users.find((user) => user["externalId"] === id));
    const name = users.find((user) => user.id === manager)?.["userName"];
    return typeof name === "string" ? name.split("@")[0] : manager;
  };
  return {
    world,
    ids: { ada, eve, boss, chair },
    managerOf,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

function toReference(user: Resource | undefined): string | undefined {
  const extension = user?.[ENTERPRISE];
  const manager = isRecord(extension) ? extension["manager"] : undefined;
  const value = isRecord(manager) ? manager["value"] : manager;
  return typeof value === "string" ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function takeWrites({ scim }: World): readonly string[] {
  const writes = scim.requests.filter((request) => request.method !== "GET");
  scim.requests.length = 0;
  return writes.map((request) => request.method);
}

describe.for(["better-auth", "scimmy"] as const)("the manager as a reference in %s", (target) => {
  it("is written, changed, emptied, and written later when the manager comes later", async () => {
    await using company = await createCompany({ target });
    const { world, ids, managerOf } = company;
    const { directory } = world.tenant;

    expect(await world.cycle()).toMatchObject({ result: "ok", users: { created: 3, failed: 0 } });
    expect([await managerOf(ids.ada), await managerOf(ids.eve), await managerOf(ids.boss)]).toEqual([
      "boss",
      "boss",
      undefined,
    ]);
    // Boss is created before those who report to him; who is on the way at the same moment needs one request more.
    const first = takeWrites(world);
    expect(first.filter((method) => method === "POST")).toHaveLength(3);
    expect(first.length).toBeLessThanOrEqual(5);
    expect(await world.cycle()).toMatchObject({ requests: { scim: 0 } });

    directory.assign(ids.chair);
    expect(await world.cycle()).toMatchObject({ users: { created: 1, updated: 1, failed: 0 } });
    expect(await managerOf(ids.boss)).toBe("chair");
    expect(takeWrites(world)).toEqual(["POST", "PATCH"]);

    directory.update(ids.ada, { manager: ids.chair });
    expect(await world.cycle()).toMatchObject({ users: { updated: 1 } });
    expect(await managerOf(ids.ada)).toBe("chair");
    expect(takeWrites(world)).toEqual(["PATCH"]);

    directory.update(ids.eve, { manager: null });
    expect(await world.cycle()).toMatchObject({ users: { updated: 1 } });
    expect(await managerOf(ids.eve)).toBeUndefined();

    takeWrites(world);
    expect(await world.cycle(["--resync"])).toMatchObject({ result: "ok", users: { updated: 0, created: 0 } });
    expect(takeWrites(world)).toEqual([]);
  });

  it("follows an account that was deleted in the target, and ends with the manager", async () => {
    await using company = await createCompany({ target });
    const { world, ids, managerOf } = company;
    const { directory } = world.tenant;
    await world.cycle();
    const boss = (await world.scim.users()).find((user) => user["externalId"] === ids.boss);
    await world.scim.ask("DELETE", `/Users/${boss?.id}`);
    takeWrites(world);

    expect(await world.cycle(["--resync"])).toMatchObject({ result: "ok", users: { created: 1, failed: 0 } });
    // What points to the old account stays until the new one is there, and is changed once.
    expect(takeWrites(world)).toEqual(["POST", "PATCH", "PATCH"]);
    expect([await managerOf(ids.ada), await managerOf(ids.eve)]).toEqual(["boss", "boss"]);
    const again = (await world.scim.users()).find((user) => user["externalId"] === ids.boss);
    expect(again?.id).not.toBe(boss?.id);

    directory.softDelete(ids.boss);
    directory.hardDelete(ids.boss);
    await world.cycle();
    expect(await managerOf(ids.ada)).toBeUndefined();
    takeWrites(world);
    expect(await world.cycle(["--resync"])).toMatchObject({ result: "ok" });
    expect(takeWrites(world)).toEqual([]);
  });
});

describe("managers that delta queries leave out", () => {
  it("are read for certain, in both scopes, and never taken away by silence", async () => {
    for (const scope of ["assigned", "all"] as const) {
      await using company = await createCompany({ target: "better-auth", scope, switches: { omitManager: true } });
      const { world, ids, managerOf } = company;
      await world.cycle();
      expect(await managerOf(ids.ada)).toBe("boss");
      expect(await world.cycle(["--resync"])).toMatchObject({ result: "ok" });
      expect(await managerOf(ids.ada)).toBe("boss");

      // Nobody sees the change but the nightly comparison.
      world.tenant.directory.update(ids.ada, { manager: ids.eve });
      expect(await world.cycle(["--resync"])).toMatchObject({ result: "ok", users: { updated: 1 } });
      expect(await managerOf(ids.ada)).toBe("eve");
    }
  });

  it("are kept when Entra suddenly shows nobody with a manager", async () => {
    await using company = await createCompany({ target: "better-auth" });
    const { world, ids, managerOf } = company;
    await world.cycle();
    Object.assign(world.tenant.switches, { omitManager: true, lostData: ["managers"] });

    const result = await world.cycle(["--resync"], 1);

    expect(result.warnings).toEqual([expect.stringContaining("no managers at all, although 3 people had one")]);
    expect(await managerOf(ids.ada)).toBe("boss");
    Object.assign(world.tenant.switches, { lostData: false });
    expect(await world.cycle()).toMatchObject({ result: "ok" });
    expect(await managerOf(ids.ada)).toBe("boss");
  });
});

describe("the manager's e-mail", () => {
  it("is not sent while he has no account, although he is in scope", async () => {
    const mapping = { target: MANAGER, source: "manager.mail" };
    await using company = await createCompany({ target: "better-auth", mapping });
    const { world, ids, managerOf } = company;
    world.tenant.directory.assign(ids.chair);
    world.tenant.directory.update(ids.chair, { jobTitle: "broken" });

    expect(await world.cycle(["--once"], 1)).toMatchObject({ users: { created: 3, failed: 1 } });
    expect(await managerOf(ids.boss)).toBeUndefined();
    world.tenant.directory.update(ids.chair, { jobTitle: "Chair" });
    expect(await world.cycle()).toMatchObject({ users: { created: 1, updated: 1 } });
    expect(await managerOf(ids.boss)).toBe("chair@musterwerk.example");
  });

  it("is not sent while a filter keeps the manager out", async () => {
    const mapping = { target: MANAGER, source: "manager.mail" };
    const clauses = [{ attribute: "jobTitle", operator: "NOT EQUALS", value: "Chair" }];
    await using company = await createCompany({
      target: "better-auth",
      mapping,
      filters: [{ name: "Staff", clauses }],
    });
    const { world, ids, managerOf } = company;
    const { directory } = world.tenant;
    directory.assign(ids.chair);
    directory.update(ids.chair, { jobTitle: "Chair" });
    expect(await world.cycle()).toMatchObject({ users: { created: 3 } });
    expect(await managerOf(ids.boss)).toBeUndefined();
    directory.update(ids.chair, { jobTitle: "Leitung" });
    expect(await world.cycle()).toMatchObject({ users: { created: 1, updated: 1 } });
    expect(await managerOf(ids.boss)).toBe("chair@musterwerk.example");
  });

  it("wakes nobody for whom nothing changes", async () => {
    const mapping = { target: MANAGER, source: "manager.faxNumber" };
    await using company = await createCompany({ target: "better-auth", mapping });
    const { world, ids } = company;
    await world.cycle();
    // Whoever was created at the same moment as his manager is looked at once more.
    expect(await world.cycle()).toMatchObject({ users: { updated: 0 }, requests: { scim: 0 } });
    world.tenant.directory.assign(ids.chair);
    // Once looked at, because he may have changed; not pushed.
    expect(await world.cycle()).toMatchObject({ users: { created: 1, updated: 0, unchanged: 1 } });
  });

  it("arrives once the manager has an account, follows his address, and goes when he leaves", async () => {
    const mapping = { target: MANAGER, source: "manager.mail" };
    await using company = await createCompany({ target: "better-auth", mapping });
    const { world, ids, managerOf } = company;
    const { directory } = world.tenant;

    await world.cycle();
    expect(await managerOf(ids.ada)).toBe("boss@musterwerk.example");
    expect(await managerOf(ids.boss)).toBeUndefined();
    directory.assign(ids.chair);
    await world.cycle();
    expect(await managerOf(ids.boss)).toBe("chair@musterwerk.example");

    directory.update(ids.boss, { mail: "head@musterwerk.example" });
    expect(await world.cycle()).toMatchObject({ users: { updated: 3 } });
    expect(await managerOf(ids.eve)).toBe("head@musterwerk.example");
    expect(await world.cycle()).toMatchObject({ requests: { scim: 0 } });

    directory.unassign(ids.boss);
    expect(await world.cycle()).toMatchObject({ users: { disabled: 1, updated: 2 } });
    expect(await managerOf(ids.ada)).toBeUndefined();
    takeWrites(world);
    expect(await world.cycle(["--resync"])).toMatchObject({ result: "ok" });
    expect(takeWrites(world)).toEqual([]);
  });
});

describe("two daemons", () => {
  it("give everybody his manager, whoever of the two creates whom", async () => {
    await using company = await createCompany({ target: "better-auth", scope: "all" });
    const { world, ids, managerOf } = company;
    const { directory } = world.tenant;
    const names = Array.from({ length: 60 }, (_, index) => `person${index}`);
    const staff = new Map<string, string>();
    for (const [index, name] of names.entries()) {
      // Each manages three; the manager is hired first, so that he may be anywhere in the list.
      const manager = index === 0 ? ids.chair : staff.get(`person${Math.floor((index - 1) / 3)}`);
      const mail = `${name}@musterwerk.example`;
      staff.set(name, directory.hire({ userPrincipalName: mail, mail, displayName: name, manager }));
    }
    const daemons = [world.start(), world.start()];
    const found = async () => await Promise.all(names.map((name) => managerOf(staff.get(name) ?? "")));
    const expected = names.map((_, index) => (index === 0 ? "chair" : `person${Math.floor((index - 1) / 3)}`));
    await expect.poll(found, { timeout: 60_000, interval: 500 }).toEqual(expected);
    for (const daemon of daemons) expect(await daemon.stop()).toBe(0);
    takeWrites(world);
    expect(await world.cycle(["--resync"])).toMatchObject({ result: "ok" });
    expect(takeWrites(world)).toEqual([]);
  });
});
