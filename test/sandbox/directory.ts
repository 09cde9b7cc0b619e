import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Group, Member, MemberType } from "./groups.ts";
import { createPeople, type Person } from "./people.ts";

/** Attribute values as Graph holds them; null marks an attribute that was set once and has been cleared. */
export type Properties = Readonly<Record<string, unknown>>;

/** `deleted` can be restored, `purged` is a tombstone. */
export type Presence = "active" | "deleted" | "purged";

export type DirectoryUser = {
  readonly id: string;
  readonly properties: Properties;
  readonly presence: Presence;
  /** ISO time of the last deletion. */
  readonly deletedAt?: string;
};

export type DirectoryGroup = DirectoryUser & { readonly members: ReadonlyMap<string, MemberType> };

/**
 * One entry of the change log; its version is its position, counted from 1. `properties` are the changed ones of an
 * update, `member` the object that came or went, and whether it came is told by the present state.
 */
export type Change = {
  readonly kind: "user" | "group";
  readonly id: string;
  readonly action: "created" | "updated" | "removed" | "restored" | "member";
  readonly properties?: readonly string[];
  readonly member?: Member;
  readonly formerManager?: string;
};

/** A row of appRoleAssignedTo, without what the application adds to it. */
export type AppAssignment = {
  readonly id: string;
  readonly principalId: string;
  readonly appRoleId: string;
  readonly createdDateTime: string;
};

/** The role of an assignment that names none. */
export const DEFAULT_ROLE = "00000000-0000-0000-0000-000000000000";

export type DirectoryOptions = {
  readonly people: readonly Person[];
  readonly groups: readonly Group[];
  readonly assignments: readonly { readonly principalId: string; readonly appRoleId?: string }[];
};

/**
 * A directory in memory. Users are named by object id or user principal name, groups by object id or display name;
 * every method throws a RangeError for an object that does not exist (any more).
 */
export type Directory = {
  /** Version of the last change; 0 until something changes. */
  readonly version: () => number;
  /** Changes after a version, oldest first. */
  readonly changesSince: (version: number) => readonly Change[];
  /** By object id, tombstones included, in order of creation. */
  readonly users: ReadonlyMap<string, DirectoryUser>;
  readonly groups: ReadonlyMap<string, DirectoryGroup>;
  readonly assignments: () => readonly AppAssignment[];
  /** An active user by id or name. */
  readonly findUser: (name: string) => DirectoryUser | undefined;
  /** An active group by id or name. */
  readonly findGroup: (name: string) => DirectoryGroup | undefined;
  /** Adds an invented person, with these attributes in place of the invented ones (null: without). Returns the id. */
  readonly hire: (properties?: Properties) => string;
  /** Sets attributes; null clears. `manager` takes an object id. What is equal already is no change. */
  readonly update: (user: string, properties: Properties) => void;
  readonly disable: (user: string) => void;
  readonly enable: (user: string) => void;
  /** Moves to the recycle bin; memberships and assignments stay. */
  readonly softDelete: (user: string) => void;
  /** Brings a soft-deleted user or Microsoft 365 group back, by object id or former name. */
  readonly restore: (object: string) => void;
  /** Purges a user, active or soft-deleted, with memberships and assignments; or a soft-deleted group. */
  readonly hardDelete: (object: string) => void;
  /** Adds a group; a security group unless `groupTypes` holds "Unified". Returns the id. */
  readonly createGroup: (properties: Properties, members?: readonly Member[]) => string;
  readonly updateGroup: (group: string, properties: Properties) => void;
  readonly renameGroup: (group: string, displayName: string) => void;
  /** A security group is gone at once, a Microsoft 365 group can be restored. */
  readonly deleteGroup: (group: string) => void;
  readonly addMember: (group: string, member: string, type?: MemberType) => void;
  readonly removeMember: (group: string, member: string) => void;
  /** Assigns the application to a user or group. */
  readonly assign: (principal: string, appRoleId?: string) => void;
  /** Takes one role, or all when none is named. */
  readonly unassign: (principal: string, appRoleId?: string) => void;
};

type MutableGroup = DirectoryGroup & { readonly members: Map<string, MemberType> };

type State = {
  readonly users: Map<string, DirectoryUser>;
  readonly groups: Map<string, MutableGroup>;
  readonly assignments: Map<string, AppAssignment>;
  readonly log: Change[];
};

