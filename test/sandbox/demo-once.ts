import type { Daemon } from "./demo-daemon.ts";
import { EVENTS } from "./demo-events.ts";
import { play, type Played } from "./demo-play.ts";
import type { Stage } from "./demo-stage.ts";

/** Plays one event of each kind and prints a table. True when all of them arrived. */
export async function playOnce(stage: Stage, daemon: Daemon): Promise<boolean> {
  const results: Played[] = [];
  // The person who is hired and the group that is created go through everything that follows.
  const heroes: string[] = [];
  for (const [index, event] of EVENTS.entries()) {
    console.log(`\n${index + 1}. ${event.name}`);
    const known = new Set([...stage.directory.users.keys(), ...stage.directory.groups.keys()]);
    const played = await play({ stage, daemon }, event, heroes);
    if (played === undefined) throw new Error(`there is nobody for "${event.name}"`);
    const born = [...stage.directory.users.keys(), ...stage.directory.groups.keys()].filter((id) => !known.has(id));
    heroes.push(...born);
    results.push(played);
  }
  console.log(`\n${table(results)}\n`);
  return results.every((played) => played.arrivedAs !== undefined);
}

function table(results: readonly Played[]): string {
  const rows = results.map((played) => [
    played.event.name,
    played.arrivedAs ?? "NOT ARRIVED",
    (played.ms / 1000).toFixed(1),
  ]);
  const all = [["event", "arrived in target as", "seconds"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 2 ? cell.padStart(widths[2] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join(" | ");
  const rule = widths.map((width) => "-".repeat(width)).join("-|-");
  const [head = [], ...body] = all;
  return [line(head), rule, ...body.map(line)].join("\n");
}
