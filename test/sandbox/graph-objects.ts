import { z } from "zod";
import type { DirectoryGroup, DirectoryUser } from "./directory.ts";
import { badRequest, notFound, type Answer, type Call } from "./graph-answer.ts";
import { unknownProperty } from "./graph-delta-query.ts";
import { parseFilter } from "./graph-filter.ts";
import {
  GROUP_DEFAULTS,
  GROUP_PROPERTIES,
  GROUP_PROPERTIES_WITHOUT_DELTA,
  isDirectoryExtension,
  RELATIONSHIPS,
  USER_DEFAULTS,
  USER_PROPERTIES,
  USER_PROPERTIES_WITHOUT_DELTA,
  writeProperty,
} from "./graph-properties.ts";
import { isLost } from "./tenant-switches.ts";
import type { SandboxApplication, World } from "./world.ts";

const MAX_IDS = 1000;
const READABLE_OF_USER: ReadonlySet<string> = new Set([...USER_PROPERTIES, ...USER_PROPERTIES_WITHOUT_DELTA]);
const READABLE_OF_GROUP: ReadonlySet<string> = new Set([...GROUP_PROPERTIES, ...GROUP_PROPERTIES_WITHOUT_DELTA]);
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;

/** GET /servicePrincipals, with $filter on appId or displayName. */
export function listApplications(world: World, call: Call): Answer {
  const filter = call.query.get("$filter");
  const wanted = filter === null ? undefined : parseEquals(filter, ["appId", "displayName", "id"]);
  const found = world.applications.filter((application) => {
    if (wanted === undefined) return true;
    const fields = { ...application, id: application.servicePrincipalId };
    const value: unknown = Object.entries(fields).find(([name]) => name === wanted.name)?.[1];
    return typeof value === "string" && value.toLowerCase() === wanted.value.toLowerCase();
  });
  return list(world, "servicePrincipals", { value: found.map((one) => pick(applicationData(one), call.query)) });
}

/** GET /servicePrincipals(appId='…') and /servicePrincipals/{id}. */
export function getApplication(
  world: World,
  call: Call,
  key: { readonly appId?: string; readonly id?: string },
): Answer {
  const found = world.applications.find(({ appId, servicePrincipalId }) =>
    key.appId === undefined ? servicePrincipalId === key.id : appId === key.appId.toLowerCase(),
  );
  if (found === undefined) throw notFound(key.appId ?? key.id ?? "");
  return single(world, "servicePrincipals/$entity", pick(applicationData(found), call.query));
}

function applicationData(application: SandboxApplication): Record<string, unknown> {
  const role = { allowedMemberTypes: ["User"], displayName: "User", isEnabled: true, value: null };
  return {
    id: application.servicePrincipalId,
    appId: application.appId,
    displayName: application.displayName,
    accountEnabled: true,
    servicePrincipalType: "Application",
    appRoles: application.hidesRoles
      ? []
      : [
          { ...role, id: "18d14569-c3bd-439b-9a66-3a2aee01d14f", description: "User" },
          ...(application.roles ?? []).map((each) => ({ ...role, ...each, description: each.displayName })),
        ],
  };
}

/** GET /servicePrincipals/{id}/appRoleAssignedTo; rows of soft-deleted principals are not listed. */
export function listAssignments(world: World, call: Call, id: string): Answer {
  const application = world.applications.find((one) => one.servicePrincipalId === id.toLowerCase());
  if (application === undefined) throw notFound(id);
  const isOurs = application.servicePrincipalId === world.application.servicePrincipalId;
  if (isLost(world.switches, "assignments") || !isOurs) return list(world, "appRoleAssignments", { value: [] });
  const rows = world.directory.assignments().flatMap((row) => {
    const user = world.directory.users.get(row.principalId);
    const principal = user ?? world.directory.groups.get(row.principalId);
    if (principal !== undefined && principal.presence !== "active") return [];
    const kind = user === undefined ? "Group" : "User";
    return {
      id: row.id,
      deletedDateTime: null,
      appRoleId: row.appRoleId,
      createdDateTime: row.createdDateTime,
      principalDisplayName: principal?.properties["displayName"] ?? null,
      principalId: row.principalId,
      principalType: principal === undefined ? "ServicePrincipal" : kind,
      resourceDisplayName: application.displayName,
      resourceId: application.servicePrincipalId,
    };
  });
  return list(world, "appRoleAssignments", paged(call, rows));
}

const idsBody = z.object({ ids: z.array(z.string()), types: z.array(z.string()).optional() });

