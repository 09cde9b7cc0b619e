import { z } from "zod";
import { SyncError } from "../model/errors.ts";
import { toEntraId, type EntraId, type Kind } from "../model/ids.ts";
import type { GroupRef, Hit, LiveObject, Lookup } from "../sync/ports.ts";
import { decodeRecord } from "./decode.ts";
import { createUnexpected } from "./errors.ts";
import type { GraphClient, GraphRequest } from "./graph.ts";
import { readPages } from "./pages.ts";

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const PAGE = "$top=999";
const NAMES: Readonly<Record<Kind, string>> = {
  user: "id,displayName,userPrincipalName,mail,employeeId",
  group: "id,displayName,mail",
};
const COLLECTION: Readonly<Record<Kind, string>> = { user: "/users", group: "/groups" };

const Named = z.looseObject({
  id: z.string().min(1).transform(toEntraId),
  "@odata.type": z.string().optional(),
  displayName: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
  mail: z.string().nullish(),
  employeeId: z.string().nullish(),
  deletedDateTime: z.string().nullish(),
});
type NamedObject = z.infer<typeof Named>;

const WithManager = z.looseObject({ manager: z.looseObject({}).nullish() });

/** Reads for `explain`; they need no permission beyond the three that a sync needs. */
export function createLookup(client: GraphClient): Lookup {
  return {
    find: async (kind, name, signal) => {
      const url = `${COLLECTION[kind]}?$filter=${encodeURIComponent(toFilter(kind, name))}&$select=${NAMES[kind]}&${PAGE}`;
      return (await collect(client, { url, delta: "none" }, signal)).map((object) => toHit(kind, object));
    },
    findDeleted: (name, signal) => findDeleted(client, name, signal),
    read: (object, signal) => read(client, object, signal),
    readGroupsOf: async (user, isDeep, signal) => {
      const relation = isDeep ? "transitiveMemberOf" : "memberOf";
      const url = `/users/${encodeURIComponent(user)}/${relation}?$select=id,displayName&${PAGE}`;
      return groupsIn(await collect(client, { url, delta: "none" }, signal));
    },
    readSubgroups: async (group, signal) => {
      const path = `/groups/${encodeURIComponent(group)}/members/microsoft.graph.group`;
      const url = `${path}?$count=true&$select=id,displayName&${PAGE}`;
      return (await collect(client, { url, delta: "none", isEventual: true }, signal)).map(toGroup);
    },
    readMembers: async (group, isDeep, signal) => {
      const relation = isDeep ? "transitiveMembers" : "members";
      const url = `/groups/${encodeURIComponent(group)}/${relation}?$select=id&${PAGE}`;
      const objects = await collect(client, { url, delta: "none" }, signal);
      return objects.filter((object) => isOfType(object, "user")).map((object) => object.id);
    },
  };
}

/** The filter that finds whoever a name may mean (learn.microsoft.com/graph/filter-query-parameter). */
function toFilter(kind: Kind, name: string): string {
  const text = `'${name.replaceAll("'", "''")}'`;
  if (GUID.test(name)) return `id eq ${text}`;
  if (kind === "group") return name.includes("@") ? `mail eq ${text}` : `displayName eq ${text}`;
  if (!name.includes("@")) return `employeeId eq ${text} or displayName eq ${text}`;
  const address = name.replaceAll("'", "''");
  const clauses = [
    `userPrincipalName eq '${address}'`,
    `mail eq '${address}'`,
    `proxyAddresses/any(a:a eq 'smtp:${address}')`,
    // eve@fabrikam.com is eve_fabrikam.com#EXT#@contoso.onmicrosoft.com here.
    `startsWith(userPrincipalName,'${address.replace(/@(?=[^@]*$)/, "_")}#EXT#@')`,
  ];
  return clauses.join(" or ");
}

/**
 * The recycle bin holds the leavers of 30 days. It is read as a whole: Graph puts the object id in front of the user
 * principal name of a deleted person, which no filter that it offers by default can see through.
 */
