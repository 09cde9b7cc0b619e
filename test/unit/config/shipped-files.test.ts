import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { schemaFile, withTables } from "#src/config/documentation.ts";
import { loadConfig } from "#src/config/load.ts";
import { SOSAFE_ATTRIBUTES } from "#src/config/target-attribute.ts";
import { loadEnvironment } from "#src/config/environment.ts";
import { unusedKeys } from "#src/config/unused-keys.ts";
import { VARIABLES } from "#src/config/variables.ts";

describe("config/bridge.yaml", () => {
  test("maps each of SoSafe's 28 user attributes and 3 group attributes once", async () => {
    const { users, groups } = await loadConfig("config/bridge.yaml");
    expect(users.attributes.map((mapping) => mapping.target)).toHaveLength(28);
    expect(users.attributes.map((mapping) => mapping.target).toSorted()).toEqual(SOSAFE_ATTRIBUTES.user.toSorted());
    expect(groups.attributes.map((mapping) => mapping.target).toSorted()).toEqual(SOSAFE_ATTRIBUTES.group.toSorted());
  });

  test("provisions those assigned to SoSafe, disables who leaves and follows the sign-in state", async () => {
    const { source, users } = await loadConfig("config/bridge.yaml");
    expect(source).toEqual({ scope: "assigned", application: "SoSafe", nestedGroups: "ignore" });
    expect(users.deprovision).toEqual({
      unassigned: "disable",
      outOfScope: "disable",
      softDeleted: "disable",
      hardDeleted: "delete",
    });
    expect(users.attributes.find((mapping) => mapping.target === "active")?.expression).toBe("Not([IsSoftDeleted])");
  });

  test("sets nothing that is not acted on", async () => {
    expect(unusedKeys(await loadConfig("config/bridge.yaml"), loadEnvironment({}, { need: "config" }))).toEqual([]);
  });
});

describe(".env.example", () => {
  test("names every variable that is read, once, and no other", async () => {
    const text = await readFile(".env.example", "utf8");
    const names = [...text.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm)].map((match) => match[1]);
    expect(names).toEqual(VARIABLES.map((variable) => variable.name));
  });

  test("comments on every group of variables", async () => {
    const blocks = (await readFile(".env.example", "utf8"))
      .split(/\n{2,}/)
      .filter((block) => /^(?:# )?[A-Z_]+=/m.test(block));
    expect(blocks.filter((block) => !/^# (?![A-Z_]+=)/m.test(block))).toEqual(["# CONFIG_FILE=config/bridge.yaml"]);
  });
});

describe("generated files are up to date (npx node script/generate-docs.ts):", () => {
  test("config/bridge.schema.json", async () => {
    expect(await readFile("config/bridge.schema.json", "utf8")).toBe(schemaFile());
  });

  test("docs/configuration.md", async () => {
    const page = await readFile("docs/configuration.md", "utf8");
    expect(page).toBe(withTables(page));
    for (const { name } of VARIABLES) expect(page).toContain(`\`${name}\``);
  });

  test("and a page without a place for a table is refused", () => {
    expect(() => withTables("<!-- begin variables -->\n<!-- end -->")).toThrow("no place for the table of keys");
  });
});

test("every variable is read: a wrong value of any is noticed, or the value shows", () => {
  // Reading is recorded by a proxy: a variable that is documented but never read would be a lie.
  const read = new Set<string>();
  const env: Record<string, string | undefined> = new Proxy(
    {},
    {
      get: (_target, name) => {
        read.add(String(name));
        return undefined;
      },
    },
  );
  loadEnvironment(env, { need: "config" });
  const documented = VARIABLES.flatMap(({ name, isSecret }) => (isSecret ? [name, `${name}_FILE`] : [name]));
  expect([...read].toSorted()).toEqual(documented.toSorted());
});
