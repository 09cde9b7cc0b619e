import { randomUUID } from "node:crypto";
import type { ChainableCommander, Redis } from "ioredis";
import {
  parseKey,
  toEntraId,
  toKey,
  toScimId,
  type EntraId,
  type Kind,
  type ObjectKey,
  type ScimId,
} from "../model/ids.ts";
import type { Link, MemberDiff, MemberRef, Presence, State } from "../sync/state.ts";
import { parseLink, parseObject, toObjectKey } from "./codec.ts";
import { createEscrow } from "./escrow.ts";
import type { Keys } from "./keys.ts";
import type { PlanState } from "./plan-state.ts";
import { descendants, toIds } from "./sets.ts";
import type { SourceState } from "./source-state.ts";
import { addMany, execute, markDirtyIn, parts, removeMany, replaceMany } from "./transaction.ts";

type TargetState = Omit<State, keyof SourceState | keyof PlanState>;

/** What is remembered of the target: links, members that were pushed, proofs of absence, failures. */
export function createTargetState(redis: Redis, keys: Keys): TargetState {
  return {
    link: (kind, id, link) => createLink(redis, keys, { kind, id, link }),
    saveLinks: async (kind, links) => {
      const transaction = redis.multi();
      for (const [id, link] of links) transaction.hset(keys.links(kind), id, JSON.stringify(link));
      await execute(transaction);
    },
    unlink: (kind, id) => unlink(redis, keys, { kind, id }),
    findOwners: (kind, ids) => findOwners(redis, keys, { kind, ids }),
    readLinkedIds: async (kind) => (await redis.hkeys(keys.links(kind))).map(toEntraId),
    markAbsent: async (kind, ids) => {
      const transaction = redis.multi();
      addMany(transaction, keys.absent(kind), ids);
      removeMany(transaction, keys.ambiguous(kind), ids);
      await execute(transaction);
    },
    markAmbiguous: async (kind, ids) => {
      await execute(replaceMany(redis.multi(), keys.ambiguous(kind), ids));
    },
    isAmbiguous: async (kind, id) => (await redis.sismember(keys.ambiguous(kind), id)) === 1,
    takeAbsent: async (kind, id) => (await redis.srem(keys.absent(kind), id)) === 1,
    reserve: async (mark, id) => (await redis.eval(RESERVE, 1, keys.reserved(mark), id, RESERVED_MS)) === 1,
    forget: (kind, id, shared) => forget(redis, keys, { kind, id, shared }),
    diffMembers: (group, isNested) => diffMembers(redis, keys, { group, isNested }),
    takeWaiting: (user) => takeWaiting(redis, keys, user),
    setPushedMembers: async (group, users) => {
      const transaction = redis.multi().del(keys.pushed(group));
      addMany(transaction, keys.pushed(group), users);
      await execute(transaction);
    },
    changePushedMembers: async (group, action, users) => {
      const transaction = redis.multi();
      (action === "add" ? addMany : removeMany)(transaction, keys.pushed(group), users);
      await execute(transaction);
    },
    isMembershipUncertain: async (group) => (await redis.sismember(keys.uncertain, group)) === 1,
    setMembershipUncertain: async (group, isUncertain) => {
      await (isUncertain ? redis.sadd(keys.uncertain, group) : redis.srem(keys.uncertain, group));
    },
    ...createEscrow(redis, keys),
  };
}

const toGroupKey = (id: EntraId): ObjectKey => toKey("group", id);
const toUserKey = (id: EntraId): ObjectKey => toKey("user", id);

/** More tries than anybody counts: a person is not asked for again before a reconcile, or before Entra reports him. */
const NEVER_AGAIN = 1_000_000;

/** Longer than any creation takes, with the time until a search finds the account. */
const RESERVED_MS = 10 * 60_000;

const RESERVE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

type Which = { readonly kind: Kind; readonly id: EntraId };

/**
 * Link and its reverse in one step; refused when the resource belongs to another object. Reports learn of their manager's
 * account by it. KEYS: owners, links, reports, waiters.
 */
const CREATE_LINK = `
local owner = redis.call('HGET', KEYS[1], ARGV[2])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
if KEYS[3] then
  for _, user in ipairs(redis.call('SMEMBERS', KEYS[3])) do redis.call('SADD', KEYS[4], 'user:' .. user) end
end
return 1`;

