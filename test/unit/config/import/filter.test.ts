import { describe, expect, it } from "vitest";
import { GROUPS, refusal, remarksAt, schema, take, USERS } from "./schemas.ts";

const clause = (operatorName: unknown, values: readonly unknown[] | undefined, sourceOperandName = "department") => ({
  operatorName,
  sourceOperandName,
  ...(values !== undefined && { targetOperand: { values } }),
});
const scoped = (...groups: readonly unknown[]) =>
  schema({ user: { scope: { groups, inputFilterGroups: [], categoryFilterGroups: [] } } });
const scopeOf = (...groups: readonly unknown[]) => take(scoped(...groups)).config.users.scope;

describe("filters", () => {
  it("keep their groups, clauses and names", () => {
    const first = { name: "A: b # c", clauses: [clause("EQUALS", ["x"]), clause("IS NOT NULL", [""], "mail")] };
    expect(scopeOf(first, { clauses: [clause("Includes", ["y"])] })).toEqual([
      {
        name: "A: b # c",
        clauses: [
          { attribute: "department", operator: "EQUALS", value: "x" },
          { attribute: "mail", operator: "IS NOT NULL" },
        ],
      },
      { name: "Filter 2", clauses: [{ attribute: "department", operator: "Includes", value: "y" }] },
    ]);
  });

  it.each([
    ["EQUALS", "EQUALS"],
    ["NOT EQUALS", "NOT EQUALS"],
    ["NOT_EQUALS", "NOT EQUALS"],
    ["NotEquals", "NOT EQUALS"],
    ["not-equals", "NOT EQUALS"],
    ["regex match", "REGEX MATCH"],
    ["NOT REGEX MATCH", "NOT REGEX MATCH"],
    ["INCLUDES", "Includes"],
    ["Ends With", "ENDS_WITH"],
    ["&", "&"],
    ["!&", "!&"],
  ])("know the operator %s", (label, name) => {
    expect(scopeOf({ name: "x", clauses: [clause(label, ["a"])] })[0]?.clauses[0]).toMatchObject({
      operator: name,
      value: "a",
    });
  });

  it.each(["IS TRUE", "is_false", "IsNull", "IS-NOT-NULL"])("take no value for %s, whatever stands there", (label) => {
    for (const values of [undefined, [], [""], ["x"]]) {
      const found = scopeOf({ name: "x", clauses: [clause(label, values)] })[0]?.clauses[0];
      expect(Object.keys(found ?? {})).toEqual(["attribute", "operator"]);
    }
  });

  it.each(["Greater_Than", "GREATER THAN OR EQUALS"])("take a number for %s", (label) => {
    expect(scopeOf({ name: "x", clauses: [clause(label, ["5"], "employeeId")] })[0]?.clauses[0]?.value).toBe("5");
  });

  it("keep several values", () => {
    const found = scopeOf({ name: "x", clauses: [clause("EQUALS", ["a", true, 3])] })[0]?.clauses[0];
    expect(found?.values).toEqual(["a", "true", "3"]);
  });

  it.each([
    ["an unknown operator", clause("Present", ["x"]), "operatorName", "unknown operator Present"],
    ["no operator", clause(undefined, ["x"]), "operatorName", "is missing"],
    ["no attribute", clause("EQUALS", ["x"], ""), "sourceOperandName", "is missing"],
    ["an unknown attribute", clause("EQUALS", ["x"], "departmant"), "sourceOperandName", "did you mean department?"],
    ["an attribute that delta refuses", clause("EQUALS", ["x"], "photo"), "sourceOperandName", "photo is not tracked"],
    ["no value", clause("EQUALS", []), "targetOperand.values", "must not be empty"],
    ["a list as value", clause("EQUALS", [["x"]]), "targetOperand.values[0]", "is no value"],
    ["a pattern that is none", clause("REGEX MATCH", ["("]), "targetOperand.values", "REGEX MATCH"],
    ["a number that is none", clause("Greater_Than", ["x"]), "targetOperand.values", "whole number"],
  ])("refuse the import for %s, and name the place", (...row) => {
    const [, wrong, member, message] = row;
    const problems = refusal(scoped({ name: "x", clauses: [clause("EQUALS", ["a"]), wrong] }));
    expect(problems).toContainEqual({
      path: `${USERS}.scope.groups[0].clauses[1].${member}`,
      message: expect.stringContaining(message) as unknown,
    });
  });

  it("say nothing about the values of an operator that is unknown", () => {
    expect(refusal(scoped({ name: "x", clauses: [clause("Present", [])] }))).toEqual([
      {
        path: `${USERS}.scope.groups[0].clauses[0].operatorName`,
        message: expect.stringContaining("unknown operator Present; known are EQUALS") as unknown,
      },
    ]);
  });

  it("refuse everything wrong at once", () => {
    const wrong = { name: "x", clauses: [clause("Present", ["a"]), clause("Absent", ["a"])] };
    const problems = refusal(scoped(wrong, { name: "y", clauses: [clause("Valid Cert Match", ["a"])] }));
    expect(problems.map(({ path }) => path)).toEqual(
      ["[0].clauses[0]", "[0].clauses[1]", "[1].clauses[0]"].map(
        (place) => `${USERS}.scope.groups${place}.operatorName`,
      ),
    );
  });

  it("refuse a group without clauses: it would let everybody in", () => {
    expect(refusal(scoped({ name: "x", clauses: [] }))).toEqual([
      { path: `${USERS}.scope.groups[0].clauses`, message: "a filter needs at least one clause" },
    ]);
  });

  it("of groups are taken", () => {
    const scope = { groups: [{ name: "Security", clauses: [clause("IS TRUE", [], "securityEnabled")] }] };
    const { config, remarks } = take(schema({ group: { scope } }));
    const clauses = [{ attribute: "securityEnabled", operator: "IS TRUE" }];
    expect(config.groups).toMatchObject({ enabled: true, scope: [{ name: "Security", clauses }] });
    expect(remarks.filter(({ path }) => path.startsWith(GROUPS))).toEqual([]);
  });

  it.each([
    ["user", USERS, "department"],
    ["group", GROUPS, "description"],
  ])("of a %s that nobody can pass refuse the import", (kind, path, attribute) => {
    const clauses = [clause("EQUALS", ["a"], attribute), clause("EQUALS", ["b"], attribute)];
    const problems = refusal(schema({ [kind]: { scope: { groups: [{ name: "x", clauses }] } } }));
    expect(problems).toEqual([
      {
        path: expect.stringMatching(path.replaceAll(/[$.[\]]/g, String.raw`\$&`)),
        message: expect.stringMatching(/never|nobody/),
      },
    ]);
  });

  it("of groups that are not provisioned may be as they are", () => {
    const scope = { groups: [{ name: "x", clauses: [clause("Present", [], "displayName")] }] };
    expect(take(schema({ group: { scope, enabled: false } })).config.groups).toMatchObject({
      enabled: false,
      scope: [],
    });
  });

  it.each(["inputFilterGroups", "categoryFilterGroups"])("of groups at reading time switch groups off: %s", (name) => {
    const scope = { groups: [], [name]: [{ name: "x", clauses: [clause("EQUALS", ["x"])] }] };
    const result = take(schema({ group: { scope } }));
    expect(result.config.groups.enabled).toBe(false);
    expect(remarksAt(result, `${GROUPS}.scope`)).toEqual([
      expect.stringContaining("groups.scope"),
      expect.stringContaining("switched off"),
    ]);
  });

  it("of groups with an unknown operator refuse the import", () => {
    const scope = { groups: [{ name: "x", clauses: [clause("Present", [], "displayName")] }] };
    expect(refusal(schema({ group: { scope } }))).toEqual([
      {
        path: `${GROUPS}.scope.groups[0].clauses[0].operatorName`,
        message: expect.stringContaining("unknown operator Present"),
      },
    ]);
  });

  it.each(["inputFilterGroups", "categoryFilterGroups"])("at reading time are noted: %s", (name) => {
    const scope = { groups: [], [name]: [{ name: "x", clauses: [clause("EQUALS", ["x"])] }] };
    const result = take(schema({ user: { scope } }));
    expect(remarksAt(result, `${USERS}.scope.${name}`)).toEqual([
      expect.stringContaining("add a filter to users.scope"),
    ]);
    expect(result.yaml).toContain(`# ${USERS}.scope.${name}: `);
  });
});
