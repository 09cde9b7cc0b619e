import { compile } from "../../expression/compile.ts";
import type { Kind } from "../../model/ids.ts";
import { isUnique } from "../check-expression.ts";
import { canonicalTarget } from "../target-attribute.ts";
import { readScope, type ScopeResult } from "./filter.ts";
import { at, items, type Remark } from "./json.ts";
import { readMapping, type ImportedMapping } from "./mapping.ts";
import { readActions, type Action, type ObjectMapping } from "./objects.ts";
import { refuseWrong } from "./verify.ts";

/** What an object mapping is read with. */
export type Setting = {
  /** Everybody is in scope, where roles of assignments do not exist. */
  readonly isEverybody: boolean;
};

/** All that an object mapping says, with what cannot be taken marked as refused. */
export type Half = {
  readonly kind: Kind;
  readonly path: string;
  readonly isEnabled: boolean;
  readonly actions: readonly Action[];
  readonly scope: ScopeResult;
  readonly mappings: readonly ImportedMapping[];
  /** Target attributes to match by, in order of precedence; empty if none of them can be used. */
  readonly match: readonly string[];
  readonly remarks: readonly Remark[];
  readonly problems: readonly Remark[];
};

const MOST_MAPPINGS = 1000;

/** Reads an object mapping (resource type objectMapping of Microsoft Graph). */
export function readHalf(mapping: ObjectMapping, { isEverybody }: Setting): Half {
  const { kind, json, isEnabled } = mapping;
  const list = at(json, "attributeMappings");
  const found = items(list);
  const isTooMany = found.length > MOST_MAPPINGS;
  const { actions, remarks } = readActions(mapping);
  const scope = readScope(at(json, "scope"), kind);
  const checked = isTooMany ? [] : refuseWrong({ kind, isEverybody }, found.map(readMapping).map(toMatchable));
  const match = matchOf(kind, checked);
  return {
    kind,
    path: json.path,
    isEnabled,
    actions,
    scope,
    mappings: match.length > 0 ? checked : checked.map((one) => withoutMatch(kind, one)),
    match,
    remarks: [...remarks, ...noteMatch(kind, match, list.path)],
    problems: isTooMany ? [{ path: list.path, message: `has more than ${MOST_MAPPINGS} mappings` }] : [],
  };
}

/** The mappings that stand in the file. */
export function keptOf({ mappings }: Half): readonly ImportedMapping[] {
  return mappings.filter((one) => one.refusal === undefined);
}

/** A kind that cannot be matched cannot be provisioned, and its mappings would not load. */
function withoutMatch(kind: Kind, one: ImportedMapping): ImportedMapping {
  const message = `cannot be used: no mapping that can be taken is for matching ${kind}s`;
  return one.refusal === undefined ? { ...one, refusal: { path: one.path, message } } : one;
}

/** What accounts are matched by has a value before there is an account, and the same one afterwards. */
function toMatchable(one: ImportedMapping): ImportedMapping {
  if (one.refusal !== undefined || one.priority === 0) return one;
  if (isUnique(one.mapping.expression)) {
    const message = "is SelectUniqueValue(), by which no account can be found, so accounts are not matched by it";
    return { ...one, priority: 0, remarks: [...one.remarks, { path: `${one.path}.matchingPriority`, message }] };
  }
  const { apply, ...mapping } = one.mapping;
  if (apply !== "create") return one;
  const message = "is for creations only, but accounts are matched by it, so it applies always";
  return { ...one, mapping, remarks: [...one.remarks, { path: `${one.path}.flowType`, message }] };
}

const USUAL: Readonly<Record<Kind, string>> = { user: "userName", group: "displayName" };

function matchOf(kind: Kind, mappings: readonly ImportedMapping[]): readonly string[] {
  const kept = mappings.filter((one) => one.refusal === undefined);
  const matching = kept.filter((one) => one.priority > 0).toSorted((left, right) => left.priority - right.priority);
  const usual = kept.filter((one) => isTarget(kind, one, USUAL[kind]) && isMatchable(one));
  return (matching.length > 0 ? matching : usual).map((one) => one.mapping.target);
}

function isMatchable({ mapping }: ImportedMapping): boolean {
  return mapping.apply !== "create" && !isUnique(mapping.expression);
}

function isTarget(kind: Kind, one: ImportedMapping, target: string): boolean {
  return canonicalTarget(kind, one.mapping.target) === target;
}

function noteMatch(kind: Kind, match: readonly string[], path: string): readonly Remark[] {
  const others = match.filter((target) => canonicalTarget(kind, target) !== USUAL[kind]);
  if (others.length === 0) return [];
  const message = `match by ${others.join(", ").slice(0, 200)}, but SoSafe can search ${kind}s by ${USUAL[kind]} only`;
  return [{ path, message }];
}

/**
 * Whether an account is disabled when its person leaves: Entra does it by evaluating the mapping of `active`, and only
 * if that looks at IsSoftDeleted. A mapping that had to be left out counts as one that does.
 */
export function disablesLeavers({ mappings }: Half): boolean {
  const active = mappings.find((one) => isTarget("user", one, "active"));
  if (active === undefined) return false;
  if (active.refusal !== undefined) return true;
  const { source, expression, apply } = active.mapping;
  if (apply === "create") return false;
  const compiled = expression === undefined ? undefined : compile(expression);
  const names = compiled?.ok === true ? compiled.expression.attributes : [source ?? ""];
  return names.some((name) => name.toLowerCase() === "issoftdeleted");
}
