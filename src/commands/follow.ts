import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "../app.ts";
import { requestCycle } from "../queue/queues.ts";
import type { Run } from "../sync/runs.ts";
import { showProgress } from "./progress.ts";

const LOOK_MS = 100;
/** Every two seconds. */
const LOOKS_PER_ROLL_CALL = 20;

/**
 * Runs one cycle to its end: by asking the processes that are at work on this Redis, or, when there is none (any more),
 * here. Shows progress on a terminal.
 */
export async function followCycle(app: App, isReconcile: boolean): Promise<Run> {
  let isWorking = await workUnlessOthers(app);
  let id = await requestCycle(app.queues, { isReconcile });
  using progress = showProgress();
  for (let looks = 1; ; looks += 1) {
    const run = await app.runs.read(id);
    if (run !== undefined) progress.show(run);
    const wasInterrupted = run?.error?.code === "interrupted" && !isWorking;
    if (!wasInterrupted && hasEnded(run)) return run;
    // Whoever worked for us may stop: then the same cycle again, by another one or here.
    const wasAlone = isWorking;
    if (!isWorking && looks % LOOKS_PER_ROLL_CALL === 0) isWorking = await workUnlessOthers(app);
    if (wasInterrupted || isWorking !== wasAlone) id = await requestCycle(app.queues, { isReconcile });
    await sleep(LOOK_MS);
  }
}

/** True when the work is done here, because nobody else is there to do it. */
async function workUnlessOthers(app: App): Promise<boolean> {
  if ((await app.instances.others()).length > 0) return false;
  await app.work("command");
  return true;
}

function hasEnded(run: Run | undefined): run is Run {
  return run?.state === "done" || run?.state === "failed";
}
