import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileClause, isSatisfied } from "#src/filter/clause.ts";
import type { FilterClause } from "#src/model/config.ts";
import { findContradictions } from "#src/filter/contradiction.ts";
import { domainOf } from "#src/filter/domain.ts";
import { OPERATORS } from "#src/filter/operators.ts";
import { findRedundancies } from "#src/filter/redundancy.ts";
import type { Value } from "#src/model/value.ts";

const DATES = ["2026-01-01T00:00:00Z", "2025-12-31T23:30:00Z", "2026-02-01T00:00:00.1234567Z"];
const SWITCHES = ["true", "True", "FALSE"];
const texts = fc.constantFrom("a", "A", ...SWITCHES, "5", "6", "05", "2026-01-01", "2026-02-01", "ada", "é", "É");
const scalars = fc.oneof(texts, fc.constantFrom(...DATES), fc.boolean(), fc.constantFrom(5, 6, 1.5));

/** What an attribute of each kind can hold. */
const VALUES: Readonly<Record<string, fc.Arbitrary<Value | undefined>>> = {
  city: fc.option(fc.oneof(texts, fc.constant("")), { nil: undefined }),
  displayName: texts,
  proxyAddresses: fc.option(fc.array(fc.oneof(scalars, fc.constant("")), { maxLength: 4 }), { nil: undefined }),
  accountEnabled: fc.boolean(),
  onPremisesSyncEnabled: fc.option(fc.boolean(), { nil: undefined }),
  createdDateTime: fc.option(fc.constantFrom(...DATES), { nil: undefined }),
  extension_0123456789abcdef0123456789abcdef_x: fc.option(fc.oneof(scalars, fc.array(scalars, { maxLength: 3 })), {
    nil: undefined,
  }),
};
const people = fc.record(VALUES);
const attributes = fc.constantFrom(...Object.keys(VALUES));

const clauses: fc.Arbitrary<FilterClause> = fc
  .record({
    operator: fc.constantFrom(...OPERATORS.map(({ name }) => name)),
    given: fc.array(fc.oneof(texts, fc.constantFrom(...DATES, "[a-z]+", ".*")), { minLength: 1, maxLength: 3 }),
    caseSensitive: fc.boolean(),
    match: fc.constantFrom("any" as const, "all" as const, undefined),
    attribute: attributes,
  })
  .map(({ given, ...clause }) => (clause.operator.startsWith("IS ") ? clause : { ...clause, values: given }))
  .filter((clause) => "clause" in compileClause(clause, ""));

/** Most filters have their clauses on one attribute, where they can contradict one another. */
const filters = fc
  .tuple(attributes, fc.array(clauses, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([attribute, list, isMixed]) => (isMixed ? list : list.map((clause) => ({ ...clause, attribute }))));

type Person = Readonly<Record<string, Value | undefined>>;

function isTrueOf(filter: readonly FilterClause[], person: Person): boolean {
  return filter.every((clause) => {
    const outcome = compileClause(clause, "");
    return "clause" in outcome && isSatisfied(outcome.clause, person[clause.attribute]);
  });
}

const domain = (name: string) => domainOf("user", name);

describe("for random filters and people", () => {
  it("what is called impossible is true of nobody", () => {
    const seen = { impossible: 0, satisfied: 0 };
    fc.assert(
      fc.property(filters, fc.array(people, { minLength: 20, maxLength: 20 }), (filter, crowd) => {
        const isSatisfiable = crowd.some((person) => isTrueOf(filter, person));
        const isFlagged = findContradictions(filter, domain).length > 0;
        seen.impossible += isFlagged ? 1 : 0;
        seen.satisfied += isSatisfiable ? 1 : 0;
        expect(isFlagged && isSatisfiable).toBe(false);
      }),
      { numRuns: 4000 },
    );
    expect(seen.impossible).toBeGreaterThan(200);
    expect(seen.satisfied).toBeGreaterThan(200);
  });

  it("what is called redundant changes nothing", () => {
    let count = 0;
    fc.assert(
      fc.property(filters, fc.array(people, { minLength: 10, maxLength: 10 }), (filter, crowd) => {
        const redundant = new Set(findRedundancies(filter, domain).map(({ clause }) => clause));
        count += redundant.size;
        const without = filter.filter((_, index) => !redundant.has(index));
        const [shorter, whole] = [without, filter].map((each) => crowd.map((person) => isTrueOf(each, person)));
        expect(shorter).toEqual(whole);
      }),
      { numRuns: 4000 },
    );
    expect(count).toBeGreaterThan(100);
  });
});
