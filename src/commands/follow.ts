import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "../app.ts";
import { requestCycle } from "../queue/queues.ts";
import type { Run } from "../sync/runs.ts";
import { showProgress } from "./progress.ts";

const LOOK_MS = 100;

/**
 * Runs one cycle to its end: by asking the processes that are at work on this Redis, or, when there is none (any more),
 * here. Shows progress on a terminal.
 */
export async function followCycle(app: App, isReconcile: boolean): Promise<Run> {
  let isWorking = (await app.instances.others()).length === 0;
  if (isWorking) await app.work("command");
  let id = await requestCycle(app.queues, { isReconcile });
  using progress = showProgress();
  for (let looks = 1; ; looks += 1) {
    const run = await app.runs.read(id);
    if (run !== undefined) progress.show(run);
    if (run?.state === "done" || run?.state === "failed") return run;
    if (!isWorking && looks % 20 === 0 && (await app.instances.others()).length === 0) {
      isWorking = true;
      // Whoever worked for us is gone, and what was queued there with him: the same cycle again, here.
      await app.work("command");
      id = await requestCycle(app.queues, { isReconcile });
    }
    await sleep(LOOK_MS);
  }
}
