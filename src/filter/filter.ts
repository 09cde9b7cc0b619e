import { printScalar } from "../expression/datum.ts";
import { isList, type Value } from "../model/value.ts";
import { findOperator, suggestOperator, type OperatorSpec, type Test } from "./operators.ts";

/** One condition on one attribute, as it stands in the configuration. */
export type FilterClause = {
  readonly attribute: string;
  /** As Entra's portal names it; case, blanks and underscores do not count. */
  readonly operator: string;
  readonly value?: string | number | boolean | undefined;
  /** Several values: one that fits is enough; for a negation none may fit. */
  readonly values?: readonly (string | number | boolean)[] | undefined;
  /** True if not given, as in Entra. */
  readonly caseSensitive?: boolean | undefined;
  /** How many values of a multi-valued attribute must fit. If not given: any, and all for a negation. */
  readonly match?: "any" | "all" | undefined;
};

/** Clauses that must all hold. */
export type FilterGroup = { readonly name: string; readonly clauses: readonly FilterClause[] };

/** A mistake in a filter; `path` leads to it from the list of groups: `[0].clauses[2].operator`. */
export type FilterProblem = { readonly path: string; readonly message: string; readonly hint?: string };

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
type EvaluateClause = (read: Read) => ClauseResult;
type ClauseOutcome = { readonly evaluate: EvaluateClause } | { readonly problems: readonly FilterProblem[] };

/** Compiles scoping filters: groups are ORed, the clauses of a group are ANDed; without groups everybody is in scope. */
export function compileFilter(groups: readonly FilterGroup[]): CompiledFilter {
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

function compileGroup(group: FilterGroup, path: string): GroupOutcome {
  // No clauses would mean everybody: more likely a mistake than a wish, and one that provisions strangers.
  if (group.clauses.length === 0)
    return { problems: [{ path: `${path}.clauses`, message: "a filter needs a clause" }] };
  const outcomes = group.clauses.map((clause, index) => compileClause(clause, `${path}.clauses[${index}]`));
  const problems = outcomes.flatMap((outcome) => ("problems" in outcome ? outcome.problems : []));
  if (problems.length > 0) return { problems };
  const evaluators = outcomes.flatMap((outcome) => ("evaluate" in outcome ? [outcome.evaluate] : []));
  return {
    evaluate: (read) => {
      const clauses = evaluators.map((evaluate) => evaluate(read));
      return { name: group.name, isMatch: clauses.every((clause) => clause.isMatch), clauses };
    },
  };
}

function compileClause(clause: FilterClause, path: string): ClauseOutcome {
  const spec = findOperator(clause.operator);
  if (spec === undefined) return { problems: [explainOperator(clause.operator, path)] };
  const values = toTexts(clause);
  const problem = checkClause(clause, spec, values);
  if (problem !== undefined) return { problems: [{ path, message: `${spec.name}: ${problem}` }] };
  const compiled = spec.compile({ values, isCaseSensitive: clause.caseSensitive ?? true });
  if (!compiled.ok) {
    const hint = compiled.hint === undefined ? {} : { hint: compiled.hint };
    return { problems: [{ path: `${path}.value`, message: `${spec.name}: ${compiled.message}`, ...hint }] };
  }
  const quantifier = clause.match ?? (spec.isNegation ? "all" : "any");
  return {
    evaluate: (read) => {
      const actual = read(clause.attribute);
      const isMatch = isEmpty(actual) ? spec.name === "IS NULL" : holds(actual, compiled.test, quantifier);
      return { attribute: clause.attribute, operator: spec.name, value: values.join(", "), actual, isMatch };
    },
  };
}

function explainOperator(label: string, path: string): FilterProblem {
  const nearest = suggestOperator(label);
  const hint = nearest === undefined ? {} : { hint: `did you mean ${nearest}?` };
  return { path: `${path}.operator`, message: `unknown operator ${label}`, ...hint };
}

function toTexts(clause: FilterClause): readonly string[] {
  const given = clause.values ?? (clause.value === undefined ? [] : [clause.value]);
  return given.map(printScalar);
}

function checkClause(clause: FilterClause, spec: OperatorSpec, values: readonly string[]): string | undefined {
  if (clause.attribute.trim() === "") return "an attribute is needed";
  if (clause.value !== undefined && clause.values !== undefined) return "give value or values, not both";
  if (spec.values === "none") return values.length === 0 ? undefined : "takes no value";
  if (values.length === 0) return "a value is needed";
  return values.includes("") ? "the value is empty; use IS NULL or IS NOT NULL" : undefined;
}

function isEmpty(actual: Value | undefined): actual is undefined {
  return actual === undefined || actual === "" || (isList(actual) && actual.every((item) => isEmpty(item)));
}

function holds(actual: Value, test: Test, quantifier: "any" | "all"): boolean {
  if (!isList(actual)) return test(actual);
  const items = actual.filter((item) => !isEmpty(item));
  return quantifier === "any" ? items.some(test) : items.every(test);
}
