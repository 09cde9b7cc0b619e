import { compileFilter, type FilterResult } from "../filter/filter.ts";
import { compile, type Expression } from "../expression/compile.ts";
import type { AttributeMapping, Config, ScopingFilter } from "../model/config.ts";
import type { DeprovisionReason } from "../model/change.ts";
import type { EntraId, Kind, ScimId } from "../model/ids.ts";
import { readSource, selectFor, sourceAttribute } from "../model/source-attribute.ts";
import { toPath } from "../model/target-path.ts";
import type { Attributes, Value } from "../model/value.ts";
import type { DiffRules } from "./diff.ts";
import { createNormaliser } from "./normalise.ts";

/** One mapping, ready to be evaluated. */
export type Mapping = {
  readonly target: string;
  readonly from:
    | { readonly kind: "source"; readonly attribute: string }
    /** A reference: the manager's id in the target. */
    | { readonly kind: "manager" }
    | { readonly kind: "constant"; readonly value: Value }
    | { readonly kind: "expression"; readonly expression: Expression }
    | { readonly kind: "nothing" };
  /** Value for a creation when the mapping gives none. */
  readonly default: Value | undefined;
  readonly isCreateOnly: boolean;
  /** Brings a value to the type of the target attribute. */
  readonly normalise: (value: Value | undefined) => Value | undefined;
  /** Whether the value depends on the manager's account, and has to wait for it. */
  readonly needsManager: boolean;
  /** SelectUniqueValue(): sought in the target when the account is created. */
  readonly isUnique: boolean;
};

/** A source object with what belongs to it in other objects. */
export type SourceObject = {
  readonly id: EntraId;
  readonly attributes: Attributes;
  readonly manager?: Manager | undefined;
  readonly roles?: readonly Value[] | undefined;
};

/** The manager of a person, as far as he is one of our people. */
export type Manager = {
  readonly id: EntraId;
  /** Undefined while he has no account in the target. */
  readonly scimId: ScimId | undefined;
  /** True for somebody who is provisioned: his account exists, or will come. */
  readonly isExpected: boolean;
  /** Empty unless he is in scope and has an account. */
  readonly attributes: Attributes;
};

export type Action = "create" | "update" | "delete";
export type Deprovision = "disable" | "delete" | "ignore";

/** How objects of one kind are scoped, mapped, matched and deprovisioned. */
export type KindRules = DiffRules & {
  readonly kind: Kind;
  readonly mappings: readonly Mapping[];
  /** Target attributes to match by, in order of precedence. */
  readonly match: readonly string[];
  readonly actions: ReadonlySet<Action>;
  readonly deprovision: Readonly<Partial<Record<DeprovisionReason, Deprovision>>>;
  /** The scoping filters. */
  readonly isMatch: (object: SourceObject) => boolean;
  /** The same, with the result of each filter and clause. */
  readonly explainScope: (object: SourceObject) => FilterResult;
  /** The scoping filters as configured, to notice that they changed. */
  readonly filters: readonly ScopingFilter[];
  /** Graph properties that mappings and filters need. */
  readonly select: readonly string[];
  /** What mappings need of other objects. */
  readonly uses: { readonly manager: boolean; readonly roles: boolean };
};

export type UserRules = KindRules;
export type GroupRules = KindRules & { readonly isEnabled: boolean; readonly hasMembers: boolean };

/** The behaviour part of the configuration, compiled once. */
export type Rules = {
  readonly scope: { readonly mode: "assigned" | "all"; readonly isNested: boolean; readonly application: string };
  readonly users: UserRules;
  readonly groups: GroupRules;
};

/** Compiles a checked configuration. Throws a TypeError for an expression that the check should have refused. */
export function compileRules(config: Config): Rules {
  const { source, users, groups } = config;
  return {
    scope: { mode: source.scope, isNested: source.nestedGroups === "flatten", application: source.application ?? "" },
    users: {
      ...compileKind("user", withActive(users.attributes), users.scope),
      match: users.match,
      actions: new Set(users.actions),
      deprovision: users.deprovision,
      clearEmpty: users.clearEmpty,
    },
    groups: {
      ...compileKind(
        "group",
        groups.attributes.filter((mapping) => mapping.target !== "members"),
        groups.scope,
      ),
      isEnabled: groups.enabled,
      hasMembers: groups.attributes.some((mapping) => mapping.target === "members"),
      match: groups.match,
      actions: new Set<Action>(["create", "update", "delete"]),
      deprovision: groups.deprovision,
      clearEmpty: true,
    },
  };
}

