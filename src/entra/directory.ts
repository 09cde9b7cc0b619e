import { SyncError } from "../model/errors.ts";
import type { EntraId } from "../model/ids.ts";
import type { Application, Assignment, SourceRecord } from "../sync/ports.ts";
import type { GraphClient, GraphRequest } from "./graph.ts";
import { decodeApplication, decodeAssignment, decodeRecord } from "./decode.ts";
import { readManagers } from "./managers.ts";
import { readPages } from "./pages.ts";
import { inParallel } from "./parallel.ts";

/** The most ids that getByIds takes. */
const MAX_IDS = 1000;
/** The largest page of a list of users. */
const MAX_PAGE = 999;
const MOST_SINGLE_MANAGERS = 200;
const CONCURRENCY = 2;
const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Finds an enterprise application by application (client) id or display name. Throws `not-found` or `ambiguous`. */
export async function findApplication(
  client: GraphClient,
  nameOrAppId: string,
  signal: AbortSignal | undefined,
): Promise<Application> {
  const property = GUID.test(nameOrAppId) ? "appId" : "displayName";
  const filter = encodeURIComponent(`${property} eq ${quote(nameOrAppId)}`);
  const url = `/servicePrincipals?$filter=${filter}&$select=id,appId,displayName,appRoles`;
  const found: Application[] = [];
  for await (const page of readPages(client, { url, delta: "none" }, signal)) {
    found.push(...page.value.map((item) => decodeApplication(item, page.path)));
  }
  const [first, ...others] = found;
  if (first === undefined) throw createNotFound(nameOrAppId, property);
  if (others.length > 0) throw createAmbiguous(nameOrAppId, found);
  return first;
}

function createNotFound(nameOrAppId: string, property: string): SyncError {
  const hint =
    property === "appId"
      ? "Use its application (client) id, not its object id, or its display name"
      : "The display name has to be the full one, as under Enterprise applications in the Entra admin center";
  return new SyncError(`No enterprise application "${nameOrAppId}" in this tenant. ${hint}`, {
    side: "source",
    code: "not-found",
    retry: { kind: "never" },
  });
}

function createAmbiguous(name: string, found: readonly Application[]): SyncError {
  const hits = found.map((item) => `"${item.displayName}" (${item.appId})`).join(", ");
  return new SyncError(`Several enterprise applications are called "${name}": ${hits}. Use the application id`, {
    side: "source",
    code: "ambiguous",
    retry: { kind: "never" },
    details: { count: found.length },
  });
}

/** A string literal of OData (OData 4.01 URL conventions, section 5.1.1.14.1). */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export type AssignmentQuery = { readonly servicePrincipalId: string; readonly pageSize: number };

/** All rows of appRoleAssignedTo, page by page. Throws `not-found` when the service principal is gone. */
export async function* readAssignments(
  client: GraphClient,
  query: AssignmentQuery,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Assignment[]> {
  const id = encodeURIComponent(query.servicePrincipalId);
  const url = `/servicePrincipals/${id}/appRoleAssignedTo?$top=${query.pageSize}`;
  for await (const page of readPages(client, { url, delta: "none" }, signal)) {
    yield page.value.flatMap((item) => decodeAssignment(item, page.path) ?? []);
  }
}

export type RecordQuery = { readonly ids: readonly EntraId[]; readonly select: readonly string[] };

/**
 * Reads users in full by directoryObjects/getByIds, 1,000 at a time. It cannot give the manager, which is a relation:
 * that is read user by user, when it is selected (delta is said to leave managers out at times).
 */
export async function readUsersById(
  client: GraphClient,
  query: RecordQuery,
  signal: AbortSignal | undefined,
): Promise<readonly SourceRecord[]> {
  const ids = [...new Set(query.ids)];
  const select = [...new Set(["id", ...query.select.filter((name) => name !== "manager")])];
  const url = `/directoryObjects/getByIds?$select=${select.map(encodeURIComponent).join(",")}`;
  const records = await inParallel({ items: chunk(ids, MAX_IDS), limit: CONCURRENCY, signal }, async (part, inner) => {
    const request: GraphRequest = { url, body: { ids: part, types: ["user"] }, delta: "none" };
    const items = await collect(client, request, inner);
    return items.map(({ item, path }) => decodeRecord(item, path));
  });
  if (!query.select.includes("manager")) return records;
  const found = new Map<EntraId, EntraId | undefined>();
  // For many people one list of everybody costs less than a request each.
  const asked = records.length > MOST_SINGLE_MANAGERS ? "everybody" : records.map((record) => record.id);
  for await (const page of readManagers(client, { ids: asked, pageSize: MAX_PAGE }, signal)) {
    for (const { id, manager } of page) found.set(id, manager);
  }
  return records.map((record) => {
    const manager = found.get(record.id);
    return manager === undefined ? record : { ...record, attributes: { ...record.attributes, manager } };
  });
}

type Collected = { readonly item: unknown; readonly path: string };

async function collect(client: GraphClient, first: GraphRequest, signal: AbortSignal): Promise<readonly Collected[]> {
  const items: Collected[] = [];
  for await (const page of readPages(client, first, signal)) {
    items.push(...page.value.map((item) => ({ item, path: page.path })));
  }
  return items;
}

function chunk<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
