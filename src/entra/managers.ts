import { SyncError } from "../model/errors.ts";
import type { EntraId } from "../model/ids.ts";
import type { ManagerRecord } from "../sync/ports.ts";
import { decodeManager } from "./decode.ts";
import type { GraphClient } from "./graph.ts";
import { readPages } from "./pages.ts";
import { inParallel } from "./parallel.ts";

/** One request a person; at this rate they stay far below what Graph grants (8,000 units per 10 s). */
const CONCURRENCY = 8;
const EXPANDED = "$select=id&$expand=manager($select=id)";

export type ManagerQuery = { readonly ids: readonly EntraId[] | "everybody"; readonly pageSize: number };

/**
 * Reads managers, which are a relation and not a property: for everybody from a list of all users, page by page; for some
 * people one by one, in one piece (learn.microsoft.com/graph/api/user-list-manager).
 */
export async function* readManagers(
  client: GraphClient,
  query: ManagerQuery,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly ManagerRecord[]> {
  if (query.ids !== "everybody") {
    yield await inParallel({ items: query.ids, limit: CONCURRENCY, signal }, (id, inner) => readOne(client, id, inner));
    return;
  }
  const url = `/users?${EXPANDED}&$top=${query.pageSize}`;
  for await (const page of readPages(client, { url, delta: "none" }, signal)) {
    yield page.value.map((item) => decodeManager(item, page.path));
  }
}

async function readOne(client: GraphClient, id: EntraId, signal: AbortSignal): Promise<readonly ManagerRecord[]> {
  const path = `/users/${encodeURIComponent(id)}`;
  try {
    return [decodeManager(await client.read({ url: `${path}?${EXPANDED}`, delta: "none" }, signal), path)];
  } catch (error) {
    // Deleted since it was read: the next delta round tells.
    if (error instanceof SyncError && error.code === "not-found") return [];
    throw error;
  }
}
