import type { Log } from "../log.ts";
import type { Source, Target } from "./ports.ts";
import type { Rules } from "./rules.ts";
import type { State } from "./state.ts";

/** What a cycle or a push works with. */
export type SyncContext = {
  readonly source: Source;
  readonly target: Target;
  readonly state: State;
  readonly rules: Rules;
  readonly log: Log;
  readonly signal?: AbortSignal;
  /** Told what is going on, for a progress bar. */
  readonly onProgress: (step: string, done: number) => void;
};
