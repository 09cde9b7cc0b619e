import type { Kind } from "../../model/ids.ts";
import { at, isAbsent, items, textOf, toCount, toFlag, type Json, type Remark } from "./json.ts";

export type Action = "create" | "update" | "delete";

/** An object mapping of the schema: how one kind of object is provisioned. */
export type ObjectMapping = { readonly kind: Kind; readonly json: Json; readonly isEnabled: boolean };

export type ObjectMappings = {
  readonly user: ObjectMapping | undefined;
  readonly group: ObjectMapping | undefined;
  readonly remarks: readonly Remark[];
};

const DIRECTORY = /^(?:azure active directory|(?:microsoft )?entra(?: id)?)$/i;

/**
 * Finds the mappings of people and of groups out of Entra. A schema can hold several rules and several object mappings
 * of a kind; the first that is enabled counts, and of rules the one with the lowest priority.
 */
export function findObjectMappings(schema: Json): ObjectMappings {
  const remarks: Remark[] = [];
  const rules = items(at(schema, "synchronizationRules")).toSorted((left, right) => rank(left) - rank(right));
  const mappings = rules.flatMap((rule) => (isOutbound(rule, remarks) ? readMappings(rule, remarks) : []));
  return { user: choose("user", mappings, remarks), group: choose("group", mappings, remarks), remarks };
}

function rank(rule: Json): number {
  return toCount(at(rule, "priority").value) ?? Infinity;
}

/** A rule that writes into the directory itself, for instance from an HR system, is not for SoSafe. */
function isOutbound(rule: Json, remarks: Remark[]): boolean {
  const target = textOf(at(rule, "targetDirectoryName")) ?? "";
  if (!DIRECTORY.test(target)) return true;
  remarks.push({ path: rule.path, message: `writes into ${target}, so it is not taken` });
  return false;
}

function readMappings(rule: Json, remarks: Remark[]): readonly ObjectMapping[] {
  return items(at(rule, "objectMappings")).flatMap((json) => {
    const names = [at(json, "sourceObjectName"), at(json, "targetObjectName")].map(textOf);
    const kind = names.map(toKind).find((found) => found !== undefined);
    if (kind !== undefined) return [{ kind, json, isEnabled: toFlag(at(json, "enabled").value) !== false }];
    remarks.push({ path: json.path, message: "is neither for users nor for groups, so it is not taken" });
    return [];
  });
}

/** `User`, `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`, `WindowsAzureActiveDirectoryUser`, `Groups`. */
function toKind(name: string | undefined): Kind | undefined {
  if (/users?$/i.test(name ?? "")) return "user";
  return /groups?$/i.test(name ?? "") ? "group" : undefined;
}

function choose(kind: Kind, mappings: readonly ObjectMapping[], remarks: Remark[]): ObjectMapping | undefined {
  const candidates = mappings.filter((mapping) => mapping.kind === kind);
  const chosen = candidates.find((mapping) => mapping.isEnabled) ?? candidates[0];
  for (const { json, isEnabled } of candidates.filter((mapping) => mapping !== chosen)) {
    const message = isEnabled ? `is a further mapping of ${kind}s, of which one can be taken` : "is disabled";
    remarks.push({ path: json.path, message: `${message}; left out` });
  }
  return chosen;
}

const ACTIONS: Readonly<Record<string, Action>> = { add: "create", update: "update", delete: "delete" };

/** What may be done with objects: `Add, Update, Delete`. All of it where the schema does not say. */
export function readActions(mapping: ObjectMapping): { actions: readonly Action[]; remarks: readonly Remark[] } {
  const flow = at(mapping.json, "flowTypes");
  if (isAbsent(flow)) return { actions: Object.values(ACTIONS), remarks: [] };
  const names = typeof flow.value === "string" ? flow.value.split(",") : items(flow).map((item) => textOf(item) ?? "");
  const words = names.map((name) => name.trim().toLowerCase()).filter((name) => name !== "");
  const unknown = words.filter((word) => !Object.hasOwn(ACTIONS, word) && word !== "none");
  const found = new Set(words.flatMap((word) => (Object.hasOwn(ACTIONS, word) ? ACTIONS[word] : [])));
  const actions = Object.values(ACTIONS).filter((action) => found.has(action));
  const message = `knows only Add, Update and Delete, not ${unknown.join(", ").slice(0, 100)}`;
  return { actions, remarks: unknown.length === 0 ? [] : [{ path: flow.path, message }] };
}
