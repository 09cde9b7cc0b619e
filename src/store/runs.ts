import type { Redis } from "ioredis";
import { z } from "zod";
import { parseKey, type ObjectKey } from "../model/ids.ts";
import type { CyclePlan } from "../sync/cycle.ts";
import type { Run, Runs } from "../sync/runs.ts";
import type { Outcome } from "../sync/state.ts";
import { toObjectKey } from "./codec.ts";
import type { Keys } from "./keys.ts";
import { addMany, execute } from "./transaction.ts";

/** Runs are kept for as long as somebody may ask for their result. */
const KEEP_SECONDS = 7 * 24 * 3600;
/** Cycles that found nothing to do are many. */
const KEEP_QUIET_SECONDS = 600;

/** Creates the book of runs, on Redis, so that any replica may finish what another began. */
export function createRuns(redis: Redis, keys: Keys): Runs {
  const settle = async (args: readonly string[]) => {
    const released = await redis.eval(SETTLE, 1, keys.openRuns, keys.prefix, ...args);
    return Array.isArray(released) ? released.map((key) => toObjectKey(String(key))) : [];
  };
  return {
    start: async (id) => {
      const fields = { state: "pulling", kind: "incremental", startedAt: new Date().toISOString() };
      await execute(redis.multi().hset(keys.run(id), fields).expire(keys.run(id), KEEP_SECONDS));
    },
    setProgress: async (id, step, done) => {
      await redis.hset(keys.run(id), { step, done });
    },
    open: (id, plan) => openRun(redis, keys, { id, plan }),
    extend: async (key, others) => {
      if (others.length > 0) await redis.eval(EXTEND, 1, keys.openRuns, keys.prefix, key, ...others);
    },
    attempted: (key) => settle([key, "0", new Date().toISOString(), ""]),
    settle: (key, outcome, code) =>
      settle([key, "1", new Date().toISOString(), code ?? "", ...toCounters(key, outcome).flat().map(String)]),
    fail: async (id, error) => {
      const fields = { state: "failed", finishedAt: new Date().toISOString(), error: JSON.stringify(error) };
      await execute(redis.multi().hset(keys.run(id), fields).srem(keys.openRuns, id));
    },
    failAll: async (error) => {
      const fields = { state: "failed", finishedAt: new Date().toISOString(), error: JSON.stringify(error) };
      const transaction = redis.multi();
      for (const id of await redis.smembers(keys.openRuns))
        transaction.hset(keys.run(id), fields).srem(keys.openRuns, id);
      await execute(transaction);
    },
    countRequests: async ({ graph, scim }, id) => {
      if (graph + scim === 0) return;
      const transaction = redis.multi();
      const ids = new Set([...(await redis.smembers(keys.openRuns)), ...(id === undefined ? [] : [id])]);
      for (const each of ids) {
        if (scim > 0) transaction.hincrby(keys.run(each), "n:requests.scim", scim);
        if (graph > 0 && each === id) transaction.hincrby(keys.run(each), "n:requests.graph", graph);
      }
      await execute(transaction);
    },
    read: (id) => readRun(redis, keys, id),
  };
}

/**
 * Settles an object in every open run. ARGV: prefix, key, "1" when it is final, time, failure code, counter, amount, …
 * Returns the groups that were waiting for the first attempts at users, once these are over.
 */
const SETTLE = `
local released = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local run, open = ARGV[1] .. ':run:' .. id, ARGV[1] .. ':run-open:' .. id
  local first, groups = ARGV[1] .. ':run-first:' .. id, ARGV[1] .. ':run-groups:' .. id
  if ARGV[3] == '1' and redis.call('SREM', open, ARGV[2]) == 1 then
    for i = 6, #ARGV, 2 do redis.call('HINCRBY', run, ARGV[i], ARGV[i + 1]) end
    if ARGV[5] ~= '' then redis.call('HSET', run, 'failure', ARGV[5]) end
  end
  if redis.call('SREM', first, ARGV[2]) == 1 and redis.call('SCARD', first) == 0 then
    for _, key in ipairs(redis.call('SMEMBERS', groups)) do released[#released + 1] = key end
    redis.call('DEL', groups)
  end
  if redis.call('SCARD', open) == 0 then
    redis.call('HSET', run, 'state', 'done', 'finishedAt', ARGV[4])
    redis.call('SREM', KEYS[1], id)
  end
end
return released`;

