import { printScalar } from "../expression/datum.ts";
import type { FilterClause } from "../model/config.ts";
import { isList, type Value } from "../model/value.ts";
import { findOperator, suggestOperator, type OperatorSpec, type Test } from "./operators.ts";

/** A mistake in a filter; `path` leads to it from the list of groups: `[0].clauses[2].operator`. */
export type FilterProblem = { readonly path: string; readonly message: string; readonly hint?: string };

/** A clause that is ready to be evaluated. */
export type CompiledClause = {
  readonly attribute: string;
  readonly spec: OperatorSpec;
  /** What is compared with, as texts. */
  readonly values: readonly string[];
  readonly isCaseSensitive: boolean;
  readonly quantifier: "any" | "all";
  /** Decides about one single value that is not empty. */
  readonly test: Test;
};

export type ClauseOutcome = { readonly clause: CompiledClause } | { readonly problem: FilterProblem };

/** Compiles one clause, or tells what is wrong with it; `path` is where it stands. */
export function compileClause(clause: FilterClause, path: string): ClauseOutcome {
  const spec = findOperator(clause.operator);
  if (spec === undefined) return { problem: explainOperator(clause.operator, path) };
  const values = toTexts(clause);
  const message = checkClause(clause, spec, values);
  if (message !== undefined) return { problem: { path, message: `${spec.name}: ${message}` } };
  const isCaseSensitive = clause.caseSensitive ?? true;
  const compiled = spec.compile({ values, isCaseSensitive });
  if (!compiled.ok) {
    const hint = compiled.hint === undefined ? {} : { hint: compiled.hint };
    return { problem: { path: `${path}.value`, message: `${spec.name}: ${compiled.message}`, ...hint } };
  }
  const quantifier = clause.match ?? (spec.isNegation ? "all" : "any");
  return {
    clause: { attribute: clause.attribute, spec, values, isCaseSensitive, quantifier, test: compiled.test },
  };
}

/** Whether a clause is true for the value of its attribute. */
export function isSatisfied({ spec, test, quantifier }: CompiledClause, actual: Value | undefined): boolean {
  if (isEmpty(actual)) return spec.name === "IS NULL";
  if (!isList(actual)) return test(actual);
  const items = actual.filter((item) => !isEmpty(item));
  return quantifier === "any" ? items.some(test) : items.every(test);
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
