import type { EntraId } from "../model/ids.ts";
import type { DeltaPage, DeltaQuery, GroupDelta, UserDelta } from "../sync/ports.ts";
import type { GraphClient, GraphRequest } from "./graph.ts";
import { decodeGroupDelta, decodeUserDelta } from "./decode.ts";
import { createCursorExpired, createUnexpected } from "./errors.ts";
import { readPages } from "./pages.ts";

/** The most ids that Graph takes in the filter of a delta query. */
const MAX_IDS = 50;

type Round<Item> = {
  readonly path: string;
  readonly cursor: string | undefined;
  /** Query of a fresh round, without question mark. */
  readonly query: string;
  readonly decode: (json: unknown, path: string) => Item;
};

/**
 * A round of users/delta (learn.microsoft.com/graph/delta-query-users). `manager` may be among the selected properties;
 * it comes as the id of the manager, null when there is none any more, absent when Graph does not say.
 */
export function readUserDelta(
  client: GraphClient,
  query: DeltaQuery,
  signal: AbortSignal | undefined,
): AsyncGenerator<DeltaPage<UserDelta>> {
  const round = { path: "/users/delta", cursor: query.cursor, query: toSelect(query.select), decode: decodeUserDelta };
  return readRound(client, round, signal);
}

/**
 * A round of groups/delta with members (learn.microsoft.com/graph/delta-query-groups). `ids` limit a fresh round.
 * Throws a TypeError for more than 50 ids, or none in the list.
 */
export function readGroupDelta(
  client: GraphClient,
  query: DeltaQuery & { readonly ids?: readonly EntraId[] },
  signal: AbortSignal | undefined,
): AsyncGenerator<DeltaPage<GroupDelta>> {
  const parts = [toSelect([...query.select, "members"]), ...(query.ids === undefined ? [] : [toIdFilter(query.ids)])];
  const round = { path: "/groups/delta", cursor: query.cursor, query: parts.join("&"), decode: decodeGroupDelta };
  return readRound(client, round, signal);
}

function toSelect(select: readonly string[]): string {
  // Without $select Graph reports its own choice of properties; id alone comes always.
  const names = select.length === 0 ? ["id"] : [...new Set(select)];
  return `$select=${names.map(encodeURIComponent).join(",")}`;
}

function toIdFilter(ids: readonly EntraId[]): string {
  if (ids.length === 0 || ids.length > MAX_IDS) throw new TypeError(`1 to ${MAX_IDS} ids, not ${ids.length}`);
  return `$filter=${encodeURIComponent(ids.map((id) => `id eq '${id.replaceAll("'", "''")}'`).join(" or "))}`;
}

async function* readRound<Item>(
  client: GraphClient,
  round: Round<Item>,
  signal: AbortSignal | undefined,
): AsyncGenerator<DeltaPage<Item>> {
  const { cursor } = round;
  // A cursor of another cloud is worth nothing here, and its host must not get our token.
  if (cursor !== undefined && !client.isOwnLink(cursor)) throw createCursorExpired(round.path);
  const first: GraphRequest =
    cursor === undefined
      ? { url: `${round.path}?${round.query}`, delta: "first" }
      : { url: cursor, delta: "continued" };
  for await (const page of readPages(client, first, signal)) {
    const link = page.nextLink ?? page.deltaLink;
    if (link === undefined) throw createUnexpected(page.path, "it has neither a next nor a delta link");
    const items = page.value.map((item) => round.decode(item, page.path));
    yield { items, cursor: link, isLast: page.nextLink === undefined };
  }
}
