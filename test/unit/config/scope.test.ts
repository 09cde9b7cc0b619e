import { describe, expect, test } from "vitest";
import { parseConfig } from "#src/config/load.ts";
import { file, linesOf, problemsOf } from "./problems.ts";

function userScope(...clauses: readonly string[]): string {
  return file().replace("users:", `users:\n  scope: [{ name: a, clauses: [${clauses.join(", ")}] }]`);
}

function groupScope(...clauses: readonly string[]): string {
  return `${file()}groups:\n  scope: [{ name: a, clauses: [${clauses.join(", ")}] }]\n`;
}

describe("a scoping filter with", () => {
  test.each([
    ["{ attribute: usrType, operator: EQUALS, value: x }", "clauses[0].attribute", "did you mean userType?"],
    ["{ attribute: userType, operator: EQALS, value: x }", "clauses[0].operator", "did you mean EQUALS?"],
    [
      "{ attribute: userType, operator: RESEMBLES, value: x }",
      "clauses[0].operator",
      "known are EQUALS, NOT_EQUALS, IS_TRUE",
    ],
    ["{ attribute: userType, operator: EQUALS }", "clauses[0]", "a value is needed"],
    ["{ attribute: userType, operator: IS_NULL, value: x }", "clauses[0]", "takes no value"],
    ["{ attribute: userType, operator: REGEX_MATCH, value: '(' }", "clauses[0].value", "missing closing )"],
    ["{ attribute: employeeId, operator: GREATER_THAN, value: many }", "clauses[0].value", "whole number, or a date"],
    ["{ attribute: employeeOrgData, operator: EQUALS, value: x }", "clauses[0].attribute", "cannot be compared"],
    ["{ attribute: photo, operator: IS_NULL }", "clauses[0].attribute", "not tracked"],
    ["{ attribute: userType, operater: EQUALS, value: x }", "clauses[0].operater", "did you mean operator?"],
    ["{ attribute: manager.mail, operator: IS_NULL }", "clauses[0].attribute", "Use manager with IS_NULL, IS_NOT_NULL"],
    ["{ attribute: Manager.nonsense, operator: IS_NULL }", "clauses[0].attribute", "only who the manager is is known"],
    ["{ attribute: appRoleAssignments, operator: IS_NULL }", "clauses[0].attribute", "cannot be used in a filter"],
    ["{ attribute: manager, operator: EQUALS, value: ada@x.y }", "clauses[0]", "manager is an object id"],
    ["{ attribute: accountEnabled, operator: IS_NULL }", "clauses[0]", "lets nobody pass: accountEnabled is never"],
    ["{ attribute: hireDate, operator: IS_NULL }", "clauses[0].attribute", "outside the directory"],
  ])("the clause %s is refused", (clause, place, message) => {
    const text = userScope(clause);
    const problems = problemsOf(text).filter((problem) => problem.where === `bridge.yaml: users.scope[0].${place}`);
    expect(problems.map((problem) => problem.message).join()).toContain(message);
    expect(problems[0]?.line).toBe(3);
  });

  test.each([
    ["&"],
    ["!&"],
    ["NOT EQUALS"],
    ["NOT_EQUALS"],
    ["Greater_Than_OR_EQUALS"],
    ["GREATER_THAN"],
    ["less than"],
    ["LESS_THAN_OR_EQUALS"],
    ["includes"],
  ])("the operator %s is taken", (operator) => {
    expect(linesOf(userScope(`{ attribute: employeeId, operator: "${operator}", value: 5 }`))).toEqual([]);
  });

  test.each([
    ["userType", "EQUALS", "Member"],
    ["employeeHireDate", "GREATER_THAN_OR_EQUALS", "2026-01-01"],
    ["employeeLeaveDateTime", "LESS_THAN", "2026-01-01T12:00:00+01:00"],
    ["createdDateTime", "EQUALS", "2026-01-01"],
    ["manager", "EQUALS", "87D349ED-44D7-43E1-9A83-5F2406DEE5BD"],
  ])("what Entra refuses, %s, is taken", (attribute, operator, value) => {
    expect(linesOf(userScope(`{ attribute: ${attribute}, operator: ${operator}, value: ${value} }`))).toEqual([]);
  });

  test("a manager, or none, is taken", () => {
    expect(linesOf(userScope("{ attribute: manager, operator: IS_NULL }"))).toEqual([]);
    expect(linesOf(userScope("{ attribute: manager, operator: IS_NOT_NULL }"))).toEqual([]);
  });

  test("clauses that contradict one another is refused at the later one", () => {
    const first = "{ attribute: userType, operator: EQUALS, value: Guest }";
    const text = userScope(first, "{ attribute: city, operator: IS_NULL }", first.replace("Guest", "Member"));
    expect(linesOf(text)).toEqual([
      "bridge.yaml: users.scope[0].clauses[2] 3:129 lets nobody pass: userType EQUALS Member and clauses[0] (userType EQUALS Guest) are never true of the same value",
    ]);
  });

  test("several mistakes reports them, and no contradiction of what is wrong anyway", () => {
    const text = userScope(
      "{ attribute: userTyp, operator: EQUALS, value: a }",
      "{ attribute: userTyp, operator: EQUALS, value: b }",
    );
    expect(linesOf(text).map((line) => line.split(" ")[1])).toEqual([
      "users.scope[0].clauses[0].attribute",
      "users.scope[0].clauses[1].attribute",
    ]);
  });

  test("an object id is compared without case, unless it is said otherwise", () => {
    const value = "87D349ED-44D7-43E1-9A83-5F2406DEE5BD";
    const clauses = [
      `{ attribute: objectId, operator: IN, value: ${value} }`,
      `{ attribute: manager, operator: EQUALS, value: ${value}, caseSensitive: true }`,
      "{ attribute: manager, operator: IS_NOT_NULL }",
    ];
    const { users } = parseConfig(userScope(...clauses), "f");
    expect(users.scope[0]?.clauses.map((clause) => clause.caseSensitive)).toEqual([false, true, undefined]);
  });
});

