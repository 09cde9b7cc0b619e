import type { ChainableCommander, Redis } from "ioredis";
import { toEntraId, type EntraId, type Kind } from "../model/ids.ts";
import type { AppRole, Assignment } from "../sync/ports.ts";
import type { GroupEdit, GroupPage, ObjectState, State, StoredObject, Stream, UserPage } from "../sync/state.ts";
import { parseLink, parseObject, parseStream } from "./codec.ts";
import type { Keys } from "./keys.ts";
import { withManagers } from "./managers.ts";
import { readRoles } from "./roles.ts";
import { addMany, execute, markDirtyIn, parts, removeMany, replaceMany } from "./transaction.ts";

export type SourceState = Pick<
  State,
  | "readMeta"
  | "writeMeta"
  | "readStreams"
  | "saveStream"
  | "dropStreams"
  | "readAssigned"
  | "replaceAssignments"
  | "readStates"
  | "commitUsers"
  | "commitGroups"
  | "countSeen"
  | "readSeen"
  | "countMembers"
  | "findUnseen"
  | "finishRound"
  | "saveUsers"
  | "findIncomplete"
  | "countTries"
  | "readSubgroups"
>;

/** What is remembered of Entra: objects, memberships, assignments, and where each delta stream stands. */
export function createSourceState(redis: Redis, keys: Keys): SourceState {
  return {
    readMeta: async (name) => (await redis.hget(keys.meta, name)) ?? undefined,
    writeMeta: async (name, value) => {
      await (value === undefined ? redis.hdel(keys.meta, name) : redis.hset(keys.meta, name, value));
    },
    readStreams: async () => Object.values(await redis.hgetall(keys.streams)).map(parseStream),
    saveStream: (stream) => saveStream(redis, keys, stream),
    dropStreams: async (names) => {
      if (names.length === 0) return;
      const transaction = redis.multi().hdel(keys.streams, ...names);
      for (const name of names) transaction.del(keys.seen(name));
      await execute(transaction);
    },
    readAssigned: async (kind) => (await redis.smembers(keys.assigned(kind))).map(toEntraId),
    replaceAssignments: (rows, roles) => replaceAssignments(redis, keys, { rows, roles }),
    readStates: (kind, ids) => readStates(redis, keys, { kind, ids }),
    commitUsers: (page) => commitUsers(redis, keys, page),
    commitGroups: (page) => commitGroups(redis, keys, page),
    readSeen: async (stream, ids) => {
      if (ids.length === 0) return new Set();
      const answers = await redis.smismember(keys.seen(stream), ...ids);
      return new Set(ids.filter((_, index) => answers[index] === 1));
    },
    countSeen: (stream) => redis.scard(keys.seen(stream)),
    countMembers: (stream) => countMembers(redis, keys, stream),
    findUnseen: (stream) => findUnseen(redis, keys, stream),
    finishRound: (stream, { gone, isBelieved }) =>
      isBelieved ? finishRound(redis, keys, { stream, gone }) : abandonRound(redis, keys, stream),
    saveUsers: async (records) => {
      const transaction = redis.multi();
      for (const [id, object] of records) writeUser(transaction, keys, { id, object });
      for (const part of parts([...records.keys()])) transaction.hdel(keys.tries, ...part);
      markDirtyIn(transaction, keys, { kind: "user", ids: [...records.keys()] });
      await execute(transaction);
    },
    findIncomplete: (maxTries) => findIncomplete(redis, keys, maxTries),
    countTries: async (ids) => {
      const transaction = redis.multi();
      for (const id of ids) transaction.hincrby(keys.tries, id, 1);
      await execute(transaction);
    },
    readSubgroups: (groups) => readSubgroups(redis, keys, groups),
  };
}

function saveStreamIn(transaction: ChainableCommander, keys: Keys, stream: Stream): void {
  transaction.hset(keys.streams, stream.name, JSON.stringify(stream));
}

async function saveStream(redis: Redis, keys: Keys, stream: Stream): Promise<void> {
  if (stream.cursor === undefined) return abandonRound(redis, keys, stream);
  const transaction = redis.multi();
  saveStreamIn(transaction, keys, stream);
  await execute(transaction);
}

/** Saves a stream and forgets what its round had collected so far: it is of no use to the next one. */
async function abandonRound(redis: Redis, keys: Keys, stream: Stream): Promise<void> {
  const seen = stream.kind === "group" ? (await redis.smembers(keys.seen(stream.name))).map(toEntraId) : [];
  const transaction = redis.multi();
  saveStreamIn(transaction, keys, stream);
  for (const id of seen) transaction.del(keys.freshUsers(id), keys.freshGroups(id));
  transaction.del(keys.seen(stream.name));
  await execute(transaction);
}

