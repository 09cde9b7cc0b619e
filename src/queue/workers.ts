import { RateLimitError, WaitingError, Worker, type Job } from "bullmq";
import type { ConnectionOptions } from "bullmq";
import { z } from "zod";
import type { Log } from "../log.ts";
import { SyncError } from "../model/errors.ts";
import { parseKey, toKey, type ObjectKey } from "../model/ids.ts";
import type { SyncContext } from "../sync/context.ts";
import { runCycle } from "../sync/cycle.ts";
import { decideUser } from "../sync/plan.ts";
import { pushObject } from "../sync/push.ts";
import type { Run, Runs } from "../sync/runs.ts";
import type { Outcome } from "../sync/state.ts";
import { enqueue, type CycleJob, type PushJob, type Queues } from "./queues.ts";
import { ATTEMPTS, ESCROW_DAYS, backoffDelay, escrowDelay, toRetry } from "./retry.ts";

export type WorkerDeps = {
  readonly context: Omit<SyncContext, "signal" | "onProgress">;
  readonly runs: Runs;
  readonly queues: Queues;
  readonly connection: ConnectionOptions;
  readonly prefix: string;
  readonly concurrency: number;
  /** Makes every request to the target wait; `ms` are milliseconds. */
  readonly pauseTarget: (ms: number) => Promise<void>;
  /** Requests sent since the last call. */
  readonly takeRequests: () => { readonly graph: number; readonly scim: number };
};

export type Workers = {
  /** Lets running pushes end, stops a running cycle between two pages. */
  readonly close: () => Promise<void>;
};

/** Lock of a job; a job of a process that died is run again after so long at most. */
const LOCK_MS = 20_000;

/** Starts the workers: one cycle at a time, `concurrency` pushes. */
export function startWorkers(deps: WorkerDeps): Workers {
  const { log } = deps.context;
  const stop = new AbortController();
  const settings = {
    connection: deps.connection,
    prefix: `${deps.prefix}:queue`,
    lockDuration: LOCK_MS,
    stalledInterval: LOCK_MS / 2,
    maxStalledCount: 10,
    drainDelay: 1,
  };
  const cycle = new Worker<CycleJob>("cycle", (job) => handleCycle(deps, job, stop.signal), {
    ...settings,
    concurrency: 1,
  });
  const push = new Worker<PushJob>("push", (job, token) => handlePush(deps, job, token), {
    ...settings,
    concurrency: deps.concurrency,
    // Without a limiter other jobs would go on during a rate limit; the rate itself is held in front of each request.
    limiter: { max: 1_000_000, duration: 1000 },
    settings: { backoffStrategy: (attemptsMade) => backoffDelay(attemptsMade) },
  });
  for (const worker of [cycle, push]) worker.on("error", (error) => log.debug({ err: error }, "worker connection"));
  return {
    close: async () => {
      stop.abort();
      await Promise.all([cycle.close(), push.close()]);
    },
  };
}

async function handleCycle(deps: WorkerDeps, job: Job<CycleJob>, signal: AbortSignal): Promise<void> {
  const { runs, context } = deps;
  const id = job.id ?? "cycle";
  const log = context.log.child({ run: id });
  await runs.start(id);
  try {
    await leaveHalt(deps);
    const plan = await runCycle(
      { ...context, log, signal, onProgress: reportProgress(runs, id) },
      job.data.isReconcile,
    );
    for (const warning of plan.warnings) log.error(warning);
    await runs.countRequests(deps.takeRequests(), id);
    const facts = { kind: plan.kind, users: plan.users.length, groups: plan.groups.length };
    log[facts.users + facts.groups > 0 || plan.kind !== "incremental" ? "info" : "debug"](facts, "cycle planned");
    const keys = await runs.open(id, plan);
    await enqueue(deps.queues, keys);
    // The target may have refused our credentials while we were reading: then nobody works on this run.
    const halted = await context.state.readMeta("halt");
    if (halted !== undefined && keys.length > 0) await runs.fail(id, parseHalt(halted));
  } catch (error) {
    await runs.countRequests(deps.takeRequests(), id);
    if (signal.aborted) await runs.fail(id, { code: "interrupted", message: "stopped before the cycle was over" });
    else await runs.fail(id, toFailure(error, log));
  }
}

function parseHalt(text: string): NonNullable<Run["error"]> {
  return z.object({ code: z.string(), message: z.string() }).parse(JSON.parse(text));
}

function toFailure(error: unknown, log: Log): NonNullable<Run["error"]> {
  log.error({ err: error }, "cycle failed");
  return error instanceof SyncError
    ? { code: error.code, message: error.message }
    : { code: "internal", message: error instanceof Error ? error.message : String(error) };
}

/** Progress is for people to look at: often enough to move, seldom enough to cost nothing. */
function reportProgress(runs: Runs, id: string): (step: string, done: number) => void {
  let last = 0;
  return (step, done) => {
    if (Date.now() - last < 200) return;
    last = Date.now();
    void runs.setProgress(id, step, done).catch(() => undefined);
  };
}

/** After the target had refused our credentials: nothing is sent until a harmless request succeeds. */
async function leaveHalt({ context, queues }: WorkerDeps): Promise<void> {
  if ((await context.state.readMeta("halt")) === undefined) return;
  await context.target.testConnection();
  await context.state.writeMeta("halt", undefined);
  await queues.push.resume();
  context.log.info("target accepts our credentials again");
}

