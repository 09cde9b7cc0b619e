import { createApp, type App } from "../app.ts";
import { ConfigError, SyncError } from "../model/errors.ts";
import { errorToExit } from "./outcome.ts";
import { describeProblem } from "./report.ts";
import { loadTools, type Tools } from "./start.ts";

type Step = {
  readonly name: string;
  readonly isOk: boolean;
  readonly detail: string;
  /** What works, but looks like a mistake. */
  readonly warnings?: readonly string[];
};

/**
 * `check`: goes through everything that a sync needs, in the order in which it is needed, and says of each whether it
 * works. Reads only. The exit code is that of the first failure.
 */
export async function check({ isJson }: { readonly isJson: boolean }): Promise<number> {
  const steps: Step[] = [];
  const failure = await takeSteps(steps);
  if (isJson) console.log(JSON.stringify({ isOk: failure === undefined, steps }));
  else console.log(steps.map(describe).join("\n"));
  return failure === undefined ? 0 : errorToExit(failure);
}

function describe({ name, isOk, detail, warnings = [] }: Step): string {
  const text = [detail, ...warnings.map((warning) => `! ${warning}`)]
    .join("\n")
    .replaceAll("\n", `\n${" ".repeat(25)}`);
  return `${isOk ? "✓" : "✗"} ${name.padEnd(22)} ${text}`;
}

/** Returns the first failure, if any; later steps that do not build on the failed one are still taken. */
async function takeSteps(steps: Step[]): Promise<unknown> {
  let failure: unknown;
  const take: Take = async (name, work) => {
    try {
      const [result, detail, warnings = []] = await work();
      steps.push({ name, isOk: true, detail, ...(warnings.length > 0 && { warnings }) });
      return result;
    } catch (error) {
      failure ??= error;
      steps.push({ name, isOk: false, detail: explain(error) });
      return undefined;
    }
  };
  const tools = await take("configuration", async () => {
    const loaded = await loadTools({ isOneShot: true });
    const { configFile } = loaded.environment;
    // The line says already which file it is.
    const warnings = loaded.warnings.map(({ where, ...rest }) =>
      describeProblem({ ...rest, where: where.replace(`${configFile}: `, "") }),
    );
    return [loaded, configFile, warnings];
  });
  if (tools === undefined) return failure;
  const app = await take("Redis", async () => [await createApp(tools), describeRedis(tools)] as const);
  if (app === undefined) return failure;
  await using running = app;
  await checkSource(running, take);
  await checkTarget(running, take);
  return failure;
}

/** A step gives its result, what to tell of it, and perhaps warnings. */
type Take = <Result>(
  name: string,
  work: () => Promise<readonly [result: Result, detail: string, warnings?: readonly string[]]>,
) => Promise<Result | undefined>;

async function checkSource(app: App, take: Take): Promise<void> {
  const { source, rules } = app;
  const isSignedIn = await take("Entra sign-in", async () => {
    await source.signIn();
    return [true, "a token was issued"] as const;
  });
  if (isSignedIn === undefined) return;
  if (rules.scope.mode === "assigned") {
    await take("Entra application", async () => {
      const found = await source.findApplication(rules.scope.application);
      const first = await firstPage(source.readAssignments(found.servicePrincipalId));
      return [
        true,
        `${found.displayName} (${found.appId}), ${describeCount(first?.length ?? 0, "assignment")}`,
      ] as const;
    });
  }
  await take("Entra users", async () => {
    const page = await firstPage(source.readUsers({ cursor: undefined, select: rules.users.select }));
    return [true, `readable with every mapped attribute, first page: ${page?.items.length ?? 0}`] as const;
  });
  await take("Entra groups", async () => {
    const page = await firstPage(source.readGroups({ cursor: undefined, select: rules.groups.select }));
    return [true, `readable with members, first page: ${page?.items.length ?? 0}`] as const;
  });
}

async function checkTarget({ target, rules }: App, take: Take): Promise<void> {
  const isConnected = await take("SoSafe connection", async () => {
    await target.testConnection();
    return [true, "answers, and accepts the token"] as const;
  });
  if (isConnected === undefined) return;
  await take("SoSafe users", async () => {
    const page = await firstPage(target.list("user"));
    return [true, `can be listed, first page: ${page?.resources.length ?? 0}`] as const;
  });
  if (!rules.groups.isEnabled) return;
  await take("SoSafe groups", async () => {
    const page = await firstPage(target.list("group"));
    return [true, `can be listed, first page: ${page?.resources.length ?? 0}`] as const;
  });
}

async function firstPage<Page>(pages: AsyncIterable<Page>): Promise<Page | undefined> {
  for await (const page of pages) return page;
  return undefined;
}

function describeCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"} on the first page`;
}

function describeRedis({ environment }: Tools): string {
  return environment.redis === undefined ? `embedded, in ${environment.dataDir}` : "REDIS_URL";
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.map(describeProblem).join("\n");
  if (error instanceof SyncError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
