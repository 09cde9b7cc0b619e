import { hostname } from "node:os";
import type { Redis } from "ioredis";
import { z } from "zod";
import type { Keys } from "./keys.ts";

/** What a process does here: serve the schedule, work off one command, or only look. */
export type Role = "daemon" | "command";

export type Instances = AsyncDisposable & {
  /** Announces this process as one that works off jobs, until it is disposed. */
  readonly join: (role: Role) => Promise<void>;
  /** Other living processes that work off jobs. */
  readonly others: () => Promise<readonly Role[]>;
};

const BEAT_MS = 2000;
/** A process that was not heard of for so long is dead, or cut off; its jobs are taken over by BullMQ's own locks. */
const SILENCE_MS = 10_000;

const instance = z.object({ role: z.enum(["daemon", "command"]), host: z.string(), pid: z.number(), at: z.number() });

/** Keeps the list of living processes: heartbeats in Redis, and for this machine a look at the process itself. */
export function createInstances(redis: Redis, keys: Keys): Instances {
  const id = `${hostname()}-${process.pid}-${Date.now()}`;
  let timer: NodeJS.Timeout | undefined;
  const beat = async (role: Role) => {
    const fact = { role, host: hostname(), pid: process.pid, at: Date.now() };
    await redis.hset(keys.instances, id, JSON.stringify(fact));
  };
  return {
    join: async (role) => {
      await beat(role);
      // A missed beat is no failure: the next one comes, and BullMQ's locks do not depend on it.
      timer = setInterval(() => void beat(role).catch(() => undefined), BEAT_MS).unref();
    },
    others: async () => {
      const found: Role[] = [];
      for (const [name, text] of Object.entries(await redis.hgetall(keys.instances))) {
        if (name === id) continue;
        const fact = instance.safeParse(JSON.parse(text)).data;
        if (fact !== undefined && isAlive(fact)) found.push(fact.role);
        else await redis.hdel(keys.instances, name);
      }
      return found;
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      if (timer !== undefined) await redis.hdel(keys.instances, id);
    },
  };
}

function isAlive({ host, pid, at }: z.infer<typeof instance>): boolean {
  if (Date.now() - at > SILENCE_MS) return false;
  if (host !== hostname() || pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
