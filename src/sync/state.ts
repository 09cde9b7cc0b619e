import type { Decision } from "./plan.ts";
import type { AppRole, Assignment } from "./ports.ts";
import type { Manager } from "./rules.ts";
import type { EntraId, Kind, ObjectKey, ScimId } from "../model/ids.ts";
import type { ResourceData } from "../model/target-path.ts";
import type { Attributes, Value } from "../model/value.ts";

/** Whether the object exists in Entra: `soft` can be restored, `hard` is final. */
export type Presence = "present" | "soft" | "hard";

/** What we keep of a source object. Attributes are by Graph property name. */
export type StoredObject = {
  readonly presence: Presence;
  /** False while only a partial record was seen; nothing is decided from it. */
  readonly isComplete: boolean;
  readonly attributes: Attributes;
};

/** The tie between an Entra object and a resource of the target, with what was last sent and seen. */
export type Link = {
  readonly scimId: ScimId;
  readonly origin: "created" | "adopted";
  /** The managed part of the resource, as the target last told us. */
  readonly data: ResourceData;
  /** Values that we sent, or found to be as desired, by target path. Only these are ever cleared. */
  readonly sent: Attributes;
  /** What the target made of values that it did not take as sent, by target path; null = nothing. */
  readonly echo: Readonly<Record<string, Value | null>>;
  /** True when `data` may be out of date and has to be read before it is compared. */
  readonly isStale: boolean;
  /** True for somebody out of scope: attributes were dropped (`sent` keeps their names), and are read again on return. */
  readonly isBare?: boolean;
};

/** Everything that is known of one object when it is planned or pushed. */
export type ObjectState = {
  readonly id: EntraId;
  readonly object: StoredObject | undefined;
  /** In scope by assignment (or because everybody is); scoping filters come later. */
  readonly isInScope: boolean;
  readonly link: Link | undefined;
  /** Known where a mapping asks for it. */
  readonly manager?: Manager | undefined;
  /** App roles by assignment, known where a mapping asks for them. */
  readonly roles?: readonly AppRole[] | undefined;
};

/** A delta stream and where it stands. */
export type Stream = {
  readonly name: string;
  readonly kind: Kind;
  /** The groups that the stream is limited to. */
  readonly ids?: readonly EntraId[];
  /** Next link while a round runs, delta link between rounds, undefined before the first page. */
  readonly cursor: string | undefined;
  /** True while the running round enumerates everything, as opposed to changes. */
  readonly isFull: boolean;
  readonly isRunning: boolean;
};

/** What one page of users changes; applied in one transaction together with the stream's cursor. */
export type UserPage = {
  readonly stream: Stream;
  readonly objects: ReadonlyMap<EntraId, StoredObject>;
  readonly inScope: readonly EntraId[];
  readonly outOfScope: readonly EntraId[];
  readonly dirty: readonly EntraId[];
  readonly seen: readonly EntraId[];
};

/** What a full round showed; one that is not believed only moves the cursor. */
export type RoundEnd = { readonly gone: readonly EntraId[]; readonly isBelieved: boolean };

/** Membership edits of one group in one page. */
export type GroupEdit = {
  readonly id: EntraId;
  readonly object: StoredObject | undefined;
  readonly addUsers: readonly EntraId[];
  readonly removeUsers: readonly EntraId[];
  readonly addGroups: readonly EntraId[];
  readonly removeGroups: readonly EntraId[];
  readonly isChanged: boolean;
};

export type GroupPage = {
  readonly stream: Stream;
  readonly edits: readonly GroupEdit[];
  readonly seen: readonly EntraId[];
};

/** A member that is to be added to or removed from a group, on both sides' ids. */
export type MemberRef = { readonly id: EntraId; readonly scimId: ScimId };

export type MemberDiff = {
  readonly add: readonly MemberRef[];
  readonly remove: readonly MemberRef[];
  /** Members who shall be in the group but have no account in the target yet. */
  readonly unlinked: number;
};

