import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createPeople } from "#test/sandbox/people.ts";
import { parseConfig } from "#src/config/load.ts";
import type { Config } from "#src/model/config.ts";
import { toEntraId } from "#src/model/ids.ts";
import { isComplex, toValue } from "#src/model/value.ts";
import { toDesired } from "#src/sync/desired.ts";
import { compileRules } from "#src/sync/rules.ts";
import { attribute, fixture, GROUPS, mapping, remarksAt, schema, take, USER_NAME, USERS } from "./schemas.ts";

const BY_HAND = readFileSync("test/fixtures/entra-schema-by-hand.yaml", "utf8");

/** People of the sandbox as the daemon stores them. */
const PEOPLE = createPeople({ count: 500, seed: 5 }).map(({ id, manager: _manager, ...properties }) => {
  const attributes = toValue(properties);
  return { id: toEntraId(id), attributes: isComplex(attributes) ? attributes : {} };
});

function evaluate(config: Config, occasion: "create" | "update") {
  const { users } = compileRules(config);
  return PEOPLE.map((person) => ({
    isMatch: users.isMatch(person),
    outcome: toDesired(person, users, { for: occasion }),
  }));
}

describe("the export in test/fixtures", () => {
  const result = take(fixture());

  it("is taken whole: 28 mappings of people and 3 of groups", () => {
    expect(result).toMatchObject({ taken: 31, leftOut: 0, remarked: 0 });
    expect([result.config.users.attributes.length, result.config.groups.attributes.length]).toEqual([28, 3]);
  });

  it.each(["create", "update"] as const)(
    "gives everybody the same attributes as mappings by hand, on %s",
    (occasion) => {
      const [imported, byHand] = [result.config, parseConfig(BY_HAND, "by hand")].map((one) => evaluate(one, occasion));
      expect(imported).toEqual(byHand);
      expect(imported?.every(({ outcome }) => outcome.kind === "desired")).toBe(true);
    },
  );

  it("lets some people in, and keeps others out", () => {
    const counts = Object.groupBy(evaluate(result.config, "create"), ({ isMatch }) => String(isMatch));
    expect(counts["true"]?.length).toBeGreaterThan(100);
    expect(counts["false"]?.length).toBeGreaterThan(50);
  });

  it("disables those whose sign-in is blocked", () => {
    const disabled = evaluate(result.config, "update").filter(
      ({ outcome }) => outcome.kind === "desired" && outcome.desired["active"] === false,
    );
    expect(disabled).toHaveLength(PEOPLE.filter(({ attributes }) => attributes["accountEnabled"] === false).length);
    expect(disabled.length).toBeGreaterThan(0);
  });

  it("gives the same from names and parameters alone, without the texts of expressions", () => {
    const without = JSON.parse(
      JSON.stringify(fixture(), (key, value: unknown) => (key === "expression" ? undefined : value)),
    );
    const { config } = take(without);
    expect(evaluate(config, "create")).toEqual(evaluate(result.config, "create"));
  });
});

const rule = (priority: number, title: string, targetDirectoryName: string) => ({
  ...(schema({ users: [mapping("title", attribute(title))] })["synchronizationRules"] as object[])[0],
  priority,
  targetDirectoryName,
});

const active = (source: unknown, extra = {}) =>
  take(schema({ user: { attributeMappings: [USER_NAME, mapping("active", source, extra)] } })).config.users.deprovision;