describe("a scoping filter of groups", () => {
  test("gets the same spelling as one of users", () => {
    const { groups } = parseConfig(groupScope("{ attribute: displayname, operator: starts with, value: SoSafe }"), "f");
    expect(groups.scope).toEqual([
      { name: "a", clauses: [{ attribute: "displayname", operator: "STARTS_WITH", value: "SoSafe" }] },
    ]);
  });

  test.each([
    ["{ attribute: members, operator: IS_NULL }", "clauses[0].attribute", "members cannot be used in a filter"],
    ["{ attribute: owners, operator: IS_NULL }", "clauses[0].attribute", "owners is a reference"],
    ["{ attribute: manager, operator: IS_NULL }", "clauses[0].attribute", "manager is no attribute of groups"],
    [
      "{ attribute: userType, operator: EQUALS, value: x }",
      "clauses[0].attribute",
      "userType is no attribute of groups",
    ],
    ["{ attribute: displayName, operator: IS_NULL }", "clauses[0]", "lets no group pass: displayName is never without"],
    ["{ attribute: mailEnabled, operator: EQUALS, value: 1 }", "clauses[0]", "mailEnabled is true or false"],
    ["{ attribute: mail, operator: EQALS, value: x }", "clauses[0].operator", "did you mean EQUALS?"],
  ])("%s is refused at %s", (clause, place, message) => {
    const [problem, ...others] = problemsOf(groupScope(clause));
    expect(problem).toMatchObject({ where: `bridge.yaml: groups.scope[0].${place}`, line: 6 });
    expect(problem?.message).toContain(message);
    expect(others).toEqual([]);
  });
});

describe("numbers in a filter", () => {
  test.each(["01067", "1.0", "12345678901234567890", "0x10", "+7"])(
    "are refused where %s is read otherwise",
    (number) => {
      expect(problemsOf(userScope(`{ attribute: postalCode, operator: IN, values: ["a", ${number}] }`))).toEqual([
        expect.objectContaining({
          where: "bridge.yaml: users.scope[0].clauses[0].values[1]",
          message: expect.stringContaining(`${number} is read as the number`),
        }),
      ]);
    },
  );

  test("are taken as they are written otherwise, and in quotes", () => {
    const clause = '{ attribute: postalCode, operator: IN, values: [1067, -3, 2.5, "01067"] }';
    expect(parseConfig(userScope(clause), "bridge.yaml").users.scope[0]?.clauses[0]?.values).toEqual([
      1067,
      -3,
      2.5,
      "01067",
    ]);
  });
});