async function findDeleted(
  client: GraphClient,
  name: string,
  signal: AbortSignal | undefined,
): Promise<readonly Hit[]> {
  const url = `/directory/deletedItems/microsoft.graph.user?$select=${NAMES.user},deletedDateTime&${PAGE}`;
  const wanted = name.toLowerCase();
  const objects = await collect(client, { url, delta: "none" }, signal);
  const named = objects.map((object) => ({ ...object, userPrincipalName: withoutPrefix(object) }));
  const found = named.filter(({ id, displayName, userPrincipalName, mail, employeeId }) =>
    [id, displayName, userPrincipalName, mail, employeeId].some((known) => known?.toLowerCase() === wanted),
  );
  return found.map((object) => toHit("user", object));
}

function withoutPrefix({ id, userPrincipalName }: NamedObject): string | null | undefined {
  const prefix = id.replaceAll("-", "");
  return userPrincipalName?.toLowerCase().startsWith(prefix)
    ? userPrincipalName.slice(prefix.length)
    : userPrincipalName;
}

function toHit(kind: Kind, object: NamedObject): Hit {
  const { id, displayName, userPrincipalName, mail, deletedDateTime } = object;
  return {
    kind,
    id,
    displayName: displayName ?? undefined,
    address: (kind === "user" ? userPrincipalName : mail) ?? undefined,
    ...(deletedDateTime ? { deletedAt: deletedDateTime } : {}),
  };
}

function toGroup({ id, displayName }: NamedObject): GroupRef {
  return { id, displayName: displayName ?? undefined };
}

/** What a person is a member of may also be a directory role or an administrative unit. */
function groupsIn(objects: readonly NamedObject[]): readonly GroupRef[] {
  return objects.filter((object) => isOfType(object, "group")).map(toGroup);
}

function isOfType(object: NamedObject, type: Kind): boolean {
  return object["@odata.type"]?.toLowerCase() === `#microsoft.graph.${type}`;
}

async function read(
  client: GraphClient,
  { kind, id, select }: { readonly kind: Kind; readonly id: EntraId; readonly select: readonly string[] },
  signal: AbortSignal | undefined,
): Promise<LiveObject | undefined> {
  const names = [...new Set(["id", ...select.filter((name) => name !== "manager")])];
  const expand =
    kind === "user" ? `&$expand=manager($select=${[...new Set([...names, "displayName"])].join(",")})` : "";
  const path = `${COLLECTION[kind]}/${encodeURIComponent(id)}`;
  try {
    const json = await client.read({ url: `${path}?$select=${names.join(",")}${expand}`, delta: "none" }, signal);
    const { attributes } = decodeRecord(json, path);
    const manager = WithManager.safeParse(json).data?.manager ?? undefined;
    if (manager === undefined) return { id, attributes };
    const record = decodeRecord(manager, path);
    const own = select.includes("manager") ? { manager: record.id } : {};
    const { manager: _manager, ...rest } = attributes;
    return { id, attributes: { ...rest, ...own }, manager: record };
  } catch (error) {
    if (error instanceof SyncError && error.code === "not-found") return undefined;
    throw error;
  }
}

/** Every object of a collection. A member that our permissions do not reach comes as an id alone. */
async function collect(
  client: GraphClient,
  first: GraphRequest,
  signal: AbortSignal | undefined,
): Promise<readonly NamedObject[]> {
  const objects: NamedObject[] = [];
  try {
    for await (const page of readPages(client, first, signal)) {
      objects.push(...page.value.map((item) => decodeNamed(item, page.path)));
    }
  } catch (error) {
    // Deleted since it was found.
    if (error instanceof SyncError && error.code === "not-found") return [];
    throw error;
  }
  return objects;
}

function decodeNamed(json: unknown, path: string): NamedObject {
  const parsed = Named.safeParse(json);
  if (!parsed.success) throw createUnexpected(path, "an object without id");
  return parsed.data;
}
