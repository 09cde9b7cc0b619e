import { z } from "zod";
import { toEntraId, type EntraId } from "../model/ids.ts";
import { toValue, type Value } from "../model/value.ts";
import type {
  Application,
  Assignment,
  GroupDelta,
  ManagerRecord,
  MemberDelta,
  SourceRecord,
  UserDelta,
} from "../sync/ports.ts";
import { createUnexpected } from "./errors.ts";

/** One page of a collection. At most one of the links is looked at: the next link wins. */
export type Page = {
  readonly value: readonly unknown[];
  readonly nextLink: string | undefined;
  readonly deltaLink: string | undefined;
};

const PageBody = z.looseObject({
  value: z.array(z.unknown()),
  "@odata.nextLink": z.string().min(1).nullish(),
  "@odata.deltaLink": z.string().min(1).nullish(),
});

const Id = z.string().min(1).transform(toEntraId);
const Removed = z.looseObject({ reason: z.string().nullish() }).optional();
const Reference = z.looseObject({ id: Id, "@odata.type": z.string().optional(), "@removed": Removed });
const DirectoryObject = z.looseObject({
  id: Id,
  "@removed": Removed,
  "manager@delta": z.array(Reference).optional(),
  "members@delta": z.array(Reference).optional(),
  manager: z.looseObject({ id: Id }).nullish(),
});
const AssignmentRow = z.looseObject({ principalId: Id, principalType: z.string(), appRoleId: z.string() });
const Role = z.looseObject({ id: z.string().min(1), displayName: z.string(), value: z.string().nullish() });
const ServicePrincipal = z.looseObject({
  id: z.string().min(1),
  appId: z.string(),
  displayName: z.string(),
  appRoles: z.array(Role),
});

type ParsedObject = z.infer<typeof DirectoryObject>;
type ParsedReference = z.infer<typeof Reference>;

/** Reads a page of a collection. Throws `unexpected-response` naming `path` when it is none. */
export function decodePage(json: unknown, path: string): Page {
  const body = parse(PageBody, json, path);
  return {
    value: body.value,
    nextLink: body["@odata.nextLink"] ?? undefined,
    deltaLink: body["@odata.deltaLink"] ?? undefined,
  };
}

/** One entry of users/delta. Throws `unexpected-response`. */
export function decodeUserDelta(json: unknown, path: string): UserDelta {
  const object = parse(DirectoryObject, json, path);
  return { ...toIdentity(object), attributes: toPatch(object) };
}

/** One entry of groups/delta; members that are neither people nor groups are left out. Throws `unexpected-response`. */
export function decodeGroupDelta(json: unknown, path: string): GroupDelta {
  const object = parse(DirectoryObject, json, path);
  const members = (object["members@delta"] ?? []).flatMap((item) => toMember(item) ?? []);
  return { ...toIdentity(object), attributes: toPatch(object), members };
}

/** A user read in full. Throws `unexpected-response`. */
export function decodeRecord(json: unknown, path: string): SourceRecord {
  const object = parse(DirectoryObject, json, path);
  const attributes = Object.entries(toPatch(object)).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  return { id: object.id, attributes: Object.fromEntries(attributes) };
}

/** A user who was read with $expand=manager. Throws `unexpected-response`. */
export function decodeManager(json: unknown, path: string): ManagerRecord {
  const { id, manager } = parse(DirectoryObject, json, path);
  return { id, manager: manager?.id };
}

/** One row of appRoleAssignedTo; undefined for a kind of principal that is unknown to us. Throws `unexpected-response`. */
export function decodeAssignment(json: unknown, path: string): Assignment | undefined {
  const row = parse(AssignmentRow, json, path);
  const principalType = row.principalType;
  if (principalType !== "User" && principalType !== "Group" && principalType !== "ServicePrincipal") return undefined;
  return { principalId: row.principalId, principalType, appRoleId: row.appRoleId };
}

/** One service principal. Throws `unexpected-response`. */
export function decodeApplication(json: unknown, path: string): Application {
  const { id, appId, displayName, appRoles } = parse(ServicePrincipal, json, path);
  const roles = appRoles.map((role) => ({
    id: role.id.toLowerCase(),
    displayName: role.displayName,
    ...(role.value ? { value: role.value } : {}),
  }));
  return { servicePrincipalId: id, appId, displayName, roles };
}

function parse<Shape extends z.ZodType>(shape: Shape, json: unknown, path: string): z.output<Shape> {
  const parsed = shape.safeParse(json);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join(".") ?? "";
  throw createUnexpected(
    path,
    where === "" ? "not the expected kind of data" : `"${where}" is missing or of a wrong type`,
  );
}

function toIdentity(object: ParsedObject): { readonly id: EntraId; readonly removed?: "soft" | "hard" } {
  const removed = object["@removed"];
  if (removed === undefined) return { id: object.id };
  // Only a plain "deleted" is final; whatever else may come one day can be undone.
  return { id: object.id, removed: removed.reason === "deleted" ? "hard" : "soft" };
}

/** What is said about attributes. null stands for cleared, also where the value is an empty list or holds nulls only. */
function toPatch(object: ParsedObject): Readonly<Record<string, Value | null>> {
  const entries = Object.entries(object)
    .filter(([name]) => name !== "id" && name !== "manager" && !name.includes("@"))
    .map(([name, json]): readonly [string, Value | null] => [name, toValue(json) ?? null]);
  const manager = toManager(object);
  return Object.fromEntries(manager === undefined ? entries : [...entries, ["manager", manager] as const]);
}

/** The manager's id, null when there is none any more, undefined when nothing is said (which delta often does). */
function toManager(object: ParsedObject): EntraId | null | undefined {
  const changes = object["manager@delta"];
  if (changes === undefined || changes.length === 0) return object.manager === null ? null : object.manager?.id;
  return changes.findLast((change) => change["@removed"] === undefined)?.id ?? null;
}

function toMember(reference: ParsedReference): MemberDelta | undefined {
  const type = (reference["@odata.type"] ?? "#microsoft.graph.user").toLowerCase();
  const isRemoved = reference["@removed"] !== undefined;
  if (type === "#microsoft.graph.user") return { id: reference.id, type: "user", isRemoved };
  if (type === "#microsoft.graph.group") return { id: reference.id, type: "group", isRemoved };
  return undefined;
}
