import type { DeprovisionReason } from "../../model/change.ts";
import type { FilterResult } from "../../filter/filter.ts";
import type { KindRules, Rules } from "../../sync/rules.ts";
import type { Assignments } from "./assignments.ts";
import type { AssignmentPath, FilterLine, ScopePart } from "./explanation.ts";
import type { Facts } from "./facts.ts";
import type { Redaction } from "./redaction.ts";

/** Why the object is in scope, or is not. */
export function toScope(facts: Facts, rules: Rules, redaction: Redaction): ScopePart {
  const { hit, current, assignments } = facts;
  const kindRules = hit.kind === "user" ? rules.users : rules.groups;
  const { object } = current;
  const result =
    object?.presence === "present" ? kindRules.explainScope({ ...current, attributes: object.attributes }) : undefined;
  const isInScope = current.isInScope && result?.isMatch === true && isProvisioned(facts, rules);
  return {
    mode: rules.scope.mode,
    ...describeAssignments(assignments),
    isAssigned: current.isInScope,
    ...describePerson(facts),
    filters: toFilters(result, redaction),
    isInScope,
    reason: explain(facts, rules, result),
    deprovision: isInScope ? null : toDeprovision(kindRules, whyLeft(facts)),
    notes: [...noteAssignments(facts), ...noteNesting(facts), ...noteLastCycle(facts, rules)],
  };
}

function describeAssignments(assignments: Assignments | undefined): Pick<ScopePart, "application" | "assignments"> {
  if (assignments === undefined) return { application: null, assignments: [] };
  const { displayName, appId } = assignments.application;
  return { application: { displayName, appId }, assignments: assignments.paths };
}

function describePerson({ hit, live }: Facts): Pick<ScopePart, "isSignInAllowed" | "isGuest"> {
  if (hit.kind === "group") return { isSignInAllowed: null, isGuest: false };
  return {
    isSignInAllowed: live === undefined ? null : live.attributes["accountEnabled"] !== false,
    isGuest: /#ext#@/i.test(hit.address ?? ""),
  };
}

function isProvisioned({ hit }: Facts, rules: Rules): boolean {
  return hit.kind === "user" || rules.groups.isEnabled;
}

function toFilters(result: FilterResult | undefined, redaction: Redaction): readonly FilterLine[] {
  return (result?.groups ?? []).map(({ name, isMatch, clauses }) => ({
    name,
    isMatch,
    clauses: clauses.map((clause) => ({ ...clause, actual: redaction.source(clause.attribute, clause.actual) })),
  }));
}

/** The same order of questions as in src/sync/plan.ts. */
function whyLeft({ hit, current }: Facts): DeprovisionReason {
  const presence = current.object?.presence;
  if (hit.kind === "group") return presence === "present" ? "outOfScope" : "deleted";
  if (presence === "hard") return "hardDeleted";
  if (presence === "soft") return "softDeleted";
  return current.isInScope ? "outOfScope" : "unassigned";
}

function toDeprovision(rules: KindRules, reason: DeprovisionReason): ScopePart["deprovision"] {
  return { key: `${rules.kind}s.deprovision.${reason}`, policy: rules.deprovision[reason] ?? "ignore" };
}

function explain(facts: Facts, rules: Rules, result: FilterResult | undefined): string {
  const { hit, current } = facts;
  const presence = current.object?.presence;
  if (presence === "soft") return `in Entra's recycle bin${hit.deletedAt ? ` since ${hit.deletedAt}` : ""}`;
  if (presence === "hard") return "no longer in Entra";
  if (!isProvisioned(facts, rules)) return "groups are not provisioned: groups.enabled is false";
  if (!current.isInScope) return explainUnassigned(facts, rules);
  if (result?.isMatch === false) return explainFilters(result);
  const how = rules.scope.mode === "all" ? "everybody is: source.scope is all" : explainAssignment(facts);
  const passed = result?.groups.find((group) => group.isMatch);
  return passed === undefined ? how : `${how}; filter "${passed.name}" fits`;
}

/** With one filter, the condition that it fails by. */
function explainFilters({ groups }: FilterResult): string {
  const [only, ...others] = groups;
  const failed = only?.clauses.find((clause) => !clause.isMatch);
  if (only === undefined || failed === undefined || others.length > 0) return "no scoping filter fits";
  const wanted = [failed.attribute, failed.operator, failed.value].filter((each) => each !== "").join(" ");
  return `filter "${only.name}" does not fit: ${wanted}`;
}

function explainAssignment({ assignments }: Facts): string {
  const counting = (assignments?.paths ?? []).filter((path) => path.counts);
  const [first, ...others] = counting;
  if (first === undefined) return "as assigned before";
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return first.via === "direct" ? `assigned directly${more}` : `through group ${describeGroups(first)}${more}`;
}

/** `"Outer" → "Inner"`: from the assigned group down. */
export function describeGroups({ groups }: AssignmentPath): string {
  return groups.map(({ id, displayName }) => `"${displayName ?? id}"`).join(" → ");
}

function explainUnassigned({ assignments, hit }: Facts, rules: Rules): string {
  const application = `"${assignments?.application.displayName ?? rules.scope.application}"`;
  if (assignments?.isAnybodyAssigned === false) return `nobody at all is assigned to ${application}`;
  const nested = assignments?.paths.find((path) => path.via === "nested");
  if (nested !== undefined) {
    const [top] = nested.groups;
    return `assigned to ${application} only through groups inside "${top?.displayName ?? top?.id}", and source.nestedGroups is ignore`;
  }
  return `not assigned to ${application}${hit.kind === "user" ? ", directly or by a group" : ""}`;
}

function noteAssignments({ assignments }: Facts): readonly string[] {
  if (assignments === undefined || assignments.isAnybodyAssigned) return [];
  if (!assignments.isBelieved) {
    return [
      "Entra shows no assignments at all, although there were some: the sync does not believe it and goes on with those.",
    ];
  }
  const { displayName } = assignments.application;
  return [
    `Assign people or groups in the Entra admin center: Enterprise applications → ${displayName} → Users and groups.`,
  ];
}

function noteNesting({ assignments, current }: Facts): readonly string[] {
  const nested = assignments?.paths.find((path) => path.via === "nested" && !path.counts);
  if (nested === undefined || current.isInScope) return [];
  return [
    `As in Entra, only direct members of an assigned group count. Assign ${describeLast(nested)} itself, or set source.nestedGroups to flatten.`,
  ];
}

function noteLastCycle({ stored, current, hit }: Facts, rules: Rules): readonly string[] {
  const isKnown = stored.object !== undefined || stored.isInScope || stored.link !== undefined;
  const isChanged = isKnown && stored.isInScope !== current.isInScope;
  if (!isChanged || rules.scope.mode === "all" || hit.kind === "group") return [];
  return [
    stored.isInScope
      ? "The last cycle still saw this person assigned; the next one sees the change."
      : "The last cycle did not see this person assigned yet; the next one does.",
  ];
}

function describeLast({ groups }: AssignmentPath): string {
  const last = groups.at(-1);
  return groups.length < 2 || last === undefined ? "the inner group" : `"${last.displayName ?? last.id}"`;
}
