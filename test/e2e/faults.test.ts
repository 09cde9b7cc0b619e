import { describe, expect, it, test } from "vitest";
import { actualState, expectedState } from "./expected.ts";
import { createWorld, type World } from "./world.ts";

const writes = (world: World) => world.scim.requests.filter((request) => request.method !== "GET");

/** The faults that users of other tools suffer from; most need no second target, so the strict one is used. */
async function createFaultWorld(people = 40): Promise<World> {
  const world = await createWorld({ target: "better-auth", people, groups: 4, assignments: [] });
  for (const group of world.tenant.directory.groups.keys()) world.tenant.directory.assign(group);
  return world;
}

describe("the source", () => {
  test.for([["assignments"], ["members"], ["users"], ["groups"], ["getByIds"], ["users", "getByIds"], []] as const)(
    "answering 200 with nothing in it (%s) deprovisions nobody, in no kind of cycle",
    async (parts) => {
      await using world = await createFaultWorld();
      await world.cycle();
      world.scim.requests.length = 0;

      world.tenant.switches.lostData = parts.length === 0 ? true : parts;
      await world.command(["--once", "--json"]);
      await world.command(["--resync", "--json"]);
      world.tenant.expireDeltaTokens("gone");
      await world.command(["--once", "--json"]);

      expect(writes(world)).toEqual([]);

      world.tenant.switches.lostData = false;
      expect((await world.cycle(["--resync"])).result).toBe("ok");
      expect((await actualState(world.scim)).users).toEqual(expectedState(world, "assigned").users);
      expect((await actualState(world.scim)).groups).toEqual(expectedState(world, "assigned").groups);
    },
  );

  test.for([["gone"], ["syncStateNotFound"], ["resyncRequired"]] as const)(
    "forgetting the delta link (%s) leads to a full enumeration that finds what happened meanwhile, and to nothing else",
    async ([expiry]) => {
      await using world = await createFaultWorld();
      await world.cycle();
      world.scim.requests.length = 0;
      const { directory } = world.tenant;
      const [leaver, mover] = (await world.scim.users()).map((user) => String(user["externalId"]));
      if (leaver === undefined || mover === undefined) throw new Error("too few people");
      directory.softDelete(leaver);
      directory.hardDelete(leaver);
      directory.update(mover, { department: "Neubau" });
      world.tenant.expireDeltaTokens(expiry);

      const result = await world.cycle();

      // Absence in an enumeration proves that somebody left, not that he is gone for good: disabled, never deleted.
      expect(result).toMatchObject({ users: { disabled: 1, updated: 1, deleted: 0, created: 0 } });
      const left = (await world.scim.users()).find((user) => user["externalId"] === leaver);
      expect(left?.["active"]).toBe(false);
    },
  );

  test.for([
    ["empty pages", { emptyPages: 3, pageSize: 7 }],
    ["repeated pages", { repeatPages: true, pageSize: 7 }],
    ["replays and ghosts", { replay: true, ghosts: true, pageSize: 7 }],
    ["members of one group over many pages", { memberSlice: 3, pageSize: 5 }],
  ] as const)("with %s gives the same result", async ([, switches]) => {
    await using world = await createFaultWorld();
    Object.assign(world.tenant.switches, switches);
    await world.cycle();
    expect(await actualState(world.scim)).toEqual(expectedState(world, "assigned"));

    await world.cycle();
    world.scim.requests.length = 0;
    await world.cycle(["--resync"]);
    expect(writes(world)).toEqual([]);
  });

  it("with an endless next link fails the cycle, and harms nobody", async () => {
    await using world = await createFaultWorld();
    await world.cycle();
    world.tenant.switches.repeatNextLink = true;
    world.scim.requests.length = 0;

    const result = await world.command(["--resync", "--json"]);

    expect(result.code).toBe(69);
    expect(writes(world)).toEqual([]);
  });
});

