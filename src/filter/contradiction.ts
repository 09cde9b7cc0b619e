import type { FilterClause } from "../model/config.ts";
import { compileClause, type CompiledClause } from "./clause.ts";
import type { Domain } from "./domain.ts";
import { describeClause, explainAlone } from "./explain.ts";
import { isUnsatisfiable } from "./satisfy.ts";

/** Why a filter is false for everybody; `clause` and `others` are indexes of its clauses. */
export type Contradiction = { readonly clause: number; readonly others: readonly number[]; readonly reason: string };

type Indexed = { readonly index: number; readonly clause: CompiledClause };

/**
 * Looks for clauses of a filter that no object satisfies together: at most one finding for each attribute. What is found
 * is certain; not everything that is impossible is found. Clauses that do not compile are passed over.
 */
export function findContradictions(
  clauses: readonly FilterClause[],
  domainOf: (attribute: string) => Domain,
): readonly Contradiction[] {
  const compiled = clauses.flatMap((clause, index): readonly Indexed[] => {
    const outcome = compileClause(clause, "");
    return "clause" in outcome ? [{ index, clause: outcome.clause }] : [];
  });
  const byAttribute = Map.groupBy(compiled, ({ clause }) => domainOf(clause.attribute).key);
  return [...byAttribute.values()].flatMap((group) => {
    const [first] = group;
    const found = first === undefined ? undefined : findCore(group, domainOf(first.clause.attribute));
    return found === undefined ? [] : [found];
  });
}

/** The first clause with which it becomes impossible, and as few of those before it as are needed for that. */
function findCore(group: readonly Indexed[], domain: Domain): Contradiction | undefined {
  const isImpossible = (part: readonly Indexed[]) =>
    isUnsatisfiable(
      part.map(({ clause }) => clause),
      domain,
    );
  const end = group.findIndex((_, index) => isImpossible(group.slice(0, index + 1)));
  const last = group[end];
  if (last === undefined) return undefined;
  let core = group.slice(0, end);
  for (const one of group.slice(0, end)) {
    const fewer = core.filter((other) => other !== one);
    if (isImpossible([...fewer, last])) core = fewer;
  }
  return { clause: last.index, others: core.map(({ index }) => index), reason: toReason(last, core, domain) };
}

function toReason({ clause }: Indexed, core: readonly Indexed[], domain: Domain): string {
  if (core.length === 0) return explainAlone(clause, domain);
  const others = core.map((one) => `clauses[${one.index}] (${describeClause(one.clause)})`).join(" and ");
  return `${describeClause(clause)} and ${others} are never true of the same ${domain.isSingle ? "value" : "values"}`;
}
