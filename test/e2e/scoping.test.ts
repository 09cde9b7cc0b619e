import { expect, it } from "vitest";
import { createWorld, type World } from "./world.ts";

const BASIC = [
  { target: "userName", source: "userPrincipalName" },
  { target: "displayName", source: "displayName" },
  { target: "externalId", source: "objectId" },
  { target: 'emails[type eq "work"].value', source: "mail" },
];

type Clause = Readonly<Record<string, unknown>>;

async function createFiltered(users: readonly Clause[], groups: readonly Clause[] = []) {
  const world = await createWorld({
    target: "better-auth",
    people: 0,
    groups: 0,
    assignments: [],
    config: {
      users: { attributes: BASIC, scope: [{ name: "People", clauses: users }] },
      groups: { scope: groups.length === 0 ? [] : [{ name: "Groups", clauses: groups }] },
    },
  });
  const { directory } = world.tenant;
  const hire = (name: string, properties: Readonly<Record<string, unknown>>) => {
    const mail = `${name}@musterwerk.example`;
    const id = directory.hire({ userPrincipalName: mail, mail, displayName: name, ...properties });
    directory.assign(id);
    return id;
  };
  return { world, directory, hire, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Names of the accounts that are active. */
async function activeNames({ scim }: World): Promise<readonly string[]> {
  const users = (await scim.users()).filter((user) => user["active"] === true);
  return users.map((user) => String(user["displayName"])).toSorted();
}

it("narrows people down by userType, dates and managers, which Entra refuses", async () => {
  await using filtered = await createFiltered([
    { attribute: "userType", operator: "EQUALS", value: "Member" },
    { attribute: "employeeHireDate", operator: "Less_Than", value: "2026-01-01" },
    { attribute: "manager", operator: "IS NOT NULL" },
  ]);
  const { world, directory, hire } = filtered;
  const early = "2025-12-31T23:59:59Z";
  const boss = hire("boss", { userType: "Member", employeeHireDate: early });
  const ada = hire("ada", { userType: "Member", employeeHireDate: early, manager: boss });
  const late = hire("late", { userType: "Member", employeeHireDate: "2026-01-01T00:00:00Z", manager: boss });
  hire("guest", { userType: "Guest", employeeHireDate: early, manager: boss });
  hire("undated", { userType: "Member", manager: boss });

  await world.cycle();
  expect(await activeNames(world)).toEqual(["ada"]);

  directory.update(late, { employeeHireDate: "2025-06-01T00:00:00Z" });
  directory.update(boss, { manager: ada });
  directory.update(ada, { manager: null });
  expect(await world.cycle()).toMatchObject({ users: { created: 2, disabled: 1 } });
  expect(await activeNames(world)).toEqual(["boss", "late"]);

  directory.update(ada, { manager: boss });
  expect(await world.cycle()).toMatchObject({ users: { created: 0, updated: 1 } });
  expect(await activeNames(world)).toEqual(["ada", "boss", "late"]);
});

it("narrows groups down without touching the people in them", async () => {
  await using filtered = await createFiltered(
    [{ attribute: "mail", operator: "ENDS_WITH", value: "@MUSTERWERK.example", caseSensitive: false }],
    [{ attribute: "displayName", operator: "STARTS_WITH", value: "Team" }],
  );
  const { world, directory, hire } = filtered;
  const [ada, eve] = [hire("ada", {}), hire("eve", {})];
  const team = directory.createGroup({ displayName: "Team A", securityEnabled: true }, [{ id: ada, type: "user" }]);
  const other = directory.createGroup({ displayName: "Projekt", securityEnabled: true }, [{ id: eve, type: "user" }]);
  directory.unassign(eve);
  for (const group of [team, other]) directory.assign(group);
  const names = async () => (await world.scim.groups()).map((group) => String(group["displayName"])).toSorted();

  expect(await world.cycle()).toMatchObject({
    users: { created: 2 },
    groups: { created: 1 },
    memberships: { added: 1 },
  });
  // Eve is in scope by a group that is not provisioned itself, as in Entra.
  expect([await names(), await activeNames(world)]).toEqual([["Team A"], ["ada", "eve"]]);
  expect(await world.cycle()).toMatchObject({ requests: { scim: 0 } });

  directory.renameGroup(other, "Team B");
  directory.renameGroup(team, "Verein");
  expect(await world.cycle()).toMatchObject({ groups: { created: 1, deleted: 1 }, users: { disabled: 0, deleted: 0 } });
  expect([await names(), await activeNames(world)]).toEqual([["Team B"], ["ada", "eve"]]);
  world.scim.requests.length = 0;
  await world.cycle(["--resync"]);
  expect(world.scim.requests.filter((request) => request.method !== "GET")).toEqual([]);
});
