import type { TargetResource } from "../model/change.ts";
import type { Kind } from "../model/ids.ts";
import { member, type ResourceData } from "../model/target-path.ts";
import { isComplex, isList, type Value } from "../model/value.ts";
import type { ListPage } from "../sync/ports.ts";
import type { ScimAnswer, ScimClient } from "./client.ts";
import { unexpectedResponse } from "./errors.ts";
import { toQuery } from "./filter.ts";
import { toResource } from "./resource.ts";

export const ENDPOINT: Readonly<Record<Kind, string>> = { user: "/Users", group: "/Groups" };

/** What a list answer says (RFC 7644 section 3.4.2). */
export type ListAnswer = {
  readonly entries: readonly ResourceData[];
  readonly total: number | undefined;
  /** RFC 9865: how to ask for the next page, where pages are linked. */
  readonly nextCursor: string | undefined;
};

const MAX_PAGES = 10_000;

/** Reads a ListResponse. Throws `unexpected-response` when the answer is none. */
export function toListAnswer(answer: ScimAnswer): ListAnswer {
  const body = answer.body ?? {};
  const resources = member(body, "Resources");
  const cursor = member(body, "nextCursor");
  const total = toCount(member(body, "totalResults"));
  // An empty list is the same as none, but then something else has to say that this is one.
  if (!isList(resources) && total === undefined && !isListResponse(body)) {
    const facts = { method: "GET", status: answer.status };
    throw unexpectedResponse("target answers a query with something that is no list", facts);
  }
  return {
    entries: isList(resources) ? resources.filter((entry) => isComplex(entry)) : [],
    total,
    nextCursor: typeof cursor === "string" && cursor !== "" ? cursor : undefined,
  };
}

function toCount(value: Value | undefined): number | undefined {
  const count = typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
  return Number.isInteger(count) ? count : undefined;
}

function isListResponse(body: ResourceData): boolean {
  const schemas = member(body, "schemas");
  return isList(schemas) && schemas.includes("urn:ietf:params:scim:api:messages:2.0:ListResponse");
}

type Progress = {
  readonly seen: Set<string>;
  readonly cursors: Set<string>;
  startIndex: number;
  cursor: string | undefined;
  total: number | undefined;
  /** Nothing has happened so far that makes the list untrustworthy. */
  isSound: boolean;
};

/**
 * Walks a list. The next page begins after the number of entries that came, whatever was asked for; a cursor is followed
 * where the service gives one. The walk ends when everything was seen, or when a page brings nothing new. The list is
 * complete only when each entry came once, `totalResults` stayed the same, and the number of ids equals it.
 */
export async function* readPages(
  client: ScimClient,
  query: { readonly kind: Kind; readonly pageSize: number; readonly managed: readonly string[] },
  signal?: AbortSignal,
): AsyncGenerator<ListPage> {
  const progress: Progress = {
    seen: new Set(),
    cursors: new Set(),
    startIndex: 1,
    cursor: undefined,
    total: undefined,
    isSound: true,
  };
  for (let pages = 1; pages <= MAX_PAGES; pages++) {
    const position = progress.cursor === undefined ? { startIndex: progress.startIndex } : { cursor: progress.cursor };
    const path = `${ENDPOINT[query.kind]}?${toQuery({ ...position, count: query.pageSize })}`;
    const answer = await client({ method: "GET", path, isGeneral: true, signal });
    const list = toListAnswer(answer);
    const resources = list.entries.map((entry) => toKnown(entry, query.managed, answer.status));
    const fresh = takeFresh(progress, resources);
    const isLast = advance(progress, list, fresh.length) || pages === MAX_PAGES;
    yield { resources: fresh, isComplete: isLast && isWhole(progress, list) };
    if (isLast) return;
  }
}

/** A resource of an answer. Throws `unexpected-response` when it has no id. */
export function toKnown(entry: ResourceData, managed: readonly string[], status: number): TargetResource {
  const resource = toResource(entry, managed);
  if (resource === undefined) throw unexpectedResponse("target answers without an id", { method: "GET", status });
  return resource;
}

function takeFresh(progress: Progress, resources: readonly TargetResource[]): readonly TargetResource[] {
  const fresh = resources.filter(({ id }) => {
    if (progress.seen.has(id)) return false;
    progress.seen.add(id);
    return true;
  });
  // Something moved between the pages, so something else may have slipped through.
  if (fresh.length < resources.length) progress.isSound = false;
  return fresh;
}

/** Moves on to the next page; true when there is none. */
function advance(progress: Progress, list: ListAnswer, fresh: number): boolean {
  if (progress.total !== undefined && list.total !== undefined && list.total !== progress.total)
    progress.isSound = false;
  progress.total = list.total ?? progress.total;
  progress.startIndex += list.entries.length;
  const wasLinked = progress.cursor !== undefined;
  progress.cursor = list.nextCursor;
  if (list.nextCursor !== undefined) {
    if (!progress.cursors.has(list.nextCursor) && fresh > 0) {
      progress.cursors.add(list.nextCursor);
      return false;
    }
    progress.isSound = false;
    return true;
  }
  return wasLinked || fresh === 0 || (progress.total !== undefined && progress.seen.size >= progress.total);
}

function isWhole(progress: Progress, list: ListAnswer): boolean {
  if (!progress.isSound || list.nextCursor !== undefined) return false;
  if (progress.total !== undefined) return progress.seen.size === progress.total;
  // RFC 9865 allows linked pages to leave totalResults out; then the missing link is the end.
  return progress.cursors.size > 0;
}
