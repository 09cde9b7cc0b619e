/** What the queue does with a failure; `ms` are milliseconds. */
export type Retry =
  /** Wrong until the source or the configuration changes: a person has to look. */
  | { readonly kind: "never" }
  /** May pass: try again, later each time, a limited number of times. */
  | { readonly kind: "backoff" }
  /** Told when: the whole queue waits so long, and no attempt is used up. */
  | { readonly kind: "after"; readonly ms: number }
  /** Every other request would fail, too: stop sending. */
  | { readonly kind: "halt" };

/** Which neighbour failed. */
export type Side = "source" | "target" | "store";

/** Stable names of failures, documented in docs/errors.md. */
export type ErrorCode =
  /** 429, or 503 with Retry-After. */
  | "throttled"
  /** No connection, a timeout, or a 5xx answer. */
  | "unreachable"
  /** Credentials or permissions refused for everything. */
  | "unauthorized"
  /** Refused for one object only. */
  | "forbidden"
  /** The target finds the resource or the value wrong (400 and relatives). */
  | "rejected"
  /** The matching value belongs to another account, or to more than one. */
  | "conflict"
  /** The object, application or endpoint does not exist. */
  | "not-found"
  /** The request was too large (413), or a list was too long (400 tooMany). */
  | "too-large"
  /** An answer that cannot be understood or believed. */
  | "unexpected-response"
  /** The delta link is no longer valid; a full enumeration is needed. */
  | "cursor-expired"
  /** Graph refuses the query itself, for instance an attribute in $select. */
  | "invalid-query"
  /** A name that fits several objects. */
  | "ambiguous"
  /** An expression could not be evaluated for this object. */
  | "mapping"
  /** A required value is missing for this object. */
  | "incomplete";

/** Extra facts of a failure; `details` are safe to log: status codes, ids and counts, never values or tokens. */
export type SyncErrorOptions = {
  readonly side: Side;
  readonly code: ErrorCode;
  readonly retry: Retry;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
  readonly cause?: unknown;
};

/** A failure of the source, the target or the store, with what to do about it. The message is for the operator. */
export class SyncError extends Error {
  readonly side: Side;
  readonly code: ErrorCode;
  readonly retry: Retry;
  readonly details: Readonly<Record<string, string | number | boolean>>;

  constructor(message: string, options: SyncErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "SyncError";
    this.side = options.side;
    this.code = options.code;
    this.retry = options.retry;
    this.details = options.details ?? {};
  }
}

/** One mistake in the environment or the configuration file. */
export type Problem = {
  /** The environment variable, or file and key, as the user wrote it. */
  readonly where: string;
  readonly message: string;
  /** 1-based position in the file, where it is known. */
  readonly line?: number;
  readonly column?: number;
};

/** Thrown when environment or configuration file are wrong; carries every problem at once. Exit code 78. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => `${problem.where}: ${problem.message}`).join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}
