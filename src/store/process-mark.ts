import { readFileSync, readlinkSync } from "node:fs";
import { z } from "zod";

/** A process, told apart from a later one with the same number: containers start with the same few numbers each time. */
export const processMark = z.object({
  pid: z.number().int().positive(),
  /** Start time in clock ticks since boot (proc(5), field 22); empty where there is no /proc. */
  start: z.string(),
  /** Boot and pid namespace, in which the two above mean something; empty where there is no /proc. */
  space: z.string(),
});

export type ProcessMark = z.infer<typeof processMark>;

/** Describes the living process `pid` of this pid namespace. */
export function markProcess(pid: number): ProcessMark {
  return { pid, start: readState(pid)?.start ?? "", space: readSpace() };
}

/** Tells whether a process is alive; undefined for one of another namespace, which cannot be seen from here. */
export function isAlive(mark: ProcessMark): boolean | undefined {
  if (mark.space !== readSpace()) return undefined;
  if (!acceptsSignals(mark.pid)) return false;
  if (mark.start === "") return true;
  const state = readState(mark.pid);
  // A zombie is dead: it holds no files any more.
  return state !== undefined && state.start === mark.start && state.letter !== "Z";
}

function acceptsSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function readState(pid: number): { readonly letter: string; readonly start: string } | undefined {
  const text = readOrEmpty(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The second field is the program's name in brackets, and may hold blanks and brackets itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [letter, start] = [fields[0], fields[19]];
  return letter !== undefined && start !== undefined ? { letter, start } : undefined;
}

function readSpace(): string {
  const boot = readOrEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  return boot + readOrEmpty(() => readlinkSync("/proc/self/ns/pid"));
}

function readOrEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