/** POST /directoryObjects/getByIds: what exists of up to 1,000 ids; soft-deleted objects do not. */
export function getByIds(world: World, call: Call): Answer {
  const parsed = idsBody.safeParse(call.body);
  if (!parsed.success) throw badRequest("A non-empty 'ids' collection is required.", "Request_BadRequest");
  const { ids, types } = parsed.data;
  if (ids.length === 0 || ids.length > MAX_IDS) {
    throw badRequest(`The number of ids must be between 1 and ${MAX_IDS}.`, "Request_BadRequest");
  }
  const invalid = ids.find((id) => !GUID.test(id));
  if (invalid !== undefined) throw badRequest(`Invalid object identifier '${invalid}'.`, "Request_BadRequest");
  if (isLost(world.switches, "getByIds")) return list(world, "directoryObjects", { value: [] });
  const value = [...new Set(ids.map((id) => id.toLowerCase()))].flatMap((id) => {
    const found = describe(world, id, call.query);
    return found === undefined || types?.includes(found.type) === false ? [] : [found.data];
  });
  return list(world, "directoryObjects", { value });
}

/** GET /users/{id or user principal name}, with $select and $expand=manager. */
export function getUser(world: World, call: Call, name: string): Answer {
  const user = world.directory.findUser(name);
  if (user === undefined || isLost(world.switches, "users")) throw notFound(name);
  return single(world, "users/$entity", { ...userData(user, call.query), ...expandManager(world, user, call) });
}

/** `$expand=manager($select=…)`: of the manager just what is asked for; a deleted one is no manager any more. */
function expandManager(world: World, user: DirectoryUser, call: Call): object {
  const manager = user.properties["manager"];
  const expand = call.query.get("$expand") ?? "";
  if (!expand.startsWith("manager") || typeof manager !== "string" || isLost(world.switches, "managers")) return {};
  const names = /^manager\(\$select=([^;)]*)\)$/u.exec(expand)?.[1] ?? "id";
  const found = describe(world, manager, new URLSearchParams({ $select: names }));
  return found === undefined ? {} : { manager: found.data };
}

const FILTERABLE = {
  users: ["id", "userPrincipalName", "mail", "employeeId", "displayName", "proxyAddresses"],
  groups: ["id", "displayName", "mail"],
} as const;

/** GET /users and /groups with $filter, or without; users with $expand=manager. */
export function listObjects(world: World, call: Call, kind: "users" | "groups"): Answer {
  if (isLost(world.switches, kind)) return list(world, kind, { value: [] });
  const filter = call.query.get("$filter");
  const isWanted = filter === null ? () => true : parseFilter(filter, FILTERABLE[kind]);
  const objects: Iterable<DirectoryUser> = (kind === "users" ? world.directory.users : world.directory.groups).values();
  const found = [...objects].filter((object) => object.presence === "active" && isWanted(object));
  const toData = (object: DirectoryUser) =>
    kind === "users"
      ? { ...userData(object, call.query), ...expandManager(world, object, call) }
      : groupData(object, call.query);
  const page = paged(call, found);
  return list(world, kind, { ...page, value: page.value.map(toData) });
}

/** GET /groups/{id}. */
export function getGroup(world: World, call: Call, id: string): Answer {
  return single(world, "groups/$entity", groupData(demandGroup(world, id), call.query));
}

/** GET /groups/{id}/members and /transitiveMembers; soft-deleted members are not listed. */
export function listMembers(world: World, call: Call, from: { readonly id: string; readonly isDeep: boolean }): Answer {
  const group = demandGroup(world, from.id);
  if (isLost(world.switches, "members")) return list(world, "directoryObjects", { value: [] });
  const members = from.isDeep ? deepMembers(world, group) : group.members;
  const shown = [...members].filter(([id, type]) => isListed(world, id, type));
  const page = paged(call, shown);
  const value = page.value.map(
    ([id, type]) => describe(world, id, call.query)?.data ?? { "@odata.type": `#microsoft.graph.${type}`, id },
  );
  return list(world, "directoryObjects", { ...page, value });
}

function isListed(world: World, id: string, type: string): boolean {
  if (type !== "user" && type !== "group") return true;
  return (world.directory.users.get(id) ?? world.directory.groups.get(id))?.presence === "active";
}

function deepMembers(world: World, group: DirectoryGroup): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const waiting = [group];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [id, type] of next.members) {
      const inner = found.has(id) ? undefined : world.directory.groups.get(id);
      found.set(id, type);
      if (inner?.presence === "active") waiting.push(inner);
    }
  }
  return found;
}

/** An active group, or 404. */
export function demandGroup(world: World, id: string): DirectoryGroup {
  const group = world.directory.groups.get(id.toLowerCase());
  if (group?.presence !== "active" || isLost(world.switches, "groups")) throw notFound(id);
  return group;
}

