import { describe, expect, it } from "vitest";
import { createWorld, type World } from "./world.ts";

const EDITOR = { id: "11111111-1111-4111-8111-111111111111", displayName: "Editor", value: "editor" };
const AUDITOR = { id: "22222222-2222-4222-8222-222222222222", displayName: "Auditor", value: "auditor" };
const GUEST = { id: "33333333-3333-4333-8333-333333333333", displayName: "Guest", value: "guest" };

const BASIC = [
  { target: "userName", source: "userPrincipalName" },
  { target: "displayName", source: "displayName" },
  { target: "externalId", source: "objectId" },
];

type Options = { readonly expression: string; readonly roleTarget?: string; readonly nestedGroups?: "flatten" };

/** Ada is assigned herself, Eve through the group Team; both as editors. */
async function createTeam({ expression, roleTarget = "roles", nestedGroups }: Options) {
  const world = await createWorld({
    target: "scimmy",
    people: 0,
    groups: 0,
    assignments: [],
    config: {
      source: { scope: "assigned", ...(nestedGroups && { nestedGroups }) },
      users: { attributes: [...BASIC, { target: roleTarget, expression }] },
    },
  });
  const { tenant } = world;
  tenant.application.roles = [EDITOR, AUDITOR, GUEST];
  const { directory } = tenant;
  const hire = (name: string) => directory.hire({ userPrincipalName: `${name}@musterwerk.example`, displayName: name });
  const [ada, eve] = [hire("ada"), hire("eve")];
  const team = directory.createGroup({ displayName: "Team", securityEnabled: true }, [{ id: eve, type: "user" }]);
  directory.assign(ada, EDITOR.id);
  directory.assign(team, EDITOR.id);
  return { world, directory, ada, eve, team, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Values of the roles that the target holds for somebody, sorted. */
async function rolesOf(world: World, id: string): Promise<readonly string[]> {
  const user = (await world.scim.users()).find((each) => each["externalId"] === id);
  const roles = user?.["roles"];
  return Array.isArray(roles) ? roles.map((role: { value: string }) => role.value).toSorted() : [];
}

async function addByHand(world: World, id: string, value: string): Promise<void> {
  const user = (await world.scim.users()).find((each) => each["externalId"] === id);
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
  const operation = { op: "add", path: "roles", value: [{ value }] };
  const answer = await world.scim.ask("PATCH", `/Users/${user?.id}`, { schemas, Operations: [operation] });
  expect(answer.status).toBeLessThan(300);
}

const writes = (world: World) => world.scim.requests.filter((request) => request.method !== "GET");

describe("app roles of assignments", () => {
  it("follow assignments and memberships, and hold no others when they are asserted", async () => {
    await using team = await createTeam({ expression: "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])" });
    const { world, directory, ada, eve } = team;
    expect(await world.cycle()).toMatchObject({ result: "ok", users: { created: 2 } });
    expect([await rolesOf(world, ada), await rolesOf(world, eve)]).toEqual([["editor"], ["editor"]]);
    world.scim.requests.length = 0;
    expect(await world.cycle()).toMatchObject({ requests: { scim: 0, graph: 3 } });

    directory.assign(eve, AUDITOR.id);
    expect(await world.cycle()).toMatchObject({ users: { updated: 1 } });
    expect(await rolesOf(world, eve)).toEqual(["auditor", "editor"]);

    directory.removeMember(team.team, eve);
    expect(await world.cycle()).toMatchObject({ users: { updated: 1 } });
    expect(await rolesOf(world, eve)).toEqual(["auditor"]);

    // An application that had roles and suddenly shows none takes none away.
    world.tenant.application.hidesRoles = true;
    expect(await world.cycle(["--resync"])).toMatchObject({ users: { updated: 0 } });
    expect(await rolesOf(world, ada)).toEqual(["editor"]);
    world.tenant.application.hidesRoles = false;

    await addByHand(world, ada, "chief");
    expect(await world.cycle(["--resync"])).toMatchObject({ users: { updated: 1 } });
    expect(await rolesOf(world, ada)).toEqual(["editor"]);

    directory.assign(ada);
    directory.unassign(ada, EDITOR.id);
    expect(await world.cycle()).toMatchObject({ result: "ok", users: { updated: 1 } });
    expect(await rolesOf(world, ada)).toEqual([]);
    world.scim.requests.length = 0;
    await world.cycle(["--resync"]);
    expect(writes(world)).toEqual([]);
  });

  it("leave roles alone that others gave, when they are only added", async () => {
    await using team = await createTeam({ expression: "AppRoleAssignmentsComplex([appRoleAssignments])" });
    const { world, directory, ada } = team;
    await world.cycle();
    await addByHand(world, ada, "chief");
    expect(await world.cycle(["--resync"])).toMatchObject({ users: { updated: 0 } });
    directory.assign(ada, AUDITOR.id);
    await world.cycle();
    expect(await rolesOf(world, ada)).toEqual(["auditor", "chief", "editor"]);
    directory.unassign(ada, EDITOR.id);
    await world.cycle();
    expect(await rolesOf(world, ada)).toEqual(["auditor", "chief"]);

    // Somebody who leaves and returns loses what is ours, and nothing else.
    directory.unassign(ada);
    expect(await world.cycle()).toMatchObject({ users: { disabled: 1 } });
    directory.assign(ada, GUEST.id);
    await world.cycle();
    expect(await rolesOf(world, ada)).toEqual(["chief", "guest"]);
  });

  it("are one text where one is wanted, and change their name with the application", async () => {
    await using team = await createTeam({
      expression: "SingleAppRoleAssignment([appRoleAssignments])",
      roleTarget: 'roles[primary eq "True"].value',
    });
    const { world, directory, ada, eve } = team;
    await world.cycle();
    expect([await rolesOf(world, ada), await rolesOf(world, eve)]).toEqual([["editor"], ["editor"]]);
    const { tenant } = world;
    tenant.application.roles = [{ ...EDITOR, value: "writer" }, AUDITOR];
    expect(await world.cycle(["--resync"])).toMatchObject({ result: "ok", users: { updated: 2 } });
    expect([await rolesOf(world, ada), await rolesOf(world, eve)]).toEqual([["writer"], ["writer"]]);

    // A role that came up after the last look at the application is learnt from its first assignment.
    tenant.application.roles = [{ ...EDITOR, value: "author" }, AUDITOR, { ...GUEST, value: "a-guest" }];
    directory.assign(ada, GUEST.id);
    expect(await world.cycle()).toMatchObject({ users: { updated: 2 } });
    expect([await rolesOf(world, ada), await rolesOf(world, eve)]).toEqual([["a-guest"], ["author"]]);
    // An assignment to a role that is gone changes nothing, and is asked about once.
    directory.assign(eve, "44444444-4444-4444-8444-444444444444");
    expect(await world.cycle()).toMatchObject({ result: "ok" });
    expect(await world.cycle()).toMatchObject({ requests: { graph: 3, scim: 0 } });
  });

  it("reach people in groups inside an assigned group, when these count", async () => {
    await using team = await createTeam({
      expression: "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])",
      nestedGroups: "flatten",
    });
    const { world, directory } = team;
    const inner = directory.createGroup({ displayName: "Inner", securityEnabled: true });
    directory.addMember(team.team, inner, "group");
    const mia = directory.hire({ userPrincipalName: "mia@musterwerk.example", displayName: "mia" });
    directory.addMember(inner, mia);
    await world.cycle();
    expect(await rolesOf(world, mia)).toEqual(["editor"]);
    directory.assign(inner, AUDITOR.id);
    await world.cycle();
    expect(await rolesOf(world, mia)).toEqual(["auditor", "editor"]);
  });
});
