import type { Redis } from "ioredis";
import type { State } from "../sync/state.ts";
import { parseEscrow, toObjectKey } from "./codec.ts";
import type { Keys } from "./keys.ts";
import { execute } from "./transaction.ts";

/** Objects whose last attempts failed, and when each is tried again. */
export function createEscrow(
  redis: Redis,
  keys: Keys,
): Pick<State, "saveEscrow" | "readEscrow" | "dropEscrow" | "readDueEscrow"> {
  return {
    saveEscrow: async (escrow) => {
      const due = Date.parse(escrow.retryAt);
      await execute(
        redis.multi().hset(keys.escrow, escrow.key, JSON.stringify(escrow)).zadd(keys.escrowDue, due, escrow.key),
      );
    },
    readEscrow: async (key) => parseEscrow(await redis.hget(keys.escrow, key)),
    dropEscrow: async (key) => {
      await execute(redis.multi().hdel(keys.escrow, key).zrem(keys.escrowDue, key));
    },
    readDueEscrow: async (now) => (await redis.zrangebyscore(keys.escrowDue, 0, now.getTime())).map(toObjectKey),
  };
}
