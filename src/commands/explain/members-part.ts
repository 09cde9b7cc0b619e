import { toKey, type EntraId } from "../../model/ids.ts";
import { inBatches } from "../../sync/batches.ts";
import { decideUser } from "../../sync/plan.ts";
import type { ObjectState } from "../../sync/state.ts";
import type { MembersPart } from "./explanation.ts";
import type { ExplainContext, Facts } from "./facts.ts";

/** How many of those who wait are named. */
const NAMED = 5;

/**
 * Compares a group's members in Entra with those in the target. Whether a member is one of our people is asked of the
 * state: his attributes are not read again. Nothing for a group without members mapping, or that is not in Entra.
 */
export async function readMembers(context: ExplainContext, facts: Facts): Promise<MembersPart | undefined> {
  const { hit, live, resource, resync } = facts;
  if (hit.kind !== "group" || !context.rules.groups.hasMembers || live === undefined) return undefined;
  const { isNested } = context.rules.scope;
  const ids = await context.source.lookup.readMembers(hit.id, isNested);
  const states: ObjectState[] = [];
  for (const batch of inBatches(ids)) states.push(...(await context.state.readStates("user", batch)));
  const included = states.filter((state) => decideUser(state, context.rules).isIncluded);
  const linked = included.filter((state) => state.link !== undefined);
  const adopted = resource ?? resync.lookups.at(-1)?.hits[0]?.resource;
  const inTarget = adopted === undefined ? undefined : await readTargetMembers(context, adopted.id);
  const wanted = new Set(linked.map(({ id }) => id));
  const waiting = [...included.filter((state) => state.link === undefined), ...states.filter(isUnseen)];
  return {
    inEntra: ids.length,
    inScope: included.length,
    withAccount: linked.length,
    inTarget: inTarget === undefined ? null : inTarget.filter((id) => wanted.has(id)).length,
    toAdd: inTarget === undefined ? null : linked.length - inTarget.filter((id) => wanted.has(id)).length,
    toRemove: inTarget === undefined ? null : await countSurplus(context, inTarget, wanted),
    waiting: await Promise.all(
      waiting.slice(0, NAMED).map(async (state) => ({ id: state.id, reason: await whyWaiting(context, state) })),
    ),
    waitingCount: waiting.length,
  };
}

function isUnseen({ object, isInScope }: ObjectState): boolean {
  return object === undefined || (isInScope && !object.isComplete && object.presence === "present");
}

/** Our people among the members that the target shows; undefined where it does not show any. */
async function readTargetMembers(
  { target, state }: ExplainContext,
  id: NonNullable<Facts["resource"]>["id"],
): Promise<readonly EntraId[] | undefined> {
  const resource = await target.read("group", id);
  const showsMembers = (await state.readMeta("showsMembers")) === "yes";
  if (resource === undefined || (resource.members === undefined && !showsMembers)) return undefined;
  return [...(await state.findOwners("user", resource.members ?? [])).values()];
}

/** Deleted people keep their memberships until they are purged. */
async function countSurplus(
  { state, rules }: ExplainContext,
  inTarget: readonly EntraId[],
  wanted: ReadonlySet<EntraId>,
): Promise<number> {
  const others = inTarget.filter((id) => !wanted.has(id));
  let surplus = 0;
  for (const batch of inBatches(others)) {
    const states = await state.readStates("user", batch);
    surplus += states.filter((each) => !decideUser(each, rules).isRetained).length;
  }
  return surplus;
}

async function whyWaiting({ state, rules }: ExplainContext, member: ObjectState): Promise<string> {
  const escrow = await state.readEscrow(toKey("user", member.id));
  if (escrow !== undefined) return `failed: ${escrow.code}, next try ${escrow.retryAt}`;
  if (isUnseen(member)) return "not seen by the sync yet";
  const { change, error } = decideUser(member, rules);
  if (error !== undefined) return error.message;
  if (change.kind === "none" && change.reason === "action-off") return "users.actions does not contain create";
  return "the account is still to be created";
}