/** Creates a directory that holds these people, groups and assignments as its version 0. */
export function createDirectory(options: DirectoryOptions): Directory {
  const state: State = { users: new Map(), groups: new Map(), assignments: new Map(), log: [] };
  for (const { id, ...properties } of options.people) state.users.set(id, { id, properties, presence: "active" });
  for (const { id, members, ...properties } of options.groups) {
    state.groups.set(id, { id, properties, presence: "active", members: toMemberMap(members) });
  }
  for (const { principalId, appRoleId } of options.assignments) addAssignment(state, principalId, appRoleId);
  return {
    version: () => state.log.length,
    changesSince: (version) => state.log.slice(version),
    users: state.users,
    groups: state.groups,
    assignments: () => [...state.assignments.values()],
    findUser: (name) => find(state.users, name),
    findGroup: (name) => find(state.groups, name),
    ...userActions(state),
    ...groupActions(state),
    ...assignmentActions(state),
  };
}

function userActions(
  state: State,
): Pick<Directory, "hire" | "update" | "disable" | "enable" | "softDelete" | "restore" | "hardDelete"> {
  const update: Directory["update"] = (name, properties) => {
    const user = demand(find(state.users, name), name);
    const changed = changedNames(user.properties, properties);
    if (changed.length === 0) return;
    state.users.set(user.id, { ...user, properties: { ...user.properties, ...properties } });
    const former = changed.includes("manager") ? user.properties["manager"] : undefined;
    const left = typeof former === "string" ? { formerManager: former } : {};
    state.log.push({ kind: "user", id: user.id, action: "updated", properties: changed, ...left });
  };
  return {
    hire: (properties = {}) => hire(state, properties),
    update,
    disable: (name) => update(name, { accountEnabled: false }),
    enable: (name) => update(name, { accountEnabled: true }),
    softDelete: (name) => {
      const user = demand(find(state.users, name), name);
      setPresence(state, user.id, "deleted");
    },
    restore: (name) => {
      const found = find(state.users, name, isDeleted) ?? find(state.groups, name, isDeleted);
      setPresence(state, demand(found, name).id, "active");
    },
    hardDelete: (name) => hardDelete(state, name),
  };
}

function groupActions(
  state: State,
): Pick<Directory, "createGroup" | "updateGroup" | "renameGroup" | "deleteGroup" | "addMember" | "removeMember"> {
  const group = (name: string): MutableGroup => demand(find(state.groups, name), name);
  const updateGroup: Directory["updateGroup"] = (name, properties) => {
    const found = group(name);
    const changed = changedNames(found.properties, properties);
    if (changed.length === 0) return;
    state.groups.set(found.id, { ...found, properties: { ...found.properties, ...properties } });
    state.log.push({ kind: "group", id: found.id, action: "updated", properties: changed });
  };
  return {
    createGroup: (properties, members = []) => {
      const id = typeof properties["id"] === "string" ? properties["id"] : randomUUID();
      const isUnified = Array.isArray(properties["groupTypes"]) && properties["groupTypes"].includes("Unified");
      const defaults = { securityEnabled: !isUnified, mailEnabled: isUnified, groupTypes: [], mailNickname: id };
      const all = compact({ displayName: "Neue Gruppe", ...defaults, ...properties });
      state.groups.set(id, { id, properties: all, presence: "active", members: toMemberMap(members) });
      state.log.push({ kind: "group", id, action: "created" });
      return id;
    },
    updateGroup,
    renameGroup: (name, displayName) => updateGroup(name, { displayName }),
    deleteGroup: (name) => {
      const found = group(name);
      setPresence(state, found.id, isMicrosoft365(found) ? "deleted" : "purged");
    },
    addMember: (name, member, type) => {
      const found = group(name);
      const entry = resolveMember(state, member, type);
      if (found.members.has(entry.id)) return;
      found.members.set(entry.id, entry.type);
      state.log.push({ kind: "group", id: found.id, action: "member", member: entry });
    },
    removeMember: (name, member) => {
      const found = group(name);
      const id = found.members.has(member) ? member : resolveMember(state, member).id;
      const type = demand(found.members.get(id), member);
      found.members.delete(id);
      state.log.push({ kind: "group", id: found.id, action: "member", member: { id, type } });
    },
  };
}

function assignmentActions(state: State): Pick<Directory, "assign" | "unassign"> {
  return {
    assign: (principal, appRoleId) => addAssignment(state, resolveMember(state, principal).id, appRoleId),
    unassign: (principal, appRoleId) => {
      const rows = [...state.assignments].filter(
        ([, row]) => row.principalId === principal || row.principalId === findPrincipal(state, principal)?.id,
      );
      const taken = rows.filter(([, row]) => appRoleId === undefined || row.appRoleId === appRoleId);
      if (taken.length === 0) throw new RangeError(`not assigned: ${principal}`);
      for (const [key] of taken) state.assignments.delete(key);
    },
  };
}

