import { describe, expect, it } from "vitest";
import type { ScimServer } from "#test/sandbox/scim-server.ts";
import { actualUser, expectedUser } from "./expected.ts";
import { createWorld, type World } from "./world.ts";

async function createSmallWorld(target: ScimServer["kind"]): Promise<World> {
  const world = await createWorld({ target, people: 20, groups: 4, assignments: [] });
  const { directory } = world.tenant;
  const [first] = directory.groups.keys();
  if (first !== undefined) directory.assign(first);
  await world.cycle();
  world.scim.requests.length = 0;
  return world;
}

async function findByExternalId(world: World, id: string) {
  return (await world.scim.users()).find((user) => user["externalId"] === id);
}

async function membersOf(world: World, displayName: string): Promise<readonly string[]> {
  const group = (await world.scim.groups()).find((each) => each["displayName"] === displayName);
  const members = group?.["members"];
  return Array.isArray(members) ? members.map((member: { value: string }) => member.value) : [];
}

/** Methods and paths of the writes since the last look, ids left out. */
function takeWrites(world: World): readonly string[] {
  const writes = world.scim.requests.filter((request) => request.method !== "GET");
  const shown = writes.map((request) => `${request.method} /${request.path.split("/")[1] ?? ""}`);
  world.scim.requests.length = 0;
  return shown;
}

const OPERATIONS = (world: World) =>
  world.scim.requests.flatMap((request) => {
    const body: unknown = request.body;
    return typeof body === "object" && body !== null && "Operations" in body ? [body.Operations] : [];
  });

describe.for(["better-auth", "scimmy"] as const)("life of a person in %s", (target) => {
  it("joins, changes, is disabled, comes back, leaves, returns and is deleted", async () => {
    await using world = await createSmallWorld(target);
    const { directory } = world.tenant;
    const [group] = [...directory.groups.values()];
    const team = String(group?.properties["displayName"]);

    const anna = directory.hire({
      userPrincipalName: "anna.neu@musterwerk.example",
      mail: "anna.neu@musterwerk.example",
    });
    directory.assign(anna);
    expect(await world.cycle()).toMatchObject({ users: { created: 1 } });
    expect(world.scim.requests.map((request) => request.method)).toEqual(["GET", "POST"]);
    const created = await findByExternalId(world, anna);
    expect(created && actualUser(created)).toEqual(
      expectedUser(anna, directory.users.get(anna)?.properties ?? {}, target),
    );
    takeWrites(world);

    directory.addMember(team, anna);
    expect(await world.cycle()).toMatchObject({ memberships: { added: 1 } });
    expect(OPERATIONS(world)).toEqual([[{ op: "add", path: "members", value: [{ value: created?.id }] }]]);
    expect(takeWrites(world)).toEqual(["PATCH /Groups"]);

    directory.update(anna, { surname: "Müller-Weiß", displayName: "Anna Müller-Weiß" });
    await world.cycle();
    expect(takeWrites(world)).toEqual(["PATCH /Users"]);

    directory.update(anna, { businessPhones: [], jobTitle: null, officeLocation: null, department: null, city: null });
    await world.cycle();
    const emptied = await findByExternalId(world, anna);
    expect(emptied && actualUser(emptied)).toEqual(
      expectedUser(anna, directory.users.get(anna)?.properties ?? {}, target),
    );
    expect(takeWrites(world)).toEqual(["PATCH /Users"]);

    directory.update(anna, {
      businessPhones: ["+49 30 1234"],
      jobTitle: "Leiterin",
      department: "Einkauf",
      city: "Köln",
    });
    await world.cycle();
    const filled = await findByExternalId(world, anna);
    expect(filled && actualUser(filled)).toEqual(
      expectedUser(anna, directory.users.get(anna)?.properties ?? {}, target),
    );
    takeWrites(world);

    directory.update(anna, { userPrincipalName: "anna.mueller@musterwerk.example" });
    await world.cycle();
    expect((await findByExternalId(world, anna))?.["userName"]).toBe("anna.mueller@musterwerk.example");
    expect((await findByExternalId(world, anna))?.id).toBe(created?.id);
    expect(takeWrites(world)).toEqual(["PATCH /Users"]);

    directory.disable(anna);
    expect(await world.cycle()).toMatchObject({ users: { disabled: 1 } });
    expect(OPERATIONS(world)).toEqual([[{ op: "replace", path: "active", value: false }]]);
    takeWrites(world);
    directory.enable(anna);
    await world.cycle();
    expect((await findByExternalId(world, anna))?.["active"]).toBe(true);
    takeWrites(world);

    directory.softDelete(anna);
    expect(await world.cycle()).toMatchObject({ users: { disabled: 1 } });
    expect(takeWrites(world)).toEqual(["PATCH /Users"]);
    expect(await membersOf(world, team)).toContain(created?.id);
    directory.restore(anna);
    await world.cycle();
    expect((await findByExternalId(world, anna))?.["active"]).toBe(true);
    expect(await membersOf(world, team)).toContain(created?.id);
    takeWrites(world);

    directory.removeMember(team, anna);
    expect(await world.cycle()).toMatchObject({ memberships: { removed: 1 } });
    expect(await membersOf(world, team)).not.toContain(created?.id);
    takeWrites(world);

    directory.unassign(anna);
    expect(await world.cycle()).toMatchObject({ users: { disabled: 1 } });
    expect((await findByExternalId(world, anna))?.["active"]).toBe(false);
    expect(takeWrites(world)).toEqual(["PATCH /Users"]);
    directory.update(anna, { jobTitle: "Chefin" });
    directory.assign(anna);
    await world.cycle();
    const back = await findByExternalId(world, anna);
    expect(back && actualUser(back)).toEqual(expectedUser(anna, directory.users.get(anna)?.properties ?? {}, target));
    expect(back?.id).toBe(created?.id);

    directory.softDelete(anna);
    await world.cycle();
    takeWrites(world);
    directory.hardDelete(anna);
    expect(await world.cycle()).toMatchObject({ users: { deleted: 1 } });
    expect(takeWrites(world)).toEqual(["DELETE /Users"]);
    expect(await findByExternalId(world, anna)).toBeUndefined();

    await world.cycle();
    expect(world.scim.requests).toEqual([]);
  });
});

