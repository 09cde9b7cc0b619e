import type { FilterClause } from "../model/config.ts";
import { compileClause, type CompiledClause } from "./clause.ts";
import type { Domain } from "./domain.ts";
import { implies } from "./satisfy.ts";

/** A clause that changes nothing, because another one of the filter allows no more than it does; both are indexes. */
export type Redundancy = { readonly clause: number; readonly other: number };

type Indexed = { readonly index: number; readonly clause: CompiledClause };

/** Looks for the simple cases: a clause that stands twice, and one that follows from an EQUALS, IN, IS TRUE or IS FALSE. */
export function findRedundancies(
  clauses: readonly FilterClause[],
  domainOf: (attribute: string) => Domain,
): readonly Redundancy[] {
  const compiled = clauses.flatMap((clause, index): readonly Indexed[] => {
    const outcome = compileClause(clause, "");
    return "clause" in outcome ? [{ index, clause: outcome.clause }] : [];
  });
  const found: Redundancy[] = [];
  for (const one of compiled) {
    const domain = domainOf(one.clause.attribute);
    const others = compiled.filter(
      ({ index, clause }) =>
        index !== one.index &&
        domainOf(clause.attribute).key === domain.key &&
        // Of two that say the same, one has to stay.
        !found.some((each) => each.clause === index),
    );
    const other = others.find(({ index, clause }) =>
      isSame(clause, one.clause) ? index < one.index : implies(clause, one.clause, domain),
    );
    if (other !== undefined) found.push({ clause: one.index, other: other.index });
  }
  return found;
}

function isSame(left: CompiledClause, right: CompiledClause): boolean {
  const [one, other] = [left, right].map(({ spec, values, isCaseSensitive, quantifier }) =>
    JSON.stringify([spec.name, values, isCaseSensitive, quantifier]),
  );
  return one === other;
}
