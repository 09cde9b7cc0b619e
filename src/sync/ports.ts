import type { AttributeChange, TargetResource } from "../model/change.ts";
import type { EntraId, Kind, ScimId } from "../model/ids.ts";
import type { Attributes, Value } from "../model/value.ts";

/** An enterprise application (service principal), whose assignments define the `assigned` scope. */
export type Application = {
  readonly servicePrincipalId: string;
  readonly appId: string;
  readonly displayName: string;
  readonly roles: readonly AppRole[];
};

/** An app role that an application declares (Graph resource appRole); a role without value is known by its name only. */
export type AppRole = { readonly id: string; readonly displayName: string; readonly value?: string };

/** One row of appRoleAssignedTo. A principal with several roles has several rows. */
export type Assignment = {
  readonly principalId: EntraId;
  readonly principalType: "User" | "Group" | "ServicePrincipal";
  readonly appRoleId: string;
};

/**
 * One page of a delta round. `cursor` is what to continue from: the next link, or, when `isLast`, the delta link that
 * starts the next round. Pages may be empty without being the last.
 */
export type DeltaPage<Item> = { readonly items: readonly Item[]; readonly cursor: string; readonly isLast: boolean };

/** A user as delta reports it: a partial record. null = cleared, absent = not said. */
export type UserDelta = {
  readonly id: EntraId;
  /** Set when the user left the directory: `soft` can be restored for 30 days, `hard` is final. */
  readonly removed?: "soft" | "hard";
  readonly attributes: Readonly<Record<string, Value | null>>;
};

/** One entry of members@delta. Only people and groups are reported; devices, contacts and service principals are not. */
export type MemberDelta = { readonly id: EntraId; readonly type: "user" | "group"; readonly isRemoved: boolean };

/** A group as delta reports it. A large group comes in slices: the same id again with further members. */
export type GroupDelta = {
  readonly id: EntraId;
  /** Security groups are reported as `hard` at once, Microsoft 365 groups as `soft` first. */
  readonly removed?: "soft" | "hard";
  readonly attributes: Readonly<Record<string, Value | null>>;
  readonly members: readonly MemberDelta[];
};

/** A person and the manager's object id; undefined where there is no manager. */
export type ManagerRecord = { readonly id: EntraId; readonly manager: EntraId | undefined };

/** A complete copy of a user's selected attributes, by Graph property name. */
export type SourceRecord = { readonly id: EntraId; readonly attributes: Attributes };

/**
 * Where the people come from: Microsoft Graph. Every method throws a SyncError with side `source`:
 * `unauthorized` (halt), `throttled` (after), `unreachable` and `unexpected-response` (backoff), `invalid-query` (never).
 */
export type Source = {
  /** Gets a token, so that wrong credentials are reported before anything else. */
  readonly signIn: (signal?: AbortSignal) => Promise<void>;
  /** By application (client) id or display name. Throws `not-found`, or `ambiguous` with all hits in the message. */
  readonly findApplication: (nameOrAppId: string, signal?: AbortSignal) => Promise<Application>;
  /** Every assignment, page by page. Throws `not-found` when the service principal is gone. */
  readonly readAssignments: (servicePrincipalId: string, signal?: AbortSignal) => AsyncIterable<readonly Assignment[]>;
  /** A round of users/delta from `cursor`, or a full one. Throws `cursor-expired` when Graph wants a fresh start. */
  readonly readUsers: (query: DeltaQuery, signal?: AbortSignal) => AsyncIterable<DeltaPage<UserDelta>>;
  /** The same for groups/delta with members; `ids` (at most 50) limits a fresh round to these groups. */
  readonly readGroups: (
    query: DeltaQuery & { readonly ids?: readonly EntraId[] },
    signal?: AbortSignal,
  ) => AsyncIterable<DeltaPage<GroupDelta>>;
  /** Reads any number of users in full, in chunks. Ids that Graph does not know are missing from the result. */
  readonly readUsersById: (
    ids: readonly EntraId[],
    select: readonly string[],
    signal?: AbortSignal,
  ) => Promise<readonly SourceRecord[]>;
  /**
   * Managers of these people, or of everybody, page by page: delta queries are known to leave managers out. Whoever is
   * missing from the result does not exist.
   */
  readonly readManagers: (
    ids: readonly EntraId[] | "everybody",
    signal?: AbortSignal,
  ) => AsyncIterable<readonly ManagerRecord[]>;
  /** Looks at single objects, for `explain`. */
  readonly lookup: Lookup;
};

/** A person or group that answers to a name, with what an administrator knows them by. */
export type Hit = {
  readonly kind: Kind;
  readonly id: EntraId;
  readonly displayName: string | undefined;
  /** The user principal name as Entra keeps it, or a group's mail address. */
  readonly address: string | undefined;
  /** ISO time; set for an object in the recycle bin. */
  readonly deletedAt?: string;
};