async function handlePush(deps: WorkerDeps, job: Job<PushJob>, jobToken: string | undefined): Promise<string> {
  const { context } = deps;
  const { key } = job.data;
  const { kind, id } = parseKey(key);
  const token = (await context.state.readDirtyTokens(kind, [id])).get(id);
  const log = context.log.child({ entraId: id, kind });
  const startedAt = performance.now();
  try {
    const outcome = await pushObject({ ...context, log, onProgress: () => undefined }, kind, id);
    if (token !== undefined) await context.state.clearDirty(kind, new Map([[id, token]]));
    if (outcome.membersFailed) await remember(deps, { key, error: refusedMembers(outcome.membersFailed), log });
    else await context.state.dropEscrow(key);
    await settle(deps, key, { outcome });
    const level = ["unchanged", "skipped"].includes(outcome.action) ? "debug" : "info";
    log[level]({ ...outcome, ms: Math.round(performance.now() - startedAt) }, "pushed");
    return outcome.action;
  } catch (error) {
    return await handleFailure(deps, { job, jobToken, key, token, error, log });
  }
}

async function settle(
  deps: WorkerDeps,
  key: ObjectKey,
  { outcome, code }: { readonly outcome: Outcome; readonly code?: string },
): Promise<void> {
  const { kind, id } = parseKey(key);
  if (kind === "user" && outcome.action !== "failed") {
    const waiting = await findWork(deps.context, await deps.context.state.takeWaiting(id));
    await deps.runs.extend(key, waiting);
    await enqueue(deps.queues, waiting);
  }
  await deps.runs.countRequests(deps.takeRequests());
  await enqueue(deps.queues, await deps.runs.settle(key, outcome, code));
}

/** Of those who waited for a person's account: all groups, and reports for whom that changes something. */
async function findWork(
  { state, rules }: WorkerDeps["context"],
  waiting: readonly ObjectKey[],
): Promise<readonly ObjectKey[]> {
  const people = waiting.map(parseKey).filter((key) => key.kind === "user");
  const states = await state.readStates(
    "user",
    people.map((key) => key.id),
  );
  const idle = states.filter((each) => decideUser(each, rules).change.kind === "none");
  const isIdle = new Set(idle.map(({ id }) => toKey("user", id)));
  return waiting.filter((key) => !isIdle.has(key));
}

type Failure = {
  readonly job: Job<PushJob>;
  readonly jobToken: string | undefined;
  readonly key: ObjectKey;
  /** The dirty token that the failed attempt worked on. */
  readonly token: string | undefined;
  readonly error: unknown;
  readonly log: Log;
};

/** The one place that turns a failure into what the queue does. */
async function handleFailure(deps: WorkerDeps, failure: Failure): Promise<string> {
  const { job, error, key, log } = failure;
  const retry = toRetry(error);
  await deps.runs.countRequests(deps.takeRequests());
  switch (retry.kind) {
    case "after":
      log.warn({ ms: retry.ms }, "target asks us to wait, the whole queue waits");
      await deps.pauseTarget(retry.ms);
      await deps.queues.push.rateLimit(retry.ms);
      throw new RateLimitError();
    case "halt":
      return halt(deps, failure);
    case "never":
      return escrow(deps, failure);
    case "backoff":
      if (job.attemptsMade + 1 >= ATTEMPTS) return escrow(deps, failure);
      log.warn({ err: error, attempt: job.attemptsMade + 1 }, "push failed, it will be tried again");
      await enqueue(deps.queues, await deps.runs.attempted(key));
      throw error;
  }
}

async function halt(deps: WorkerDeps, { job, jobToken, error, log }: Failure): Promise<never> {
  const { code, message } = toFailure(error, log);
  const fact = { code, message, since: new Date().toISOString() };
  await deps.context.state.writeMeta("halt", JSON.stringify(fact));
  await deps.queues.push.pause();
  await deps.runs.failAll({ code, message });
  await job.moveToWait(jobToken);
  throw new WaitingError();
}

function refusedMembers(count: number): SyncError {
  const message = `the target refuses ${count} members of the group`;
  return new SyncError(message, { side: "target", code: "rejected", retry: { kind: "never" } });
}

async function escrow(deps: WorkerDeps, failure: Failure): Promise<string> {
  const { key, token } = failure;
  const { kind, id } = parseKey(key);
  const code = await remember(deps, failure);
  if (token !== undefined) await deps.context.state.clearDirty(kind, new Map([[id, token]]));
  await settle(deps, key, { outcome: { action: "failed" }, code });
  return "failed";
}

/** Puts an object into escrow, to be tried again later. Returns the failure's code. */
async function remember(
  deps: WorkerDeps,
  { key, error, log }: Pick<Failure, "key" | "error" | "log">,
): Promise<string> {
  const { state } = deps.context;
  const old = await state.readEscrow(key);
  const failures = (old?.failures ?? 0) + 1;
  const since = old?.since ?? new Date().toISOString();
  const code = error instanceof SyncError ? error.code : "internal";
  const message = error instanceof Error ? error.message : String(error);
  const isOver = Date.now() - Date.parse(since) > ESCROW_DAYS * 24 * 3_600_000;
  // After four weeks only a change of the object, or a reconcile, tries again.
  const retryAt = new Date(isOver ? 8.64e15 : Date.now() + escrowDelay(toRetry(error), failures)).toISOString();
  await state.saveEscrow({ key, code, message, failures, since, retryAt });
  log.error({ err: error, failures, retryAt }, "push failed");
  return code;
}
