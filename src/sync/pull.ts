import { SyncError } from "../model/errors.ts";
import type { EntraId } from "../model/ids.ts";
import { inBatches } from "./batches.ts";
import type { SyncContext } from "./context.ts";
import { commitGroups, commitUsers } from "./pages.ts";
import type { DeltaPage } from "./ports.ts";
import { pullAssignments } from "./pull-assignments.ts";
import { pullManagers } from "./pull-managers.ts";
import type { Stream } from "./state.ts";
import { arrangeStreams, IDS_PER_STREAM } from "./streams.ts";

const USERS: Stream = { name: "users", kind: "user", cursor: undefined, isFull: true, isRunning: false };
const ALL_GROUPS: Stream = { name: "groups", kind: "group", cursor: undefined, isFull: true, isRunning: false };
/** How many cycles ask Graph again for a person in scope whom it does not return; after that only a reconcile does. */
const MAX_TRIES = 5;

/**
 * Reads what changed in Entra into the store: assignments, groups with members, scope, users, and full copies of people
 * who entered scope. Every page's effects are durable, in one transaction with the cursor that follows it, before the
 * next page is read; so a crash repeats at most one page. Nothing is decided here, objects are only marked dirty.
 *
 * Returns warnings: reads that were empty and are not believed. Throws the source's SyncErrors.
 */
export async function pull(
  context: SyncContext,
  options: {
    readonly isFresh: boolean;
    /** False when the cursors belong to another query, whose changes are of no use any more. */
    readonly hasSameQuery: boolean;
    readonly onFresh: () => Promise<void>;
  },
): Promise<readonly string[]> {
  const warnings: string[] = [];
  const assigned = await pullAssignments(context, options);
  warnings.push(...assigned.warnings);
  if (options.isFresh) {
    // First what delta can say for certain: a full round only tells what is there, not what was taken away.
    if (options.hasSameQuery) await pullChanges(context, warnings);
    await startAfresh(context);
    await options.onFresh();
  }
  await pullGroups(context, warnings);
  await context.state.updateScope({ ...context.rules.scope, roles: assigned.roles });
  await pullStream(context, (await findStream(context, USERS.name)) ?? USERS, warnings);
  await fetchIncomplete(context, options.isFresh);
  warnings.push(...(await pullManagers(context)));
  return warnings;
}

/** One more round of changes of every stream that has a delta link. */
async function pullChanges(context: SyncContext, warnings: string[]): Promise<void> {
  for (const stream of await context.state.readStreams()) {
    if (stream.cursor !== undefined && !stream.isFull) await pullStream(context, stream, warnings);
  }
}

/** Forgets every cursor, so that all streams start with a full round. What is known stays for comparison. */
async function startAfresh({ state }: SyncContext): Promise<void> {
  const streams = await state.readStreams();
  for (const stream of streams)
    await state.saveStream({ ...stream, cursor: undefined, isFull: true, isRunning: false });
}

async function pullGroups(context: SyncContext, warnings: string[]): Promise<void> {
  const { state, rules } = context;
  if (rules.scope.mode === "all") {
    await pullStream(context, (await findStream(context, ALL_GROUPS.name)) ?? ALL_GROUPS, warnings);
    return;
  }
  let tracked = await state.readAssigned("group");
  for (;;) {
    const { streams, dropped } = arrangeStreams(await groupStreams(context), tracked);
    await state.dropStreams(dropped);
    for (const stream of streams) await pullStream(context, stream, warnings);
    if (!rules.scope.isNested) return;
    const next = await withSubgroups(context, tracked);
    if (next.length === tracked.length) return;
    tracked = next;
  }
}

/** The assigned groups and, level by level, the groups inside them. Circles end by themselves. */
async function withSubgroups({ state }: SyncContext, groups: readonly EntraId[]): Promise<readonly EntraId[]> {
  const all = new Set(groups);
  for (const children of (await state.readSubgroups(groups)).values()) for (const child of children) all.add(child);
  return [...all];
}

async function groupStreams({ state }: SyncContext): Promise<readonly Stream[]> {
  return (await state.readStreams()).filter((stream) => stream.kind === "group" && stream.ids !== undefined);
}

async function findStream({ state }: SyncContext, name: string): Promise<Stream | undefined> {
  return (await state.readStreams()).find((stream) => stream.name === name);
}

/** Runs one round of a stream, a second time from the start when Graph no longer knows the cursor. */
async function pullStream(context: SyncContext, stream: Stream, warnings: string[]): Promise<void> {
  try {
    await pullRound(context, stream, warnings);
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== "cursor-expired" || stream.cursor === undefined) throw error;
    context.log.warn({ stream: stream.name }, "delta link expired, reading everything again");
    const fresh: Stream = { ...stream, cursor: undefined, isFull: true, isRunning: false };
    await context.state.saveStream(fresh);
    await pullRound(context, fresh, warnings);
  }
}

async function pullRound(context: SyncContext, start: Stream, warnings: string[]): Promise<void> {
  const { state } = context;
  let stream: Stream = start.isRunning ? start : { ...start, isFull: start.cursor === undefined };
  if (stream.cursor === undefined) {
    await state.saveStream(stream);
    if (stream.kind === "user") await state.writeMeta("managersRead", undefined);
  }
  let count = 0;
  for await (const page of readPages(context, stream)) {
    await assertUnmoved(context, stream);
    const isRoundEnd = page.isLast && stream.isFull;
    // The delta link of a full round is saved by finishRound only, after what is missing was dealt with.
    stream = { ...stream, cursor: page.cursor, isRunning: !page.isLast };
    await page.commit(isRoundEnd ? { ...stream, cursor: start.cursor, isRunning: start.isRunning } : stream);
    count += page.count;
    context.onProgress(stream.kind === "user" ? "users" : "groups", count);
    if (isRoundEnd) warnings.push(...(await finishRound(context, { ...stream, isFull: false })));
    context.signal?.throwIfAborted();
  }
}

