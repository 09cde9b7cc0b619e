import { describe, expect, it } from "vitest";
import { actualState, expectedState, toUserName } from "./expected.ts";
import { createWorld } from "./world.ts";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";

describe.for(["better-auth", "scimmy"] as const)("a target that already holds the people (%s)", (target) => {
  it("is listed once, everybody is adopted, nobody is created twice, and strangers are left alone", async () => {
    await using world = await createWorld({ target, scope: "all", people: 120, groups: 6 });
    const { tenant, scim } = world;
    const people = [...tenant.directory.users.values()].filter((user) => user.properties["accountEnabled"] !== false);
    for (const { properties } of people) {
      // Made by someone else: names in another case, and hardly any attributes.
      const userName = target === "better-auth" ? toUserName(properties).toUpperCase() : toUserName(properties);
      await scim.ask("POST", "/Users", { schemas: [USER], userName, active: true });
    }
    const stranger = {
      schemas: [USER],
      userName: "stranger@elsewhere.example",
      title: "Guest of the house",
      active: true,
    };
    const { body } = await scim.ask("POST", "/Users", stranger);
    const strangerId = (body as { id: string }).id;
    const [team] = [...tenant.directory.groups.values()];
    const displayName = String(team?.properties["displayName"]);
    await scim.ask("POST", "/Groups", { schemas: [GROUP], displayName, members: [{ value: strangerId }] });
    const before = await scim.ask("GET", `/Users/${strangerId}`);
    scim.requests.length = 0;

    const result = await world.cycle();

    expect(result).toMatchObject({ kind: "initial", result: "ok", users: { created: 0, failed: 0 } });
    expect(scim.requests.filter((request) => request.method === "POST" && request.path.startsWith("/Users"))).toEqual(
      [],
    );
    expect(scim.requests.filter((request) => request.query.includes("filter="))).toEqual([]);
    const actual = await actualState(scim);
    const expected = expectedState(world, "all");
    expect(Object.keys(actual.users).length).toBe(Object.keys(expected.users).length + 1);
    for (const [name, user] of Object.entries(expected.users)) {
      const found = Object.entries(actual.users).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
      expect({ ...found, userName: String(found?.["userName"]).toLowerCase() }).toEqual({
        ...user,
        userName: name.toLowerCase(),
      });
    }
    expect((await scim.ask("GET", `/Users/${strangerId}`)).body).toEqual(before.body);
    expect(actual.groups[displayName]).toContain("stranger@elsewhere.example");

    for (const { id } of people) tenant.directory.softDelete(id);
    for (const { id } of people) tenant.directory.hardDelete(id);
    await world.cycle();
    expect((await scim.users()).map((user) => user["userName"])).toContain("stranger@elsewhere.example");
    expect((await scim.ask("GET", `/Users/${strangerId}`)).body).toEqual(before.body);
  });

  it("is looked up one by one where it cannot be listed", async () => {
    await using world = await createWorld({ target, scope: "all", people: 15, groups: 0 });
    const people = [...world.tenant.directory.users.values()].filter(
      (user) => user.properties["accountEnabled"] !== false,
    );
    for (const { properties } of people.slice(0, 5)) {
      await world.scim.ask("POST", "/Users", { schemas: [USER], userName: toUserName(properties), active: true });
    }
    world.scim.faults.paging = "unsupported";

    const result = await world.cycle();

    expect(result).toMatchObject({ users: { created: people.length - 5, failed: 0 } });
    expect((await world.scim.users()).length).toBe(people.length);
    expect(world.scim.requests.filter((request) => request.status === 409)).toEqual([]);
    expect((await actualState(world.scim)).users).toEqual(expectedState(world, "all").users);
  });
});
