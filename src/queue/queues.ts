import { Queue, type JobsOptions } from "bullmq";
import type { ConnectionOptions } from "bullmq";
import type { Log } from "../log.ts";
import { parseKey, type ObjectKey } from "../model/ids.ts";
import { ATTEMPTS } from "./retry.ts";

/** What the jobs hold. A key or a kind, never data of a person: BullMQ stores it in clear. */
export type PushJob = { readonly key: ObjectKey };
export type CycleJob = { readonly isReconcile: boolean };

export type Queues = {
  readonly push: Queue<PushJob>;
  readonly cycle: Queue<CycleJob>;
  readonly close: () => Promise<void>;
};

export type QueueOptions = { readonly connection: ConnectionOptions; readonly prefix: string };

/** Opens the two queues. At most one cycle runs at a time, over all replicas. */
export async function createQueues(options: QueueOptions, log: Log): Promise<Queues> {
  const settings = { connection: options.connection, prefix: `${options.prefix}:queue` };
  const push = new Queue<PushJob>("push", settings);
  const cycle = new Queue<CycleJob>("cycle", settings);
  for (const queue of [push, cycle]) queue.on("error", (error) => log.debug({ err: error }, "queue connection"));
  await cycle.setGlobalConcurrency(1);
  return {
    push,
    cycle,
    close: async () => {
      await Promise.all([push.close(), cycle.close()]);
    },
  };
}

/**
 * Enqueues objects. One job an object: while it waits, another is not needed; while it runs, exactly one more is kept
 * for afterwards, because the running one may have read its state already.
 */
export async function enqueue(queues: Queues, keys: readonly ObjectKey[]): Promise<void> {
  const size = 1000;
  for (let index = 0; index < keys.length; index += size) {
    await queues.push.addBulk(keys.slice(index, index + size).map(toJob));
  }
}

function toJob(key: ObjectKey): { name: string; data: PushJob; opts: JobsOptions } {
  const { kind, id } = parseKey(key);
  return {
    name: kind,
    data: { key },
    opts: {
      deduplication: { id: `${kind}-${id}`, keepLastIfActive: true },
      attempts: ATTEMPTS,
      backoff: { type: "custom" },
      removeOnComplete: true,
      removeOnFail: true,
      // People before groups: members can only be added once their accounts exist.
      ...(kind === "group" && { priority: 10 }),
    },
  };
}

/** Asks for a cycle; whichever replica is free runs it. Returns the run's id. */
export async function requestCycle(queues: Queues, job: CycleJob): Promise<string> {
  const id = `run-${Date.now()}-${Math.random().toString(36).slice(2, 8)}`;
  await queues.cycle.add(job.isReconcile ? "reconcile" : "cycle", job, {
    jobId: id,
    removeOnComplete: true,
    removeOnFail: true,
  });
  return id;
}

/** Starts a cycle every `intervalMs`, and a reconcile by the cron pattern, if there is one. */
export async function schedule(
  queues: Queues,
  options: { readonly intervalMs: number; readonly reconcile: string | undefined },
): Promise<void> {
  const opts = { removeOnComplete: true, removeOnFail: true };
  const poll = { name: "cycle", data: { isReconcile: false }, opts };
  await queues.cycle.upsertJobScheduler("poll", { every: options.intervalMs }, poll);
  const nightly = { name: "reconcile", data: { isReconcile: true }, opts };
  if (options.reconcile === undefined) await queues.cycle.removeJobScheduler("reconcile");
  else await queues.cycle.upsertJobScheduler("reconcile", { pattern: options.reconcile }, nightly);
}

/** Stops the schedule, when no other replica is left to serve it. */
export async function unschedule(queues: Queues): Promise<void> {
  await queues.cycle.removeJobScheduler("poll");
  await queues.cycle.removeJobScheduler("reconcile");
}

/**
 * Empties both queues, running jobs of dead processes included. Nothing is lost: every object that needs a push is on
 * the list of dirty ones, and the next cycle enqueues it. Only for a start while no other instance lives.
 */
export async function resetQueues(queues: Queues): Promise<void> {
  await queues.push.obliterate({ force: true });
  await queues.cycle.obliterate({ force: true });
  await queues.push.resume();
  await queues.cycle.resume();
  await queues.cycle.setGlobalConcurrency(1);
}
