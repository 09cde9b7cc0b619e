import { describe, expect, it } from "vitest";
import { actualState, expectedState } from "./expected.ts";
import { createWorld, type World } from "./world.ts";

/** 500 people, 40 groups; in assigned scope half of the groups and some people are assigned. */
async function createLargeWorld(target: "scimmy" | "better-auth", scope: "assigned" | "all"): Promise<World> {
  const world = await createWorld({ target, scope, people: 500, groups: 40 });
  const { directory } = world.tenant;
  for (const group of [...directory.groups.keys()].slice(0, 20)) directory.assign(group);
  for (const user of [...directory.users.keys()].slice(100, 130)) directory.assign(user);
  return world;
}

const writes = (world: World) => world.scim.requests.filter((request) => request.method !== "GET");

describe.for([
  ["better-auth", "assigned"],
  ["better-auth", "all"],
  ["scimmy", "assigned"],
  ["scimmy", "all"],
] as const)("initial sync to %s, scope %s", ([target, scope]) => {
  it("makes the target equal to desired, with few requests, and then has nothing to do", async () => {
    await using world = await createLargeWorld(target, scope);
    const expected = expectedState(world, scope);
    const users = Object.keys(expected.users).length;
    const groups = Object.values(expected.groups);

    const result = await world.cycle();

    const actual = await actualState(world.scim);
    expect(Object.keys(actual.users).toSorted()).toEqual(Object.keys(expected.users).toSorted());
    expect(actual.users).toEqual(expected.users);
    expect(actual.groups).toEqual(expected.groups);
    expect(result).toMatchObject({ kind: "initial", result: "ok", users: { created: users, failed: 0 } });
    const attributes = new Set(Object.values(actual.users).flatMap((user) => Object.keys(user)));
    expect(attributes.size).toBe(target === "better-auth" ? 27 : 28);
    const sent = world.scim.requests.filter((request) => request.method === "POST" && request.path === "/Users");
    expect(sent.filter((request) => JSON.stringify(request.body).includes('"nickName"')).length).toBeGreaterThan(
      users * 0.8,
    );

    const chunks = groups.reduce((sum, members) => sum + Math.ceil(members.length / 50), 0);
    const needed = users + groups.length + chunks;
    expect(writes(world).length).toBe(needed);
    expect(world.scim.requests.length).toBeLessThanOrEqual(needed + 10);
    expect(result.requests.scim).toBe(world.scim.requests.length);

    world.scim.requests.length = 0;
    world.tenant.requests.length = 0;
    const second = await world.cycle();
    expect(world.scim.requests).toEqual([]);
    const asked = world.tenant.requests.filter((request) => request.path.startsWith("/v1.0/"));
    const streams = asked.filter((request) => request.path.endsWith("/delta"));
    expect(streams.filter((request) => request.path.includes("/users/")).length).toBe(1);
    expect(streams.filter((request) => request.path.includes("/groups/")).length).toBe(1);
    expect(asked.length).toBe(scope === "assigned" ? 3 : 2);
    expect(second.requests).toEqual({ graph: asked.length, scim: 0 });

    const third = await world.cycle(["--resync"]);
    expect(writes(world)).toEqual([]);
    expect(third).toMatchObject({
      kind: "reconcile",
      result: "ok",
      users: { unchanged: users, created: 0, updated: 0 },
    });
  });
});
