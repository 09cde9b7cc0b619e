import type { Redis } from "ioredis";
import { toEntraId, type EntraId, type Kind } from "../model/ids.ts";
import type { Decision } from "../sync/plan.ts";
import type { ScopeRule, State } from "../sync/state.ts";
import type { Keys } from "./keys.ts";
import { updateRoles } from "./roles.ts";
import { compareSet, descendants } from "./sets.ts";
import { addMany, execute, markDirtyIn, parts, removeMany } from "./transaction.ts";

export type PlanState = Pick<
  State,
  | "updateScope"
  | "readReports"
  | "markDirty"
  | "readDirty"
  | "readKnown"
  | "applyDecisions"
  | "clearDirty"
  | "readDirtyTokens"
>;

/** Who is in scope, who counts as a member, and what has to be looked at again. */
export function createPlanState(redis: Redis, keys: Keys): PlanState {
  return {
    updateScope: (rule) => updateScope(redis, keys, rule),
    markDirty: async (kind, ids) => {
      const transaction = redis.multi();
      markDirtyIn(transaction, keys, { kind, ids });
      await execute(transaction);
    },
    readReports: async (managers) => {
      if (managers.length === 0) return [];
      const found = await Promise.all(
        parts(managers.map((id) => keys.reports(id))).map((part) => redis.sunion(...part)),
      );
      return [...new Set(found.flat())].map(toEntraId);
    },
    readDirty: async (kind) => (await redis.hkeys(keys.dirty(kind))).map(toEntraId),
    readKnown: async (kind) => {
      const [scope, links, objects] = await Promise.all([
        redis.smembers(keys.scope(kind)),
        redis.hkeys(keys.links(kind)),
        redis.hkeys(keys.objects(kind)),
      ]);
      return [...new Set([...scope, ...links, ...objects])].map(toEntraId);
    },
    applyDecisions: (kind, decisions) => applyDecisions(redis, keys, { kind, decisions }),
    readDirtyTokens: async (kind, ids) => {
      if (ids.length === 0) return new Map();
      const tokens = await redis.hmget(keys.dirty(kind), ...ids);
      return new Map(ids.flatMap((id, index) => (tokens[index] ? [[id, tokens[index]] as const] : [])));
    },
    clearDirty: async (kind, tokens) => {
      for (const part of parts([...tokens])) {
        await redis.eval(CLEAR_DIRTY, 1, keys.dirty(kind), ...part.flat());
      }
    },
  };
}

/** Removes fields whose value is still the one given: ARGV is field, value, field, value … */
const CLEAR_DIRTY = `
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', KEYS[1], ARGV[i]) end
end`;

/**
 * Computes who is in scope now, compares with before, and marks who entered or left, all in Redis. In `all` scope
 * people enter and leave with the pages that report them; only groups are computed here.
 */
async function updateScope(redis: Redis, keys: Keys, rule: ScopeRule): Promise<void> {
  if (rule.mode === "all") {
    // Whoever is stored is in scope; a group's presence decides about it later.
    await swapScope(redis, keys, { kind: "group", sources: [], ids: await redis.hkeys(keys.objects("group")) });
  } else {
    const groups = (await redis.smembers(keys.assigned("group"))).map(toEntraId);
    const sources = rule.isNested ? await descendants(redis, keys, groups) : groups;
    const members = sources.map((id) => keys.members(id));
    await swapScope(redis, keys, { kind: "user", sources: [keys.assigned("user"), ...members], ids: [] });
    await swapScope(redis, keys, { kind: "group", sources: [keys.assigned("group")], ids: [] });
  }
  await updateRoles(redis, keys, rule);
}

/** Makes the union of `sources` and `ids` the new scope. */
async function swapScope(
  redis: Redis,
  keys: Keys,
  next: { readonly kind: Kind; readonly sources: readonly string[]; readonly ids: readonly string[] },
): Promise<void> {
  const { kind } = next;
  const current = keys.scope(kind);
  const { entered, left } = await compareSet(redis, keys, { ...next, current });
  const transaction = redis.multi();
  addMany(transaction, current, entered);
  removeMany(transaction, current, left);
  // Who enters is asked for again, however often Graph did not know him before.
  if (kind === "user") for (const part of parts(entered)) transaction.hdel(keys.tries, ...part);
  markDirtyIn(transaction, keys, { kind, ids: [...entered, ...left] });
  await execute(transaction);
}

async function applyDecisions(
  redis: Redis,
  keys: Keys,
  { kind, decisions }: { readonly kind: Kind; readonly decisions: ReadonlyMap<EntraId, Decision> },
): Promise<number> {
  const ids = [...decisions.keys()];
  if (kind === "group" || ids.length === 0) return 0;
  const [included, retained] = await Promise.all([
    redis.smismember(keys.included, ...ids),
    redis.smismember(keys.retained, ...ids),
  ]);
  const is = (id: EntraId) => decisions.get(id);
  const changed = ids.filter((id, index) => {
    const decision = is(id);
    return (included[index] === 1) !== decision?.isIncluded || (retained[index] === 1) !== decision.isRetained;
  });
  if (changed.length === 0) return 0;
  const transaction = redis.multi();
  addMany(
    transaction,
    keys.included,
    changed.filter((id) => is(id)?.isIncluded),
  );
  removeMany(
    transaction,
    keys.included,
    changed.filter((id) => !is(id)?.isIncluded),
  );
  addMany(
    transaction,
    keys.retained,
    changed.filter((id) => is(id)?.isRetained),
  );
  removeMany(
    transaction,
    keys.retained,
    changed.filter((id) => !is(id)?.isRetained),
  );
  markDirtyIn(transaction, keys, { kind: "group", ids: await findGroupsOf(redis, keys, changed) });
  await execute(transaction);
  return changed.length;
}

/** Groups in scope that have one of these people as a member, here or in the target, directly or by a group inside. */
async function findGroupsOf(redis: Redis, keys: Keys, users: readonly EntraId[]): Promise<readonly EntraId[]> {
  const groups = (await redis.hkeys(keys.objects("group"))).map(toEntraId);
  const pipeline = redis.pipeline();
  for (const id of groups) {
    pipeline.smismember(keys.members(id), ...users);
    pipeline.smismember(keys.pushed(id), ...users);
    pipeline.smembers(keys.subgroups(id));
  }
  const answers = ((await pipeline.exec()) ?? []).map(([, answer]) => (Array.isArray(answer) ? answer : []));
  const children = new Map(groups.map((id, index) => [id, (answers[index * 3 + 2] ?? []).map(String)] as const));
  const found = new Set<string>(
    groups.filter((_, index) => [...(answers[index * 3] ?? []), ...(answers[index * 3 + 1] ?? [])].includes(1)),
  );
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const [id, inside] of children) if (inside.some((child) => found.has(child))) found.add(id);
  }
  return [...found].map(toEntraId);
}