function describe(
  world: World,
  id: string,
  query: URLSearchParams,
): { readonly type: string; readonly data: object } | undefined {
  const user = world.directory.users.get(id);
  if (user?.presence === "active") {
    return { type: "user", data: { "@odata.type": "#microsoft.graph.user", ...userData(user, query) } };
  }
  const group = world.directory.groups.get(id);
  if (group?.presence !== "active") return undefined;
  return { type: "group", data: { "@odata.type": "#microsoft.graph.group", ...groupData(group, query) } };
}

/** A user as GET shows it, cut down to $select. */
export function userData(user: DirectoryUser, query: URLSearchParams): Record<string, unknown> {
  return objectData(user, selected(query, { known: READABLE_OF_USER, defaults: USER_DEFAULTS, type: "user" }));
}

/** A group as GET shows it, cut down to $select. */
export function groupData(group: DirectoryUser, query: URLSearchParams): Record<string, unknown> {
  return objectData(group, selected(query, { known: READABLE_OF_GROUP, defaults: GROUP_DEFAULTS, type: "group" }));
}

/** Unlike delta, GET shows null, or an empty list, for what has no value. */
function objectData(object: DirectoryUser, names: readonly string[]): Record<string, unknown> {
  const shown = names.filter((name) => name !== "id" && !RELATIONSHIPS.has(name));
  const values = shown.map((name) => [
    name,
    writeProperty(name, object.properties[name]) ?? (LISTS.has(name) ? [] : null),
  ]);
  return { id: object.id, ...Object.fromEntries(values) };
}

const LISTS: ReadonlySet<string> = new Set(["businessPhones", "otherMails", "proxyAddresses", "groupTypes"]);

function selected(
  query: URLSearchParams,
  of: { readonly known: ReadonlySet<string>; readonly defaults: ReadonlySet<string>; readonly type: string },
): readonly string[] {
  const text = query.get("$select");
  if (text === null) return [...of.defaults];
  const names = text.split(",").map((name) => name.trim());
  // A list of users and groups is selected with the names of both.
  const unknown = names.find(
    (name) =>
      !of.known.has(name) && !USER_PROPERTIES.has(name) && !GROUP_PROPERTIES.has(name) && !isDirectoryExtension(name),
  );
  if (unknown !== undefined) throw unknownProperty(unknown, of.type);
  return names.filter((name) => of.known.has(name) || isDirectoryExtension(name));
}

function pick(data: Record<string, unknown>, query: URLSearchParams): object {
  const names = query.get("$select")?.split(",");
  return names === undefined ? data : Object.fromEntries(Object.entries(data).filter(([name]) => names.includes(name)));
}

function parseEquals(filter: string, names: readonly string[]): { readonly name: string; readonly value: string } {
  const [, name = "", value = ""] = /^(\w+) eq '((?:[^']|'')*)'$/u.exec(filter.trim()) ?? [];
  if (!names.includes(name)) throw badRequest("Invalid filter clause.", "Request_UnsupportedQuery");
  return { name, value: value.replaceAll("''", "'") };
}

type Listed<Row> = { readonly value: readonly Row[]; readonly next?: string };

/** The page of a collection that $top and $skiptoken ask for. */
export function paged<Row>(call: Call, rows: readonly Row[]): Listed<Row> {
  const size = Number(call.query.get("$top") ?? "100");
  if (!Number.isInteger(size) || size < 1 || size > 999) {
    throw badRequest(
      `Invalid page size specified: '${call.query.get("$top")}'. Must be between 1 and 999 inclusive.`,
      "Request_BadRequest",
    );
  }
  const start = Number(Buffer.from(call.query.get("$skiptoken") ?? "", "base64url").toString("utf8"));
  const value = rows.slice(start, start + size);
  if (start + size >= rows.length) return { value };
  const next = new URL(call.url);
  next.searchParams.set("$skiptoken", Buffer.from(String(start + size)).toString("base64url"));
  return { value, next: next.href };
}

/** A collection as Graph writes it. */
export function list(world: World, columns: string, page: Listed<object>): Answer {
  const context = { "@odata.context": `${world.url()}/v1.0/$metadata#${columns}` };
  const next = page.next === undefined ? {} : { "@odata.nextLink": page.next };
  return { status: 200, body: { ...context, ...next, value: page.value } };
}

function single(world: World, columns: string, data: object): Answer {
  return { status: 200, body: { "@odata.context": `${world.url()}/v1.0/$metadata#${columns}`, ...data } };
}
