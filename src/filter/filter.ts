import type { ScopingFilter } from "../model/config.ts";
import type { Value } from "../model/value.ts";
import { compileClause, isSatisfied, type CompiledClause, type FilterProblem } from "./clause.ts";

export type ClauseResult = {
  readonly attribute: string;
  readonly operator: string;
  /** The values compared with, as one text. */
  readonly value: string;
  readonly actual: Value | undefined;
  readonly isMatch: boolean;
};
export type GroupResult = {
  readonly name: string;
  readonly isMatch: boolean;
  readonly clauses: readonly ClauseResult[];
};
export type FilterResult = { readonly isMatch: boolean; readonly groups: readonly GroupResult[] };

/** A compiled scoping filter. */
export type Filter = {
  /** Source attributes that it reads, each once, in the order of appearance. */
  readonly attributes: readonly string[];
  /** Decides about one object, and says how. Never throws. */
  readonly evaluate: (read: (attribute: string) => Value | undefined) => FilterResult;
};

export type CompiledFilter =
  | { readonly ok: true; readonly filter: Filter }
  | { readonly ok: false; readonly problems: readonly FilterProblem[] };

type Read = (attribute: string) => Value | undefined;

/** Compiles scoping filters: groups are ORed, the clauses of a group are ANDed; without groups everybody is in scope. */
export function compileFilter(groups: readonly ScopingFilter[]): CompiledFilter {
  const outcomes = groups.map((group, index) => compileGroup(group, `[${index}]`));
  const problems = outcomes.flatMap((outcome) => ("problems" in outcome ? outcome.problems : []));
  if (problems.length > 0) return { ok: false, problems };
  const evaluators = outcomes.flatMap((outcome) => ("evaluate" in outcome ? [outcome.evaluate] : []));
  const names = groups.flatMap((group) => group.clauses.map((clause) => clause.attribute));
  const evaluate = (read: Read): FilterResult => {
    const results = evaluators.map((evaluator) => evaluator(read));
    return { isMatch: results.length === 0 || results.some((result) => result.isMatch), groups: results };
  };
  return { ok: true, filter: { attributes: [...new Set(names)], evaluate } };
}

type GroupOutcome =
  | { readonly evaluate: (read: Read) => GroupResult }
  | { readonly problems: readonly FilterProblem[] };

function compileGroup(group: ScopingFilter, path: string): GroupOutcome {
  // No clauses would mean everybody: more likely a mistake than a wish, and one that provisions strangers.
  if (group.clauses.length === 0)
    return { problems: [{ path: `${path}.clauses`, message: "a filter needs a clause" }] };
  const outcomes = group.clauses.map((clause, index) => compileClause(clause, `${path}.clauses[${index}]`));
  const problems = outcomes.flatMap((outcome) => ("problem" in outcome ? [outcome.problem] : []));
  if (problems.length > 0) return { problems };
  const compiled = outcomes.flatMap((outcome) => ("clause" in outcome ? [outcome.clause] : []));
  return {
    evaluate: (read) => {
      const clauses = compiled.map((clause) => evaluateClause(clause, read));
      return { name: group.name, isMatch: clauses.every((clause) => clause.isMatch), clauses };
    },
  };
}

function evaluateClause(clause: CompiledClause, read: Read): ClauseResult {
  const { attribute, spec, values } = clause;
  const actual = read(attribute);
  return { attribute, operator: spec.name, value: values.join(", "), actual, isMatch: isSatisfied(clause, actual) };
}
