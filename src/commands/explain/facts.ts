import { z } from "zod";
import { SyncError } from "../../model/errors.ts";
import { toKey } from "../../model/ids.ts";
import type { Attributes } from "../../model/value.ts";
import type { TargetResource } from "../../model/change.ts";
import { decideUser } from "../../sync/plan.ts";
import type { Hit, LiveObject, Source, Target } from "../../sync/ports.ts";
import type { Manager, Rules } from "../../sync/rules.ts";
import type { Escrow, ObjectState, Presence, State } from "../../sync/state.ts";
import { readAssignments, type Assignments } from "./assignments.ts";
import { createTargetView, predict, type Prediction, type PredictionInput, type TargetView } from "./predict.ts";

export type ExplainContext = {
  readonly source: Source;
  readonly target: Target;
  readonly state: State;
  readonly rules: Rules;
};

/** Everything that was read about one object; what follows from it is worked out without reading anything. */
export type Facts = {
  readonly hit: Hit;
  readonly readAt: Date;
  readonly live: LiveObject | undefined;
  readonly assignments: Assignments | undefined;
  /** As the sync remembers the object. */
  readonly stored: ObjectState;
  readonly manager: ObjectState | undefined;
  /** As the next cycle will remember it, made of what Entra shows now. */
  readonly current: ObjectState;
  /** What the target holds for a linked object; undefined when it is gone or was not asked. */
  readonly resource: TargetResource | undefined;
  readonly next: Prediction;
  readonly resync: Prediction;
  /** Why the target could not be asked; the predictions are then made of what is remembered. */
  readonly targetError: SyncError | undefined;
  readonly escrow: Escrow | undefined;
  readonly halt: { readonly code: string; readonly message: string; readonly since: string } | undefined;
};

const Halt = z.object({ code: z.string(), message: z.string(), since: z.string() });

/** Reads everything about one object: of Entra and the target as they are now, of the state as it is remembered. */
export async function readFacts(
  context: ExplainContext,
  { hit, presence }: { readonly hit: Hit; readonly presence: Presence },
): Promise<Facts> {
  const { source, state, rules } = context;
  const kindRules = hit.kind === "user" ? rules.users : rules.groups;
  const isNeeded = rules.scope.mode === "assigned" || (kindRules.uses.roles && rules.scope.application !== "");
  const [live, assignments, [stored], escrow, halt, isInitialised] = await Promise.all([
    presence === "present" ? source.lookup.read({ ...hit, select: kindRules.select }) : undefined,
    isNeeded && presence === "present" ? readAssignments(context, hit) : undefined,
    state.readStates(hit.kind, [hit.id]),
    state.readEscrow(toKey(hit.kind, hit.id)),
    state.readMeta("halt"),
    state.readMeta("isInitialised"),
  ]);
  if (stored === undefined) throw new TypeError(`no state for ${hit.id}`);
  const managerId = live?.manager?.id;
  const [manager] = managerId === undefined ? [] : await state.readStates("user", [managerId]);
  const known = { hit, presence, live, assignments, stored, manager };
  const current = toCurrentState(known, rules);
  const outcome = await readTarget(context, { kind: hit.kind, state: current, isFirst: isInitialised !== "yes" });
  return {
    ...known,
    readAt: new Date(),
    current,
    ...outcome,
    escrow,
    halt: halt === undefined ? undefined : Halt.parse(JSON.parse(halt)),
  };
}

type Known = Pick<Facts, "hit" | "live" | "assignments" | "stored" | "manager"> & { readonly presence: Presence };

/** What the store would say after a cycle that reads Entra as it is now. */
function toCurrentState({ presence, live, assignments, stored, manager }: Known, rules: Rules): ObjectState {
  const isThere = presence === "present" && live !== undefined;
  const left = presence === "present" ? "hard" : presence;
  const byAssignment = assignments?.isBelieved ? assignments.paths.some(({ counts }) => counts) : stored.isInScope;
  const { users } = rules;
  return {
    id: stored.id,
    link: stored.link,
    object: isThere
      ? { presence: "present", isComplete: true, attributes: live.attributes }
      : { presence: left, isComplete: false, attributes: {} },
    isInScope: isThere && (rules.scope.mode === "all" || byAssignment),
    ...(users.uses.manager && { manager: toManager(live, manager, rules) }),
    ...(users.uses.roles && { roles: assignments?.roles ?? [] }),
  };
}

/** The manager counts while he is one of our people and has an account; what is said of him is read now. */
function toManager(live: LiveObject | undefined, stored: ObjectState | undefined, rules: Rules): Manager | undefined {
  const record = live?.manager;
  if (record === undefined) return undefined;
  const scimId = stored?.link?.scimId;
  const isOurs = stored?.isInScope === true && stored.object?.presence === "present" && stored.object.isComplete;
  const attributes: Attributes = isOurs && scimId !== undefined ? record.attributes : {};
  const isExpected = isOurs && decideUser(stored, rules).isIncluded;
  const manager = { id: record.id, scimId, isExpected, attributes };
  return manager;
}

type Outcome = Pick<Facts, "resource" | "next" | "resync" | "targetError">;

/** Asks the target, and falls back on what is remembered when it does not answer. */
async function readTarget(
  { target, state, rules }: ExplainContext,
  object: { readonly kind: Hit["kind"]; readonly state: ObjectState; readonly isFirst: boolean },
): Promise<Outcome> {
  const isAmbiguous = await state.isAmbiguous(object.kind, object.state.id);
  const input: PredictionInput = { kind: object.kind, state: object.state, rules, isSurvey: false, isAmbiguous };
  const view = createTargetView(target, state, object.kind);
  const { link } = object.state;
  try {
    const resync = await predict(view, { ...input, isSurvey: true });
    return {
      resource: link === undefined ? undefined : await view.read(link.scimId),
      // The first cycle compares with the target, as a re-sync does.
      next: object.isFirst ? resync : await predict(view, input),
      resync,
      targetError: undefined,
    };
  } catch (error) {
    if (!(error instanceof SyncError) || error.side !== "target") throw error;
    const remembered = link === undefined ? undefined : { id: link.scimId, data: link.data };
    const memory: TargetView = {
      read: async () => remembered,
      find: async (attribute, value) => ({ attribute, value, hits: [] }),
    };
    const next = await predict(memory, input);
    return { resource: undefined, next, resync: next, targetError: error };
  }
}
