import { describe, expect, it } from "vitest";
import { createWorld } from "./world.ts";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const BASIC = [
  { target: "userName", source: "userPrincipalName" },
  { target: "displayName", source: "displayName" },
  { target: "externalId", source: "objectId" },
  { target: `${ENTERPRISE}:employeeNumber`, source: "employeeId" },
];

/** Three people with personnel numbers; SCIMMY, because better-auth cannot search by anything but names. */
async function createStaff(users: Readonly<Record<string, unknown>>) {
  const world = await createWorld({
    target: "scimmy",
    scope: "all",
    people: 0,
    groups: 0,
    config: { users: { attributes: BASIC, ...users } },
  });
  const { directory } = world.tenant;
  const hire = (name: string, number: string | null) =>
    directory.hire({
      userPrincipalName: `${name}@musterwerk.example`,
      displayName: name,
      employeeId: number,
    });
  const account = async (body: Readonly<Record<string, unknown>>) => {
    const answer = await world.scim.ask("POST", "/Users", { schemas: [USER, ENTERPRISE], active: true, ...body });
    return String((answer.body as { id: unknown }).id);
  };
  const accountOf = async (id: string) => (await world.scim.users()).find((user) => user["externalId"] === id)?.id;
  return { world, hire, account, accountOf, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

const BY_NUMBER = [
  { target: "userName", source: "userPrincipalName" },
  { target: "displayName", source: "displayName" },
  { target: "externalId", source: "employeeId" },
];

describe.for(["listed", "looked up"] as const)("several matching attributes, with a target that is %s", (way) => {
  it("adopt by the first one that finds somebody", async () => {
    await using staff = await createStaff({ match: ["externalId", "userName"], attributes: BY_NUMBER });
    const { world, hire, account } = staff;
    if (way === "looked up") world.scim.faults.paging = "unsupported";
    for (const [name, number] of [
      ["ada", "1"],
      ["eve", "2"],
      ["mia", null],
    ] as const)
      hire(name, number);
    // Renamed since: only the number tells.
    const formerAda = await account({ userName: "ada.former@musterwerk.example", externalId: "1" });
    // By the number it is Eve's, whatever its name.
    const numberTwo = await account({ userName: "two@musterwerk.example", externalId: "2" });
    // Without number in Entra the name decides.
    const nameOfMia = await account({ userName: "mia@musterwerk.example" });

    expect(await world.cycle()).toMatchObject({ result: "ok", users: { created: 0, updated: 3, failed: 0 } });

    const names = new Map((await world.scim.users()).map((user) => [user.id, user["userName"]]));
    expect(names).toEqual(
      new Map([
        [formerAda, "ada@musterwerk.example"],
        [numberTwo, "eve@musterwerk.example"],
        [nameOfMia, "mia@musterwerk.example"],
      ]),
    );
  });

  it("touch nothing where the first one finds two", async () => {
    await using staff = await createStaff({ match: ["externalId", "userName"], attributes: BY_NUMBER });
    const { world, hire, account } = staff;
    if (way === "looked up") world.scim.faults.paging = "unsupported";
    hire("ada", "1");
    for (const userName of ["one", "uno"]) await account({ userName, externalId: "1" });
    const before = await world.scim.users();

    expect(await world.cycle(["--once"], 1)).toMatchObject({ result: "partial", users: { created: 0, failed: 1 } });
    expect(await world.scim.users()).toEqual(before);
  });
});

describe("a target whose search finds less than its list shows", () => {
  it("gets no second account for somebody who has two already", async () => {
    await using staff = await createStaff({ match: [`${ENTERPRISE}:employeeNumber`, "userName"] });
    const { world, hire, account, accountOf } = staff;
    world.scim.faults.blindTo = "employeeNumber";
    const [, eve] = [hire("ada", "1"), hire("eve", "2")];
    for (const userName of ["one", "uno"]) await account({ userName, [ENTERPRISE]: { employeeNumber: "1" } });
    const found = await account({ userName: "two", [ENTERPRISE]: { employeeNumber: "2" } });

    expect(await world.cycle(["--once"], 1)).toMatchObject({ users: { created: 0, updated: 1, failed: 1 } });
    expect(await accountOf(eve)).toBe(found);
    const explained = await world.command(["explain", "ada@musterwerk.example", "--json"]);
    expect(JSON.parse(explained.stdout)).toMatchObject({
      action: { next: { action: "fail", reason: expect.stringContaining("of which a search finds none") } },
    });
    const twins = (await world.scim.users()).filter((user) => ["one", "uno"].includes(String(user["userName"])));
    expect(twins).toHaveLength(2);

    // One of the two goes, and a search finds the other: from then on it is an account like any other.
    await world.scim.ask("DELETE", `/Users/${twins[1]?.id}`);
    world.scim.faults.blindTo = undefined;
    const { directory } = world.tenant;
    directory.update("ada@musterwerk.example", { displayName: "Ada" });
    expect(await world.cycle()).toMatchObject({ users: { created: 0, updated: 1 } });
    await world.scim.ask("DELETE", `/Users/${twins[0]?.id}`);
    directory.update("ada@musterwerk.example", { displayName: "Ada L." });
    expect(await world.cycle()).toMatchObject({ users: { created: 1 } });
  });

  it("gets its account back once the list shows exactly one", async () => {
    await using staff = await createStaff({ match: [`${ENTERPRISE}:employeeNumber`, "userName"] });
    const { world, hire, account } = staff;
    world.scim.faults.blindTo = "employeeNumber";
    hire("ada", "1");
    hire("eve", "2");
    const twins: string[] = [];
    for (const userName of ["one", "uno"])
      twins.push(await account({ userName, [ENTERPRISE]: { employeeNumber: "1" } }));
    expect(await world.cycle(["--once"], 1)).toMatchObject({ users: { created: 1, failed: 1 } });

    await world.scim.ask("DELETE", `/Users/${twins[0]}`);
    expect(await world.cycle(["--resync"])).toMatchObject({ result: "ok", users: { created: 0, updated: 1 } });
    expect((await world.scim.users()).map((user) => String(user["userName"])).toSorted()).toEqual([
      "ada@musterwerk.example",
      "eve@musterwerk.example",
    ]);
  });
});

describe("SelectUniqueValue", () => {
  it("takes the first value that no account has, once, and sets somebody aside when all are taken", async () => {
    const expression = 'SelectUniqueValue([displayName], Join(" ", [displayName], "2"))';
    const attributes = BASIC.map((each) =>
      each.target === "displayName" ? { target: "displayName", expression } : each,
    );
    await using staff = await createStaff({ attributes });
    const { world, hire, account } = staff;
    const { directory } = world.tenant;
    await account({ userName: "other@elsewhere.example", displayName: "Ada" });
    const first = directory.hire({ userPrincipalName: "a1@musterwerk.example", displayName: "Ada" });
    expect(await world.cycle()).toMatchObject({ users: { created: 1 } });
    const nameOf = async (id: string) =>
      (await world.scim.users()).find((user) => user["externalId"] === id)?.["displayName"];
    expect(await nameOf(first)).toBe("Ada 2");

    // It is sought once: the person's new name changes nothing.
    directory.update(first, { displayName: "Ada Lovelace" });
    await world.cycle();
    expect(await nameOf(first)).toBe("Ada 2");

    directory.hire({ userPrincipalName: "a2@musterwerk.example", displayName: "Ada" });
    hire("eve", "2");
    expect(await world.cycle(["--once"], 1)).toMatchObject({ users: { created: 1, failed: 1 } });
    expect((await world.scim.users()).length).toBe(3);
  });
});

describe("SelectUniqueValue of people who are created at the same moment", () => {
  it("gives each of them another value", async () => {
    const names = ["Ada", "ada", "ADA"].map((_, index) => `Join(" ", [displayName], "${index + 2}")`);
    const attributes = BASIC.map((each) =>
      each.target === "displayName"
        ? { target: "displayName", expression: `SelectUniqueValue([displayName], ${names.join(", ")})` }
        : each,
    );
    await using staff = await createStaff({ attributes });
    const { world } = staff;
    for (const [index, displayName] of ["Ada", "ADA", "ada"].entries())
      world.tenant.directory.hire({ userPrincipalName: `a${index}@musterwerk.example`, displayName });
    expect(await world.cycle()).toMatchObject({ users: { created: 3, failed: 0 } });
    const given = (await world.scim.users()).map((user) => String(user["displayName"]).toLowerCase());
    expect(given.toSorted()).toEqual(["ada", "ada 2", "ada 3"]);
  });
});

describe("a change of case only", () => {
  it.each(["better-auth", "scimmy"] as const)("arrives in %s as one update", async (target) => {
    await using world = await createWorld({
      target,
      scope: "all",
      people: 0,
      groups: 0,
      config: { users: { attributes: BASIC } },
    });
    const { directory } = world.tenant;
    const id = directory.hire({ userPrincipalName: "ada@musterwerk.example", displayName: "ada" });
    await world.cycle();
    world.scim.requests.length = 0;

    directory.update(id, { userPrincipalName: "Ada@Musterwerk.example", displayName: "ADA" });
    expect(await world.cycle()).toMatchObject({ users: { updated: 1, created: 0, failed: 0 } });
    expect(world.scim.requests.map((request) => request.method)).toEqual(["PATCH"]);
    const [user] = await world.scim.users();
    expect(user?.["displayName"]).toBe("ADA");
    world.scim.requests.length = 0;
    await world.cycle();
    await world.cycle(["--resync"]);
    expect(world.scim.requests.filter((request) => request.method !== "GET")).toEqual([]);
  });
});
