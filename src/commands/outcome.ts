import { ConfigError, SyncError } from "../model/errors.ts";
import type { Run } from "../sync/runs.ts";

/** Exit codes, as documented in the README. */
export const EXIT = {
  done: 0,
  someFailed: 1,
  usage: 2,
  pending: 3,
  held: 4,
  unreachable: 69,
  refused: 77,
  configuration: 78,
} as const;

/** Result of a run as printed by `--once --json` and `--resync --json`. */
export function toResult(run: Run) {
  const count = (name: string) => run.counts[name] ?? 0;
  const finishedAt = Date.parse(run.finishedAt ?? new Date().toISOString());
  return {
    cycle: run.id,
    kind: run.kind,
    startedAt: run.startedAt,
    durationMs: finishedAt - Date.parse(run.startedAt),
    result: toVerdict(run),
    users: {
      created: count("users.created"),
      updated: count("users.updated"),
      disabled: count("users.disabled"),
      deleted: count("users.deleted"),
      unchanged: count("users.unchanged"),
      skipped: count("users.skipped"),
      failed: count("users.failed"),
    },
    groups: {
      created: count("groups.created"),
      updated: count("groups.updated"),
      deleted: count("groups.deleted"),
      unchanged: count("groups.unchanged"),
      skipped: count("groups.skipped"),
      failed: count("groups.failed"),
    },
    memberships: {
      added: count("memberships.added"),
      removed: count("memberships.removed"),
      failed: count("memberships.failed"),
    },
    held: { id: null, disable: 0, delete: 0, removeMember: 0 },
    requests: { graph: count("requests.graph"), scim: count("requests.scim") },
    ...(run.warnings.length > 0 && { warnings: run.warnings }),
    ...(run.state === "failed" && run.error && { error: run.error }),
  };
}

function toVerdict(run: Run): "ok" | "partial" | "failed" {
  if (run.state === "failed") return "failed";
  return countFailed(run) > 0 || run.warnings.length > 0 ? "partial" : "ok";
}

function countFailed({ counts }: Run): number {
  return (counts["users.failed"] ?? 0) + (counts["groups.failed"] ?? 0) + (counts["memberships.failed"] ?? 0);
}

const WRITES = [
  "users.created",
  "users.updated",
  "users.disabled",
  "users.deleted",
  "groups.created",
  "groups.updated",
];

/** The exit code of a run. */
export function toExitCode(run: Run): number {
  if (run.state === "failed") return codeToExit(run.error?.code ?? "internal");
  if (toVerdict(run) === "ok") return EXIT.done;
  const isNothingDone = WRITES.every((name) => (run.counts[name] ?? 0) === 0);
  return isNothingDone && run.error?.code === "unreachable" ? EXIT.unreachable : EXIT.someFailed;
}

/** The exit code of an error that ended a command. */
export function errorToExit(error: unknown): number {
  if (error instanceof ConfigError) return EXIT.configuration;
  return error instanceof SyncError ? codeToExit(error.code) : EXIT.someFailed;
}

function codeToExit(code: string): number {
  switch (code) {
    case "unauthorized":
      return EXIT.refused;
    case "unreachable":
    case "throttled":
    case "unexpected-response":
      return EXIT.unreachable;
    case "not-found":
    case "ambiguous":
    case "invalid-query":
      return EXIT.configuration;
    default:
      return EXIT.someFailed;
  }
}
