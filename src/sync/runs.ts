import type { ObjectKey } from "../model/ids.ts";
import type { CyclePlan } from "./cycle.ts";
import type { Outcome } from "./state.ts";

/** One cycle and the pushes that it caused, from its start to the last answer of the target. */
export type Run = {
  readonly id: string;
  readonly state: "waiting" | "pulling" | "pushing" | "done" | "failed";
  readonly kind: CyclePlan["kind"];
  /** ISO times; `finishedAt` only when done or failed. */
  readonly startedAt: string;
  readonly finishedAt: string | undefined;
  /** What is being done at the moment, in words, and how many objects of that are done. */
  readonly step: string;
  readonly done: number;
  /** Objects to be pushed in all, and those of them that are not settled yet. */
  readonly total: number;
  readonly open: number;
  /** Named as in the result: `users.created`, `memberships.added`, `requests.scim` … */
  readonly counts: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  /** Why the run failed, or why the last object of it did. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
};

/** The book of runs. A run ends by itself when every object of it is settled, whichever replica does it. */
export type Runs = {
  readonly start: (id: string) => Promise<void>;
  readonly setProgress: (id: string, step: string, done: number) => Promise<void>;
  /** Opens the pushing phase. Returns the objects to enqueue now; groups wait until every user was tried once. */
  readonly open: (id: string, plan: CyclePlan) => Promise<readonly ObjectKey[]>;
  /** Makes every open run that waits for `key` wait for `others`, too. */
  readonly extend: (key: ObjectKey, others: readonly ObjectKey[]) => Promise<void>;
  /** Records a first attempt that will be repeated. Returns groups that may be enqueued now. */
  readonly attempted: (key: ObjectKey) => Promise<readonly ObjectKey[]>;
  /** Records the end of an object's push in every open run. Returns groups that may be enqueued now. */
  readonly settle: (key: ObjectKey, outcome: Outcome, code?: string) => Promise<readonly ObjectKey[]>;
  readonly fail: (id: string, error: NonNullable<Run["error"]>) => Promise<void>;
  /** Fails every open run: nothing more will be sent. */
  readonly failAll: (error: NonNullable<Run["error"]>) => Promise<void>;
  /** Adds requests that were sent to the counters of open runs and of the run given. */
  readonly countRequests: (requests: { readonly graph: number; readonly scim: number }, id?: string) => Promise<void>;
  readonly read: (id: string) => Promise<Run | undefined>;
};
