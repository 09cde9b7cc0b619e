import { SyncError } from "../model/errors.ts";
import type { EntraId } from "../model/ids.ts";
import type { Application, Assignment, SourceRecord } from "../sync/ports.ts";
import type { GraphClient, GraphRequest } from "./graph.ts";
import { decodeApplication, decodeAssignment, decodeManager, decodeRecord } from "./decode.ts";
import { readPages } from "./pages.ts";

/** The most ids that getByIds takes. */
const MAX_IDS = 1000;
const CONCURRENCY = 2;
/** These are one request per user; at this rate they stay far below what Graph grants (8,000 units per 10 s). */
const MANAGER_CONCURRENCY = 8;
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
  const managers = await readManagers(
    client,
    records.map((record) => record.id),
    signal,
  );
  return records.map((record) => {
    const manager = managers.get(record.id);
    return manager === undefined ? record : { ...record, attributes: { ...record.attributes, manager } };
  });
}

async function readManagers(
  client: GraphClient,
  ids: readonly EntraId[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<EntraId, EntraId>> {
  const pairs = await inParallel({ items: ids, limit: MANAGER_CONCURRENCY, signal }, async (id, inner) => {
    const path = `/users/${encodeURIComponent(id)}`;
    try {
      const json = await client.read({ url: `${path}?$select=id&$expand=manager($select=id)`, delta: "none" }, inner);
      const manager = decodeManager(json, path);
      return manager === undefined ? [] : [[id, manager] as const];
    } catch (error) {
      // Deleted since it was read: the next delta round tells.
      if (error instanceof SyncError && error.code === "not-found") return [];
      throw error;
    }
  });
  return new Map(pairs);
}

type Collected = { readonly item: unknown; readonly path: string };

async function collect(client: GraphClient, first: GraphRequest, signal: AbortSignal): Promise<readonly Collected[]> {
  const items: Collected[] = [];
  for await (const page of readPages(client, first, signal)) {
    items.push(...page.value.map((item) => ({ item, path: page.path })));
  }
  return items;
}

type Parallel<Item> = {
  readonly items: readonly Item[];
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
};

/** Runs `read` over all items, `limit` at a time, and joins the results in order. The first failure stops the others. */
async function inParallel<Item, Result>(
  work: Parallel<Item>,
  read: (item: Item, signal: AbortSignal) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const stop = new AbortController();
  const inner = work.signal === undefined ? stop.signal : AbortSignal.any([work.signal, stop.signal]);
  const results: (readonly Result[])[] = [];
  const queue = work.items.entries();
  const run = async (): Promise<void> => {
    for (const [index, item] of queue) {
      // A worker takes its next item when the last one is done.
      // oxlint-disable-next-line no-await-in-loop
      results[index] = await read(item, inner);
    }
  };
  try {
    await Promise.all(Array.from({ length: work.limit }, run));
  } finally {
    stop.abort();
  }
  return results.flat();
}

function chunk<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
