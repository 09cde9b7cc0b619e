import type { Kind } from "../../model/ids.ts";
import { checkMeaning } from "../check.ts";
import { formatPath, toIssues, type Issue } from "../issue.ts";
import { knownKeys } from "../json-schema.ts";
import { ConfigFile } from "../schema.ts";
import type { ImportedMapping } from "./mapping.ts";

/** Everything that loading would find wrong with a configuration file of this content. */
export function findIssues(raw: unknown): readonly Issue[] {
  const parsed = ConfigFile.safeParse(raw, { reportInput: true });
  return [...(parsed.success ? [] : toIssues(parsed.error, knownKeys)), ...checkMeaning(raw)];
}

type Of = { readonly kind: Kind; readonly isEverybody: boolean };

/**
 * Refuses the mappings that would not load: first each by itself, then those that contradict one before them. What
 * remains loads.
 */
export function refuseWrong(of: Of, imported: readonly ImportedMapping[]): readonly ImportedMapping[] {
  const single = imported.map((one) => withRefusal(one, one.refusal === undefined ? checkAlone(of, one) : []));
  const kept = single.filter((one) => one.refusal === undefined);
  const [first] = kept;
  if (first === undefined) return single;
  const issues = findIssues(wrap(of, kept, first)).filter((issue) => issue.path[1] === "attributes");
  const byMapping = new Map(kept.map((one, index) => [one, issues.filter((issue) => issue.path[2] === index)]));
  return single.map((one) => withRefusal(one, byMapping.get(one) ?? []));
}

function checkAlone(of: Of, one: ImportedMapping): readonly Issue[] {
  return findIssues(wrap(of, [one], one)).filter((issue) => issue.path[1] === "attributes");
}

/** A file of these mappings and as little else as possible. */
function wrap({ kind, isEverybody }: Of, imported: readonly ImportedMapping[], first: ImportedMapping) {
  const half = { match: [first.mapping.target], attributes: imported.map(({ mapping }) => mapping) };
  const users = { match: ["userName"], attributes: [{ target: "userName", source: "userPrincipalName" }] };
  const source = isEverybody ? { scope: "all" } : { scope: "assigned", application: "SoSafe" };
  return { source, users: kind === "user" ? half : users, ...(kind === "group" && { groups: half }) };
}

function withRefusal(one: ImportedMapping, issues: readonly Issue[]): ImportedMapping {
  if (issues.length === 0) return one;
  const message = issues.map((issue) => `${formatPath(issue.path.slice(3))} ${issue.message}`.trim()).join("; ");
  return { ...one, refusal: { path: one.path, message } };
}