/** A failure that is remembered, and when the object is tried again. */
export type Escrow = {
  readonly key: ObjectKey;
  readonly code: string;
  readonly message: string;
  readonly failures: number;
  /** ISO times. */
  readonly since: string;
  readonly retryAt: string;
};

/** Result of one object's push, for the run's counters. */
export type Outcome = {
  readonly action: "created" | "updated" | "disabled" | "deleted" | "unchanged" | "skipped" | "failed";
  readonly membersAdded?: number;
  readonly membersRemoved?: number;
  readonly membersFailed?: number;
};

/** The memory of the sync. One implementation, on Redis; every write that belongs together is one transaction. */
export type State = {
  // -- the source's side -------------------------------------------------------------------------------------------
  readonly readMeta: (name: MetaName) => Promise<string | undefined>;
  readonly writeMeta: (name: MetaName, value: string | undefined) => Promise<void>;
  readonly readStreams: () => Promise<readonly Stream[]>;
  /** Saves a stream as it is; forgets what a former round of it had seen when `cursor` is undefined. */
  readonly saveStream: (stream: Stream) => Promise<void>;
  readonly dropStreams: (names: readonly string[]) => Promise<void>;
  readonly readAssigned: (kind: Kind) => Promise<readonly EntraId[]>;
  /** Replaces what is known of assignments; of their app roles, those given here. */
  readonly replaceAssignments: (rows: readonly Assignment[], roles: readonly AppRole[]) => Promise<void>;
  readonly readStates: (kind: Kind, ids: readonly EntraId[]) => Promise<readonly ObjectState[]>;
  readonly commitUsers: (page: UserPage) => Promise<void>;
  readonly commitGroups: (page: GroupPage) => Promise<void>;
  /** Ids that the running full round of a stream has reported. */
  readonly readSeen: (stream: string, ids: readonly EntraId[]) => Promise<ReadonlySet<EntraId>>;
  readonly countSeen: (stream: string) => Promise<number>;
  /** Members of the stream's groups: as known, and as the running full round has reported them. */
  readonly countMembers: (stream: Stream) => Promise<{ readonly known: number; readonly fresh: number }>;
  /** Known present objects (all of a kind, or the given ones) that the running full round did not report. */
  readonly findUnseen: (stream: Stream) => Promise<readonly EntraId[]>;
  /** Ends a full round: replaces memberships by what the round reported, marks `gone` as soft-deleted, saves the stream. */
  readonly finishRound: (stream: Stream, found: RoundEnd) => Promise<void>;
  /** Stores full copies of people and marks them dirty. */
  readonly saveUsers: (records: ReadonlyMap<EntraId, StoredObject>) => Promise<void>;
  /** Computes scope and app roles from assignments and memberships; marks everybody for whom they change as dirty. */
  readonly updateScope: (rule: ScopeRule) => Promise<void>;
  /** People in scope of whom there is no complete copy and for whom Graph was not asked in vain too often. */
  readonly findIncomplete: (maxTries: number) => Promise<readonly EntraId[]>;
  readonly countTries: (ids: readonly EntraId[]) => Promise<void>;
  readonly readSubgroups: (groups: readonly EntraId[]) => Promise<ReadonlyMap<EntraId, readonly EntraId[]>>;

  // -- planning ------------------------------------------------------------------------------------------------------
  readonly markDirty: (kind: Kind, ids: readonly EntraId[]) => Promise<void>;
  readonly readDirty: (kind: Kind) => Promise<readonly EntraId[]>;
  /** Every object that is in scope or linked. */
  readonly readKnown: (kind: Kind) => Promise<readonly EntraId[]>;
  /**
   * Records decisions: who counts as a member (`included`), whose membership is kept while deleted (`retained`).
   * Returns the people for whom that changed; their groups have been marked dirty.
   */
  readonly applyDecisions: (kind: Kind, decisions: ReadonlyMap<EntraId, Decision>) => Promise<number>;
  /** Takes objects that need nothing off the list of dirty ones, unless they were marked again meanwhile. */
  readonly clearDirty: (kind: Kind, tokens: ReadonlyMap<EntraId, string>) => Promise<void>;
  readonly readDirtyTokens: (kind: Kind, ids: readonly EntraId[]) => Promise<ReadonlyMap<EntraId, string>>;

  // -- the target's side ---------------------------------------------------------------------------------------------
  /** Links an object; reports of a person wait for nothing else. False when the target's resource is linked to another object already. */
  readonly link: (kind: Kind, id: EntraId, link: Link) => Promise<boolean>;
  readonly saveLinks: (kind: Kind, links: ReadonlyMap<EntraId, Link>) => Promise<void>;
  readonly unlink: (kind: Kind, id: EntraId) => Promise<void>;
  readonly findOwners: (kind: Kind, ids: readonly ScimId[]) => Promise<ReadonlyMap<ScimId, EntraId>>;
  readonly readLinkedIds: (kind: Kind) => Promise<readonly EntraId[]>;
  /** Objects that a complete list of the target proved to be absent from it. */
  readonly markAbsent: (kind: Kind, ids: readonly EntraId[]) => Promise<void>;
  /** Objects for which a complete list of the target showed several accounts, or one that another object matches, too. */
  readonly markAmbiguous: (kind: Kind, ids: readonly EntraId[]) => Promise<void>;
  readonly isAmbiguous: (kind: Kind, id: EntraId) => Promise<boolean>;
  /** Asks and forgets in one step, so that the proof is used once. */
  readonly takeAbsent: (kind: Kind, id: EntraId) => Promise<boolean>;
  /**
   * Reserves a value for an account that is about to be created, for ten minutes. `mark` tells one value of one attribute
   * from every other. False while another object has it.
   */
  readonly reserve: (mark: string, id: EntraId) => Promise<boolean>;
  /** Drops attributes of somebody out of scope, and everything of an object that is neither in scope nor linked. */
  readonly forget: (kind: Kind, id: EntraId, shared: ReadonlySet<string>) => Promise<void>;
  /** Differences of membership. People without link are remembered: linking them makes the group dirty. */
  readonly diffMembers: (group: EntraId, isNested: boolean) => Promise<MemberDiff>;
  /** People whose manager one of these people is, or was. */
  readonly readReports: (managers: readonly EntraId[]) => Promise<readonly EntraId[]>;
  /** Groups and reports that wait for this person's account; they have been marked dirty. */
  readonly takeWaiting: (user: EntraId) => Promise<readonly ObjectKey[]>;
  readonly setPushedMembers: (group: EntraId, users: readonly EntraId[]) => Promise<void>;
  readonly changePushedMembers: (group: EntraId, action: "add" | "remove", users: readonly EntraId[]) => Promise<void>;
  /** True from just before a membership request is sent until its answer is recorded. */
  readonly isMembershipUncertain: (group: EntraId) => Promise<boolean>;
  readonly setMembershipUncertain: (group: EntraId, isUncertain: boolean) => Promise<void>;

  // -- runs, failures --------------------------------------------------------------------------------------------------
  readonly saveEscrow: (escrow: Escrow) => Promise<void>;
  readonly readEscrow: (key: ObjectKey) => Promise<Escrow | undefined>;
  readonly dropEscrow: (key: ObjectKey) => Promise<void>;
  readonly readDueEscrow: (now: Date) => Promise<readonly ObjectKey[]>;
};

/** What decides who is in scope. */
export type ScopeRule = {
  readonly mode: "assigned" | "all";
  readonly isNested: boolean;
  readonly roles: readonly AppRole[];
};

/** Facts about the whole sync. */
export type MetaName =
  /** Hash of what decides which attributes and objects are read; another value needs a full enumeration. */
  | "sourceFingerprint"
  /** Hash of scope, filters and mappings; another value evaluates everything again. */
  | "rulesFingerprint"
  /** JSON of the enterprise application. */
  | "application"
  /** "yes" once managers were read in full since the last full round of people. */
  | "managersRead"
  /** "yes" after the first cycle's work was planned. */
  | "isInitialised"
  /** JSON {code, message, since}: why nothing is sent at present. */
  | "halt"
  /** "yes" once the target was seen to return members of groups. */
  | "showsMembers";
