import { emitKeypressEvents } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { Daemon } from "./demo-daemon.ts";
import { EVENTS, pick, type DemoEvent } from "./demo-events.ts";
import { play } from "./demo-play.ts";
import type { Stage } from "./demo-stage.ts";

const PAUSE_MS = 3000;

/** Plays what the spectator asks for by key, or, without a terminal, something every few seconds; until `stop`. */
export async function playLive(stage: Stage, daemon: Daemon, stop: AbortController): Promise<void> {
  if (!process.stdin.isTTY) return playRandomly(stage, daemon, stop.signal);
  console.log("\nPress a key, and see it happen:\n");
  for (const [index, event] of EVENTS.entries()) {
    console.log(`  ${String(index + 1).padStart(2)}. ${event.key}  ${event.name}`);
  }
  console.log("      space  any of them        q  quit (or Ctrl-C)\n");
  return playByKey(stage, daemon, stop);
}

async function playRandomly(stage: Stage, daemon: Daemon, signal: AbortSignal): Promise<void> {
  console.log("\nSomething happens every few seconds, until Ctrl-C.\n");
  while (!signal.aborted) {
    await playAny(stage, daemon);
    await Promise.race([pause(PAUSE_MS, undefined, { signal }).catch(() => undefined), daemon.died]);
  }
}

async function playAny(stage: Stage, daemon: Daemon): Promise<void> {
  const event = pick(EVENTS.filter((each) => each.subjects(stage).length > 0));
  if (event !== undefined) await play({ stage, daemon }, event);
}

/** Keys that are pressed while something is on its way wait for their turn. */
async function playByKey(stage: Stage, daemon: Daemon, stop: AbortController): Promise<void> {
  const { promise: quit, resolve: leave } = Promise.withResolvers<void>();
  stop.signal.addEventListener("abort", () => leave());
  const queue: (DemoEvent | "any")[] = [];
  let isBusy = false;
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const work = async (): Promise<void> => {
    isBusy = true;
    for (let next = queue.shift(); next !== undefined && !stop.signal.aborted; next = queue.shift()) {
      if (next === "any") await playAny(stage, daemon);
      else if ((await play({ stage, daemon }, next)) === undefined)
        console.log(`  nobody to whom this can happen: ${next.name}`);
    }
    isBusy = false;
  };
  const onKey = (_text: string | undefined, key: { readonly name?: string; readonly ctrl?: boolean }): void => {
    if (key.name === "q" || (key.ctrl === true && key.name === "c")) stop.abort();
    const event = key.name === "space" ? "any" : EVENTS.find((each) => each.key === key.name);
    if (event !== undefined) queue.push(event);
    if (!isBusy && queue.length > 0) work().catch(reject);
  };
  emitKeypressEvents(process.stdin);
  process.stdin.setRawMode(true).on("keypress", onKey).resume();
  try {
    await Promise.race([quit, failed, daemon.died]);
  } finally {
    process.stdin.setRawMode(false).off("keypress", onKey).pause();
  }
}
