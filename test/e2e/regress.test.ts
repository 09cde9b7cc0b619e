import { rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { actualState, expectedState } from "./expected.ts";
import { createWorld, type World } from "./world.ts";

const writes = (world: World) => world.scim.requests.filter((request) => request.method !== "GET");

async function activeOf(world: World, id: string): Promise<unknown> {
  return (await world.scim.users()).find((user) => user["externalId"] === id)?.["active"];
}

function healthy(world: World): readonly string[] {
  const users = [...world.tenant.directory.users.values()];
  return users.filter((user) => user.properties["accountEnabled"] !== false).map((user) => user.id);
}

function asMembers(ids: readonly string[]) {
  return ids.map((id) => ({ id, type: "user" as const }));
}

async function createTeams(options: Parameters<typeof createWorld>[0] = { target: "better-auth" }) {
  const world = await createWorld({ ...options, people: 20, groups: 0, assignments: [] });
  const people = healthy(world);
  const { directory } = world.tenant;
  const red = directory.createGroup({ displayName: "Red", securityEnabled: true }, asMembers(people.slice(0, 3)));
  const blue = directory.createGroup({ displayName: "Blue", securityEnabled: true }, asMembers(people.slice(3, 6)));
  directory.assign(red);
  return { world, directory, people, red, blue, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

describe("a group that shares its delta stream with others", () => {
  it("comes back whole when it is unassigned and assigned again, with what happened meanwhile", async () => {
    await using teams = await createTeams();
    const { world, directory, people, blue } = teams;
    directory.assign(blue);
    await world.cycle();
    directory.unassign(blue);
    await world.cycle();
    expect(await activeOf(world, people[3] ?? "")).toBe(false);

    directory.renameGroup(blue, "Navy");
    directory.addMember(blue, people[7] ?? "");
    await world.cycle();
    directory.assign(blue);
    await world.cycle();

    expect(await actualState(world.scim)).toEqual(expectedState(world, "assigned"));
    expect(await activeOf(world, people[3] ?? "")).toBe(true);
  });

  it("may lose its last member without stopping anything, also right before a re-sync", async () => {
    await using teams = await createTeams();
    const { world, directory, people, red } = teams;
    await world.cycle();
    for (const id of people.slice(0, 3)) directory.removeMember(red, id);

    expect(await world.cycle(["--resync"])).toMatchObject({ result: "ok", users: { disabled: 3 } });
    expect(await world.cycle()).toMatchObject({ result: "ok" });
  });
});

describe("nested groups, flattened", () => {
  it("keep the people inside in scope and in the group around them, cycle after cycle", async () => {
    await using teams = await createTeams({
      target: "better-auth",
      config: { source: { scope: "assigned", nestedGroups: "flatten" } },
    });
    const { world, directory, people, red, blue } = teams;
    directory.addMember(red, blue, "group");
    const members = async () => (await actualState(world.scim)).groups["Red"]?.length;

    await world.cycle();
    expect(await members()).toBe(6);
    world.scim.requests.length = 0;
    await world.cycle();
    await world.cycle();
    await world.cycle(["--resync"]);
    expect(writes(world)).toEqual([]);
    expect(await members()).toBe(6);

    directory.addMember(blue, people[8] ?? "");
    await world.cycle();
    expect(await members()).toBe(7);
    directory.removeMember(blue, people[3] ?? "");
    await world.cycle();
    expect(await members()).toBe(6);
    expect(await activeOf(world, people[3] ?? "")).toBe(false);
  });
});

describe("a change that arrives while a request is under way", () => {
  it("is not lost: neither the leaver during a creation nor the return during a disabling", async () => {
    await using teams = await createTeams({
      target: "better-auth",
      // One cycle only between the beginning and the end of a slow request.
      config: { schedule: { interval: "4s", reconcile: "off" } },
    });
    const { world, directory, people } = teams;
    await world.cycle();
    const [joiner, other] = [people[10] ?? "", people[0] ?? ""];
    const daemon = world.start();
    const sent = (method: string) => world.scim.requests.filter((request) => request.method === method).length;
    const cycles = () => world.tenant.requests.filter((request) => request.path.endsWith("/users/delta")).length;
    await expect.poll(cycles, { timeout: 20_000 }).toBeGreaterThan(2);

    world.scim.faults.delayMs = 2500;
    directory.assign(joiner);
    // The lookup is answered, the creation is under way.
    const before = sent("GET");
    await expect.poll(() => sent("GET"), { timeout: 20_000 }).toBeGreaterThan(before);
    directory.unassign(joiner);
    await expect.poll(() => activeOf(world, joiner), { timeout: 30_000 }).toBe(true);
    await expect.poll(() => activeOf(world, joiner), { timeout: 30_000 }).toBe(false);

    world.scim.faults.delayMs = 6000;
    directory.disable(other);
    await expect.poll(() => activeOf(world, other), { timeout: 30_000, interval: 10 }).toBe(false);
    directory.enable(other);
    await expect.poll(() => activeOf(world, other), { timeout: 30_000 }).toBe(true);
    expect(await daemon.stop()).toBe(0);
  });
});

describe("after the memory was lost", () => {
  it("an account of somebody whose sign-in was blocked meanwhile is found and disabled", async () => {
    await using teams = await createTeams();
    const { world, directory, people } = teams;
    await world.cycle();
    await rm(`${world.directory}/data`, { recursive: true });
    directory.disable(people[0] ?? "");

    await world.cycle();

    expect(await activeOf(world, people[0] ?? "")).toBe(false);
  });
});

describe("members that the target refuses", () => {
  it("are reported, and tried again when something changes", async () => {
    await using teams = await createTeams();
    const { world, directory, people, red } = teams;
    world.scim.faults.next({ kind: "answer", status: 400 }, { times: 100, method: "PATCH", path: "/Groups" });
    expect(await world.cycle(["--once"], 1)).toMatchObject({ memberships: { failed: 3 } });
    world.scim.faults.clear();

    directory.addMember(red, people[9] ?? "");
    await world.cycle();
    expect(await actualState(world.scim)).toEqual(expectedState(world, "assigned"));
  });
});