async function replaceAssignments(
  redis: Redis,
  keys: Keys,
  { rows, roles }: { readonly rows: readonly Assignment[]; readonly roles: readonly AppRole[] },
): Promise<void> {
  const transaction = redis.multi();
  for (const [kind, type] of [
    ["user", "User"],
    ["group", "Group"],
  ] as const) {
    const own = rows.filter((row) => row.principalType === type);
    replaceMany(
      transaction,
      keys.assigned(kind),
      own.map((row) => row.principalId),
    );
    for (const { id } of roles) {
      const withRole = own.filter((row) => row.appRoleId === id).map((row) => row.principalId);
      replaceMany(transaction, keys.rolePrincipals(id, kind), withRole);
    }
  }
  await execute(transaction);
}

async function readStates(
  redis: Redis,
  keys: Keys,
  { kind, ids }: { readonly kind: Kind; readonly ids: readonly EntraId[] },
): Promise<readonly ObjectState[]> {
  if (ids.length === 0) return [];
  const [objects, links, scope, roles] = await Promise.all([
    redis.hmget(keys.objects(kind), ...ids),
    redis.hmget(keys.links(kind), ...ids),
    redis.smismember(keys.scope(kind), ...ids),
    kind === "user" ? readRoles(redis, keys, ids) : undefined,
  ]);
  const states = ids.map((id, index) => ({
    id,
    object: parseObject(objects[index]),
    link: parseLink(links[index]),
    isInScope: scope[index] === 1,
    ...(roles && { roles: roles[index] }),
  }));
  return kind === "user" ? withManagers(redis, keys, states) : states;
}

async function commitUsers(redis: Redis, keys: Keys, page: UserPage): Promise<void> {
  const transaction = redis.multi();
  for (const [id, object] of page.objects) writeUser(transaction, keys, { id, object });
  addMany(transaction, keys.scope("user"), page.inScope);
  removeMany(transaction, keys.scope("user"), page.outOfScope);
  addMany(transaction, keys.seen(page.stream.name), page.seen);
  markDirtyIn(transaction, keys, { kind: "user", ids: page.dirty });
  saveStreamIn(transaction, keys, page.stream);
  await execute(transaction);
}

async function commitGroups(redis: Redis, keys: Keys, page: GroupPage): Promise<void> {
  const transaction = redis.multi();
  for (const edit of page.edits) writeEdit(transaction, keys, { edit, isFull: page.stream.isFull });
  addMany(transaction, keys.seen(page.stream.name), page.seen);
  const changed = page.edits.filter((edit) => edit.isChanged).map((edit) => edit.id);
  markDirtyIn(transaction, keys, { kind: "group", ids: changed });
  saveStreamIn(transaction, keys, page.stream);
  await execute(transaction);
}

/** In a full round members are collected aside; the round's end puts them in place of what was known. */
function writeEdit(
  transaction: ChainableCommander,
  keys: Keys,
  { edit, isFull }: { readonly edit: GroupEdit; readonly isFull: boolean },
): void {
  if (edit.object !== undefined) transaction.hset(keys.objects("group"), edit.id, JSON.stringify(edit.object));
  const users = isFull ? keys.freshUsers(edit.id) : keys.members(edit.id);
  const groups = isFull ? keys.freshGroups(edit.id) : keys.subgroups(edit.id);
  addMany(transaction, users, edit.addUsers);
  removeMany(transaction, users, edit.removeUsers);
  addMany(transaction, groups, edit.addGroups);
  removeMany(transaction, groups, edit.removeGroups);
}

async function countMembers(redis: Redis, keys: Keys, stream: Stream): Promise<{ known: number; fresh: number }> {
  const groups = (await redis.smembers(keys.seen(stream.name))).map(toEntraId);
  const pipeline = redis.pipeline();
  for (const id of groups) {
    pipeline.scard(keys.members(id)).scard(keys.subgroups(id)).scard(keys.freshUsers(id)).scard(keys.freshGroups(id));
  }
  const counts = ((await pipeline.exec()) ?? []).map(([, count]) => Number(count));
  const sum = (isFresh: boolean) =>
    counts.filter((_, index) => index % 4 >= 2 === isFresh).reduce((total, count) => total + count, 0);
  return { known: sum(false), fresh: sum(true) };
}

