import type { ChainableCommander } from "ioredis";
import type { EntraId, Kind } from "../model/ids.ts";
import type { Keys } from "./keys.ts";

/** Arguments in one command; Redis takes far more, but one command should not hold up the others. */
const PART = 1000;

/** Splits arguments over several commands. */
export function parts<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const all = [];
  for (let index = 0; index < items.length; index += PART) all.push(items.slice(index, index + PART));
  return all;
}

/** Adds members to a set, in a transaction. */
export function addMany(transaction: ChainableCommander, key: string, members: readonly string[]): void {
  for (const part of parts(members)) transaction.sadd(key, ...part);
}

/** Makes a set hold exactly these members, in a transaction. */
export function replaceMany(
  transaction: ChainableCommander,
  key: string,
  members: readonly string[],
): ChainableCommander {
  transaction.del(key);
  addMany(transaction, key, members);
  return transaction;
}

/** Removes members from a set, in a transaction. */
export function removeMany(transaction: ChainableCommander, key: string, members: readonly string[]): void {
  for (const part of parts(members)) transaction.srem(key, ...part);
}

/**
 * Marks objects dirty, in a transaction: each gets a new token, so that whoever works on an older one cannot take the
 * object off the list.
 */
export function markDirtyIn(
  transaction: ChainableCommander,
  keys: Keys,
  { kind, ids }: { readonly kind: Kind; readonly ids: readonly EntraId[] },
): void {
  for (const part of parts(ids)) {
    const token = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    transaction.hset(keys.dirty(kind), Object.fromEntries(part.map((id) => [id, token])));
  }
}

/** Runs a transaction. Throws the first error of its commands. */
export async function execute(transaction: ChainableCommander): Promise<readonly unknown[]> {
  const answers = (await transaction.exec()) ?? [];
  return answers.map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}
