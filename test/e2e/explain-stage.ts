import { readFile, writeFile } from "node:fs/promises";
import { Redis } from "ioredis";
import { parse, stringify } from "yaml";
import { explain } from "#src/commands/explain/explain.ts";
import type { Explanation } from "#src/commands/explain/explanation.ts";
import { findSubject } from "#src/commands/explain/find.ts";
import { startPlainRedis } from "#test/integration/plain-redis.ts";
import type { Directory } from "#test/sandbox/directory.ts";
import { openView } from "./view.ts";
import { createWorld, type World } from "./world.ts";

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export const ADA = {
  userPrincipalName: "ada.lovelace@musterwerk.example",
  mail: "ada.lovelace@musterwerk.example",
  displayName: "Ada Lovelace",
  givenName: "Ada",
  surname: "Lovelace",
  jobTitle: "Countess",
  department: "Engine Room",
  mobilePhone: "+44 1815",
};

export type ExplainStage = AsyncDisposable & {
  readonly world: World;
  readonly directory: Directory;
  /** Object id of Ada Lovelace, and of the group "Sales", whose only member she is. */
  readonly ada: string;
  readonly team: string;
  /** Everything that Redis holds and keeps: the rate limiter's beat and BullMQ's marks of a moment are left out. */
  readonly dump: () => Promise<ReadonlyMap<string, string>>;
  /** Changes sections of the configuration file for as long as `work` takes. */
  readonly withConfig: (changes: Sections, work: () => Promise<void>) => Promise<void>;
  /** Explains in this process; throws when the name does not mean exactly one. */
  readonly ask: (name: string, redact?: readonly string[]) => Promise<Explanation>;
};

/** A small world without assignments, on a Redis of its own that can be looked into. */
export async function createExplainStage(): Promise<ExplainStage> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startPlainRedis());
  const redisUrl = `redis://127.0.0.1:${redis.port}/0`;
  const world = stack.use(
    await createWorld({
      target: "better-auth",
      people: 12,
      groups: 0,
      assignments: [],
      environment: { REDIS_URL: redisUrl },
    }),
  );
  const { directory } = world.tenant;
  const ada = directory.hire(ADA);
  const team = directory.createGroup({ displayName: "Sales" }, [{ id: ada, type: "user" }]);
  const closing = stack.move();
  return {
    world,
    directory,
    ada,
    team,
    dump: () => dump(redisUrl),
    withConfig: (changes, work) => withConfig(world.configFile, changes, work),
    ask: async (name, redact = []) => {
      await using view = await openView(world, redisUrl);
      const found = await findSubject({ lookup: view.source.lookup, state: view.state }, name, undefined);
      if (found.kind !== "one") throw new Error(`${name}: ${found.kind}`);
      return (await explain(view, found, redact)).explanation;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

const BRIEF_MS = 60_000;

async function dump(redisUrl: string): Promise<ReadonlyMap<string, string>> {
  const client = new Redis(redisUrl);
  try {
    const keys = (await client.keys("*")).toSorted();
    const lives = await Promise.all(keys.map((key) => client.pttl(key)));
    const lasting = keys.filter((_, index) => (lives[index] ?? 0) < 0 || (lives[index] ?? 0) > BRIEF_MS);
    const contents = await Promise.all(lasting.map((key) => client.dump(key)));
    return new Map(lasting.map((key, index) => [key, contents[index] ?? ""]));
  } finally {
    client.disconnect();
  }
}

async function withConfig(file: string, changes: Sections, work: () => Promise<void>): Promise<void> {
  const before = await readFile(file, "utf8");
  const config: Record<string, Readonly<Record<string, unknown>>> = parse(before);
  for (const [name, section] of Object.entries(changes)) config[name] = { ...config[name], ...section };
  await writeFile(file, stringify(config));
  try {
    await work();
  } finally {
    await writeFile(file, before);
  }
}
