import { createApp, type App } from "../app.ts";
import { loadEnvironment, type Environment } from "../config/environment.ts";
import { loadWithWarnings } from "../config/load.ts";
import { unusedKeys } from "../config/unused-keys.ts";
import { createLog, type Log } from "../log.ts";
import type { Config } from "../model/config.ts";
import { ConfigError, type Problem } from "../model/errors.ts";

export type StartOptions = { readonly isOneShot: boolean };
export type Tools = {
  readonly environment: Environment;
  readonly config: Config;
  /** What is allowed in the configuration file but looks like a mistake. */
  readonly warnings: readonly Problem[];
  readonly log: Log;
};

/** Reads environment and configuration and makes the log. Throws a ConfigError with every problem of both. */
export async function loadTools({ isOneShot }: StartOptions): Promise<Tools> {
  const { environment, config, warnings } = await loadBoth();
  // Data of one-shot commands is on stdout, so their log goes to stderr; on a terminal only what is worth a look.
  const isTerminal = isOneShot ? process.stderr.isTTY : process.stdout.isTTY;
  const log = createLog({
    level: environment.logLevel ?? (isOneShot && isTerminal ? "warn" : "info"),
    format: environment.logFormat ?? (isTerminal ? "pretty" : "json"),
    secrets: environment.secrets,
    fd: isOneShot ? 2 : 1,
  });
  const unused = unusedKeys(config, environment);
  if (unused.length > 0) log.warn({ keys: unused }, "set, but without effect in this version");
  return { environment, config, warnings, log };
}

/** Problems of the file are worth telling also when the environment has some, and the other way round. */
async function loadBoth(): Promise<Omit<Tools, "log">> {
  const { configFile } = loadEnvironment(undefined, { need: "config" });
  const [environment, loaded] = await Promise.allSettled([
    (async () => loadEnvironment())(),
    loadWithWarnings(configFile),
  ]);
  const failures = [environment, loaded].flatMap((each) =>
    each.status === "rejected" ? [each.reason as unknown] : [],
  );
  for (const failure of failures) if (failure instanceof Error && !(failure instanceof ConfigError)) throw failure;
  const problems = failures.flatMap((failure) => (failure instanceof ConfigError ? failure.problems : []));
  if (environment.status === "rejected" || loaded.status === "rejected") throw new ConfigError(problems);
  return { environment: environment.value, ...loaded.value };
}

/** Runs a command with everything it needs, and closes all of it afterwards. */
export async function withApp(
  options: StartOptions,
  command: (app: App, tools: Tools) => Promise<number>,
): Promise<number> {
  const tools = await loadTools(options);
  for (const { message, ...place } of tools.warnings) tools.log.warn(place, message);
  await using app = await createApp(tools);
  return await command(app, tools);
}
