import { findOperator } from "../../filter/operators.ts";
import type { Kind } from "../../model/ids.ts";
import { at, isAbsent, items, scalarOf, textOf, type Json, type Remark } from "./json.ts";

/** A clause as it would stand in our configuration file. */
export type Clause = {
  readonly attribute: string;
  readonly operator: string;
  readonly value?: string;
  readonly values?: readonly string[];
};

/** A filter group with the places from which it and its clauses come. */
export type ImportedFilter = {
  readonly path: string;
  readonly name: string;
  readonly clauses: readonly { readonly path: string; readonly clause: Clause }[];
};

export type ScopeResult = {
  readonly filters: readonly ImportedFilter[];
  readonly remarks: readonly Remark[];
  /** What makes an import impossible: a filter that is not understood must not be left out, it decides who is in scope. */
  readonly problems: readonly Remark[];
};

/** Reads the scope of an object mapping (resource type filter of Microsoft Graph). */
export function readScope(json: Json, kind: Kind): ScopeResult {
  if (isAbsent(json)) return { filters: [], remarks: [], problems: [] };
  const problems: Remark[] = [];
  const groups = at(json, "groups");
  if (!isAbsent(groups) && !Array.isArray(groups.value)) problems.push({ path: groups.path, message: "is no list" });
  const filters = items(groups).map((group, index) => readGroup(group, index, problems));
  return { filters, remarks: noteOthers(json, kind), problems };
}

const OTHERS: Readonly<Record<string, string>> = {
  inputFilterGroups: "the bridge has no filters at reading time (experimental in Entra).",
  categoryFilterGroups: "the bridge has no category filters (experimental in Entra).",
};

function noteOthers(json: Json, kind: Kind): readonly Remark[] {
  return Object.entries(OTHERS).flatMap(([key, fact]) => {
    const groups = at(json, key);
    const message = `${fact} What they keep out is in scope now: add a filter to ${kind}s.scope if that is not wanted`;
    return items(groups).length === 0 ? [] : [{ path: groups.path, message }];
  });
}

function readGroup(group: Json, index: number, problems: Remark[]): ImportedFilter {
  const list = at(group, "clauses");
  const clauses = items(list).map((clause) => ({ path: clause.path, clause: readClause(clause, problems) }));
  if (clauses.length === 0) problems.push({ path: list.path, message: "a filter needs at least one clause" });
  return { path: group.path, name: textOf(at(group, "name")) ?? `Filter ${index + 1}`, clauses };
}

function readClause(json: Json, problems: Remark[]): Clause {
  const [operand, label] = [at(json, "sourceOperandName"), at(json, "operatorName")];
  const [attribute, operatorName] = [textOf(operand), textOf(label)];
  if (attribute === undefined) problems.push({ path: operand.path, message: "is missing" });
  if (operatorName === undefined) problems.push({ path: label.path, message: "is missing" });
  const operator = canonicalOperator(operatorName ?? "");
  const values = readValues(at(at(json, "targetOperand"), "values"), problems);
  const clause = { attribute: attribute ?? "", operator };
  // An operator without operand comes with a list of one empty text, or with what was typed before it was chosen. One
  // that is unknown may have none, either.
  if ((findOperator(operator)?.values ?? "none") === "none") return clause;
  const [first] = values;
  return values.length === 1 && first !== undefined ? { ...clause, value: first } : { ...clause, values };
}

/** One spelling, whatever blanks, hyphens, underscores and capitals the label has; what is unknown stays as it is. */
function canonicalOperator(label: string): string {
  const found = findOperator(label) ?? findOperator(label.replaceAll(/[^A-Za-z&!]/g, ""));
  return found?.name.toUpperCase().replaceAll(" ", "_") ?? label;
}

function readValues(json: Json, problems: Remark[]): readonly string[] {
  return items(json).flatMap((item) => {
    const value = scalarOf(item);
    if (value !== undefined) return [value];
    problems.push({ path: item.path, message: "is no value to compare with" });
    return [];
  });
}