/**
 * A page may only be added to the pages before it. When the saved cursor is not the one that led to this page, Redis has
 * lost its last second, or another process has taken over: then the round goes on later, from what is saved.
 */
async function assertUnmoved(context: SyncContext, stream: Stream): Promise<void> {
  const saved = await findStream(context, stream.name);
  if (saved !== undefined && saved.cursor === stream.cursor) return;
  throw new SyncError("the saved position in Entra's changes is not ours any more; the next cycle goes on from there", {
    side: "store",
    code: "unexpected-response",
    retry: { kind: "backoff" },
    details: { stream: stream.name },
  });
}

type CommitPage = {
  readonly cursor: string;
  readonly isLast: boolean;
  readonly count: number;
  readonly commit: (stream: Stream) => Promise<void>;
};

async function* readPages(context: SyncContext, stream: Stream): AsyncIterable<CommitPage> {
  const { source, rules, signal } = context;
  const toCommit = <Item>(page: DeltaPage<Item>, commit: CommitPage["commit"]): CommitPage => {
    return { cursor: page.cursor, isLast: page.isLast, count: page.items.length, commit };
  };
  if (stream.kind === "user") {
    const query = { cursor: stream.cursor, select: rules.users.select };
    for await (const page of source.readUsers(query, signal)) {
      yield toCommit(page, (next) => commitUsers(context, next, page.items));
    }
    return;
  }
  const query = { cursor: stream.cursor, select: rules.groups.select, ...(stream.ids && { ids: stream.ids }) };
  for await (const page of source.readGroups(query, signal)) {
    yield toCommit(page, (next) => commitGroups(context, next, page.items));
  }
}

/**
 * Ends a full round: what we know as present and the round did not report has left the directory without our seeing it.
 * Only a round that reached its delta link gets here. Before anything is concluded, Graph is asked for the missing
 * people by id, and a round that reported nothing at all is not believed.
 */
async function finishRound(context: SyncContext, stream: Stream): Promise<readonly string[]> {
  const { state, log } = context;
  const unseen = await state.findUnseen(stream);
  const doubt = await findDoubt(context, stream, unseen);
  if (doubt !== undefined) {
    await state.finishRound(stream, { gone: [], isBelieved: false });
    return [`${doubt}; nothing is concluded from that`];
  }
  const present = await findPresent(context, stream, unseen);
  const gone = unseen.filter((id) => !present.has(id));
  if (gone.length > 0) log.info({ stream: stream.name, gone: gone.length }, "objects left the directory");
  await state.finishRound(stream, { gone, isBelieved: true });
  return [];
}

/** A round that lost everything is a fault of the source until delta itself reports the removals. */
async function findDoubt(
  { state }: SyncContext,
  stream: Stream,
  unseen: readonly EntraId[],
): Promise<string | undefined> {
  if (unseen.length > 0 && (await state.countSeen(stream.name)) === 0) {
    return `Entra returned no ${stream.kind}s at all, although ${unseen.length} are known`;
  }
  if (stream.kind === "user") return undefined;
  const members = await state.countMembers(stream);
  if (members.known === 0 || members.fresh > 0) return undefined;
  return `Entra returned groups without any members, although ${members.known} are known`;
}

/** Those of the missing objects that Graph knows when it is asked for them by id. */
async function findPresent(
  context: SyncContext,
  stream: Stream,
  ids: readonly EntraId[],
): Promise<ReadonlySet<EntraId>> {
  const { source, signal } = context;
  if (ids.length === 0) return new Set();
  if (stream.kind === "user") {
    // Only whether they are there.
    const records = await source.readUsersById(ids, [], signal);
    return new Set(records.map((record) => record.id));
  }
  const parts = [...inBatches(ids, IDS_PER_STREAM)];
  const found = await Promise.all(parts.map((part) => findGroups(context, part)));
  return new Set(found.flat());
}

async function findGroups(
  { source, rules, signal }: SyncContext,
  ids: readonly EntraId[],
): Promise<readonly EntraId[]> {
  const found: EntraId[] = [];
  for await (const page of source.readGroups({ cursor: undefined, select: rules.groups.select, ids }, signal)) {
    found.push(...page.items.filter((item) => item.removed === undefined).map((item) => item.id));
  }
  return found;
}

/** Reads people in full who are in scope but of whom no complete copy is kept. */
async function fetchIncomplete(context: SyncContext, isFresh: boolean): Promise<void> {
  const { state, source, rules } = context;
  const ids = await state.findIncomplete(isFresh ? Number.POSITIVE_INFINITY : MAX_TRIES);
  if (ids.length === 0) return;
  const records = await source.readUsersById(ids, rules.users.select, context.signal);
  const objects = records.map(
    ({ id, attributes }) => [id, { presence: "present", isComplete: true, attributes }] as const,
  );
  await state.saveUsers(new Map(objects));
  const found = new Set(records.map((record) => record.id));
  await state.countTries(ids.filter((id) => !found.has(id)));
}