describe.for(["better-auth", "scimmy"] as const)("life of a group in %s", (target) => {
  it("is created empty, filled, renamed in place, and deleted without touching its people", async () => {
    await using world = await createSmallWorld(target);
    const { directory } = world.tenant;
    const people = [...directory.users.values()]
      .filter((user) => user.properties["accountEnabled"] !== false)
      .slice(0, 3);

    const crew = directory.createGroup(
      { displayName: "Crew", securityEnabled: true },
      people.map(({ id }) => ({ id, type: "user" })),
    );
    directory.assign(crew);
    expect(await world.cycle()).toMatchObject({ groups: { created: 1 }, memberships: { added: 3 } });
    expect((await membersOf(world, "Crew")).length).toBe(3);
    const before = (await world.scim.groups()).find((each) => each["displayName"] === "Crew");
    takeWrites(world);

    directory.renameGroup("Crew", "Besatzung");
    expect(await world.cycle()).toMatchObject({ groups: { updated: 1, created: 0, deleted: 0 } });
    expect(takeWrites(world)).toEqual(["PATCH /Groups"]);
    const after = (await world.scim.groups()).find((each) => each["displayName"] === "Besatzung");
    expect(after?.id).toBe(before?.id);
    expect((await membersOf(world, "Besatzung")).length).toBe(3);

    for (const { id } of people) directory.removeMember(crew, id);
    await world.cycle();
    expect(await membersOf(world, "Besatzung")).toEqual([]);
    for (const { id } of people) directory.addMember(crew, id);
    await world.cycle();
    expect((await membersOf(world, "Besatzung")).length).toBe(3);
    takeWrites(world);

    directory.deleteGroup(crew);
    expect(await world.cycle()).toMatchObject({ groups: { deleted: 1 } });
    expect((await world.scim.groups()).some((each) => each.id === before?.id)).toBe(false);
    const users = await world.scim.users();
    for (const { id } of people) expect(users.some((user) => user["externalId"] === id)).toBe(true);
  });

  it("is deleted when it is no longer assigned, and its people are disabled unless they are in scope otherwise", async () => {
    await using world = await createSmallWorld(target);
    const { directory } = world.tenant;
    const [keep, drop] = [...directory.users.values()]
      .filter((user) => user.properties["accountEnabled"] !== false)
      .slice(-2);
    if (keep === undefined || drop === undefined) throw new Error("too few people");
    const crew = directory.createGroup({ displayName: "Crew", securityEnabled: true }, [
      { id: keep.id, type: "user" },
      { id: drop.id, type: "user" },
    ]);
    directory.assign(crew);
    directory.assign(keep.id);
    await world.cycle();
    directory.unassign(crew);
    await world.cycle();

    expect((await world.scim.groups()).some((each) => each["displayName"] === "Crew")).toBe(false);
    expect((await findByExternalId(world, keep.id))?.["active"]).toBe(true);
    const isOtherwiseInScope = [...directory.groups.values()].slice(0, 1).some((group) => group.members.has(drop.id));
    expect((await findByExternalId(world, drop.id))?.["active"]).toBe(isOtherwiseInScope);
  });
});
