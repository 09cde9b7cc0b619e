import type { EntraId, Kind, ScimId } from "../../model/ids.ts";
import type { Value } from "../../model/value.ts";
import type { Presence } from "../../sync/state.ts";

/** What `explain --json` prints. docs/explain.md describes every key; null stands for what is empty or unknown. */
export type Explanation = {
  readonly verdict: string;
  readonly subject: Subject;
  readonly import: ImportPart;
  readonly scope: ScopePart;
  readonly match: MatchPart;
  readonly mappings: readonly MappingLine[];
  readonly members?: MembersPart;
  readonly action: ActionPart;
};

/** A value that is shown, `[Redact]` where it must not be. */
export type Shown = Value | null;

export type Subject = {
  readonly kind: Kind;
  readonly id: EntraId;
  readonly displayName: string | null;
  /** User principal name, or mail of a group. */
  readonly address: string | null;
  readonly presence: Presence;
  readonly deletedAt: string | null;
};

export type ImportPart = {
  /** ISO time. */
  readonly readAt: string;
  readonly attributes: readonly SourceLine[];
  readonly manager: {
    readonly id: EntraId;
    readonly displayName: string | null;
    readonly hasAccount: boolean;
  } | null;
  readonly roles: readonly string[];
  /** What the sync remembers of the object, compared with what Entra just said; `differs` names Graph properties. */
  readonly copy: { readonly state: "same" | "differs" | "partial" | "none"; readonly differs: readonly string[] };
};

/** A source attribute by its Graph name, and by Entra's where that is another one. */
export type SourceLine = { readonly name: string; readonly entraName: string | null; readonly value: Shown };

export type AssignmentPath = {
  readonly via: "direct" | "group" | "nested";
  /** From the assigned group down to the one that the person is a member of; empty for a direct assignment. */
  readonly groups: readonly { readonly id: EntraId; readonly displayName: string | null }[];
  readonly roles: readonly string[];
  /** False for a nested group while `source.nestedGroups` is `ignore`. */
  readonly counts: boolean;
};

export type FilterLine = {
  readonly name: string;
  readonly isMatch: boolean;
  readonly clauses: readonly {
    readonly attribute: string;
    readonly operator: string;
    readonly value: string;
    readonly actual: Shown;
    readonly isMatch: boolean;
  }[];
};

export type ScopePart = {
  readonly mode: "assigned" | "all";
  readonly application: { readonly displayName: string; readonly appId: string } | null;
  readonly assignments: readonly AssignmentPath[];
  /** By assignment, or because everybody is; before the filters. */
  readonly isAssigned: boolean;
  readonly isSignInAllowed: boolean | null;
  readonly isGuest: boolean;
  readonly filters: readonly FilterLine[];
  readonly isInScope: boolean;
  readonly reason: string;
  /** What happens to an account that exists, for somebody who is not in scope. */
  readonly deprovision: { readonly key: string; readonly policy: string } | null;
  readonly notes: readonly string[];
};

export type MatchPart = {
  readonly link: { readonly scimId: ScimId; readonly origin: "created" | "adopted" } | null;
  /** `gone`: linked, but the target no longer has it. */
  readonly state: "linked" | "gone" | "adopts" | "conflict" | "absent" | "unknown" | "not-looked-for";
  readonly lookups: readonly {
    readonly attribute: string;
    readonly value: Shown;
    readonly hits: readonly { readonly scimId: ScimId; readonly owner: EntraId | null }[];
  }[];
  /** Target paths that somebody changed in the target since we last looked. */
  readonly drift: readonly string[];
  /** Why the target could not be asked. */
  readonly error: { readonly code: string; readonly message: string } | null;
};

/** `resync`: SoSafe holds another value than the sync remembers, and a re-sync sends it again. */
export type MappingStatus =
  | "equal"
  | "send"
  | "clear"
  | "resync"
  | "default"
  | "create-only"
  | "ignored"
  | "waiting"
  | "empty"
  | "kept"
  | "not-ours"
  | "not-taken"
  | "withheld"
  | "object-ignored"
  | "error";

export type MappingLine = {
  readonly target: string;
  readonly kind: "direct" | "constant" | "expression" | "none";
  /** Attribute name, or text of the expression. */
  readonly source: string | null;
  readonly inputs: readonly { readonly name: string; readonly value: Shown }[];
  readonly result: Shown;
  /** What the target holds, as far as it is known. */
  readonly current: Shown;
  readonly status: MappingStatus;
  readonly isRedacted: boolean;
  readonly error: { readonly message: string; readonly line: number | null; readonly column: number | null } | null;
};

export type ActionName = "create" | "adopt" | "update" | "disable" | "restore" | "delete" | "nothing" | "fail";

export type Planned = {
  readonly action: ActionName;
  readonly reason: string;
  readonly changes: readonly { readonly target: string; readonly from: Shown; readonly to: Shown }[];
};

export type ActionPart = {
  /** What the next push of this object sends. */
  readonly next: Planned;
  /** What a re-sync sends, where that is something else. */
  readonly resync: Planned | null;
  readonly when: string | null;
  /** The failure that is remembered of this object. */
  readonly failure: {
    readonly code: string;
    readonly message: string;
    readonly failures: number;
    readonly since: string;
    readonly retryAt: string;
  } | null;
  /** Why nothing at all is sent at present. */
  readonly halt: { readonly code: string; readonly message: string; readonly since: string } | null;
};

export type MembersPart = {
  readonly inEntra: number;
  readonly inScope: number;
  readonly withAccount: number;
  /** Null where the target does not show members, or there is no group yet. */
  readonly inTarget: number | null;
  readonly toAdd: number | null;
  readonly toRemove: number | null;
  /** Members in scope without account, the first few of them. */
  readonly waiting: readonly { readonly id: EntraId; readonly reason: string }[];
  readonly waitingCount: number;
};