/** Whoever was disabled by us has to become active again on return, also where nothing is mapped to `active`. */
function withActive(mappings: readonly AttributeMapping[]): readonly AttributeMapping[] {
  if (mappings.some((mapping) => mapping.target === "active")) return mappings;
  return [...mappings, { target: "active", constant: true, apply: "always" }];
}

function compileKind(kind: Kind, attributes: readonly AttributeMapping[], filters: readonly ScopingFilter[]) {
  const mappings = attributes.map(compileMapping);
  const compiled = compileFilter(filters);
  if (!compiled.ok) throw new TypeError(`${kind} scope: ${compiled.problems.map((each) => each.message).join("; ")}`);
  const { filter } = compiled;
  const names = [...mappings.flatMap(({ from }) => namesOf(from)), ...filter.attributes];
  const explainScope = (object: SourceObject) => filter.evaluate(sourceReader(kind, object));
  return {
    kind,
    mappings,
    paths: mappings.map((mapping) => mapping.target),
    createOnly: new Set(mappings.filter((mapping) => mapping.isCreateOnly).map((mapping) => mapping.target)),
    additive: new Set(mappings.filter(({ from }) => isAdditive(from)).map((mapping) => mapping.target)),
    filters,
    explainScope,
    isMatch: (object: SourceObject) => explainScope(object).isMatch,
    select: selectFor(kind, names),
    uses: { manager: kind === "user" && names.some(isOfManager), roles: names.some((name) => isRoles(kind, name)) },
  };
}

/** True for the manager and for his attributes. */
function isOfManager(name: string): boolean {
  return isReadOfManager(name) || sourceAttribute("user", name)?.name === "manager";
}

function isRoles(kind: Kind, name: string): boolean {
  return sourceAttribute(kind, name)?.name === "appRoleAssignments";
}

function namesOf(from: Mapping["from"]): readonly string[] {
  if (from.kind === "source") return [from.attribute];
  if (from.kind === "manager") return ["manager"];
  return from.kind === "expression" ? from.expression.attributes : [];
}

function compileMapping(mapping: AttributeMapping): Mapping {
  const from = compileFrom(mapping);
  const target = from.kind === "manager" ? referencePath(mapping.target) : mapping.target;
  return {
    target,
    from,
    normalise: createNormaliser(target),
    default: mapping.default ?? undefined,
    // A unique value is sought once; afterwards it is taken, by the account itself.
    isCreateOnly: mapping.apply === "create" || isUnique(from),
    needsManager: from.kind === "manager" || namesOf(from).some(isReadOfManager),
    isUnique: isUnique(from),
  };
}

function isReadOfManager(name: string): boolean {
  return sourceAttribute("user", name)?.isOfManager === true;
}

/** The id inside a reference (RFC 7643 section 4.3): `manager` is `manager.value`. */
function referencePath(target: string): string {
  return toPath(target).subAttribute === undefined ? `${target}.value` : target;
}

function isUnique(from: Mapping["from"]): boolean {
  return from.kind === "expression" && from.expression.isUnique;
}

/** Entra's rule: such roles are added beside those that others gave. */
function isAdditive(from: Mapping["from"]): boolean {
  return from.kind === "expression" && from.expression.isAdditive;
}

function compileFrom(mapping: AttributeMapping): Mapping["from"] {
  if (mapping.source !== undefined && sourceAttribute("user", mapping.source)?.name === "manager")
    return { kind: "manager" };
  if (mapping.source !== undefined) return { kind: "source", attribute: mapping.source };
  if (mapping.constant !== undefined) return { kind: "constant", value: mapping.constant };
  if (mapping.expression === undefined) return { kind: "nothing" };
  const compiled = compile(mapping.expression);
  if (!compiled.ok)
    throw new TypeError(`${mapping.target}: ${compiled.problems.map((each) => each.message).join("; ")}`);
  return { kind: "expression", expression: compiled.expression };
}

/**
 * What mappings and filters see of a source object: by either name, plus the computed `IsSoftDeleted`, which is true for
 * people whose sign-in is blocked; deletion and leaving scope are decided before any mapping is asked.
 */
export function sourceReader(kind: Kind, object: SourceObject): (name: string) => Value | undefined {
  const computed = { ...object.attributes, IsSoftDeleted: object.attributes["accountEnabled"] === false };
  const readable = { ...object, attributes: computed };
  return (name) => readSource(kind, readable, name);
}
