import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { parse } from "yaml";
import { runInSession, type CommandResult } from "./session.ts";
import { startScim, type ScimServer } from "#test/sandbox/scim-server.ts";
import { startTenant, type Tenant, type TenantOptions } from "#test/sandbox/tenant.ts";

/** These texts must never be seen in any output; a check at the end of every world looks for them. */
const CLIENT_SECRET = "marker-client-secret~9f2b";
const SCIM_TOKEN = "marker-scim-token-7c1d";

/** What `--once --json` prints. */
export type CycleResult = {
  readonly kind: string;
  readonly result: string;
  readonly users: Record<string, number>;
  readonly groups: Record<string, number>;
  readonly memberships: Record<string, number>;
  readonly requests: { readonly graph: number; readonly scim: number };
  readonly error?: { readonly code: string; readonly message: string };
  readonly warnings?: readonly string[];
};

export type Daemon = {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Resolves with the exit code, or the signal's name. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | string | null>;
};

export type WorldOptions = TenantOptions & {
  readonly target: ScimServer["kind"];
  readonly scope?: "assigned" | "all";
  /** Merged into the shipped configuration, section by section. */
  readonly config?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
};

type Changes = Readonly<Record<string, string | undefined>>;

export type World = AsyncDisposable & {
  readonly tenant: Tenant;
  readonly scim: ScimServer;
  readonly directory: string;
  readonly configFile: string;
  readonly outputs: string[];
  /** Runs the program in a process of its own. */
  readonly run: (args: readonly string[], environment?: Changes) => Promise<CommandResult>;
  /** The same in the process of the commands before, which is quicker. */
  readonly command: (args: readonly string[]) => Promise<CommandResult>;
  /** A command that runs a cycle, which is expected to end well (or with the code given). */
  readonly cycle: (args?: readonly string[], code?: number) => Promise<CycleResult>;
  readonly start: () => Daemon;
};

/** A tenant, a real SCIM server, the shipped configuration, and the program as a user starts it. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const stack = new AsyncDisposableStack();
  const tenant = stack.use(await startTenant({ clientSecret: CLIENT_SECRET, ...options }));
  const scim = stack.use(await startScim({ kind: options.target, token: SCIM_TOKEN }));
  const directory = await mkdtemp(join(tmpdir(), "sosafe-bridge-test-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const configFile = join(directory, "bridge.yaml");
  await writeFile(configFile, JSON.stringify(await shippedConfig(options)));
  const outputs: string[] = [];
  const environment = {
    PATH: process.env["PATH"],
    HOME: directory,
    // Every command is a new process; compiled once, they start in half the time.
    NODE_COMPILE_CACHE: "node_modules/.cache/compile",
    NODE_EXTRA_CA_CERTS: tenant.caFile,
    AZURE_TENANT_ID: tenant.tenantId,
    AZURE_CLIENT_ID: tenant.clientId,
    AZURE_CLIENT_SECRET: tenant.clientSecret,
    AZURE_AUTHORITY_HOST: tenant.url,
    GRAPH_BASE_URL: tenant.url,
    SOSAFE_SCIM_URL: scim.url,
    SOSAFE_SCIM_TOKEN: SCIM_TOKEN,
    DATA_DIR: join(directory, "data"),
    CONFIG_FILE: configFile,
    HTTP_PORT: "off",
    LOG_FORMAT: "json",
    ...options.environment,
  };
  const launch = (args: readonly string[], extra: Changes = {}) => {
    const env = withoutUndefined({ ...environment, ...extra });
    const child = spawn(process.execPath, ["src/cli.ts", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    const closed = new Promise<number | string | null>((resolve) => {
      child.once("close", (code, signal) => {
        outputs.push(Buffer.concat(out).toString(), Buffer.concat(err).toString());
        resolve(code ?? signal);
      });
    });
    stack.defer(async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      await closed;
    });
    return { child, closed, stdout: () => Buffer.concat(out).toString(), stderr: () => Buffer.concat(err).toString() };
  };
  const run: World["run"] = async (args, extra) => {
    const { closed, stdout, stderr } = launch(args, extra);
    const code = await closed;
    return { code: typeof code === "number" ? code : null, stdout: stdout(), stderr: stderr() };
  };
  const command: World["command"] = async (args) => {
    const result = await runInSession({ args: [...args], environment: withoutUndefined(environment) });
    outputs.push(result.stdout, result.stderr);
    return result;
  };
  return {
    tenant,
    scim,
    directory,
    configFile,
    outputs,
    run,
    command,
    cycle: async (args = ["--once"], code = 0) => {
      const result = await command([...args, "--json"]);
      expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(code);
      return JSON.parse(result.stdout);
    },
    start: () => {
      const { child, closed, stdout, stderr } = launch([]);
      return {
        process: child,
        output: () => stdout() + stderr(),
        stop: async (signal = "SIGTERM") => {
          child.kill(signal);
          return await closed;
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      await stack.disposeAsync();
      const all = outputs.join("\n");
      for (const secret of [CLIENT_SECRET, SCIM_TOKEN, ...forms(CLIENT_SECRET), ...forms(SCIM_TOKEN)]) {
        expect(all.includes(secret), "a secret was printed").toBe(false);
      }
    },
  };
}

function forms(secret: string): readonly string[] {
  return [encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
}

function withoutUndefined(environment: Changes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

type Section = Readonly<Record<string, unknown>>;

/** config/bridge.yaml, with limits that let a test run fast. */
async function shippedConfig(options: WorldOptions): Promise<Readonly<Record<string, Section>>> {
  const shipped: Record<string, Section> = parse(await readFile("config/bridge.yaml", "utf8"));
  const changes: Record<string, Section> = {
    source: { scope: options.scope ?? "assigned" },
    schedule: { interval: "1s", reconcile: "off" },
    target: { rateLimit: "1000/s" },
  };
  for (const [name, section] of Object.entries({ ...options.config })) changes[name] = { ...changes[name], ...section };
  const merged = { ...shipped };
  for (const [name, section] of Object.entries(changes)) merged[name] = { ...merged[name], ...section };
  return merged;
}
