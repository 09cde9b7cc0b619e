import { afterAll, beforeAll, expect, it } from "vitest";
import { loadConfig } from "#src/config/load.ts";
import { createKeys } from "#src/store/keys.ts";
import { createPlanState } from "#src/store/plan-state.ts";
import { createSourceState } from "#src/store/source-state.ts";
import { createTargetState } from "#src/store/target-state.ts";
import { connectRedis } from "#src/store/connection.ts";
import { compileRules } from "#src/sync/rules.ts";
import { pull } from "#src/sync/pull.ts";
import { createTarget } from "#src/scim/target.ts";
import { createLog } from "#src/log.ts";
import { startTenant, type Tenant } from "#test/sandbox/tenant.ts";
import { trust } from "#test/sandbox/certificate.ts";
import { openSource } from "./entra-source.ts";
import { startPlainRedis } from "./plain-redis.ts";

let tenant: Tenant;
beforeAll(async () => {
  tenant = await startTenant({ people: 60, groups: 4 });
  trust(tenant.caCertificate);
});
afterAll(() => tenant.close());

it("adds no page to a position that Redis has forgotten, and reads what was lost again", async () => {
  await using server = await startPlainRedis();
  const log = createLog({ level: "silent", format: "json", secrets: [] });
  const redis = await connectRedis({ url: `redis://127.0.0.1:${server.port}` }, log);
  const keys = createKeys("test");
  const state = {
    ...createSourceState(redis, keys),
    ...createPlanState(redis, keys),
    ...createTargetState(redis, keys),
  };
  const config = await loadConfig("config/bridge.yaml");
  const rules = compileRules({ ...config, source: { ...config.source, scope: "all" } });
  const managed = { user: rules.users.paths, group: rules.groups.paths };
  const target = createTarget(
    { baseUrl: "http://127.0.0.1:9", token: "unused", timeoutMs: 1000, pageSize: 100, membersPerRequest: 50, managed },
    { log, onRequest: () => undefined, limiter: { take: async () => undefined } },
  );
  tenant.switches.pageSize = 10;
  let snapshot: Record<string, string> | undefined;
  let objects: Record<string, string> = {};
  let commits = 0;
  const forgetful = {
    ...state,
    commitUsers: async (page: Parameters<typeof state.commitUsers>[0]) => {
      if (commits === 2) {
        snapshot = await redis.hgetall(keys.streams);
        objects = await redis.hgetall(keys.objects("user"));
      }
      await state.commitUsers(page);
      commits += 1;
      // The machine of a Redis elsewhere loses power: its last second is gone, we live on.
      if (commits === 3 && snapshot !== undefined) {
        await redis
          .multi()
          .del(keys.streams, keys.objects("user"))
          .hset(keys.streams, snapshot)
          .hset(keys.objects("user"), objects)
          .exec();
      }
    },
  };
  const context = { source: openSource(tenant), target, state: forgetful, rules, log, onProgress: () => undefined };
  const options = { isFresh: true, hasSameQuery: false, onFresh: async () => undefined };

  await expect(pull(context, options)).rejects.toMatchObject({ side: "store" });
  expect(commits).toBe(3);
  await pull(context, { ...options, isFresh: false });

  expect(await redis.hlen(keys.objects("user"))).toBe(60);
  redis.disconnect();
});
