import { describe, expect, it } from "vitest";
import { toEntraId } from "#src/model/ids.ts";
import type { Stream } from "#src/sync/state.ts";
import { arrangeStreams } from "#src/sync/streams.ts";

const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => toEntraId(`g${String(from + index).padStart(3, "0")}`));

function aStream(name: string, groups: ReturnType<typeof ids>): Stream {
  return { name, kind: "group", ids: groups, cursor: `delta-${name}`, isFull: false, isRunning: false };
}

describe("streams of groups", () => {
  it("hold at most 50 ids each and every wanted group once", () => {
    const { streams } = arrangeStreams([], ids(0, 120));

    expect(streams.map((stream) => stream.ids?.length)).toEqual([50, 50, 20]);
    expect(new Set(streams.flatMap((stream) => stream.ids)).size).toBe(120);
    expect(streams.every((stream) => stream.cursor === undefined)).toBe(true);
  });

  it("go on unchanged when nothing is added, also when groups are no longer wanted", () => {
    const stream = aStream("groups:1", ids(0, 10));

    expect(arrangeStreams([stream], ids(0, 5))).toEqual({ streams: [stream], dropped: [] });
  });

  it("start again only where a new group is put", () => {
    const full = aStream("groups:1", ids(0, 50));
    const roomy = aStream("groups:2", ids(50, 60));

    const { streams, dropped } = arrangeStreams([full, roomy], ids(0, 61));

    expect(streams).toContain(full);
    expect(streams.filter((stream) => stream.cursor === undefined).flatMap((stream) => stream.ids)).toEqual(
      ids(50, 61),
    );
    expect(dropped).toEqual([]);
  });

  it("are dropped when none of their groups is wanted", () => {
    expect(arrangeStreams([aStream("groups:1", ids(0, 5))], [])).toEqual({ streams: [], dropped: ["groups:1"] });
  });
});