describe("the target", () => {
  it("throttling everybody again and again skips nobody", async () => {
    await using world = await createFaultWorld();
    for (let times = 0; times < 6; times += 1) {
      world.scim.faults.next(
        { kind: "answer", status: 429, headers: { "retry-after": "1" } },
        { times: 3, method: "POST" },
      );
    }
    expect(await world.cycle()).toMatchObject({ result: "ok", users: { failed: 0 } });
    expect(await actualState(world.scim)).toEqual(expectedState(world, "assigned"));
  });

  it("losing its answers after the work was done creates nobody twice", async () => {
    await using world = await createFaultWorld();
    world.scim.faults.next({ kind: "reset", commit: true }, { times: 4, method: "POST", path: "/Users" });
    world.scim.faults.next({ kind: "answer", status: 500, commit: true }, { times: 4, method: "POST", path: "/Users" });
    world.scim.faults.next({ kind: "reset", commit: true }, { times: 2, method: "PATCH", path: "/Groups" });

    expect(await world.cycle()).toMatchObject({ result: "ok", users: { failed: 0 } });
    expect(await actualState(world.scim)).toEqual(expectedState(world, "assigned"));
    const names = (await world.scim.users()).map((user) => user["userName"]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("refusing one person lets everybody else through, and reports the one", async () => {
    await using world = await createFaultWorld();
    const { directory } = world.tenant;
    const poisoned = directory.hire({
      userPrincipalName: "not an address",
      mail: "not an address",
      givenName: "P",
      surname: "P",
    });
    directory.assign(poisoned);
    const healthy = expectedState(world, "assigned").users;

    const result = await world.cycle(["--once"], 1);

    expect(result).toMatchObject({ result: "partial", users: { failed: 1, created: Object.keys(healthy).length - 1 } });
    world.scim.requests.length = 0;
    await world.cycle();
    expect(world.scim.requests).toEqual([]);
    directory.update(poisoned, { userPrincipalName: "healed@musterwerk.example", mail: "healed@musterwerk.example" });
    expect(await world.cycle()).toMatchObject({ users: { created: 1 } });
  });

  it("having lost an account gets it again, with its memberships", async () => {
    await using world = await createFaultWorld();
    await world.cycle();
    const lost = (await world.scim.users()).find((user) => user["userName"] !== undefined);
    await world.scim.ask("DELETE", `/Users/${lost?.id}`);
    world.tenant.directory.update(String(lost?.["externalId"]), { jobTitle: "Rückkehrerin" });
    await world.cycle();
    expect(await actualState(world.scim)).toEqual(expectedState(world, "assigned"));

    const other = (await world.scim.users()).find((user) => user["externalId"] !== lost?.["externalId"]);
    await world.scim.ask("DELETE", `/Users/${other?.id}`);
    await world.cycle(["--resync"]);
    expect(await actualState(world.scim)).toEqual(expectedState(world, "assigned"));
  });

  it("being changed by somebody else is brought back by a re-sync", async () => {
    await using world = await createFaultWorld();
    await world.cycle();
    const [first] = await world.scim.users();
    const Operations = [{ op: "replace", path: "title", value: "Hacked" }];
    await world.scim.ask("PATCH", `/Users/${first?.id}`, {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations,
    });

    await world.cycle(["--resync"]);

    expect(await actualState(world.scim)).toEqual(expectedState(world, "assigned"));
  });

  it.for(["loop", "total-mismatch", "unsupported"] as const)(
    "with a list that is not whole (%s) is not taken for one that lost its accounts",
    async (paging) => {
      await using world = await createWorld({ target: "better-auth", scope: "all", people: 130, groups: 2 });
      await world.cycle();
      world.scim.requests.length = 0;
      world.scim.faults.paging = paging;

      expect(await world.cycle(["--resync"])).toMatchObject({ result: "ok", users: { created: 0, updated: 0 } });

      expect(writes(world)).toEqual([]);
    },
  );

  it("refusing our token in the middle of the work stops the work, not one object after the other", async () => {
    await using world = await createFaultWorld();
    world.scim.faults.next({ kind: "answer", status: 401 }, { times: 10_000, method: "POST" });

    expect((await world.command(["--once", "--json"])).code).toBe(77);
    // What was under way when the first refusal came, and no more.
    expect(writes(world).length).toBeLessThanOrEqual(16);
    world.scim.faults.clear();

    expect(await world.cycle()).toMatchObject({ result: "ok", users: { failed: 0 } });
    expect(await actualState(world.scim)).toEqual(expectedState(world, "assigned"));
  });

  it("getting an account from somebody else after it was listed, has it adopted", async () => {
    await using world = await createFaultWorld();
    const names = Object.keys(expectedState(world, "assigned").users).slice(0, 5);
    const schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
    for (const userName of names) await world.scim.ask("POST", "/Users", { schemas, userName, active: true });
    const empty = { schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], totalResults: 0, Resources: [] };
    world.scim.faults.next({ kind: "answer", status: 200, body: empty }, { method: "GET", path: "/Users" });

    expect(await world.cycle()).toMatchObject({ result: "ok", users: { failed: 0, updated: 5 } });

    expect(writes(world).filter((request) => request.status === 409).length).toBe(5);
    expect(await actualState(world.scim)).toEqual(expectedState(world, "assigned"));
  });

  it("without groups still gets its people", async () => {
    await using world = await createFaultWorld();
    world.scim.faults.groupsMissing = true;

    const result = await world.cycle(["--once"], 1);

    expect(result.users["failed"]).toBe(0);
    expect((await actualState(world.scim)).users).toEqual(expectedState(world, "assigned").users);
  });

  it("refusing our token stops everything at once, and work goes on when it is right again", async () => {
    await using world = await createFaultWorld();
    world.scim.faults.next({ kind: "answer", status: 401 }, { times: 10_000 });
    expect((await world.command(["--once", "--json"])).code).toBe(77);
    expect(writes(world).length).toBe(0);
    world.scim.faults.clear();

    expect(await world.cycle()).toMatchObject({ result: "ok" });
    expect(await actualState(world.scim)).toEqual(expectedState(world, "assigned"));
  });
});