async function createLink(
  redis: Redis,
  keys: Keys,
  { kind, id, link }: Which & { readonly link: Link },
): Promise<boolean> {
  const args = [id, link.scimId, JSON.stringify(link)];
  const people = kind === "user" ? [keys.reports(id), keys.waiters(id)] : [];
  const names = [keys.owners(kind), keys.links(kind), ...people];
  const isLinked = (await redis.eval(CREATE_LINK, names.length, ...names, ...args)) === 1;
  if (isLinked) await redis.srem(keys.ambiguous(kind), id);
  return isLinked;
}

async function unlink(redis: Redis, keys: Keys, { kind, id }: Which): Promise<void> {
  const link = parseLink(await redis.hget(keys.links(kind), id));
  const transaction = redis.multi().hdel(keys.links(kind), id);
  if (link !== undefined) transaction.hdel(keys.owners(kind), link.scimId);
  if (kind === "group") {
    transaction.del(keys.pushed(id)).srem(keys.uncertain, id);
  } else {
    // Whatever groups the account was in, it is not in them any more; once linked again they have to be looked at.
    const groups = (await redis.hkeys(keys.objects("group"))).map(toEntraId);
    const pipeline = redis.pipeline();
    for (const group of groups) pipeline.sismember(keys.pushed(group), id);
    const answers = (await pipeline.exec()) ?? [];
    const former = groups.filter((_, index) => answers[index]?.[1] === 1);
    for (const group of former) transaction.srem(keys.pushed(group), id);
    const reports = (await redis.smembers(keys.reports(id))).map(toEntraId);
    addMany(transaction, keys.waiters(id), [...former.map(toGroupKey), ...reports.map(toUserKey)]);
  }
  await execute(transaction);
}

async function findOwners(
  redis: Redis,
  keys: Keys,
  { kind, ids }: { readonly kind: Kind; readonly ids: readonly ScimId[] },
): Promise<ReadonlyMap<ScimId, EntraId>> {
  const found = new Map<ScimId, EntraId>();
  for (const part of parts(ids)) {
    const owners = await redis.hmget(keys.owners(kind), ...part);
    part.forEach((id, index) => {
      const owner = owners[index];
      if (owner) found.set(id, toEntraId(owner));
    });
  }
  return found;
}

/**
 * After an object left: nothing is kept of one without link. Of a linked person out of scope the ties stay, so that a
 * later deletion can follow, but no attributes; the account is read again before it is next compared.
 */
async function forget(
  redis: Redis,
  keys: Keys,
  which: Which & { readonly shared: ReadonlySet<string> },
): Promise<void> {
  const { kind, id, shared } = which;
  const [linkText, objectText, scope, waiting] = await Promise.all([
    redis.hget(keys.links(kind), id),
    redis.hget(keys.objects(kind), id),
    redis.sismember(keys.scope(kind), id),
    redis.smembers(keys.waiters(id)),
  ]);
  const link = parseLink(linkText);
  const object = parseObject(objectText);
  if (kind === "group")
    return forgetGroup(redis, keys, { id, isGone: object?.presence !== "present" && link === undefined });
  if (scope === 1 && object?.presence === "present") return;
  const transaction = redis.multi();
  const manager = object?.attributes["manager"];
  if (typeof manager === "string") transaction.srem(keys.reports(toEntraId(manager)), id);
  if (link === undefined) forgetPerson(transaction, keys, { id, isKnown: object !== undefined, waiting });
  else forgetAttributes(transaction, keys, { id, link, shared, presence: object?.presence ?? "present" });
  await execute(transaction);
}

/**
 * A group's name and members stay for as long as a stream may report changes to them: only another full round would bring
 * back what is thrown away here, and groups inside an assigned one are in no scope themselves.
 */
async function forgetGroup(
  redis: Redis,
  keys: Keys,
  { id, isGone }: { readonly id: EntraId; readonly isGone: boolean },
): Promise<void> {
  if (!isGone) return;
  const transaction = redis.multi().hdel(keys.objects("group"), id).srem(keys.scope("group"), id);
  await execute(transaction.del(keys.members(id), keys.subgroups(id), keys.pushed(id)));
}

