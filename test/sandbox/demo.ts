import { copyFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Daemon } from "./demo-daemon.ts";
import { playLive } from "./demo-live.ts";
import { playOnce } from "./demo-once.ts";
import { waitFor } from "./demo-play.ts";
import { createStage, INTERVAL, type Stage } from "./demo-stage.ts";

const HELP = `script/demo [--once] [--target better-auth|scimmy] [--log FILE]

Shows the bridge at work on this machine alone: a synthetic Entra tenant (250 people, 15 groups), a real SCIM server in
SoSafe's place, and the daemon between them. After the initial sync you decide what happens in Entra.

  --once            unattended: the initial sync and one event of each kind, then a table; exit code 1 if one is missing
  --target NAME     which SCIM server: better-auth (default) or scimmy
  --log FILE        keep the daemon's log
  --help            this text`;

const INITIAL_PATIENCE_MS = 120_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      once: { type: "boolean", default: false },
      target: { type: "string", default: "better-auth" },
      log: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.target !== "better-auth" && values.target !== "scimmy") {
    console.error("--target is better-auth or scimmy");
    return 2;
  }
  await using stage = await createStage(values.target);
  introduce(stage);
  const daemon = stage.startDaemon();
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop.abort());
  const stopped = new Promise<"stopped">((resolve) => {
    stop.signal.addEventListener("abort", () => resolve("stopped"));
  });
  try {
    const result = await Promise.race([perform(stage, daemon, { isOnce: values.once, stop }), stopped]);
    if (result === "stopped") console.log("\nStopping the daemon and both servers.");
    return result === false ? 1 : 0;
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}. Its last lines:`);
    console.error(daemon.lastLines().join("\n"));
    return 1;
  } finally {
    if (values.log !== undefined) await copyFile(stage.logFile, values.log);
  }
}

function introduce({ tenant, scim, directory, assignedGroups, peopleInScope }: Stage): void {
  console.log(`Started on this machine, with no data but invented ones:
  Entra   ${tenant.url}  token service and Microsoft Graph of a synthetic tenant
          ${directory.users.size} people, ${directory.groups.size} groups; ${assignedGroups().length} groups are assigned to the application "${tenant.application.displayName}",
          and so ${peopleInScope().length} people are in scope whose sign-in is not blocked
  SoSafe  ${scim.url}  a real SCIM 2.0 server (${scim.kind}), empty
  bridge  the daemon (src/cli.ts) with its own Redis, the shipped mappings, a cycle every ${INTERVAL}`);
}

async function perform(
  stage: Stage,
  daemon: Daemon,
  { isOnce, stop }: { readonly isOnce: boolean; readonly stop: AbortController },
): Promise<boolean> {
  console.log("\nInitial sync, counted in the target:");
  await showInitialSync(stage, daemon);
  if (isOnce) return playOnce(stage, daemon);
  await playLive(stage, daemon, stop);
  return true;
}

/** Waits until the target holds everybody; tells the counts once a second. */
async function showInitialSync(stage: Stage, daemon: Daemon): Promise<void> {
  const wanted = { users: stage.peopleInScope().length, groups: stage.assignedGroups().length };
  const startedAt = performance.now();
  let told = 0;
  const look = async (): Promise<true | undefined> => {
    const { users, groups } = await stage.mirror.count();
    const isDone = users >= wanted.users && groups >= wanted.groups && (await hasMembers(stage));
    const seconds = (performance.now() - startedAt) / 1000;
    if (isDone || seconds - told >= 1) {
      told = seconds;
      console.log(
        `  ${seconds.toFixed(1).padStart(5)} s  ${users} of ${wanted.users} users, ${groups} of ${wanted.groups} groups`,
      );
    }
    return isDone ? true : undefined;
  };
  if ((await waitFor(daemon, look, INITIAL_PATIENCE_MS)) === undefined)
    throw new Error("the initial sync took too long");
  const writes = stage.scim.requests.filter((request) => request.method !== "GET").length;
  console.log(
    `  in step, memberships included: ${writes} writes and ${stage.scim.requests.length - writes} reads over SCIM`,
  );
}

/** True when every group in the target has as many members as in Entra are in scope. */
async function hasMembers(stage: Stage): Promise<boolean> {
  const inScope = new Set(stage.peopleInScope());
  const expected = stage.assignedGroups().map((id) => {
    const members = [...(stage.directory.groups.get(id)?.members.keys() ?? [])];
    return members.filter((member) => inScope.has(member)).length;
  });
  const counts = (await stage.scim.groups()).map(({ members }) => (Array.isArray(members) ? members.length : 0));
  return counts.toSorted((a, b) => a - b).join() === expected.toSorted((a, b) => a - b).join();
}

process.exitCode = await main();
