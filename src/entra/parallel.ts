export type Parallel<Item> = {
  readonly items: readonly Item[];
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
};

/** Runs `read` over all items, `limit` at a time, and joins the results in order. The first failure stops the others. */
export async function inParallel<Item, Result>(
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