/** ARGV: prefix, key, other keys … */
const EXTEND = `
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local open = ARGV[1] .. ':run-open:' .. id
  if redis.call('SISMEMBER', open, ARGV[2]) == 1 then
    for i = 3, #ARGV do
      if redis.call('SADD', open, ARGV[i]) == 1 then redis.call('HINCRBY', ARGV[1] .. ':run:' .. id, 'total', 1) end
    end
  end
end
return 1`;

async function openRun(
  redis: Redis,
  keys: Keys,
  { id, plan }: { readonly id: string; readonly plan: CyclePlan },
): Promise<readonly ObjectKey[]> {
  const all = [...plan.users, ...plan.groups];
  const isWaiting = plan.users.length > 0;
  const transaction = redis.multi();
  addMany(transaction, keys.runOpen(id), all);
  if (isWaiting) {
    addMany(transaction, keys.runFirst(id), plan.users);
    addMany(transaction, keys.runGroups(id), plan.groups);
  }
  for (const key of [keys.runOpen(id), keys.runFirst(id), keys.runGroups(id)]) transaction.expire(key, KEEP_SECONDS);
  const end = all.length === 0 ? { state: "done", finishedAt: new Date().toISOString() } : { state: "pushing" };
  const untouched = {
    "n:users.unchanged": plan.untouched.user.unchanged,
    "n:users.skipped": plan.untouched.user.skipped,
    "n:groups.unchanged": plan.untouched.group.unchanged,
    "n:groups.skipped": plan.untouched.group.skipped,
  };
  const facts = { kind: plan.kind, total: all.length, warnings: JSON.stringify(plan.warnings) };
  transaction.hset(keys.run(id), { ...untouched, ...facts, ...end });
  if (all.length > 0) transaction.sadd(keys.openRuns, id);
  else transaction.expire(keys.run(id), KEEP_QUIET_SECONDS);
  await execute(transaction);
  return isWaiting ? plan.users : all;
}

function toCounters(key: ObjectKey, outcome: Outcome): readonly (readonly [string, number])[] {
  const { kind } = parseKey(key);
  const counters: [string, number][] = [[`n:${kind}s.${outcome.action}`, 1]];
  if (outcome.membersAdded) counters.push(["n:memberships.added", outcome.membersAdded]);
  if (outcome.membersRemoved) counters.push(["n:memberships.removed", outcome.membersRemoved]);
  if (outcome.membersFailed) counters.push(["n:memberships.failed", outcome.membersFailed]);
  return counters;
}

const record = z.object({
  state: z.enum(["waiting", "pulling", "pushing", "done", "failed"]),
  kind: z.enum(["initial", "incremental", "reconcile"]).default("incremental"),
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  step: z.string().default(""),
  done: z.coerce.number().default(0),
  total: z.coerce.number().default(0),
  warnings: z.string().default("[]"),
  failure: z.string().optional(),
  error: z.string().optional(),
});
const failure = z.object({ code: z.string(), message: z.string() });

async function readRun(redis: Redis, keys: Keys, id: string): Promise<Run | undefined> {
  const [fields, open] = await Promise.all([redis.hgetall(keys.run(id)), redis.scard(keys.runOpen(id))]);
  if (Object.keys(fields).length === 0) return undefined;
  const run = record.parse(fields);
  const counts = Object.entries(fields).filter(([name]) => name.startsWith("n:"));
  const told = run.error === undefined ? undefined : failure.parse(JSON.parse(run.error));
  const last = run.failure === undefined ? undefined : { code: run.failure, message: "" };
  return {
    id,
    state: run.state,
    kind: run.kind,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    step: run.step,
    done: run.done,
    total: run.total,
    open,
    counts: Object.fromEntries(counts.map(([name, text]) => [name.slice(2), Number(text)])),
    warnings: z.array(z.string()).parse(JSON.parse(run.warnings)),
    error: told ?? last,
  };
}
