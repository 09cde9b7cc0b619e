import { createApp, type App } from "../app.ts";
import { loadEnvironment, type Environment } from "../config/environment.ts";
import { loadConfig } from "../config/load.ts";
import { unusedKeys } from "../config/unused-keys.ts";
import { createLog, type Log } from "../log.ts";
import type { Config } from "../model/config.ts";
import { ConfigError } from "../model/errors.ts";

export type StartOptions = { readonly isOneShot: boolean };
export type Tools = { readonly environment: Environment; readonly config: Config; readonly log: Log };

/** Reads environment and configuration and makes the log. Throws a ConfigError with every problem of both. */
export async function loadTools({ isOneShot }: StartOptions): Promise<Tools> {
  const { environment, config } = await loadBoth();
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
  return { environment, config, log };
}

/** Problems of the file are worth telling also when the environment has some, and the other way round. */
async function loadBoth(): Promise<Omit<Tools, "log">> {
  const { configFile } = loadEnvironment(undefined, { need: "config" });
  const [environment, config] = await Promise.allSettled([(async () => loadEnvironment())(), loadConfig(configFile)]);
  const failures = [environment, config].flatMap((each) =>
    each.status === "rejected" ? [each.reason as unknown] : [],
  );
  for (const failure of failures) if (failure instanceof Error && !(failure instanceof ConfigError)) throw failure;
  const problems = failures.flatMap((failure) => (failure instanceof ConfigError ? failure.problems : []));
  if (environment.status === "rejected" || config.status === "rejected") throw new ConfigError(problems);
  return { environment: environment.value, config: config.value };
}

/** Runs a command with everything it needs, and closes all of it afterwards. */
export async function withApp(
  options: StartOptions,
  command: (app: App, tools: Tools) => Promise<number>,
): Promise<number> {
  const tools = await loadTools(options);
  await using app = await createApp(tools);
  return await command(app, tools);
}
