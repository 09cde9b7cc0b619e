import { compileFilter } from "../filter/filter.ts";
import { compile, type Expression } from "../expression/compile.ts";
import type { AttributeMapping, Config, ScopingFilter } from "../model/config.ts";
import type { DeprovisionReason } from "../model/change.ts";
import type { EntraId, Kind } from "../model/ids.ts";
import { readSource, selectFor } from "../model/source-attribute.ts";
import type { Attributes, Value } from "../model/value.ts";
import type { DiffRules } from "./diff.ts";

/** One mapping, ready to be evaluated. */
export type Mapping = {
  readonly target: string;
  readonly from:
    | { readonly kind: "source"; readonly attribute: string }
    | { readonly kind: "constant"; readonly value: Value }
    | { readonly kind: "expression"; readonly expression: Expression }
    | { readonly kind: "nothing" };
  /** Value for a creation when the mapping gives none. */
  readonly default: Value | undefined;
  readonly isCreateOnly: boolean;
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
  readonly isMatch: (id: EntraId, attributes: Attributes) => boolean;
  /** The scoping filters as configured, to notice that they changed. */
  readonly filters: readonly ScopingFilter[];
  /** Graph properties that mappings and filters need. */
  readonly select: readonly string[];
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
  return {
    kind,
    mappings,
    paths: mappings.map((mapping) => mapping.target),
    createOnly: new Set(mappings.filter((mapping) => mapping.isCreateOnly).map((mapping) => mapping.target)),
    filters,
    isMatch: (id: EntraId, values: Attributes) =>
      filter.evaluate(sourceReader(kind, { id, attributes: values })).isMatch,
    select: selectFor(kind, [...mappings.flatMap(attributesOf), ...filter.attributes]),
  };
}

function attributesOf({ from }: Mapping): readonly string[] {
  if (from.kind === "source") return [from.attribute];
  return from.kind === "expression" ? from.expression.attributes : [];
}

function compileMapping(mapping: AttributeMapping): Mapping {
  return {
    target: mapping.target,
    from: compileFrom(mapping),
    default: mapping.default ?? undefined,
    isCreateOnly: mapping.apply === "create",
  };
}

function compileFrom(mapping: AttributeMapping): Mapping["from"] {
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
export function sourceReader(kind: Kind, object: { id: EntraId; attributes: Attributes }) {
  const computed = { ...object.attributes, IsSoftDeleted: object.attributes["accountEnabled"] === false };
  return (name: string): Value | undefined => readSource(kind, { id: object.id, attributes: computed }, name);
}
