import { keptOf, type Half } from "./half.ts";
import type { Remark } from "./json.ts";
import type { ImportedMapping } from "./mapping.ts";
import type { Plan } from "./plan.ts";
import { toComment, toFlow } from "./yaml.ts";

/** Writes the configuration file, with a comment for everything that had to be decided or left out. */
export function write(plan: Plan): string {
  const lines = [
    "# yaml-language-server: $schema=./bridge.schema.json",
    "#",
    ...toComment(INTRODUCTION, ""),
    ...writeRemarks(plan.remarks),
    "",
    ...writeSource(plan),
    "",
    ...writeUsers(plan),
    "",
    ...writeGroups(plan),
    ...writeSafety(plan),
  ];
  return `${lines.join("\n")}\n`;
}

const INTRODUCTION =
  "Imported from a provisioning schema of Microsoft Entra ID. Comments tell what had to be decided or left out, with the " +
  "place in the schema. `sosafe-bridge check` checks this file; docs/import.md tells how it was made, and " +
  "docs/configuration.md describes every key.";

const CLEARING =
  "A value that is emptied in Entra is cleared in SoSafe, too, where Entra's own service would leave it. If you want it left: clearEmpty: false";

function writeRemarks(remarks: readonly Remark[]): readonly string[] {
  return remarks.flatMap((remark) => ["#", ...toComment(show(remark), "")]);
}

function show({ path, message }: Remark): string {
  return `${path}: ${message}`;
}

function writeSource({ isEverybody }: Plan): readonly string[] {
  return isEverybody ? ["source:", "  scope: all"] : ["source:", "  scope: assigned", "  application: SoSafe"];
}

function writeUsers({ users, deprovision }: Plan): readonly string[] {
  const isEmpty = Object.keys(deprovision).length === 0;
  return [
    "users:",
    `  match: ${toFlow(users.match)}`,
    `  actions: ${toFlow(users.actions)}`,
    ...writeScope(users),
    "  attributes:",
    ...users.mappings.flatMap(writeMapping),
    ...toComment(CLEARING, "  "),
    ...(isEmpty ? [] : [`  deprovision: ${toFlow(deprovision)}`]),
  ];
}

function writeScope({ scope }: Half): readonly string[] {
  if (scope.filters.length === 0) return [];
  const filters = scope.filters.flatMap(({ name, clauses }) => [
    `    - name: ${toFlow(name)}`,
    "      clauses:",
    ...clauses.map(({ clause }) => `        - ${toFlow(clause)}`),
  ]);
  return ["  scope:", ...filters];
}

function writeMapping({ mapping, refusal, remarks }: ImportedMapping): readonly string[] {
  if (refusal === undefined) {
    return [...remarks.flatMap((remark) => toComment(show(remark), "    ")), `    - ${toFlow(mapping)}`];
  }
  return [...toComment(`Left out: ${show(refusal)}`, "    "), `    # - ${toFlow(mapping)}`];
}

function writeGroups({ groups, areGroupsEnabled, groupDeprovision }: Plan): readonly string[] {
  const enabled = ["groups:", `  enabled: ${areGroupsEnabled}`];
  if (groups === undefined) return enabled;
  const isUsable = keptOf(groups).length > 0;
  return [
    ...enabled,
    ...(isUsable ? [`  match: ${toFlow(groups.match)}`] : []),
    ...(areGroupsEnabled ? writeScope(groups) : []),
    isUsable ? "  attributes:" : "  # attributes:",
    ...groups.mappings.flatMap(writeMapping),
    ...(Object.keys(groupDeprovision).length === 0 ? [] : [`  deprovision: ${toFlow(groupDeprovision)}`]),
  ];
}

function writeSafety({ maxDeletes }: Plan): readonly string[] {
  if (maxDeletes === undefined) return [];
  return ["", "safety:", `  maxDisables: ${maxDeletes}`, `  maxDeletes: ${maxDeletes}`];
}
