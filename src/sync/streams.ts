import type { EntraId } from "../model/ids.ts";
import type { Stream } from "./state.ts";

/** Graph's limit of ids in the filter of a delta query (user-delta, group-delta). */
export const IDS_PER_STREAM = 50;

/**
 * Spreads groups over delta streams of at most 50 ids. A stream's ids are fixed in its cursor; so streams that need no
 * new id go on as they are, also with ids that are no longer wanted, and only new groups cause a full round, packed
 * together with the ids of one stream that has room. Pure.
 */
export function arrangeStreams(
  streams: readonly Stream[],
  wanted: readonly EntraId[],
): { readonly streams: readonly Stream[]; readonly dropped: readonly string[] } {
  const isWanted = new Set(wanted);
  const live = streams.map((stream) => ({ stream, ids: (stream.ids ?? []).filter((id) => isWanted.has(id)) }));
  const dropped = live.filter(({ ids }) => ids.length === 0).map(({ stream }) => stream.name);
  const kept = live.filter(({ ids }) => ids.length > 0);
  const covered = new Set(kept.flatMap(({ ids }) => ids));
  const added = wanted.filter((id) => !covered.has(id)).toSorted();
  if (added.length === 0) return { streams: kept.map(({ stream }) => stream), dropped };

  const roomy = kept.find(({ ids }) => ids.length < IDS_PER_STREAM);
  const packed = [...(roomy?.ids ?? []), ...added];
  const rest = kept.filter((each) => each !== roomy).map(({ stream }) => stream);
  const taken = new Set(rest.map((stream) => stream.name));
  const fresh: Stream[] = [];
  for (let index = 0; index < packed.length; index += IDS_PER_STREAM) {
    const name = freeName(taken);
    taken.add(name);
    const ids = packed.slice(index, index + IDS_PER_STREAM);
    fresh.push({ name, kind: "group", ids, cursor: undefined, isFull: true, isRunning: false });
  }
  const gone = [...dropped, ...(roomy ? [roomy.stream.name] : [])].filter((name) => !taken.has(name));
  return { streams: [...rest, ...fresh], dropped: gone };
}

function freeName(taken: ReadonlySet<string>): string {
  let number = 1;
  while (taken.has(`groups:${number}`)) number += 1;
  return `groups:${number}`;
}
