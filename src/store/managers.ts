import type { Redis } from "ioredis";
import { toEntraId, type EntraId } from "../model/ids.ts";
import type { Manager } from "../sync/rules.ts";
import type { ObjectState } from "../sync/state.ts";
import { parseLink, parseObject } from "./codec.ts";
import type { Keys } from "./keys.ts";

/** Adds to people what is known of their managers, with one look for all of them; nothing where nobody has one. */
export async function withManagers(
  redis: Redis,
  keys: Keys,
  states: readonly ObjectState[],
): Promise<readonly ObjectState[]> {
  const ids = [...new Set(states.flatMap((state) => managerOf(state) ?? []))];
  if (ids.length === 0) return states;
  const managers = await readManagers(redis, keys, ids);
  return states.map((state) => {
    const id = managerOf(state);
    return id === undefined ? state : { ...state, manager: managers.get(id) };
  });
}

/** The manager of a person as Entra names him. */
function managerOf({ object }: ObjectState): EntraId | undefined {
  const id = object?.attributes["manager"];
  return typeof id === "string" ? toEntraId(id) : undefined;
}

/** His attributes count while he is one of our people and has an account: before and after, nothing is said of him. */
async function readManagers(redis: Redis, keys: Keys, ids: readonly EntraId[]): Promise<ReadonlyMap<EntraId, Manager>> {
  const [objects, links, scope, included] = await Promise.all([
    redis.hmget(keys.objects("user"), ...ids),
    redis.hmget(keys.links("user"), ...ids),
    redis.smismember(keys.scope("user"), ...ids),
    redis.smismember(keys.included, ...ids),
  ]);
  return new Map(
    ids.map((id, index) => {
      const object = parseObject(objects[index]);
      const scimId = parseLink(links[index])?.scimId;
      const isOurs = scope[index] === 1 && object?.presence === "present" && object.isComplete;
      const isExpected = isOurs && included[index] === 1;
      return [id, { id, scimId, isExpected, attributes: isOurs && scimId !== undefined ? object.attributes : {} }];
    }),
  );
}
