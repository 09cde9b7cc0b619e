/** Splits a list into parts of at most `size`; large enough to save round trips, small enough to keep memory flat. */
export function* inBatches<Item>(items: readonly Item[], size = 500): Iterable<readonly Item[]> {
  for (let index = 0; index < items.length; index += size) yield items.slice(index, index + size);
}
