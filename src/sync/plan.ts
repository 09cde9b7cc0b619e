import type { AttributeChange, Change, DeprovisionReason } from "../model/change.ts";
import type { Attributes } from "../model/value.ts";
import { toDesired } from "./desired.ts";
import { diff } from "./diff.ts";
import type { KindRules, Rules, SourceObject } from "./rules.ts";
import type { ObjectState } from "./state.ts";
import type { SyncError } from "../model/errors.ts";

/** What is to happen to an object, and how it counts for memberships. */
export type Decision = {
  readonly change: Change;
  /** In scope, and past the filters: to be provisioned, and a member of its groups. */
  readonly isIncluded: boolean;
  /** Soft-deleted but linked: disabled, while its memberships are kept as Entra keeps them. */
  readonly isRetained: boolean;
  /** Desired attributes, where they could be computed. */
  readonly desired?: Attributes;
  /** Set when a mapping failed for this object; nothing is sent then. */
  readonly error?: SyncError;
};

/**
 * Decides about a user. Pure: the same state and rules give the same decision, for a plan, a cycle and a push.
 *
 * | in Entra | assigned | filters | linked | change |
 * | -------- | -------- | ------- | ------ | ------ |
 * | present  | yes      | pass    | no     | create, unless disabled in Entra |
 * | present  | yes      | pass    | yes    | update, disable, restore or nothing: by comparison |
 * | present  | yes      | fail    | yes    | by `deprovision.outOfScope` |
 * | present  | no       | –       | yes    | by `deprovision.unassigned` |
 * | soft     | –        | –       | yes    | by `deprovision.softDeleted` |
 * | hard     | –        | –       | yes    | by `deprovision.hardDeleted` |
 * | unknown  | yes      | –       | –      | nothing: no copy, no decision |
 * | any      | otherwise|         | no     | nothing: none of our business |
 */
export function decideUser(state: ObjectState, rules: Rules): Decision {
  const { object, link } = state;
  const isRetained = object?.presence === "soft" && link !== undefined;
  if (object?.presence === "hard") return leave(state, rules.users, "hardDeleted");
  if (object?.presence === "soft") return { ...leave(state, rules.users, "softDeleted"), isRetained };
  if (!state.isInScope) return leave(state, rules.users, "unassigned");
  if (object === undefined || !object.isComplete) return nothing("not-in-source");
  const source = { ...state, attributes: object.attributes };
  if (!rules.users.isMatch(source)) return leave(state, rules.users, "outOfScope");
  return provision(state, source, rules.users);
}

/**
 * Decides about a group; its members are compared separately, in the store.
 *
 * | in Entra | in scope | linked | change |
 * | -------- | -------- | ------ | ------ |
 * | present  | yes      | no     | create |
 * | present  | yes      | yes    | update or nothing: by comparison |
 * | present  | no       | yes    | by `deprovision.outOfScope` |
 * | deleted  | –        | yes    | by `deprovision.deleted` |
 * | any      | otherwise| no     | nothing |
 */
export function decideGroup(state: ObjectState, rules: Rules): Decision {
  const { object } = state;
  if (!rules.groups.isEnabled) return nothing("action-off");
  if (object !== undefined && object.presence !== "present") return leave(state, rules.groups, "deleted");
  if (!state.isInScope) return leave(state, rules.groups, "outOfScope");
  if (object === undefined) return nothing("not-in-source");
  const source = { ...state, attributes: object.attributes };
  if (!rules.groups.isMatch(source)) return leave(state, rules.groups, "outOfScope");
  return provision(state, source, rules.groups);
}

function provision(state: ObjectState, source: SourceObject, rules: KindRules): Decision {
  const outcome = toDesired(source, rules, { for: state.link === undefined ? "create" : "update" });
  if (outcome.kind === "error") return { ...nothing("unchanged"), isIncluded: true, error: outcome.error };
  if (outcome.kind === "ignore") {
    // The person is left as he is, and stays in his groups; of a group that is left alone the members are, too.
    return { ...nothing("ignored-by-mapping"), isIncluded: rules.kind === "user" && state.link !== undefined };
  }
  const desired = outcome.desired;
  const decision = { isIncluded: true, isRetained: false, desired };
  if (state.link === undefined) {
    // Nobody who could be a member of anything yet.
    if (desired["active"] === false) return { ...nothing("disabled-in-source"), desired };
    if (!rules.actions.has("create")) return { ...nothing("action-off"), desired };
    return { ...decision, change: { kind: "create", desired } };
  }
  const createOnly = new Set([...rules.createOnly, ...outcome.ignored]);
  const changes = diff(desired, state.link, { ...rules, createOnly });
  if (changes.length === 0) return { ...decision, change: { kind: "none", reason: "unchanged" } };
  if (!rules.actions.has("update")) return { ...decision, change: { kind: "none", reason: "action-off" } };
  return { ...decision, change: { kind: "update", effect: toEffect(changes), changes } };
}

/** Without link: not to be created, but an account that is there already is to be kept up to date, or disabled. */
export function isAdoptedOnly({ change, desired }: Decision): boolean {
  return (
    change.kind === "none" && ["disabled-in-source", "action-off"].includes(change.reason) && desired !== undefined
  );
}

function toEffect(changes: readonly AttributeChange[]): "update" | "disable" | "restore" {
  const active = changes.find((change) => change.path === "active");
  if (active === undefined) return "update";
  return active.to === false ? "disable" : "restore";
}

function leave(state: ObjectState, rules: KindRules, reason: DeprovisionReason): Decision {
  if (state.link === undefined) return nothing("not-in-scope");
  const policy = rules.deprovision[reason] ?? "ignore";
  if (policy === "delete") {
    if (!rules.actions.has("delete")) return nothing("action-off");
    return { ...nothing("unchanged"), change: { kind: "delete", reason } };
  }
  if (policy === "ignore" || !rules.actions.has("update")) return nothing("action-off");
  if (state.link.data["active"] === false && !state.link.isStale) return nothing("unchanged");
  const changes = [{ path: "active", from: state.link.data["active"], to: false }];
  return { ...nothing("unchanged"), change: { kind: "update", effect: "disable", changes } };
}

function nothing(reason: Extract<Change, { kind: "none" }>["reason"]): Decision {
  return { change: { kind: "none", reason }, isIncluded: false, isRetained: false };
}
