import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FilterClause } from "#src/model/config.ts";
import { compileFilter } from "#src/filter/filter.ts";
import { OPERATORS } from "#src/filter/operators.ts";
import type { Value } from "#src/model/value.ts";

type Operator = Omit<FilterClause, "attribute">;
type Given = Readonly<Record<string, Value | undefined>>;

const words = [
  "sales",
  "Sales",
  "SALES",
  "sal",
  "x",
  "1",
  "12",
  "9",
  "straße",
  "Ä",
  "ä",
  "ab|cd",
  "a.c",
  "abc",
  "True",
];
const texts = fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 }));
const present = texts.filter((text) => text !== "");
const scalars: fc.Arbitrary<Value> = fc.oneof(present, fc.integer({ min: -20, max: 20 }), fc.boolean());
const lists: fc.Arbitrary<Value> = fc.array(scalars, { minLength: 1, maxLength: 5 });
const empties: fc.Arbitrary<Value | undefined> = fc.constantFrom<(Value | undefined)[]>(
  undefined,
  "",
  [],
  [""],
  ["", ""],
);
const actuals = fc.oneof(scalars, lists);
const operands = fc.array(present, { minLength: 1, maxLength: 4 });
const patterns = fc.array(fc.constantFrom("sal.*", "[a-z]+", "\\d+", "a.c", ".*", "s|x", "(?i)ä"), {
  minLength: 1,
  maxLength: 3,
});

function holds(groups: readonly (readonly FilterClause[])[], given: Given): boolean {
  const compiled = compileFilter(groups.map((clauses, index) => ({ name: `g${index}`, clauses })));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.filter.evaluate((name) => given[name]).isMatch;
}

function test(operator: Operator, a: Value | undefined): boolean {
  return holds([[{ attribute: "a", ...operator }]], { a });
}

const CONTRARIES = [
  ["EQUALS", "NOT EQUALS", operands],
  ["IN", "NOT IN", operands],
  ["REGEX MATCH", "NOT REGEX MATCH", patterns],
  ["&", "!&", operands],
] as const;

describe.each(CONTRARIES)("%s and %s", (positive, negative, given) => {
  const both = fc.tuple(given, fc.boolean());

  it("are contraries for a single value", () => {
    fc.assert(
      fc.property(both, scalars, ([values, caseSensitive], a) => {
        expect(test({ operator: negative, values, caseSensitive }, a)).toBe(
          !test({ operator: positive, values, caseSensitive }, a),
        );
      }),
    );
  });

  it("are contraries for several values, where any and all change places", () => {
    fc.assert(
      fc.property(both, lists, ([values, caseSensitive], a) => {
        const positiveWith = (match?: "any" | "all"): boolean =>
          test({ operator: positive, values, caseSensitive, match }, a);
        const negativeWith = (match?: "any" | "all"): boolean =>
          test({ operator: negative, values, caseSensitive, match }, a);
        expect(negativeWith()).toBe(!positiveWith());
        expect(negativeWith("all")).toBe(!positiveWith("any"));
        expect(negativeWith("any")).toBe(!positiveWith("all"));
      }),
    );
  });

  it("are both false without a value", () => {
    fc.assert(
      fc.property(both, empties, fc.constantFrom("any" as const, "all" as const), ([values], a, match) => {
        expect([positive, negative].map((operator) => test({ operator, values, match }, a))).toEqual([false, false]);
      }),
    );
  });

  it("of several values are those of each value, joined", () => {
    fc.assert(
      fc.property(both, scalars, ([values], a) => {
        const each = (operator: string): readonly boolean[] => values.map((value) => test({ operator, value }, a));
        expect(test({ operator: positive, values }, a)).toBe(each(positive).includes(true));
        expect(test({ operator: negative, values }, a)).toBe(!each(negative).includes(false));
      }),
    );
  });
});

describe("every operator", () => {
  const cases = OPERATORS.map((spec) => ({
    ...spec,
    given: /^(?:Greater|Less)/.test(spec.name)
      ? fc.array(fc.integer().map(String), { minLength: 1, maxLength: 3 })
      : operands,
  }));
  const texted = cases.filter(({ values, name }) => values === "some" && !name.includes("REGEX"));

  it.each(texted)("$name without case is the same as with both sides in lower case", ({ name: operator, given }) => {
    fc.assert(
      fc.property(given, present, (values, a) => {
        const lower = values.map((value) => value.toLowerCase());
        expect(test({ operator, values, caseSensitive: false }, a)).toBe(
          test({ operator, values: lower }, a.toLowerCase()),
        );
      }),
    );
  });

  it.each(texted)("$name of one value in a list is that of the value", ({ name: operator, given }) => {
    fc.assert(
      fc.property(given, scalars, fc.constantFrom("any" as const, "all" as const, undefined), (values, a, match) => {
        expect(test({ operator, values, match }, [a])).toBe(test({ operator, values }, a));
      }),
    );
  });

  it.each(texted)("$name ignores empty values of a list", ({ name: operator, given }) => {
    fc.assert(
      fc.property(given, fc.array(scalars, { minLength: 1, maxLength: 4 }), (values, a) => {
        expect(test({ operator, values }, ["", ...a, ""])).toBe(test({ operator, values }, a));
      }),
    );
  });
});

describe("clauses and filters", () => {
  const clause: fc.Arbitrary<FilterClause> = fc
    .tuple(fc.constantFrom("a", "b"), fc.constantFrom("EQUALS", "NOT EQUALS", "Includes", "&", "!&"), present)
    .map(([attribute, operator, value]) => ({ attribute, operator, value }));
  const groups = fc.array(fc.array(clause, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
  const given = fc.record({ a: fc.oneof(actuals, empties), b: fc.oneof(actuals, empties) });

  it("are all clauses of one of the filters", () => {
    fc.assert(
      fc.property(groups, given, (filters, object) => {
        const expected = filters.some((clauses) => clauses.every((one) => holds([[one]], object)));
        expect(holds(filters, object)).toBe(expected);
      }),
    );
  });

  it("follow De Morgan where the attributes have values", () => {
    const negated: Readonly<Record<string, string>> = {
      EQUALS: "NOT EQUALS",
      "NOT EQUALS": "EQUALS",
      "&": "!&",
      "!&": "&",
    };
    const invertible = clause.filter(({ operator }) => operator in negated);
    fc.assert(
      fc.property(
        fc.array(invertible, { minLength: 1, maxLength: 4 }),
        fc.record({ a: actuals, b: actuals }),
        (clauses, object) => {
          const contraries = clauses.map((one) => [{ ...one, operator: negated[one.operator] ?? "" }]);
          expect(holds(contraries, object)).toBe(!holds([clauses], object));
        },
      ),
    );
  });

  it("only grow with another filter, and shrink with another clause", () => {
    fc.assert(
      fc.property(groups, clause, given, (filters, more, object) => {
        const isIn = holds(filters, object);
        expect(holds([...filters, [more]], object) || !isIn).toBe(true);
        expect(
          !holds(
            filters.map((clauses) => [...clauses, more]),
            object,
          ) || isIn,
        ).toBe(true);
      }),
    );
  });
});
