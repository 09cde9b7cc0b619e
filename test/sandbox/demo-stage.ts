import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMap, parseDocument } from "yaml";
import { startDaemon, type Daemon } from "./demo-daemon.ts";
import { createMirror, type Mirror } from "./demo-mirror.ts";
import type { Directory } from "./directory.ts";
import { startScim, type ScimServer } from "./scim-server.ts";
import { startTenant, type Tenant } from "./tenant.ts";

const SHIPPED = fileURLToPath(new URL("../../config/bridge.yaml", import.meta.url));
const TOKEN = "demo-token-of-the-scim-server";

/** Cycles come every two seconds, so that a spectator need not wait a minute. */
export const INTERVAL = "2s";

/** Everything that the demo shows: the tenant, the target, the daemon between them, and a view of the target. */
export type Stage = {
  readonly tenant: Tenant;
  readonly directory: Directory;
  readonly scim: ScimServer;
  readonly mirror: Mirror;
  readonly logFile: string;
  /** Object ids of the groups that are assigned to the application. */
  readonly assignedGroups: () => readonly string[];
  /** Object ids of people who are to have an active account: in scope, and not disabled. */
  readonly peopleInScope: () => readonly string[];
  /** True for a person who is assigned, directly or by a group, deleted or not. */
  readonly isAssigned: (id: string) => boolean;
  readonly startDaemon: () => Daemon;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** Starts tenant and target, and writes the daemon's configuration; the daemon is started by `startDaemon`. */
export async function createStage(kind: ScimServer["kind"]): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const tenant = stack.use(await startTenant({ people: 250, groups: 15, assignments: [] }));
  const { directory } = tenant;
  // Everybody would be in scope by the large group; two departments stay outside to show the difference.
  const groups = [...directory.groups.values()].filter((_, index) => index !== 1 && index < 13);
  for (const group of groups) directory.assign(group.id);
  const scim = stack.use(await startScim({ kind, token: TOKEN }));
  const folder = await mkdtemp(join(tmpdir(), "sosafe-bridge-demo-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const configFile = join(folder, "bridge.yaml");
  await writeFile(configFile, await configFor(tenant));
  const logFile = join(folder, "daemon.log");
  const environment = {
    NODE_EXTRA_CA_CERTS: tenant.caFile,
    AZURE_TENANT_ID: tenant.tenantId,
    AZURE_CLIENT_ID: tenant.clientId,
    AZURE_CLIENT_SECRET: tenant.clientSecret,
    AZURE_AUTHORITY_HOST: tenant.url,
    GRAPH_BASE_URL: tenant.url,
    SOSAFE_SCIM_URL: scim.url,
    SOSAFE_SCIM_TOKEN: TOKEN,
    DATA_DIR: join(folder, "data"),
    CONFIG_FILE: configFile,
    LOG_FORMAT: "json",
  };
  const parts = { tenant, directory, scim, logFile, mirror: createMirror(scim, directory) };
  const closing = stack.move();
  return {
    ...parts,
    assignedGroups: () => assigned(directory).filter((id) => isPresent(directory.groups.get(id))),
    peopleInScope: () =>
      [...assignedPeople(directory)].filter((id) => {
        const user = directory.users.get(id);
        return isPresent(user) && user?.properties["accountEnabled"] !== false;
      }),
    isAssigned: (id) => assignedPeople(directory).has(id),
    startDaemon: () => closing.use(startDaemon(environment, logFile)),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** The shipped configuration with its mappings and comments; only the name of the application and the interval differ. */
async function configFor(tenant: Tenant): Promise<string> {
  const document = parseDocument(await readFile(SHIPPED, "utf8"));
  if (!isMap(document.contents)) throw new TypeError(`${SHIPPED} is no map`);
  document.setIn(["source", "application"], tenant.application.displayName);
  document.setIn(["schedule", "interval"], INTERVAL);
  return document.toString();
}

function assigned(directory: Directory): readonly string[] {
  return [...new Set(directory.assignments().map((row) => row.principalId))];
}

function assignedPeople(directory: Directory): ReadonlySet<string> {
  const ids = assigned(directory).flatMap((id) => {
    const group = directory.groups.get(id);
    if (group === undefined) return [id];
    return isPresent(group) ? [...group.members.keys()] : [];
  });
  return new Set(ids);
}

function isPresent(object: { readonly presence: string } | undefined): boolean {
  return object?.presence === "active";
}
