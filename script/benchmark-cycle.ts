import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../src/log.ts";
import { toScimId, type EntraId } from "../src/model/ids.ts";
import { toPath, withValue, type ResourceData } from "../src/model/target-path.ts";
import type { Attributes } from "../src/model/value.ts";
import { connectRedis } from "../src/store/connection.ts";
import { ensureRedis } from "../src/store/embedded.ts";
import { createKeys } from "../src/store/keys.ts";
import { createPlanState } from "../src/store/plan-state.ts";
import { createSourceState } from "../src/store/source-state.ts";
import { createTargetState } from "../src/store/target-state.ts";
import { inBatches } from "../src/sync/batches.ts";
import { runCycle } from "../src/sync/cycle.ts";
import { toDesired } from "../src/sync/desired.ts";
import type { DeltaPage, GroupDelta, Source, Target } from "../src/sync/ports.ts";
import type { Rules } from "../src/sync/rules.ts";
import type { State } from "../src/sync/state.ts";

export type BenchmarkPerson = { readonly id: EntraId; readonly attributes: Attributes };

/** Milliseconds: by the clock, which includes Redis, and of this process's processor time. */
export type Cost = { readonly wallMs: number; readonly processorMs: number };

/** `initial`: everybody is read, stored and to be created. `plan`: everybody is stored and linked, only the rules changed. */
export type CycleCosts = { readonly initial: Cost; readonly plan: Cost };

const refuse = (): never => {
  throw new Error("the benchmark sends nothing");
};

/**
 * Runs two real cycles for the people on an own Redis in a temporary directory. Source and target answer from memory,
 * at once: what is left is what the daemon itself has to do. Throws when not everybody was planned as expected.
 */
export async function measureCycles(people: readonly BenchmarkPerson[], rules: Rules): Promise<CycleCosts> {
  const dataDir = await mkdtemp(join(tmpdir(), "benchmark-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const log = createLog({ level: "silent", format: "json", secrets: [], fd: 2 });
  const embedded = stack.use(await ensureRedis({ dataDir, log }));
  const redis = await connectRedis({ socket: embedded.socket }, log);
  stack.defer(() => redis.disconnect());
  const keys = createKeys("benchmark");
  const state: State = {
    ...createSourceState(redis, keys),
    ...createPlanState(redis, keys),
    ...createTargetState(redis, keys),
  };
  const everybody: Rules = {
    ...rules,
    scope: { ...rules.scope, mode: "all" },
    groups: { ...rules.groups, isEnabled: false },
  };
  const context = { source: createSource(people), target: TARGET, state, rules: everybody, log, onProgress: () => {} };
  const started = await measure(async () => (await runCycle(context, false)).users.length);
  await linkAll(state, people, everybody);
  // As after a changed mapping: everybody is decided about, and nobody needs anything.
  await state.writeMeta("rulesFingerprint", undefined);
  const planned = await measure(async () => {
    const { users, untouched } = await runCycle(context, false);
    return untouched.user.unchanged - users.length;
  });
  if (planned.done < started.done) throw new Error(`${planned.done} of ${started.done} were planned as unchanged`);
  return { initial: started.cost, plan: planned.cost };
}

async function measure(work: () => Promise<number>): Promise<{ readonly done: number; readonly cost: Cost }> {
  const [clock, processor] = [performance.now(), process.threadCpuUsage()];
  const done = await work();
  const { user, system } = process.threadCpuUsage(processor);
  return { done, cost: { wallMs: performance.now() - clock, processorMs: (user + system) / 1_000 } };
}

async function linkAll(state: State, people: readonly BenchmarkPerson[], { users }: Rules): Promise<void> {
  for (const batch of inBatches(people)) {
    await Promise.all(
      batch.map(async (person) => {
        const outcome = toDesired(person, users, "update");
        if (outcome.kind !== "desired") return;
        const { desired } = outcome;
        const data = Object.keys(desired).reduce<ResourceData>(
          (all, path) => withValue(all, toPath(path), desired[path]),
          {},
        );
        const scimId = toScimId(`scim-${person.id}`);
        await state.link("user", person.id, {
          scimId,
          origin: "created",
          data,
          sent: desired,
          echo: {},
          isStale: false,
        });
      }),
    );
  }
}

async function* readGroups(): AsyncIterable<DeltaPage<GroupDelta>> {
  yield { items: [], cursor: "delta", isLast: true };
}

/** Everybody in the first round, nothing in the next ones. */
function createSource(people: readonly BenchmarkPerson[]): Source {
  return {
    signIn: () => Promise.resolve(),
    findApplication: refuse,
    readAssignments: refuse,
    readGroups,
    readUsersById: () => Promise.resolve([]),
    readUsers: async function* readUsers({ cursor }) {
      if (cursor === undefined) {
        for (const items of inBatches(people)) yield { items, cursor: "next", isLast: false };
      }
      yield { items: [], cursor: "delta", isLast: true };
    },
  };
}

const TARGET: Target = {
  testConnection: () => Promise.resolve(),
  list: async function* list() {
    yield { resources: [], isComplete: true };
  },
  find: refuse,
  read: refuse,
  create: refuse,
  update: refuse,
  remove: refuse,
  changeMembers: refuse,
};
