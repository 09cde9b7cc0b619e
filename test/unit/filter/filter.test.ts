import { describe, expect, it } from "vitest";
import type { FilterProblem } from "#src/filter/clause.ts";
import type { FilterClause } from "#src/model/config.ts";
import { compileFilter, type FilterResult } from "#src/filter/filter.ts";
import { findOperator, OPERATORS } from "#src/filter/operators.ts";
import type { Attributes, Value } from "#src/model/value.ts";

function evaluate(groups: readonly (readonly FilterClause[])[], attributes: Attributes): FilterResult {
  const compiled = compileFilter(groups.map((clauses, index) => ({ name: `group ${index}`, clauses })));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.filter.evaluate((name) => (Object.hasOwn(attributes, name) ? attributes[name] : undefined));
}

function holds(clause: Omit<FilterClause, "attribute">, actual: Value | undefined): boolean {
  return evaluate([[{ attribute: "a", ...clause }]], actual === undefined ? {} : { a: actual }).isMatch;
}

function problemsOf(clause: Partial<FilterClause>): readonly FilterProblem[] {
  const compiled = compileFilter([{ name: "g", clauses: [{ attribute: "a", operator: "EQUALS", ...clause }] }]);
  return compiled.ok ? [] : compiled.problems;
}

const cases: readonly (readonly [operator: string, value: string | undefined, actual: Value, expected: boolean])[] = [
  ["EQUALS", "sales", "sales", true],
  ["EQUALS", "sales", "Sales", false],
  ["EQUALS", "sales", "sales ", false],
  ["EQUALS", "True", true, true],
  ["EQUALS", "true", true, true],
  ["EQUALS", "True", false, false],
  ["EQUALS", "7", 7, true],
  ["NOT EQUALS", "sales", "sales", false],
  ["NOT EQUALS", "sales", "Sales", true],
  ["IS TRUE", undefined, true, true],
  ["IS TRUE", undefined, "True", true],
  ["IS TRUE", undefined, false, false],
  ["IS TRUE", undefined, 1, false],
  ["IS FALSE", undefined, false, true],
  ["IS FALSE", undefined, true, false],
  ["IS FALSE", undefined, "no", false],
  ["IS NULL", undefined, "x", false],
  ["IS NULL", undefined, false, false],
  ["IS NULL", undefined, 0, false],
  ["IS NOT NULL", undefined, "x", true],
  ["IS NOT NULL", undefined, false, true],
  ["REGEX MATCH", ".*\\@domain.com", "joe@domain.com", true],
  ["REGEX MATCH", ".*\\@domain.com", "joe@domain.com.evil.example", false],
  ["REGEX MATCH", ".*@DOMAIN.com", "joe@domain.com", false],
  ["REGEX MATCH", "(1[0-9][0-9][0-9][0-9][0-9][0-9])", "1234567", true],
  ["REGEX MATCH", "(1[0-9][0-9][0-9][0-9][0-9][0-9])", "12345678", false],
  ["REGEX MATCH", "([1-9][0-9])", "9", false],
  ["REGEX MATCH", "a|ab", "ab", true],
  ["REGEX MATCH", "\\w+", "Müller", true],
  ["NOT REGEX MATCH", ".*\\@domain.com", "joe@domain.com", false],
  ["NOT REGEX MATCH", ".*\\@domain.com", "joe@other.com", true],
  ["Greater_Than", "10", "11", true],
  ["Greater_Than", "10", 10, false],
  ["Greater_Than", "9", "10", true],
  ["Greater_Than", "9", "ten", false],
  ["Greater_Than", "9", "10.5", false],
  ["Greater_Than", "9007199254740992", "9007199254740993", true],
  ["Greater_Than_OR_EQUALS", "10", 10, true],
  ["Less_Than", "10", "9", true],
  ["Less_Than", "10", "10", false],
  ["Less_Than_OR_EQUALS", "10", "10", true],
  ["Less_Than_OR_EQUALS", "10", "11", false],
  ["Greater_Than", "2026-01-01", "2026-01-01T00:00:01Z", true],
  ["Greater_Than", "2026-01-01", "2026-01-01T00:00:00Z", false],
  ["Greater_Than_OR_EQUALS", "2026-01-01", "2026-01-01T00:00:00Z", true],
  ["Greater_Than", "2026-01-01T00:00:00+02:00", "2025-12-31T22:30:00Z", true],
  ["Less_Than", "2026-01-01", "2025-12-31T23:59:59.9999999Z", true],
  ["Less_Than", "2026-01-01", "2026-01-01T00:00:00Z", false],
  ["Less_Than_OR_EQUALS", "1/1/2026", "2026-01-01T00:00:00Z", true],
  ["Less_Than", "2026-01-01", "7", false],
  ["Greater_Than", "7", "2026-01-01", false],
  ["Greater_Than", "2026-01-01", "soon", false],
  ["EQUALS", "2026-01-01", "2026-01-01T00:00:00Z", true],
  ["EQUALS", "2026-01-01", "2026-01-01T08:00:00Z", false],
  ["EQUALS", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z", true],
  ["EQUALS", "1/1/2026", "2026-01-01T00:00:00Z", false],
  ["EQUALS", "2026-02-30", "2026-02-30", true],
  ["NOT EQUALS", "2026-01-01", "2026-01-01T00:00:00Z", false],
  ["NOT EQUALS", "2026-01-01", "2026-01-02T00:00:00Z", true],
  ["IN", "2026-01-01", "2026-01-01T00:00:00Z", true],
  ["NOT IN", "2026-01-01", "2026-01-01T00:00:00Z", false],
  ["Greater_Than_OR_EQUALS", "10", 9, false],
  ["Includes", "ale", "sales", true],
  ["Includes", "ALE", "sales", false],
  ["ENDS_WITH", "les", "sales", true],
  ["ENDS_WITH", "sal", "sales", false],
  ["STARTS_WITH", "sal", "sales", true],
  ["STARTS_WITH", "les", "sales", false],
  ["&", "sales, marketing", "sales", true],
  ["&", "sales", "sales, marketing", false],
  ["!&", "sales, marketing", "sales", false],
  ["!&", "sales, marketing", "legal", true],
];

describe("a clause", () => {
  it.each(cases)("%s %j on %j is %j", (...[operator, value, actual, expected]) => {
    expect(holds({ operator, value }, actual)).toBe(expected);
  });

  const withValue = OPERATORS.map(({ name, values }) => ({
    name,
    ...(values === "none" ? {} : { value: /^(?:Greater|Less)/.test(name) ? "1" : "x" }),
  }));

  it.each(withValue)("$name is false for an attribute without a value, unless it is IS NULL", ({ name, value }) => {
    for (const empty of [undefined, "", [], [""]])
      expect(holds({ operator: name, value }, empty)).toBe(name === "IS NULL");
  });

  it.each([
    ["equals", "x"],
    ["Not_Equals", "y"],
    ["greater than or equals", "x"],
    ["ends with", "x"],
    ["INCLUDES", "x"],
    ["NOT_EXISTS_IN", "x"],
    ["exists in", "x"],
  ])("accepts the operator as %s", (operator) => {
    expect(problemsOf({ operator, value: "1" })).toEqual([]);
  });

  it("compares without case when it is told to", () => {
    expect(holds({ operator: "EQUALS", value: "SALES", caseSensitive: false }, "sales")).toBe(true);
    expect(holds({ operator: "NOT EQUALS", value: "SALES", caseSensitive: false }, "sales")).toBe(false);
    expect(holds({ operator: "REGEX MATCH", value: "SAL.*", caseSensitive: false }, "sales")).toBe(true);
    expect(holds({ operator: "&", value: "SALES, HR", caseSensitive: false }, "hr")).toBe(true);
  });

  it("with several values needs one that fits, and none for a negation", () => {
    const values = ["DE", "AT"];
    expect(["DE", "AT", "CH"].map((country) => holds({ operator: "IN", values }, country))).toEqual([
      true,
      true,
      false,
    ]);
    expect(["DE", "CH"].map((country) => holds({ operator: "NOT IN", values }, country))).toEqual([false, true]);
    expect(holds({ operator: "NOT EQUALS", values }, "AT")).toBe(false);
    expect(holds({ operator: "REGEX MATCH", values }, "AT")).toBe(true);
    expect(holds({ operator: "NOT REGEX MATCH", values }, "AT")).toBe(false);
    const bounds = { operator: "Greater_Than", values: ["5", "2026-01-01"] };
    expect(["6", "5", "2026-01-02"].map((value) => holds(bounds, value))).toEqual([true, false, true]);
  });

  it("needs any value of a multi-valued attribute, and all for a negation, unless it says otherwise", () => {
    const mails = ["a@x.com", "b@y.com"];
    expect(holds({ operator: "ENDS_WITH", value: "@y.com" }, mails)).toBe(true);
    expect(holds({ operator: "ENDS_WITH", value: "@y.com", match: "all" }, mails)).toBe(false);
    expect(holds({ operator: "NOT EQUALS", value: "a@x.com" }, mails)).toBe(false);
    expect(holds({ operator: "NOT EQUALS", value: "a@x.com", match: "any" }, mails)).toBe(true);
    expect(holds({ operator: "ENDS_WITH", value: ".com", match: "all" }, [...mails, ""])).toBe(true);
  });
});

describe("every operator as a plain word", () => {
  it.each([
    "EQUALS",
    "NOT_EQUALS",
    "IS_TRUE",
    "IS_FALSE",
    "IS_NULL",
    "IS_NOT_NULL",
    "REGEX_MATCH",
    "NOT_REGEX_MATCH",
    "GREATER_THAN",
    "GREATER_THAN_OR_EQUALS",
    "LESS_THAN",
    "LESS_THAN_OR_EQUALS",
    "INCLUDES",
    "ENDS_WITH",
    "EXISTS_IN",
    "NOT_EXISTS_IN",
  ])("%s is known", (operator) => {
    expect(findOperator(operator)).toBeDefined();
  });
});

describe("a filter", () => {
  const member = { attribute: "userType", operator: "EQUALS", value: "Member" };
  const german = { attribute: "country", operator: "EQUALS", value: "DE" };

  it("without groups lets everybody pass", () => {
    expect(evaluate([], {})).toEqual({ isMatch: true, groups: [] });
  });

  it("needs every clause of a group", () => {
    expect(evaluate([[member, german]], { userType: "Member", country: "DE" }).isMatch).toBe(true);
    expect(evaluate([[member, german]], { userType: "Member", country: "AT" }).isMatch).toBe(false);
  });

  it("needs one group only", () => {
    expect(evaluate([[member], [german]], { userType: "Guest", country: "DE" }).isMatch).toBe(true);
    expect(evaluate([[member], [german]], { userType: "Guest", country: "AT" }).isMatch).toBe(false);
  });

  it("tells what each clause compared", () => {
    expect(evaluate([[member, { ...german, operator: "equals" }]], { userType: "Guest" })).toEqual({
      isMatch: false,
      groups: [
        {
          name: "group 0",
          isMatch: false,
          clauses: [
            { attribute: "userType", operator: "EQUALS", value: "Member", actual: "Guest", isMatch: false },
            { attribute: "country", operator: "EQUALS", value: "DE", actual: undefined, isMatch: false },
          ],
        },
      ],
    });
  });

  it("names the attributes that it reads, each once", () => {
    const compiled = compileFilter([
      { name: "a", clauses: [member, german] },
      { name: "b", clauses: [german] },
    ]);
    expect(compiled.ok && compiled.filter.attributes).toEqual(["userType", "country"]);
  });
});

describe("a wrong filter", () => {
  it("is refused with everything that is wrong at once", () => {
    const compiled = compileFilter([
      { name: "a", clauses: [] },
      {
        name: "b",
        clauses: [
          { attribute: "x", operator: "EQUAL", value: "1" },
          { attribute: "y", operator: "IS NULL", value: "1" },
        ],
      },
    ]);
    expect(compiled).toEqual({
      ok: false,
      problems: [
        { path: "[0].clauses", message: "a filter needs a clause" },
        { path: "[1].clauses[0].operator", message: "unknown operator EQUAL", hint: "did you mean EQUALS?" },
        { path: "[1].clauses[1]", message: "IS NULL: takes no value" },
      ],
    });
  });

  it.each([
    ["=", "EQUALS"],
    ["==", "EQUALS"],
    ["!=", "NOT EQUALS"],
    [">=", "Greater_Than_OR_EQUALS"],
    ["contains", "Includes"],
    ["begins with", "STARTS_WITH"],
    ["Like", "REGEX MATCH"],
  ])("tells what %s is called here: %s", (operator, name) => {
    expect(problemsOf({ operator, value: "a" })[0]?.hint).toBe(`did you mean ${name}?`);
  });

  it.each(["~", "&&", "xy"])("suggests nothing for %s, which has nothing in common with any name", (operator) => {
    expect(problemsOf({ operator, value: "a" })[0]?.hint).toBeUndefined();
  });

  it.each([
    [{ value: undefined }, "EQUALS: a value is needed"],
    [{ value: "" }, "EQUALS: the value is empty; use IS NULL or IS NOT NULL"],
    [{ value: "a", values: ["b"] }, "EQUALS: give value or values, not both"],
    [{ value: "a", attribute: " " }, "EQUALS: an attribute is needed"],
    [
      { operator: "Greater_Than", value: "1.5" },
      "Greater_Than: the value must be a whole number, or a date such as 2026-01-31",
    ],
    [{ operator: "REGEX MATCH", value: "(" }, "REGEX MATCH: missing closing ): `(`"],
    [{ operator: "IsMemberOf", value: "x" }, "unknown operator IsMemberOf"],
  ])("%j is a problem: %s", (clause, message) => {
    expect(problemsOf(clause).map((problem) => problem.message)).toEqual([message]);
  });
});