async function findUnseen(redis: Redis, keys: Keys, stream: Stream): Promise<readonly EntraId[]> {
  const known = Object.entries(await redis.hgetall(keys.objects(stream.kind)))
    .filter(([, text]) => parseObject(text)?.presence === "present")
    .map(([id]) => toEntraId(id));
  const limits = stream.ids === undefined ? undefined : new Set(stream.ids);
  const seen = new Set(await redis.smembers(keys.seen(stream.name)));
  return known.filter((id) => !seen.has(id) && (limits === undefined || limits.has(id)));
}

async function finishRound(
  redis: Redis,
  keys: Keys,
  { stream, gone }: { readonly stream: Stream; readonly gone: readonly EntraId[] },
): Promise<void> {
  const changed = new Set<EntraId>(gone);
  const transaction = redis.multi();
  if (stream.kind === "group") {
    for (const id of (await redis.smembers(keys.seen(stream.name))).map(toEntraId)) {
      if (await replaceMembers(redis, keys, { id, transaction })) changed.add(id);
    }
  }
  const left: StoredObject = { presence: "soft", isComplete: false, attributes: {} };
  for (const id of gone) {
    if (stream.kind === "user") writeUser(transaction, keys, { id, object: left });
    else transaction.hset(keys.objects("group"), id, JSON.stringify(left));
  }
  removeMany(transaction, keys.scope(stream.kind), gone);
  markDirtyIn(transaction, keys, { kind: stream.kind, ids: [...changed] });
  transaction.del(keys.seen(stream.name));
  saveStreamIn(transaction, keys, stream);
  await execute(transaction);
}

/** Queues the replacement of a group's members by those of a full round. True when that changes them. */
async function replaceMembers(
  redis: Redis,
  keys: Keys,
  { id, transaction }: { readonly id: EntraId; readonly transaction: ChainableCommander },
): Promise<boolean> {
  const [old, fresh, kept, oldGroups, freshGroups] = await Promise.all([
    redis.smembers(keys.members(id)),
    redis.smembers(keys.freshUsers(id)),
    // A full round does not list deleted people, but Entra keeps their memberships until they are purged.
    redis.sinter(keys.members(id), keys.retained),
    redis.smembers(keys.subgroups(id)),
    redis.smembers(keys.freshGroups(id)),
  ]);
  const users = [...new Set([...fresh, ...kept])];
  transaction.del(keys.members(id), keys.subgroups(id), keys.freshUsers(id), keys.freshGroups(id));
  addMany(transaction, keys.members(id), users);
  addMany(transaction, keys.subgroups(id), freshGroups);
  return !hasSame(old, users) || !hasSame(oldGroups, freshGroups);
}

function hasSame(left: readonly string[], right: readonly string[]): boolean {
  const set = new Set(left);
  return set.size === new Set(right).size && right.every((item) => set.has(item));
}

/** The difference of sets is taken in Redis, so that a quiet cycle over many people moves no data. */
async function findIncomplete(redis: Redis, keys: Keys, maxTries: number): Promise<readonly EntraId[]> {
  const ids = (await redis.sdiff(keys.scope("user"), keys.complete)).map(toEntraId);
  if (ids.length === 0) return [];
  const tries = await redis.hgetall(keys.tries);
  return ids.filter((id) => Number(tries[id] ?? 0) < maxTries);
}

/** Stores an object, and notes whether its attributes still have to be read. */
function writeUser(
  transaction: ChainableCommander,
  keys: Keys,
  { id, object }: { id: EntraId; object: StoredObject },
): void {
  transaction.hset(keys.objects("user"), id, JSON.stringify(object));
  const manager = object.attributes["manager"];
  if (typeof manager === "string") transaction.sadd(keys.reports(toEntraId(manager)), id);
  const isSettled = object.isComplete || object.presence !== "present";
  if (object.presence === "present") transaction.hdel(keys.tries, id);
  if (isSettled) transaction.sadd(keys.complete, id);
  else transaction.srem(keys.complete, id);
}

async function readSubgroups(
  redis: Redis,
  keys: Keys,
  groups: readonly EntraId[],
): Promise<ReadonlyMap<EntraId, readonly EntraId[]>> {
  const pipeline = redis.pipeline();
  for (const id of groups) pipeline.smembers(keys.subgroups(id));
  const answers = (await pipeline.exec()) ?? [];
  return new Map(
    groups.map((id, index) => {
      const members = answers[index]?.[1];
      return [id, Array.isArray(members) ? members.map((each) => toEntraId(String(each))) : []] as const;
    }),
  );
}
