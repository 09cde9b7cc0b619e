import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { toEntraId, type EntraId } from "../model/ids.ts";
import type { Keys } from "./keys.ts";
import { addMany, execute, parts } from "./transaction.ts";

/**
 * Compares the union of `sources` and `ids` with a set, inside Redis. Union and comparison are one transaction on a name
 * of its own, so that nothing that happens beside it can make the union look empty.
 */
export async function compareSet(
  redis: Redis,
  keys: Keys,
  next: { readonly current: string; readonly sources: readonly string[]; readonly ids: readonly string[] },
): Promise<{ readonly entered: readonly EntraId[]; readonly left: readonly EntraId[] }> {
  const { current, sources, ids } = next;
  const name = keys.temporary(`union:${randomUUID()}`);
  const transaction = redis.multi();
  for (const part of parts(sources)) transaction.sunionstore(name, name, ...part);
  addMany(transaction, name, ids);
  transaction.sdiff(name, current).sdiff(current, name).del(name);
  const answers = await execute(transaction);
  return { entered: toIds(answers.at(-3)), left: toIds(answers.at(-2)) };
}

/** The ids of a set that a transaction answered with. */
export function toIds(answer: unknown): readonly EntraId[] {
  return Array.isArray(answer) ? answer.map((id) => toEntraId(String(id))) : [];
}

/** The groups and all groups inside them, each once; circles end by themselves. */
export async function descendants(redis: Redis, keys: Keys, groups: readonly EntraId[]): Promise<readonly EntraId[]> {
  const all = new Set<EntraId>(groups);
  // A Set that grows while it is walked is walked to its new end.
  for (const id of all) for (const child of await redis.smembers(keys.subgroups(id))) all.add(toEntraId(child));
  return [...all];
}
