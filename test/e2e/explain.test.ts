import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Explanation } from "#src/commands/explain/explanation.ts";
import type { Directory } from "#test/sandbox/directory.ts";
import { ADA, createExplainStage, type ExplainStage } from "./explain-stage.ts";
import type { World } from "./world.ts";

/** Texts that belong to people: they may be on stdout only. */
const PERSONAL = ["Lovelace", "ada.lovelace@musterwerk.example", "Engine Room"];
let stage: ExplainStage;
let world: World;
let directory: Directory;
let ada: string;
let team: string;

beforeAll(async () => {
  stage = await createExplainStage();
  ({ world, directory, ada, team } = stage);
});

afterAll(() => stage[Symbol.asyncDispose]());

const ask: ExplainStage["ask"] = (...args) => stage.ask(...args);
const withConfig: ExplainStage["withConfig"] = (...args) => stage.withConfig(...args);

/** Text as it was before its lines were broken. */
function unwrapped(text: string): string {
  return text.replaceAll(/\s+/gu, " ");
}

describe("before anything was synced", () => {
  test("says that nobody is assigned, and to what", async () => {
    const { verdict, scope } = await ask(ada);
    expect(verdict).toBe(
      'Ada Lovelace <ada.lovelace@musterwerk.example> is not in scope (nobody at all is assigned to "SoSafe") and has no account of ours; nothing to send',
    );
    expect(scope.notes).toEqual([expect.stringContaining("Enterprise applications → SoSafe → Users and groups")]);
  });

  test("writes nothing to Redis or to the target, and shows personal data on stdout only", async () => {
    directory.assign(team);
    const before = await stage.dump();
    world.scim.requests.length = 0;
    world.tenant.requests.length = 0;
    const { code, stdout, stderr } = await world.command(["explain", "ada.lovelace@musterwerk.example"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(unwrapped(stdout)).toContain("the next sync will create the account");
    expect(stdout).toContain('✓ assigned to "SoSafe" through group "Sales"');
    // A pipe gets no colours.
    expect(stdout).not.toContain("\u001B");
    expect(await stage.dump()).toEqual(before);
    expect(before.size).toBe(0);
    expect(world.scim.requests.map(({ method }) => method)).toEqual(["GET"]);
    const asked = world.tenant.requests.filter(({ path }) => path.startsWith("/v1.0/"));
    expect(asked.map(({ method }) => method)).toEqual(asked.map(() => "GET"));
    expect(asked.length).toBeLessThanOrEqual(5);
  });
});

describe("after the first cycle", () => {
  beforeAll(async () => {
    await world.cycle();
  });

  test("tells what the sync knows, and again changes nothing", async () => {
    const before = await stage.dump();
    world.scim.requests.length = 0;
    const { code, stdout, stderr } = await world.command(["explain", "Ada Lovelace", "--json"]);
    expect({ code, lines: stdout.trimEnd().split("\n").length }).toEqual({ code: 0, lines: 1 });
    const explanation: Explanation = JSON.parse(stdout);
    expect(explanation).toMatchObject({
      verdict:
        'Ada Lovelace <ada.lovelace@musterwerk.example> is in scope (through group "Sales") and has an account; nothing to send',
      subject: { kind: "user", id: ada, presence: "present" },
      import: { copy: { state: "same", differs: [] } },
      scope: {
        assignments: [
          { via: "group", groups: [{ id: team, displayName: "Sales" }], roles: ["Default access"], counts: true },
        ],
        isInScope: true,
        deprovision: null,
      },
      match: { state: "linked", link: { origin: "created" }, drift: [] },
      action: { next: { action: "nothing", changes: [] }, resync: null, when: null, failure: null, halt: null },
    });
    expect(explanation.mappings).toHaveLength(28);
    expect(explanation.mappings.find(({ target }) => target === "name.formatted")).toEqual({
      target: "name.formatted",
      kind: "expression",
      source: 'Join(" ", [givenName], [surname])',
      inputs: [
        { name: "givenName", value: "Ada" },
        { name: "surname", value: "Lovelace" },
      ],
      result: "Ada Lovelace",
      current: "Ada Lovelace",
      status: "equal",
      isRedacted: false,
      error: null,
    });
    for (const text of PERSONAL) expect(stderr).not.toContain(text);
    expect(await stage.dump()).toEqual(before);
    expect(before.size).toBeGreaterThan(5);
    expect(world.scim.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  test("a change that the sync has not seen, by names only; old and new value of what would be sent", async () => {
    directory.update(ada, { jobTitle: "Programmer", department: null });
    const { import: imported, mappings, action } = await ask(ada);
    expect(imported.copy).toEqual({ state: "differs", differs: ["department", "jobTitle"] });
    const lines = new Map(mappings.map((line) => [line.target, line]));
    expect(lines.get("title")).toMatchObject({ status: "send", current: "Countess", result: "Programmer" });
    const department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    expect(lines.get(department)).toMatchObject({ status: "clear", current: "Engine Room", result: null });
    expect(action).toMatchObject({ next: { action: "update" }, when: "with the next cycle" });
    directory.update(ada, { jobTitle: "Countess", department: "Engine Room" });
    await world.cycle();
  });

  test("what was changed in the target, and what a re-sync does about it", async () => {
    const account = (await world.scim.users()).find((user) => user["externalId"] === ada);
    const Operations = [{ op: "replace", path: "title", value: "Changed by hand" }];
    await world.scim.ask("PATCH", `/Users/${account?.id}`, {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations,
    });
    const { match, mappings, action, verdict } = await ask(ada);
    expect(match.drift).toEqual(["title"]);
    expect(mappings.find(({ target }) => target === "title")).toMatchObject({
      status: "resync",
      current: "Changed by hand",
      result: "Countess",
    });
    expect(action).toMatchObject({
      next: { action: "nothing" },
      resync: { action: "update", changes: [{ target: "title", from: "Changed by hand", to: "Countess" }] },
    });
    expect(verdict).toContain("nothing to send; a re-sync would update 1 attribute");
    await world.cycle(["--resync"]);
  });

  test("a group by its members, and who among them waits", async () => {
    const joiner = directory.hire({ displayName: "Grace Hopper" });
    directory.addMember(team, joiner);
    const { subject, members, verdict } = await ask("Sales");
    expect(subject).toMatchObject({ kind: "group", id: team });
    expect(members).toEqual({
      inEntra: 2,
      inScope: 1,
      withAccount: 1,
      inTarget: 1,
      toAdd: 0,
      toRemove: 0,
      waiting: [{ id: joiner, reason: "not seen by the sync yet" }],
      waitingCount: 1,
    });
    expect(verdict).toMatch(/^Group "Sales" is in scope \(assigned directly\) and has a group in SoSafe/);
    directory.removeMember(team, joiner);
  });

  test("while the daemon runs", { timeout: 60_000 }, async () => {
    const daemon = world.start();
    await expect.poll(() => daemon.output(), { timeout: 20_000 }).toContain('"running"');
    const { code, stdout } = await world.command(["explain", ada]);
    expect(code).toBe(0);
    expect(unwrapped(stdout)).toContain("has an account; nothing to send");
    expect(await daemon.stop()).toBe(0);
  });
});

describe("why somebody is not provisioned", () => {
  test("only a nested group, and what to change; flattened, the chain is shown", async () => {
    const nested = directory.hire({ displayName: "Nested" });
    const inner = directory.createGroup({ displayName: "Inner" }, [{ id: nested, type: "user" }]);
    const middle = directory.createGroup({ displayName: "Middle" }, [{ id: inner, type: "group" }]);
    const aside = directory.createGroup({ displayName: "Aside" });
    for (const group of [aside, middle]) directory.addMember(team, group, "group");
    world.tenant.requests.length = 0;
    const chain = [
      { id: team, displayName: "Sales" },
      { id: middle, displayName: "Middle" },
      { id: inner, displayName: "Inner" },
    ];
    const { scope } = await ask(nested);
    // Only groups in which the person can be are looked into.
    expect(world.tenant.requests.filter(({ path }) => path.includes(aside))).toEqual([]);
    expect(scope).toMatchObject({
      isInScope: false,
      reason: 'assigned to "SoSafe" only through groups inside "Sales", and source.nestedGroups is ignore',
      assignments: [{ via: "nested", groups: chain, counts: false }],
      notes: [expect.stringContaining('Assign "Inner" itself, or set source.nestedGroups to flatten')],
    });
    await withConfig({ source: { nestedGroups: "flatten" } }, async () => {
      const flat = await ask(nested);
      expect(flat.scope).toMatchObject({ isInScope: true, assignments: [{ groups: chain, counts: true }] });
      expect(flat.verdict).toContain('(through group "Sales" → "Middle" → "Inner")');
      expect(flat.action.next.action).toBe("create");
    });
    for (const group of [middle, aside]) directory.removeMember(team, group);
  });

  test("a blocked sign-in, a filter clause by clause, a missing assignment", async () => {
    const blocked = directory.hire({ displayName: "Blocked", accountEnabled: false });
    directory.assign(blocked);
    const off = await ask(blocked);
    expect(off.scope).toMatchObject({ isSignInAllowed: false, isInScope: true, assignments: [{ via: "direct" }] });
    expect(off.action.next).toMatchObject({
      action: "nothing",
      reason: expect.stringContaining("the sign-in is blocked"),
    });
    const clauses = [
      { attribute: "userType", operator: "EQUALS", value: "Member" },
      { attribute: "department", operator: "EQUALS", value: "Sales" },
    ];
    await withConfig({ users: { scope: [{ name: "Sales only", clauses }] } }, async () => {
      const { scope, action } = await ask(ada);
      expect(scope.filters).toEqual([
        {
          name: "Sales only",
          isMatch: false,
          clauses: [
            { ...clauses[0], actual: "Member", isMatch: true },
            { ...clauses[1], actual: "Engine Room", isMatch: false },
          ],
        },
      ]);
      expect(scope.reason).toBe('filter "Sales only" does not fit: department EQUALS Sales');
      expect(scope.deprovision).toEqual({ key: "users.deprovision.outOfScope", policy: "disable" });
      expect(action.next).toMatchObject({ action: "disable", changes: [{ target: "active", from: true, to: false }] });
    });
    const [stranger = ""] = directory.users.keys();
    expect((await ask(stranger)).scope.reason).toBe('not assigned to "SoSafe", directly or by a group');
    directory.unassign(blocked);
  });

  test("the recycle bin, and gone for good", async () => {
    const leaver = directory.hire({ displayName: "Leaver", userPrincipalName: "leaver@musterwerk.example" });
    directory.assign(leaver);
    await world.cycle();
    directory.softDelete(leaver);
    const soft = await ask("leaver@musterwerk.example");
    expect(soft).toMatchObject({ subject: { id: leaver, presence: "soft" }, action: { next: { action: "disable" } } });
    expect(soft.verdict).toMatch(/^Leaver <leaver@musterwerk.example> is in Entra's recycle bin since 20/);
    directory.hardDelete(leaver);
    const hard = await ask(leaver);
    expect(hard).toMatchObject({ subject: { presence: "hard" }, action: { next: { action: "delete" } } });
    await world.cycle();
  });

  test("an account that another object has, with that object's id; a failure that is remembered", async () => {
    // A guest's name is given as at home, and so it is Ada's.
    const namesake = directory.hire({
      displayName: "Namesake",
      userPrincipalName: "ada.lovelace_musterwerk.example#EXT#@musterwerk.onmicrosoft.example",
    });
    directory.assign(namesake);
    const before = await ask(namesake);
    expect(before.scope.isGuest).toBe(true);
    expect(before.match).toMatchObject({
      state: "conflict",
      lookups: [{ attribute: "userName", value: ADA.userPrincipalName, hits: [{ owner: ada }] }],
    });
    expect(before.action.next).toMatchObject({ action: "fail", reason: expect.stringContaining(ada) });
    await world.cycle(["--once"], 1);
    const after = await ask(namesake);
    expect(after.action.failure).toMatchObject({ code: "conflict", failures: 1 });
    expect(after.action.when).toBe(`at the next try, ${after.action.failure?.retryAt}`);
    directory.hardDelete(namesake);
    await world.cycle();
  });
});