function hire(state: State, properties: Properties): string {
  const number = state.users.size;
  const [person] = createPeople({ count: 1, seed: number * 7919 + 1 });
  const { id: _id, manager: _manager, ...invented } = demand(person, "person");
  const id = typeof properties["id"] === "string" ? properties["id"] : randomUUID();
  const nickname = `${invented.mailNickname}.${number}`;
  const address = `${nickname}@${invented.userPrincipalName.split("@")[1] ?? ""}`;
  const names = {
    mailNickname: nickname,
    userPrincipalName: address,
    mail: address,
    employeeId: String(200_000 + number),
  };
  const { id: _given, ...rest } = properties;
  state.users.set(id, { id, properties: compact({ ...invented, ...names, ...rest }), presence: "active" });
  state.log.push({ kind: "user", id, action: "created" });
  return id;
}

function hardDelete(state: State, name: string): void {
  const user = find(state.users, name, exists);
  const { id } = demand(user ?? find(state.groups, name, exists), name);
  setPresence(state, id, "purged");
  if (user === undefined) return;
  for (const group of state.groups.values()) {
    const type = group.members.get(id);
    if (type === undefined) continue;
    group.members.delete(id);
    state.log.push({ kind: "group", id: group.id, action: "member", member: { id, type } });
  }
}

function setPresence(state: State, id: string, presence: Presence): void {
  const action = presence === "active" ? "restored" : "removed";
  const user = state.users.get(id);
  const group = state.groups.get(id);
  const deletedAt = new Date().toISOString();
  if (user !== undefined) state.users.set(id, { ...user, presence, deletedAt });
  if (group !== undefined) state.groups.set(id, { ...group, presence });
  state.log.push({ kind: user === undefined ? "group" : "user", id, action });
  if (presence !== "purged") return;
  for (const [key, row] of state.assignments) if (row.principalId === id) state.assignments.delete(key);
}

function addAssignment(state: State, principalId: string, appRoleId: string = DEFAULT_ROLE): void {
  const key = `${principalId} ${appRoleId}`;
  if (state.assignments.has(key)) return;
  const id = Buffer.from(key).toString("base64url").slice(0, 43);
  state.assignments.set(key, { id, principalId, appRoleId, createdDateTime: new Date().toISOString() });
}

const isActive = (object: DirectoryUser): boolean => object.presence === "active";
const isDeleted = (object: DirectoryUser): boolean => object.presence === "deleted";
const exists = (object: DirectoryUser): boolean => object.presence !== "purged";

/** By object id, else by the name that objects of this kind are known by. */
function find<Found extends DirectoryUser>(
  objects: ReadonlyMap<string, Found>,
  name: string,
  isWanted: (object: Found) => boolean = isActive,
): Found | undefined {
  const wanted = name.toLowerCase();
  const byId = objects.get(wanted);
  if (byId !== undefined) return isWanted(byId) ? byId : undefined;
  return objects.values().find((object) => {
    const value = object.properties["userPrincipalName"] ?? object.properties["displayName"];
    return typeof value === "string" && value.toLowerCase() === wanted && isWanted(object);
  });
}

function findPrincipal(state: State, name: string): Member | undefined {
  const user = find(state.users, name);
  if (user !== undefined) return { id: user.id, type: "user" };
  const group = find(state.groups, name);
  return group === undefined ? undefined : { id: group.id, type: "group" };
}

function resolveMember(state: State, name: string, type?: MemberType): Member {
  const isKept = type === undefined || type === "user" || type === "group";
  return isKept ? demand(findPrincipal(state, name), name) : { id: name, type };
}

/** True for a Microsoft 365 group, which goes to the recycle bin when it is deleted. */
export function isMicrosoft365(group: DirectoryGroup): boolean {
  const types = group.properties["groupTypes"];
  return Array.isArray(types) && types.includes("Unified");
}

function changedNames(old: Properties, next: Properties): readonly string[] {
  return Object.keys(next).filter((name) => !isDeepStrictEqual(old[name] ?? null, next[name] ?? null));
}

function compact(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null && value !== undefined));
}

function toMemberMap(members: readonly Member[]): Map<string, MemberType> {
  return new Map(members.map((member) => [member.id, member.type]));
}

function demand<Found>(found: Found | undefined, name: string): Found {
  if (found === undefined) throw new RangeError(`not in the directory: ${name}`);
  return found;
}
