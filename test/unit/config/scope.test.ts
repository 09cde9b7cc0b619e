import { describe, expect, test } from "vitest";
import { file, linesOf, problemsOf } from "./problems.ts";

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
    ["{ attribute: employeeId, operator: GREATER_THAN, value: many }", "clauses[0].value", "whole number"],
    ["{ attribute: employeeOrgData, operator: EQUALS, value: x }", "clauses[0].attribute", "cannot be compared"],
    ["{ attribute: photo, operator: IS_NULL }", "clauses[0].attribute", "not tracked"],
    ["{ attribute: userType, operater: EQUALS, value: x }", "clauses[0].operater", "did you mean operator?"],
  ])("the clause %s is refused", (clause, place, message) => {
    const text = file().replace("users:", `users:\n  scope: [{ name: a, clauses: [${clause}] }]`);
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
    ["includes"],
  ])("the operator %s is taken", (operator) => {
    const clause = `{ attribute: employeeId, operator: "${operator}", value: 5 }`;
    expect(linesOf(file().replace("users:", `users:\n  scope: [{ name: a, clauses: [${clause}] }]`))).toEqual([]);
  });
});