describe("object mappings", () => {
  it.each([
    ["User", "x", "the source"],
    ["user", undefined, "the source in lower case"],
    [undefined, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "the target's URN"],
    [undefined, "WindowsAzureActiveDirectoryUser", "the name of a custom app"],
    [undefined, "Users", "a plural"],
  ])("of %s → %s are known to be for people by %s", (sourceObjectName, targetObjectName, _by) => {
    expect(take(schema({ user: { sourceObjectName, targetObjectName } })).config.users.attributes).toHaveLength(2);
  });

  it("for other objects are remarked on", () => {
    const content = schema({ group: { sourceObjectName: "Device", targetObjectName: "Device" } });
    expect(remarksAt(take(content), GROUPS)).toEqual(["is neither for users nor for groups, so it is not taken"]);
  });

  it("that are disabled leave their objects alone", () => {
    const off = take(schema({ user: { enabled: false }, group: { enabled: false } }));
    expect([off.config.users.actions, off.config.groups.enabled]).toEqual([[], false]);
    expect(remarksAt(off, `${USERS}.enabled`)).toHaveLength(1);
    expect(remarksAt(off, `${GROUPS}.enabled`)).toHaveLength(1);
  });

  it("that are disabled give way to one that is enabled", () => {
    const content = schema({
      group: { sourceObjectName: "User", attributeMappings: [USER_NAME] },
      user: { enabled: false },
    });
    const result = take(content);
    expect(result.config.users.attributes).toHaveLength(1);
    expect(remarksAt(result, USERS)).toEqual(["is disabled; left out"]);
  });

  it.each([
    ["Add, Update, Delete", ["create", "update", "delete"]],
    ["Update", ["update"]],
    ["delete,ADD", ["create", "delete"]],
    ["None", []],
    ["", []],
    [null, ["create", "update", "delete"]],
    [["Add"], ["create"]],
  ])("with flowTypes %s", (flowTypes, actions) => {
    expect(take(schema({ user: { flowTypes } })).config.users.actions).toEqual(actions);
  });

  it("with an unknown flow type say so", () => {
    expect(remarksAt(take(schema({ user: { flowTypes: "Add, Merge" } })), `${USERS}.flowTypes`)).toEqual([
      "knows only Add, Update and Delete, not merge",
    ]);
  });

  it("of groups without Delete keep groups that leave", () => {
    const { config } = take(schema({ group: { flowTypes: "Add, Update" } }));
    expect(config.groups).toMatchObject({ enabled: true, deprovision: { outOfScope: "ignore", deleted: "ignore" } });
  });

  it("of groups without Add are taken with a remark", () => {
    const result = take(schema({ group: { flowTypes: "Update, Delete" } }));
    expect(remarksAt(result, `${GROUPS}.flowTypes`)).toEqual([expect.stringContaining("create groups")]);
  });

  it("of groups that are missing or cannot be matched switch groups off", () => {
    const missing = take({
      synchronizationRules: [{ objectMappings: [{ sourceObjectName: "User", attributeMappings: [USER_NAME] }] }],
    });
    expect(missing.config.groups.enabled).toBe(false);
    const unmatched = take(schema({ group: { attributeMappings: [mapping("externalId", attribute("objectId"))] } }));
    expect(unmatched.config.groups.enabled).toBe(false);
    expect(unmatched).toMatchObject({ taken: 2, leftOut: 1 });
  });

  it("are taken from the rule with the lowest priority that leads out of Entra", () => {
    const rules = [
      rule(2, "city", "customappsso"),
      rule(0, "state", "Azure Active Directory"),
      rule(1, "country", "x"),
    ];
    const result = take({ synchronizationRules: rules });
    expect(result.config.users.attributes.at(-1)?.source).toBe("country");
    expect(remarksAt(result, "$.synchronizationRules[1]")).toEqual([
      "writes into Azure Active Directory, so it is not taken",
    ]);
    expect(remarksAt(result, "$.synchronizationRules[0].objectMappings[0]")).toEqual([
      expect.stringContaining("left out"),
    ]);
  });
});

describe("people who leave", () => {
  const all = { unassigned: "ignore", outOfScope: "ignore", softDeleted: "ignore", hardDeleted: "delete" };
  const none = { unassigned: "disable", outOfScope: "disable", softDeleted: "disable", hardDeleted: "delete" };
  it("are disabled where active looks at IsSoftDeleted", () => {
    expect(active({ expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")' })).toEqual(none);
    expect(active(attribute("isSoftDeleted"))).toEqual(none);
  });

  it("are left alone where it does not, as in Entra, with a remark", () => {
    expect(active({ type: "Constant", name: "True" })).toEqual(all);
    expect(active(attribute("accountEnabled"))).toEqual(all);
    expect(active({ expression: "Not([IsSoftDeleted])" }, { flowType: "ObjectAddOnly" })).toEqual(all);
    const result = take(schema({ user: { attributeMappings: [USER_NAME] } }));
    expect(result.config.users.deprovision).toEqual(all);
    expect(remarksAt(result, `${USERS}.attributeMappings`)).toEqual([expect.stringContaining("Entra disables nobody")]);
  });

  it("are disabled where the mapping of active had to be left out", () => {
    expect(active({ expression: "Nope([IsSoftDeleted])" })).toEqual(none);
  });
});
