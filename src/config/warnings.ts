import { typesOf } from "../expression/static-type.ts";
import { domainOf } from "../filter/domain.ts";
import { findRedundancies } from "../filter/redundancy.ts";
import type { AttributeMapping, Config, FilterClause, ScopingFilter } from "../model/config.ts";
import type { Kind } from "../model/ids.ts";
import { findNearest } from "../model/nearest.ts";
import { sourceAttribute } from "../model/source-attribute.ts";
import { parsePath } from "../model/target-path.ts";
import { isUnique, treeOf } from "./check-expression.ts";
import { staticTypeOf } from "./check-source.ts";
import { isListTarget, isManagerTarget } from "./check-target.ts";
import { suggest, type Issue, type Path } from "./issue.ts";
import { SOSAFE_ATTRIBUTES, suggestTarget } from "./target-attribute.ts";

/** What is allowed in a checked configuration, but probably not what was meant. */
export function findDoubts({ users, groups, log }: Config): readonly Issue[] {
  const targets = [...users.attributes, ...(groups.enabled ? groups.attributes : [])].map(({ target }) => target);
  return [
    ...log.redact.flatMap((name, index) => doubtRedact(name, targets, ["log", "redact", index])),
    ...doubtHalf("user", users, ["users"]),
    // What is switched off does no harm.
    ...(groups.enabled ? doubtHalf("group", groups, ["groups"]) : []),
  ];
}

/** What hides nothing leaves open what was meant to be hidden. */
function doubtRedact(name: string, targets: readonly string[], path: Path): readonly Issue[] {
  const names = targets.flatMap((target) => [target, parsePath(target)?.attribute ?? target]);
  if (names.some((each) => each.toLowerCase() === name.toLowerCase())) return [];
  return [{ path, message: `hides nothing: no mapping has the target ${name}${suggest(name, new Set(names))}` }];
}

type Half = {
  readonly match: readonly string[];
  readonly scope: readonly ScopingFilter[];
  readonly attributes: readonly AttributeMapping[];
};

function doubtHalf(kind: Kind, { match, scope, attributes }: Half, path: Path): readonly Issue[] {
  return [
    ...match.flatMap((name, index) => doubtMatch(kind, name, [...path, "match", index])),
    ...scope.flatMap((filter, index) => doubtFilter(kind, filter, [...path, "scope", index, "clauses"])),
    ...attributes.flatMap((mapping, index) => doubtMapping(kind, mapping, [...path, "attributes", index])),
  ];
}

/** What SoSafe's attribute table calls filterable. */
const SEARCHABLE: Readonly<Record<Kind, string>> = { user: "userName", group: "displayName" };

function doubtMatch(kind: Kind, name: string, path: Path): readonly Issue[] {
  if (name === SEARCHABLE[kind]) return [];
  const message = `SoSafe can search ${kind}s by ${SEARCHABLE[kind]} only, so that ${name} may find nobody, or be refused`;
  return [{ path, message }];
}

function doubtMapping(kind: Kind, mapping: AttributeMapping, path: Path): readonly Issue[] {
  const { target } = mapping;
  const isKnown = SOSAFE_ATTRIBUTES[kind].includes(target) || isManagerTarget(target);
  const message = `${target} is not among the attributes that SoSafe takes, and may be ignored or refused`;
  const unknown = `${message}${suggestTarget(kind, target, SOSAFE_ATTRIBUTES[kind])}`;
  return [
    ...(isKnown ? [] : [{ path: [...path, "target"], message: unknown }]),
    ...doubtUnique(kind, mapping, [...path, "expression"]),
    ...(isListTarget(kind, target) === false ? doubtSeveral(kind, mapping, path) : []),
  ];
}

function doubtUnique(kind: Kind, { target, expression }: AttributeMapping, path: Path): readonly Issue[] {
  if (target === SEARCHABLE[kind] || !isUnique(expression)) return [];
  const message = `SoSafe can search ${kind}s by ${SEARCHABLE[kind]} only, so that SelectUniqueValue() may take every value for free, or be refused`;
  return [{ path, message }];
}

/** Several values where there is room for one. */
function doubtSeveral(kind: Kind, { source, expression }: AttributeMapping, path: Path): readonly Issue[] {
  if (source !== undefined && sourceAttribute(kind, source)?.type === "list") {
    const message = `${source} can have several values, of which only the first is used; Item([${source}], 1) or Join(", ", [${source}]) say what is meant`;
    return [{ path: [...path, "source"], message }];
  }
  const tree = treeOf(expression);
  const types = tree === undefined ? [] : [...typesOf(tree, (name) => staticTypeOf(kind, name))];
  if (types.length === 0 || !types.every((type) => type === "list" || type === "objects")) return [];
  return [{ path: [...path, "expression"], message: "gives a list, of which only the first value is used" }];
}

function doubtFilter(kind: Kind, { clauses }: ScopingFilter, path: Path): readonly Issue[] {
  const redundancies = findRedundancies(clauses, (name) => domainOf(kind, name));
  return [
    ...clauses.flatMap((clause, index) => doubtValues(kind, clause, [...path, index])),
    ...redundancies.map(({ clause, other }) => ({
      path: [...path, clause],
      message: `changes nothing: clauses[${other}] lets nobody pass whom this one would stop`,
    })),
  ];
}

/** The values that Graph gives (resource types user and group), where there are few of them. */
const KNOWN_VALUES: Readonly<Record<Kind, Readonly<Record<string, readonly string[]>>>> = {
  user: {
    ageGroup: ["Minor", "NotAdult", "Adult"],
    consentProvidedForMinor: ["Granted", "Denied", "NotRequired"],
    creationType: ["LocalAccount", "EmailVerified", "SelfServiceSignUp", "Invitation"],
    externalUserState: ["PendingAcceptance", "Accepted"],
    userType: ["Member", "Guest"],
  },
  group: {
    groupTypes: ["Unified", "DynamicMembership"],
    membershipRuleProcessingState: ["On", "Paused"],
    visibility: ["Private", "Public", "HiddenMembership"],
  },
};

const BY_VALUE = new Set(["EQUALS", "NOT EQUALS", "IN", "NOT IN"]);

function doubtValues(kind: Kind, clause: FilterClause, path: Path): readonly Issue[] {
  const known = KNOWN_VALUES[kind][sourceAttribute(kind, clause.attribute)?.property ?? ""];
  if (known === undefined || !BY_VALUE.has(clause.operator)) return [];
  const fold = (text: string) => (clause.caseSensitive === false ? text.toLowerCase() : text);
  const step = clause.values === undefined ? "value" : "values";
  return (clause.values ?? [clause.value ?? ""]).map(String).flatMap((value) => {
    if (known.some((each) => fold(each) === fold(value))) return [];
    const nearest = findNearest(value, known);
    if (nearest === undefined) return [];
    return [{ path: [...path, step], message: `${clause.attribute} is never ${value}; did you mean ${nearest}?` }];
  });
}