function forgetPerson(
  transaction: ChainableCommander,
  keys: Keys,
  { id, isKnown, waiting }: { readonly id: EntraId; readonly isKnown: boolean; readonly waiting: readonly string[] },
): void {
  transaction.hdel(keys.objects("user"), id).srem(keys.complete, id).srem(keys.retained, id);
  transaction.srem(keys.included, id);
  // No group waits for him any more; reports still have to learn that he is gone.
  const groups = waiting.filter((key) => parseKey(key).kind === "group");
  removeMany(transaction, keys.waiters(id), groups);
  // Entra may go on naming a purged person as a member; there is nothing to be read of him.
  if (isKnown) transaction.hset(keys.tries, id, NEVER_AGAIN);
}

function forgetAttributes(
  transaction: ChainableCommander,
  keys: Keys,
  of: {
    readonly id: EntraId;
    readonly link: Link;
    readonly shared: ReadonlySet<string>;
    readonly presence: Presence;
  },
): void {
  const { id, link, shared, presence } = of;
  const bare = { presence, isComplete: false, attributes: {} };
  transaction.hset(keys.objects("user"), id, JSON.stringify(bare));
  if (presence === "present") transaction.srem(keys.complete, id);
  const active = link.data["active"];
  const data = active === undefined ? {} : { active };
  // Of what we set only the names stay: whether to clear an attribute has to be known on return.
  // Of lists that others share (roles) our own elements stay, or nobody could ever take them back.
  const sent = Object.fromEntries(
    Object.entries(link.sent).map(([path, value]) => [path, shared.has(path) ? value : true]),
  );
  const kept: Link = { ...link, data, sent, echo: {}, isBare: true };
  transaction.hset(keys.links("user"), id, JSON.stringify(kept));
}

async function diffMembers(
  redis: Redis,
  keys: Keys,
  { group, isNested }: { readonly group: EntraId; readonly isNested: boolean },
): Promise<MemberDiff> {
  const groups = isNested ? await descendants(redis, keys, [group]) : [group];
  const call = randomUUID();
  const name = (part: string) => keys.temporary(`${part}:${call}`);
  const [members, wanted, kept] = [name("members"), name("wanted"), name("kept")];
  const transaction = redis.multi().sunionstore(members, ...groups.map((id) => keys.members(id)));
  transaction.sinterstore(wanted, members, keys.included);
  // Deleted people keep their memberships until they are purged, as in Entra.
  transaction.sunionstore(kept, wanted, keys.retained);
  transaction.sdiff(wanted, keys.pushed(group)).sdiff(keys.pushed(group), kept).del(members, wanted, kept);
  const answers = await execute(transaction);
  const missing = toIds(answers[3]);
  const surplus = toIds(answers[4]);
  // First note who waits, then look for links: a link made in between sees the note or is seen here.
  await noteWaiting(redis, keys, { group, users: await withoutLink(redis, keys, missing) });
  const add = await toRefs(redis, keys, missing);
  return { add, remove: await toRefs(redis, keys, surplus), unlinked: missing.length - add.length };
}

async function toRefs(redis: Redis, keys: Keys, ids: readonly EntraId[]): Promise<readonly MemberRef[]> {
  const refs: MemberRef[] = [];
  for (const part of parts(ids)) {
    const links = await redis.hmget(keys.links("user"), ...part);
    part.forEach((id, index) => {
      const link = parseLink(links[index]);
      if (link !== undefined) refs.push({ id, scimId: toScimId(link.scimId) });
    });
  }
  return refs;
}

async function withoutLink(redis: Redis, keys: Keys, ids: readonly EntraId[]): Promise<readonly EntraId[]> {
  const linked = new Set((await toRefs(redis, keys, ids)).map((ref) => ref.id));
  return ids.filter((id) => !linked.has(id));
}

async function noteWaiting(
  redis: Redis,
  keys: Keys,
  { group, users }: { readonly group: EntraId; readonly users: readonly EntraId[] },
): Promise<void> {
  if (users.length === 0) return;
  const transaction = redis.multi();
  for (const user of users) transaction.sadd(keys.waiters(user), toGroupKey(group));
  await execute(transaction);
}

async function takeWaiting(redis: Redis, keys: Keys, user: EntraId): Promise<readonly ObjectKey[]> {
  const waiting = (await redis.smembers(keys.waiters(user))).map(toObjectKey);
  if (waiting.length === 0) return [];
  const transaction = redis.multi();
  removeMany(transaction, keys.waiters(user), waiting);
  for (const kind of ["user", "group"] as const) {
    const ids = waiting.map(parseKey).filter((key) => key.kind === kind);
    markDirtyIn(transaction, keys, { kind, ids: ids.map((key) => key.id) });
  }
  await execute(transaction);
  return waiting;
}
