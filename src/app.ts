import type { Redis } from "ioredis";
import type { Environment } from "./config/environment.ts";
import { createSource } from "./entra/client.ts";
import type { Log } from "./log.ts";
import type { Config } from "./model/config.ts";
import { createQueues, resetQueues, type Queues } from "./queue/queues.ts";
import { startWorkers } from "./queue/workers.ts";
import { createTarget } from "./scim/target.ts";
import { connectRedis, type RedisAddress } from "./store/connection.ts";
import { ensureRedis } from "./store/embedded.ts";
import { createInstances, type Instances, type Role } from "./store/instances.ts";
import { createKeys, toPrefix } from "./store/keys.ts";
import { createLimiter } from "./store/limiter.ts";
import { createPlanState } from "./store/plan-state.ts";
import { createRuns } from "./store/runs.ts";
import { createSourceState } from "./store/source-state.ts";
import { createTargetState } from "./store/target-state.ts";
import { compileRules, type Rules } from "./sync/rules.ts";
import type { OnRequest, Source, Target } from "./sync/ports.ts";
import type { Runs } from "./sync/runs.ts";
import type { State } from "./sync/state.ts";
import { version } from "./version.ts";

/** Everything that a command works with; disposing it closes all, in reverse order. */
export type App = AsyncDisposable & {
  readonly redis: Redis;
  readonly source: Source;
  readonly target: Target;
  readonly rules: Rules;
  readonly state: State;
  readonly runs: Runs;
  readonly queues: Queues;
  readonly instances: Instances;
  /** Starts to work off jobs in this process. Called once. */
  readonly work: (role: Role) => Promise<void>;
};

export type AppOptions = { readonly environment: Environment; readonly config: Config; readonly log: Log };

/** What a command that only looks works with: nothing of it leaves a trace in the state. */
export type View = AsyncDisposable & Pick<App, "redis" | "source" | "target" | "rules" | "state">;

/** The same clients as of the app, without queues, and without being one of the processes at work. */
export async function createView(options: AppOptions): Promise<View> {
  await using stack = new AsyncDisposableStack();
  const { redis, source, target, rules, state } = await connect(stack, options);
  const closing = stack.move();
  return { redis, source, target, rules, state, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

/**
 * The composition root: builds the clients and ties them together. Connects to Redis (starting the embedded one where
 * no REDIS_URL is set), but to nothing else yet. What was built is closed again when a later step fails.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, log } = options;
  await using stack = new AsyncDisposableStack();
  const { prefix, keys, limiter, counter, ...view } = await connect(stack, options);
  const { redis, source, target, rules, state } = view;
  const runs = createRuns(redis, keys);
  const queues = await createQueues({ connection: redis, prefix }, log);
  stack.defer(() => queues.close());
  const instances = stack.use(createInstances(redis, keys));
  const parts = { ...view, runs, queues, instances };
  const closing = stack.move();
  const work = async (role: Role) => {
    // Announced first, so that of two that start at once neither takes the other for dead.
    await instances.join(role);
    // Jobs of dead processes would block their objects until their locks run out; nobody living needs them.
    if ((await instances.others()).length === 0) await resetQueues(queues);
    const workers = startWorkers({
      context: { source, target, state, rules, log },
      runs,
      queues,
      connection: redis,
      prefix,
      concurrency: config.target.concurrency,
      pauseTarget: (ms) => limiter.pause(ms),
      takeRequests: counter.take,
    });
    closing.defer(() => workers.close());
  };
  return { ...parts, work, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

async function connect(stack: AsyncDisposableStack, { environment, config, log }: AppOptions) {
  const address: RedisAddress = environment.redis ?? (await embed(stack, environment, log));
  const redis = await connectRedis(address, log.child({ component: "redis" }));
  stack.defer(() => redis.disconnect());
  const prefix = toPrefix({ tenantId: environment.entra.tenantId, scimUrl: environment.scim.baseUrl });
  const keys = createKeys(prefix);
  const state: State = {
    ...createSourceState(redis, keys),
    ...createPlanState(redis, keys),
    ...createTargetState(redis, keys),
  };
  const limiter = createLimiter({ redis, prefix, ratePerSecond: config.target.rateLimit });
  const counter = createCounter();
  const rules = compileRules(config);
  const source = createSource(environment.entra, { log: log.child({ component: "entra" }), onRequest: counter.graph });
  const target = createTarget(
    {
      ...environment.scim,
      version: version(),
      timeoutMs: config.target.timeout,
      pageSize: config.target.pageSize,
      membersPerRequest: config.target.membersPerRequest,
      managed: { user: rules.users.paths, group: rules.groups.paths },
    },
    { log: log.child({ component: "scim" }), onRequest: counter.scim, limiter },
  );
  return { redis, source, target, rules, state, prefix, keys, limiter, counter };
}

async function embed(stack: AsyncDisposableStack, environment: Environment, log: Log): Promise<RedisAddress> {
  const embedded = stack.use(
    await ensureRedis({ dataDir: environment.dataDir, log: log.child({ component: "redis" }) }),
  );
  return { socket: embedded.socket };
}

/** Counts requests between two looks, for the result of a run. */
function createCounter() {
  let graph = 0;
  let scim = 0;
  const onGraph: OnRequest = () => {
    graph += 1;
  };
  const onScim: OnRequest = () => {
    scim += 1;
  };
  const take = () => {
    const taken = { graph, scim };
    graph = 0;
    scim = 0;
    return taken;
  };
  return { graph: onGraph, scim: onScim, take };
}