export type GroupRef = { readonly id: EntraId; readonly displayName: string | undefined };

/** One object as it is at this moment. The manager's record holds the same attributes, and his display name. */
export type LiveObject = SourceRecord & { readonly manager?: SourceRecord };

/** Reads for a person who looks at one object; a sync needs none of them. Errors as `Source` has them. */
export type Lookup = {
  /**
   * Finds people by object id, user principal name (also a guest's address at home), mail, proxy address, employee id or
   * display name; groups by object id, display name or mail. Case does not count.
   */
  readonly find: (kind: Kind, name: string, signal?: AbortSignal) => Promise<readonly Hit[]>;
  /** People in the recycle bin who answered to this name. */
  readonly findDeleted: (name: string, signal?: AbortSignal) => Promise<readonly Hit[]>;
  /** Reads exactly these Graph properties, of a person the manager as well; undefined for an object that is gone. */
  readonly read: (
    object: { readonly kind: Kind; readonly id: EntraId; readonly select: readonly string[] },
    signal?: AbortSignal,
  ) => Promise<LiveObject | undefined>;
  /** The groups that a person is a member of; with `isDeep` also through other groups. */
  readonly readGroupsOf: (user: EntraId, isDeep: boolean, signal?: AbortSignal) => Promise<readonly GroupRef[]>;
  /** The groups that are members of a group. */
  readonly readSubgroups: (group: EntraId, signal?: AbortSignal) => Promise<readonly GroupRef[]>;
  /** The people in a group; with `isDeep` also those of the groups inside it. */
  readonly readMembers: (group: EntraId, isDeep: boolean, signal?: AbortSignal) => Promise<readonly EntraId[]>;
};

/** `select` are Graph property names for a fresh round; a cursor carries its own. */
export type DeltaQuery = { readonly cursor: string | undefined; readonly select: readonly string[] };

/** One page of a list of the target. `isComplete` is set on the last page of a list that can be trusted to be whole. */
export type ListPage = { readonly resources: readonly TargetResource[]; readonly isComplete: boolean };

/**
 * Where the people go: a SCIM 2.0 service. Every method throws a SyncError with side `target`:
 * `throttled` (after), `unreachable` and `unexpected-response` (backoff), `unauthorized` (halt), `forbidden`,
 * `rejected`, `conflict`, `not-found` and `too-large` (never).
 */
export type Target = {
  /** As Entra's Test Connection: looks for a user that does not exist. */
  readonly testConnection: (signal?: AbortSignal) => Promise<void>;
  /** All resources of a kind. A list that stops early, repeats itself or disagrees with totalResults never ends with `isComplete`. */
  readonly list: (kind: Kind, signal?: AbortSignal) => AsyncIterable<ListPage>;
  /** Resources whose `attribute` equals `value`, compared case-insensitively here again, whatever the service found. */
  readonly find: (kind: Kind, attribute: string, value: string) => Promise<readonly TargetResource[]>;
  /** One resource, a group with its members; undefined when it is gone. */
  readonly read: (kind: Kind, id: ScimId) => Promise<TargetResource | undefined>;
  /** Creates a resource; groups are created without members. */
  readonly create: (kind: Kind, desired: Attributes) => Promise<WrittenResource>;
  /**
   * Sends only `changes`. Returns the resource as the target answered, or as it must be now when it answered 204. When
   * the target refuses some attributes, the others are sent all the same; throws only when it takes none of them.
   */
  readonly update: (
    kind: Kind,
    current: TargetResource,
    changes: readonly AttributeChange[],
  ) => Promise<WrittenResource>;
  /** Deletes a resource; `gone` when it no longer existed. */
  readonly remove: (kind: Kind, id: ScimId) => Promise<"deleted" | "gone">;
  /**
   * Adds to or removes from a group, in chunks. Calls `onDone` after each chunk that the target took, with the members
   * of that chunk. Returns the members that the target refuses one by one, with the reason.
   */
  readonly changeMembers: (edit: MemberEdit) => Promise<readonly RefusedMember[]>;
};

/** What a write left behind, and the attributes that the target did not take: `data` does not hold their new values. */
export type WrittenResource = TargetResource & { readonly refused: readonly RefusedAttribute[] };

export type RefusedAttribute = { readonly path: string; readonly message: string };

export type MemberEdit = {
  readonly groupId: ScimId;
  readonly action: "add" | "remove";
  readonly members: readonly ScimId[];
  readonly onDone: (members: readonly ScimId[]) => Promise<void>;
};

export type RefusedMember = { readonly id: ScimId; readonly message: string };

/** Called once for each HTTP request that is sent, tokens included for neither side. */
export type OnRequest = (request: {
  readonly method: string;
  readonly status: number | undefined;
  readonly durationMs: number;
}) => void;

/** A pause in front of every request to the target; shared by all replicas. Resolves when the request may be sent. */
export type Limiter = {
  readonly take: (signal?: AbortSignal) => Promise<void>;
};
