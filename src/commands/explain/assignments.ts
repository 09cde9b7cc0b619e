import type { EntraId, Kind } from "../../model/ids.ts";
import type { Application, AppRole, Assignment, GroupRef, Source } from "../../sync/ports.ts";
import type { Rules } from "../../sync/rules.ts";
import type { State } from "../../sync/state.ts";
import type { AssignmentPath } from "./explanation.ts";
import { findChains } from "./chains.ts";

/** How an object is assigned to the enterprise application. */
export type Assignments = {
  readonly application: Application;
  readonly paths: readonly AssignmentPath[];
  /** App roles that count for this person, as the sync sees them. */
  readonly roles: readonly AppRole[];
  /** False when nothing at all is assigned. */
  readonly isAnybodyAssigned: boolean;
  /** False when Entra shows no assignments although there were some: the sync then goes on with those. */
  readonly isBelieved: boolean;
};

const DEFAULT_ROLE = /^0{8}-0{4}-0{4}-0{4}-0{12}$/;

type Context = { readonly source: Source; readonly state: State; readonly rules: Rules };
type Subject = { readonly kind: Kind; readonly id: EntraId };

/** Reads the application's assignments and finds every way by which they reach the object. */
export async function readAssignments(context: Context, subject: Subject): Promise<Assignments> {
  const { source, state, rules } = context;
  const application = await source.findApplication(rules.scope.application);
  const rows: Assignment[] = [];
  for await (const page of source.readAssignments(application.servicePrincipalId)) rows.push(...page);
  const own = rows.filter((row) => row.principalId === subject.id);
  const direct: readonly AssignmentPath[] =
    own.length === 0 ? [] : [{ via: "direct", groups: [], roles: rolesOf(application, own), counts: true }];
  const viaGroups = subject.kind === "user" ? await findGroupPaths(context, { subject, application, rows }) : [];
  const paths = [...direct, ...viaGroups];
  const counting = new Set([
    subject.id,
    ...paths.filter(({ counts }) => counts).flatMap(({ groups }) => topOf(groups)),
  ]);
  const roleIds = new Set(
    rows.filter((row) => counting.has(row.principalId)).map((row) => row.appRoleId.toLowerCase()),
  );
  const known = [...(await state.readAssigned("user")), ...(await state.readAssigned("group"))];
  return {
    application,
    paths,
    roles: application.roles.filter((role) => roleIds.has(role.id)).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    isAnybodyAssigned: rows.length > 0,
    isBelieved: rows.length > 0 || known.length === 0,
  };
}

function topOf(groups: AssignmentPath["groups"]): readonly EntraId[] {
  return groups.slice(0, 1).map(({ id }) => id);
}

type Reach = {
  readonly subject: Subject;
  readonly application: Application;
  readonly rows: readonly Assignment[];
};

/**
 * Nested groups are looked for when they count, or when nothing else lets the person in: then it is they what the
 * administrator misses.
 */
async function findGroupPaths({ source, rules }: Context, reach: Reach): Promise<readonly AssignmentPath[]> {
  const { subject, application, rows } = reach;
  const assigned = new Set(rows.filter((row) => row.principalType === "Group").map((row) => row.principalId));
  if (assigned.size === 0) return [];
  const toRoles = (id: EntraId) =>
    rolesOf(
      application,
      rows.filter((row) => row.principalId === id),
    );
  const parents = await source.lookup.readGroupsOf(subject.id, false);
  const direct = parents
    .filter(({ id }) => assigned.has(id))
    .map((group): AssignmentPath => ({ via: "group", groups: [named(group)], roles: toRoles(group.id), counts: true }));
  const isEnough = direct.length > 0 || rows.some((row) => row.principalId === subject.id);
  if (isEnough && !rules.scope.isNested) return direct;
  const all = await source.lookup.readGroupsOf(subject.id, true);
  const chains = await findChains(source.lookup, { parents, all, assigned });
  const nested = chains.map((chain): AssignmentPath => {
    const [top] = chain;
    const roles = top === undefined ? [] : toRoles(top.id);
    return { via: "nested", groups: chain.map(named), roles, counts: rules.scope.isNested };
  });
  return [...direct, ...nested];
}

function named({ id, displayName }: GroupRef): AssignmentPath["groups"][number] {
  return { id, displayName: displayName ?? null };
}

function rolesOf(application: Application, rows: readonly Assignment[]): readonly string[] {
  const names = rows.map(({ appRoleId }) => {
    if (DEFAULT_ROLE.test(appRoleId)) return "Default access";
    const id = appRoleId.toLowerCase();
    return application.roles.find((role) => role.id === id)?.displayName ?? appRoleId;
  });
  return [...new Set(names)];
}
