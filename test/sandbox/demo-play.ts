import { setTimeout as pause } from "node:timers/promises";
import type { Daemon } from "./demo-daemon.ts";
import { pick, type DemoEvent } from "./demo-events.ts";
import type { Stage } from "./demo-stage.ts";

const LOOK_MS = 100;
export const PATIENCE_MS = 60_000;

/** How an event went: `arrivedAs` is missing when it did not show in the target in time. */
export type Played = {
  readonly event: DemoEvent;
  readonly subject: string;
  readonly arrivedAs: string | undefined;
  /** The requests to the target in between, such as "PATCH /Users". */
  readonly requests: string;
  readonly ms: number;
};

/**
 * Looks again and again until there is something to see. Undefined after `patienceMs` milliseconds; throws when the
 * daemon dies meanwhile.
 */
export async function waitFor<Found>(
  daemon: Daemon,
  look: () => Promise<Found | undefined>,
  patienceMs = PATIENCE_MS,
): Promise<Found | undefined> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = await Promise.race([look(), daemon.died]);
    if (found !== undefined || performance.now() > end) return found;
    await Promise.race([pause(LOOK_MS), daemon.died]);
  }
}

/**
 * Lets an event happen in Entra, tells it, and waits until it shows in the target. Prefers the subject given, when it can
 * happen to it. Undefined when there is nobody that it can happen to.
 */
export async function play(
  { stage, daemon }: { readonly stage: Stage; readonly daemon: Daemon },
  event: DemoEvent,
  preferred?: readonly string[],
): Promise<Played | undefined> {
  const subjects = event.subjects(stage);
  const subject = subjects.find((id) => preferred?.includes(id) === true) ?? pick(subjects);
  if (subject === undefined) return undefined;
  const before = stage.scim.requests.length;
  const startedAt = performance.now();
  const happening = event.play(stage, subject);
  console.log(`  Entra   ${happening.told}`);
  const arrivedAs = await waitFor(daemon, happening.look);
  const ms = performance.now() - startedAt;
  const requests = describeWrites(stage, before);
  const seconds = `${(ms / 1000).toFixed(1)} s`;
  if (arrivedAs === undefined) console.log(`  SoSafe  not arrived after ${seconds}`);
  else console.log(`  SoSafe  ${arrivedAs}, after ${seconds} (${requests})`);
  return { event, subject, arrivedAs, requests, ms };
}

function describeWrites(stage: Stage, from: number): string {
  const writes = stage.scim.requests.slice(from).filter((request) => request.method !== "GET");
  const counts = new Map<string, number>();
  for (const { method, path } of writes) {
    const name = `${method} /${path.split("/")[1] ?? ""}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`)).join(", ");
}
