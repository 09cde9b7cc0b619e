import { once } from "node:events";
import type { App } from "../app.ts";
import type { Log } from "../log.ts";
import type { Config } from "../model/config.ts";
import { schedule, unschedule } from "../queue/queues.ts";

/** The daemon: serves the schedule until it is told to stop. Returns the exit code. */
export async function run(
  app: App,
  { config, log, leave }: { readonly config: Config; readonly log: Log; readonly leave: () => void },
): Promise<number> {
  await app.work("daemon");
  const { interval: intervalMs, reconcile } = config.schedule;
  await schedule(app.queues, { intervalMs, reconcile: reconcile === "off" ? undefined : reconcile });
  log.info({ intervalMs, reconcile, scope: app.rules.scope.mode }, "running");
  const name = await Promise.race(["SIGTERM", "SIGINT"].map((signal) => once(process, signal).then(() => signal)));
  // First signal: what is running may end. Second: leave at once; what is left over is done by the next start.
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, leave);
  log.info({ signal: name }, "stopping, running pushes may end; a second signal stops at once");
  if ((await app.instances.others()).length === 0) await unschedule(app.queues);
  return 0;
}
