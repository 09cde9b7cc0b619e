/**
 * The configuration file as the program sees it: checked, with defaults, units resolved. The schema that makes it is
 * src/config/schema.ts; docs/configuration.md describes every key.
 */
export type Config = {
  readonly source: SourceConfig;
  readonly schedule: ScheduleConfig;
  readonly users: UsersConfig;
  readonly groups: GroupsConfig;
  readonly target: TargetConfig;
  readonly safety: SafetyConfig;
  readonly notify: NotifyConfig;
  readonly log: LogConfig;
};

export type SourceConfig = {
  readonly scope: "assigned" | "all";
  /** App id or display name of the enterprise application; always there when the scope is `assigned`. */
  readonly application?: string | undefined;
  readonly nestedGroups: "ignore" | "flatten";
};

export type ScheduleConfig = {
  /** Milliseconds between the beginnings of two cycles. */
  readonly interval: number;
  /** Cron expression, or `off`. */
  readonly reconcile: string;
};

export type UsersConfig = {
  /** Target attributes in order of precedence, spelled as in `attributes`. */
  readonly match: readonly string[];
  readonly actions: readonly ("create" | "update" | "delete")[];
  /** Any of these filters lets a person in; no filter lets everybody in. */
  readonly scope: readonly ScopingFilter[];
  readonly attributes: readonly AttributeMapping[];
  readonly deprovision: UserDeprovision;
  /** An emptied source value clears what was set in the target. */
  readonly clearEmpty: boolean;
};

export type Deprovision = "disable" | "delete" | "ignore";

export type UserDeprovision = {
  readonly unassigned: Deprovision;
  readonly outOfScope: Deprovision;
  readonly softDeleted: Deprovision;
  readonly hardDeleted: Deprovision;
};

export type UserMapping = AttributeMapping;

/** At most one of source, constant and expression; with none of them there is a default. */
export type AttributeMapping = {
  /** Target path, with the spelling of the SCIM schema where it is a known one. */
  readonly target: string;
  readonly source?: string | undefined;
  readonly constant?: string | number | boolean | undefined;
  readonly expression?: string | undefined;
  /** Used for a creation only, when the mapping gives nothing. */
  readonly default?: string | number | boolean | null | undefined;
  readonly apply: "always" | "create";
};

/** A scoping filter: all of its clauses have to be true. */
export type ScopingFilter = { readonly name: string; readonly clauses: readonly FilterClause[] };

/** One condition on one source attribute; see src/filter for what the operators mean. */
export type FilterClause = {
  readonly attribute: string;
  /** As Entra's portal names it, for instance `NOT EQUALS`. */
  readonly operator: string;
  readonly value?: string | number | boolean | undefined;
  /** Several values: one that fits is enough; for a negation none may fit. */
  readonly values?: readonly (string | number | boolean)[] | undefined;
  /** True if not given, as in Entra; not for object ids. */
  readonly caseSensitive?: boolean | undefined;
  /** How many values of a multi-valued attribute must fit. If not given: any, and all for a negation. */
  readonly match?: "any" | "all" | undefined;
};

export type GroupsConfig = {
  readonly enabled: boolean;
  /** As for users. They decide about the group itself, not about people who are assigned through it. */
  readonly scope: readonly ScopingFilter[];
  readonly match: readonly string[];
  readonly attributes: readonly AttributeMapping[];
  readonly deprovision: { readonly outOfScope: "delete" | "ignore"; readonly deleted: "delete" | "ignore" };
};

export type TargetConfig = {
  /** Requests per second. */
  readonly rateLimit: number;
  readonly concurrency: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly membersPerRequest: number;
  readonly pageSize: number;
  readonly dialect: Readonly<Record<string, string | number | boolean>>;
};

export type SafetyConfig = {
  readonly maxDisables: number;
  readonly maxDeletes: number;
  /** Of the linked objects, 0 to 100. */
  readonly maxPercent: number;
  /** Milliseconds. */
  readonly window: number;
};

export type NotifyConfig = { readonly email: readonly string[]; readonly webhook?: string | undefined };

export type LogConfig = {
  /** Milliseconds. */
  readonly retention: number;
  /** Target attributes whose values the provisioning log does not show. */
  readonly redact: readonly string[];
};
