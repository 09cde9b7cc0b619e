import { describe, expect, it } from "vitest";
import { createWorld } from "./world.ts";

const MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

const BASIC = [
  { target: "userName", source: "userPrincipalName" },
  { target: "externalId", source: "objectId" },
  { target: "displayName", source: "displayName" },
  { target: "active", expression: "Not([IsSoftDeleted])" },
];

async function createCompany(users: Readonly<Record<string, unknown>>) {
  return await createWorld({ target: "scimmy", scope: "all", people: 0, groups: 0, config: { users } });
}

describe("a mapping that applies to creations only", () => {
  it.each([
    ["fails", { apply: "create", expression: 'Item(Split([jobTitle], " "), 2)' }, "one"],
    ["finds no value", { expression: "SelectUniqueValue([jobTitle], [department])" }, null],
    ["ignores the object", { apply: "create", expression: 'IIF([jobTitle] = "one", IgnoreObjectFlow, "Al")' }, "one"],
  ])("keeps nobody from being renamed and disabled when it %s later", async (_, mapping, jobTitle) => {
    await using world = await createCompany({ attributes: [...BASIC, { target: "nickName", ...mapping }] });
    const { directory } = world.tenant;
    const person = { userPrincipalName: "ada@musterwerk.example", displayName: "Ada", jobTitle: "x y" };
    const ada = directory.hire({ ...person, department: null });
    await world.cycle();
    const [before] = await world.scim.users();
    directory.update(ada, { displayName: "Ada L.", jobTitle, accountEnabled: false });

    const { stdout } = await world.command(["explain", ada, "--json"]);
    const { mappings } = JSON.parse(stdout);
    const own = mappings.find((each: { target: string }) => each.target === "nickName");
    expect(own).toMatchObject({ status: "create-only", error: null });
    expect(await world.cycle()).toMatchObject({ users: { disabled: 1, failed: 0 } });
    const [after] = await world.scim.users();
    expect(after).toMatchObject({ displayName: "Ada L.", active: false, nickName: before?.["nickName"] });
  });
});

describe("IgnoreObjectFlow", () => {
  it("leaves a person as he is, in his groups, too", async () => {
    const title = { target: "title", expression: 'IIF([jobTitle] = "frozen", IgnoreObjectFlow, [jobTitle])' };
    await using world = await createCompany({ attributes: [...BASIC, title] });
    const { directory } = world.tenant;
    const [ada, eve] = ["ada", "eve"].map((name) =>
      directory.hire({ userPrincipalName: `${name}@musterwerk.example`, displayName: name, jobTitle: "x" }),
    );
    if (ada === undefined || eve === undefined) throw new Error("nobody was hired");
    directory.createGroup(
      { displayName: "Team", securityEnabled: true },
      [ada, eve].map((id) => ({ id, type: "user" as const })),
    );
    await world.cycle();
    const membersOf = async () => (await world.scim.groups())[0]?.["members"];
    const before = await membersOf();
    expect(before).toHaveLength(2);

    directory.update(ada, { jobTitle: "frozen", displayName: "Ada L." });
    expect(await world.cycle()).toMatchObject({ users: { updated: 0 }, requests: { scim: 0 } });
    expect(await world.cycle(["--resync"])).toMatchObject({ users: { updated: 0 } });
    expect(await membersOf()).toEqual(before);
    // Who leaves is deprovisioned whatever the mappings say.
    directory.softDelete(ada);
    expect(await world.cycle()).toMatchObject({ users: { disabled: 1 } });
  });
});

describe("without the action create", () => {
  it("accounts that are there already are found and kept up to date, and nobody is created", async () => {
    const attributes = [...BASIC, { target: MANAGER, source: "manager" }];
    await using world = await createCompany({ actions: ["update", "delete"], attributes });
    const { directory } = world.tenant;
    const hire = (name: string, manager?: string) =>
      directory.hire({
        userPrincipalName: `${name}@musterwerk.example`,
        displayName: name,
        ...(manager && { manager }),
      });
    const [old, next] = [hire("old"), hire("next")];
    const ada = hire("ada", old);
    const schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
    const account = async (name: string) =>
      await world.scim.ask("POST", "/Users", { schemas, userName: `${name}@musterwerk.example`, active: true });
    for (const name of ["old", "ada"]) await account(name);
    const find = async (name: string) => (await world.scim.users()).find((user) => user["displayName"] === name);

    expect(await world.cycle()).toMatchObject({ users: { created: 0, updated: 2, skipped: 1 } });
    expect(await find("ada")).toMatchObject({ externalId: ada });
    expect(JSON.stringify(await find("ada"))).toContain(String((await find("old"))?.id));

    // His manager has no account, and gets none: the former one must not stay.
    directory.update(ada, { manager: next });
    expect(await world.cycle()).toMatchObject({ users: { updated: 1 } });
    expect(JSON.stringify(await find("ada"))).not.toContain(String((await find("old"))?.id));

    // Somebody else gives her an account: the next re-sync finds it, and who reports to her.
    await account("next");
    expect(await world.cycle(["--resync"])).toMatchObject({ users: { created: 0, skipped: 0, failed: 0 } });
    await world.cycle();
    expect(JSON.stringify(await find("ada"))).toContain(String((await find("next"))?.id));

    directory.softDelete(ada);
    expect(await world.cycle()).toMatchObject({ users: { disabled: 1, created: 0 } });
    expect(await world.cycle(["--resync"])).toMatchObject({ users: { updated: 0, created: 0 } });
  });
});
