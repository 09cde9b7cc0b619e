import type { ChainableCommander, Redis } from "ioredis";
import { z } from "zod";
import { toEntraId, type EntraId } from "../model/ids.ts";
import type { AppRole } from "../sync/ports.ts";
import type { Keys } from "./keys.ts";
import { compareSet, descendants } from "./sets.ts";
import { addMany, execute, markDirtyIn, removeMany } from "./transaction.ts";

const appRole = z.object({ id: z.string(), displayName: z.string(), value: z.string().exactOptional() });

/** The app roles of each of these people, undefined when no mapping asks for roles. */
export async function readRoles(
  redis: Redis,
  keys: Keys,
  ids: readonly EntraId[],
): Promise<readonly (readonly AppRole[])[] | undefined> {
  const roles = await readCatalog(redis, keys);
  if (roles.length === 0) return undefined;
  const answers = await Promise.all(roles.map((role) => redis.smismember(keys.roleUsers(role.id), ...ids)));
  return ids.map((_, index) => roles.filter((_role, number) => answers[number]?.[index] === 1));
}

/** The roles that people can have, in a fixed order. */
async function readCatalog(redis: Redis, keys: Keys): Promise<readonly AppRole[]> {
  const texts = Object.values(await redis.hgetall(keys.roles));
  return texts
    .map((text): AppRole => appRole.parse(JSON.parse(text)))
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

/**
 * Computes who has which role now: assigned people and the members of assigned groups, for each role on its own.
 * Whoever gains or loses a role becomes dirty, and so does everybody who has a role that is called otherwise now.
 */
export async function updateRoles(
  redis: Redis,
  keys: Keys,
  { roles, isNested }: { readonly roles: readonly AppRole[]; readonly isNested: boolean },
): Promise<void> {
  const known = new Map((await readCatalog(redis, keys)).map((role) => [role.id, role] as const));
  const wanted = new Set(roles.map((role) => role.id));
  const transaction = redis.multi();
  for (const role of known.values()) if (!wanted.has(role.id)) await dropRole(redis, keys, { transaction, role });
  for (const role of roles) {
    const { entered, left } = await compareSet(redis, keys, {
      current: keys.roleUsers(role.id),
      sources: await sourcesOf(redis, keys, { role, isNested }),
      ids: [],
    });
    addMany(transaction, keys.roleUsers(role.id), entered);
    removeMany(transaction, keys.roleUsers(role.id), left);
    transaction.hset(keys.roles, role.id, JSON.stringify(role));
    const isRenamed = JSON.stringify(known.get(role.id)) !== JSON.stringify(role);
    const others = isRenamed ? (await redis.smembers(keys.roleUsers(role.id))).map(toEntraId) : [];
    markDirtyIn(transaction, keys, { kind: "user", ids: [...new Set([...entered, ...left, ...others])] });
  }
  await execute(transaction);
}

async function sourcesOf(
  redis: Redis,
  keys: Keys,
  { role, isNested }: { readonly role: AppRole; readonly isNested: boolean },
): Promise<readonly string[]> {
  const assigned = (await redis.smembers(keys.rolePrincipals(role.id, "group"))).map(toEntraId);
  const groups = isNested ? await descendants(redis, keys, assigned) : assigned;
  return [keys.rolePrincipals(role.id, "user"), ...groups.map((id) => keys.members(id))];
}

async function dropRole(
  redis: Redis,
  keys: Keys,
  { transaction, role }: { readonly transaction: ChainableCommander; readonly role: AppRole },
): Promise<void> {
  const former = (await redis.smembers(keys.roleUsers(role.id))).map(toEntraId);
  markDirtyIn(transaction, keys, { kind: "user", ids: former });
  transaction.hdel(keys.roles, role.id).del(keys.roleUsers(role.id));
  transaction.del(keys.rolePrincipals(role.id, "user"), keys.rolePrincipals(role.id, "group"));
}
