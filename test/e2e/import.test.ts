import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { actualState } from "./expected.ts";
import { createWorld, type World } from "./world.ts";

const FIXTURE = new URL("../fixtures/entra-schema.json", import.meta.url);
const BY_HAND = new URL("../fixtures/entra-schema-by-hand.yaml", import.meta.url);
const MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

type Mapping = { sourceObjectName: string; scope: unknown; attributeMappings: unknown[] };
type Schema = { synchronizationRules: { objectMappings: Mapping[] }[] };

/** The export of the fixture by a tenant that also sends managers, and only groups of one department. */
async function readExport(): Promise<string> {
  const schema = JSON.parse(await readFile(FIXTURE, "utf8")) as Schema;
  for (const mapping of schema.synchronizationRules.flatMap((rule) => rule.objectMappings)) {
    if (mapping.sourceObjectName === "User") {
      const source = { type: "Attribute", name: "manager", expression: "[manager]", parameters: [] };
      mapping.attributeMappings.push({ source, targetAttributeName: MANAGER, flowType: "Always", matchingPriority: 0 });
    } else {
      const operand = { targetOperand: { values: ["Abteilung.*"] } };
      const clause = { operatorName: "REGEX MATCH", sourceOperandName: "displayName", ...operand };
      mapping.scope = { groups: [{ name: "Departments", clauses: [clause] }] };
    }
  }
  return JSON.stringify({ schema, secrets: { value: [{ key: "SyncAll", value: "true" }] } });
}

/** What the command prints, as an administrator would call it. */
async function importConfig(schema: string): Promise<string> {
  const child = spawn(process.execPath, ["src/cli.ts", "config", "import", "-"], { env: {} });
  child.stdin.end(schema);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(err).toContain("32 mappings taken, 0 with remarks");
  return out;
}

async function runWith(config: string): Promise<{ readonly world: World; readonly result: unknown }> {
  const world = await createWorld({ target: "scimmy", scope: "all", people: 60, groups: 12 });
  await writeFile(world.configFile, `${config}\ntarget: { rateLimit: 1000/s }\n`);
  return { world, result: await world.cycle() };
}

/** User names of managers by user name. */
async function managersOf({ scim }: World): Promise<Readonly<Record<string, unknown>>> {
  const users = await scim.users();
  const names = new Map(users.map((user) => [user.id, user["userName"]]));
  const extension = MANAGER.slice(0, -":manager".length);
  return Object.fromEntries(
    users.map((user) => {
      const { manager } = (user[extension] ?? {}) as { manager?: { value: string } };
      return [String(user["userName"]), names.get(manager?.value ?? "")];
    }),
  );
}

it("gives the same people, attributes, managers and groups as the same configuration written by hand", async () => {
  const hand = (await readFile(BY_HAND, "utf8")).replace(
    "  attributes:",
    `  attributes:\n    - { target: "${MANAGER}", source: manager }`,
  );
  const groups =
    "groups: { scope: [{ name: Departments, clauses: [{ attribute: displayName, operator: STARTS_WITH, value: Abteilung }] }] }";
  const imported = await runWith(await importConfig(await readExport()));
  await using first = imported.world;
  const written = await runWith(`${hand}\n${groups}`);
  await using second = written.world;

  const state = await actualState(first.scim);
  expect(state).toEqual(await actualState(second.scim));
  expect(await managersOf(first)).toEqual(await managersOf(second));
  expect(imported.result).toMatchObject({ result: "ok", users: { failed: 0 }, groups: { failed: 0 } });

  // Both are right for a reason, and not because both did nothing.
  const people = [...first.tenant.directory.users.values()].filter(
    ({ properties }) => ["DE", "AT", "CH"].includes(String(properties["country"])) && properties["mail"] !== undefined,
  );
  const active = people.filter(({ properties }) => properties["accountEnabled"] !== false);
  expect(Object.keys(state.users).length).toBeGreaterThanOrEqual(Math.max(10, active.length));
  const names = [...first.tenant.directory.groups.values()].map(({ properties }) => String(properties["displayName"]));
  const departments = names.filter((name) => name.startsWith("Abteilung"));
  expect(Object.keys(state.groups).toSorted()).toEqual(departments.toSorted());
  expect(departments.length).toBeLessThan(names.length);
  expect(departments.length).toBeGreaterThan(0);
  const managers = Object.values(await managersOf(first)).filter((name) => name !== undefined);
  expect(managers.length).toBeGreaterThan(5);
});
