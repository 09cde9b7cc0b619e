import { SyncError } from "../model/errors.ts";
import type { EntraId, Kind } from "../model/ids.ts";
import type { AttributeChange, TargetResource } from "../model/change.ts";
import type { Attributes } from "../model/value.ts";
import type { SyncContext } from "./context.ts";
import { isStored, recordFound, recordSent } from "./diff.ts";
import { decideGroup, decideUser, type Decision } from "./plan.ts";
import { pushMembers } from "./push-members.ts";
import type { Link, ObjectState, Outcome } from "./state.ts";
import { findUnique } from "./unique.ts";

/** How often one push may start over because the target turned out to be different from what we remembered. */
const MAX_TURNS = 4;

/**
 * Brings one object of the target to its desired state, with the fewest requests. Level-triggered: what to do is decided
 * from the state at this moment, not from the event that caused the push; so a repeated or late push is harmless.
 *
 * Whatever the target answers is recorded before the next request. Throws a SyncError when the object could not be
 * pushed; the state then allows to try again at any time.
 */
export async function pushObject(context: SyncContext, kind: Kind, id: EntraId): Promise<Outcome> {
  let done: Action | undefined;
  for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
    const state = await refresh(context, kind, await readState(context, kind, id));
    const decision = kind === "user" ? decideUser(state, context.rules) : decideGroup(state, context.rules);
    if (decision.error !== undefined) throw decision.error;
    const action = await apply(context, { kind, state, decision });
    // `again`: adopted an account, or the target had lost the one we knew; compare once more with what it holds now.
    if (action === "again") continue;
    // Something may have changed in Entra while the request was under way, and the cycle that saw it compared with what
    // we knew before: so look once more, until there is nothing left to send.
    if (decision.change.kind !== "none") {
      // A new account that is completed at once is still a new account.
      if (done !== "created") done = action;
      continue;
    }
    return await finish(context, { kind, id, decision, action: done ?? action });
  }
  throw new SyncError("the target changes its mind about this object with every request", {
    side: "target",
    code: "unexpected-response",
    retry: { kind: "backoff" },
  });
}

async function readState({ state }: SyncContext, kind: Kind, id: EntraId): Promise<ObjectState> {
  const [found] = await state.readStates(kind, [id]);
  if (found === undefined) throw new TypeError(`no state for ${kind} ${id}`);
  return found;
}

/** Reads the target's resource again where what we remember may be out of date. */
async function refresh(context: SyncContext, kind: Kind, state: ObjectState): Promise<ObjectState> {
  const { link } = state;
  if (link === undefined || !(link.isStale || (link.isBare === true && state.isInScope))) return state;
  const resource = await context.target.read(kind, link.scimId);
  if (resource === undefined) {
    await context.state.unlink(kind, state.id);
    return { ...state, link: undefined };
  }
  const next: Link = { ...link, data: resource.data, isStale: false, isBare: false };
  await context.state.saveLinks(kind, new Map([[state.id, next]]));
  return { ...state, link: next };
}

type Task = { readonly kind: Kind; readonly state: ObjectState; readonly decision: Decision };
type Action = Outcome["action"];

async function apply(context: SyncContext, task: Task): Promise<Action | "again"> {
  const { change } = task.decision;
  switch (change.kind) {
    case "create":
      return create(context, task, change.desired);
    case "update":
      return (await update(context, task, change.changes)) ?? (change.effect === "disable" ? "disabled" : "updated");
    case "delete":
      return remove(context, task);
    case "none":
      return change.reason === "unchanged" ? "unchanged" : "skipped";
  }
}

async function create(context: SyncContext, task: Task, desired: Attributes): Promise<Action | "again"> {
  const { kind, state } = task;
  const isKnownAbsent = await context.state.takeAbsent(kind, state.id);
  if (!isKnownAbsent && (await adopt(context, task, desired))) return "again";
  if (await context.state.isAmbiguous(kind, state.id)) throw listedOnly();
  const object = { ...state, attributes: state.object?.attributes ?? {} };
  const unique = await findUnique(context, { kind, object, desired });
  try {
    const resource = await context.target.create(kind, unique);
    await saveCreated(context, task, { desired: unique, resource });
    return "created";
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== "conflict") throw error;
    if (await adopt(context, task, desired)) return "again";
    throw new SyncError(
      "the target says the name is taken, but shows no account with it: it is probably held by a hidden or deleted account",
      { side: "target", code: "conflict", retry: { kind: "never" }, cause: error },
    );
  }
}

async function saveCreated(
  context: SyncContext,
  { kind, state }: Task,
  created: { readonly desired: Attributes; readonly resource: TargetResource },
): Promise<void> {
  const empty: Link = { ...newLink(created.resource, "created"), data: {} };
  const changes = Object.entries(created.desired).map(([path, to]) => ({ path, from: undefined, to }));
  const link = recordSent(empty, changes, created.resource.data);
  if (!(await context.state.link(kind, state.id, link))) throw linkedElsewhere();
  if (kind === "group") await context.state.setPushedMembers(state.id, []);
}

function newLink(resource: TargetResource, origin: Link["origin"]): Link {
  return { scimId: resource.id, origin, data: resource.data, sent: {}, echo: {}, isStale: false };
}

/**
 * Looks for an account by each matching attribute in turn, and links it when there is exactly one and nobody else has
 * it. Throws `conflict` when there are several, or it belongs to another object.
 */
async function adopt(context: SyncContext, { kind, state }: Task, desired: Attributes): Promise<boolean> {
  const rules = kind === "user" ? context.rules.users : context.rules.groups;
  for (const attribute of rules.match) {
    const value = desired[attribute];
    if (typeof value !== "string") continue;
    const hits = await context.target.find(kind, attribute, value);
    if (hits.length > 1) throw severalHits(attribute, hits.length);
    const [hit] = hits;
    if (hit === undefined) continue;
    await adoptResource(context, { kind, id: state.id, resource: hit, desired });
    return true;
  }
  return false;
}

/** Links an existing account of the target to an object in scope. Throws `conflict` when it is another object's. */
export async function adoptResource(
  context: SyncContext,
  hit: { readonly kind: Kind; readonly id: EntraId; readonly resource: TargetResource; readonly desired: Attributes },
): Promise<void> {
  const { kind, id, resource } = hit;
  const { additive } = kind === "user" ? context.rules.users : context.rules.groups;
  const link: Link = { ...newLink(resource, "adopted"), sent: recordFound(resource.data, hit.desired, additive) };
  if (!(await context.state.link(kind, id, link))) throw linkedElsewhere();
  // Members that an existing group already has are read once before the first comparison.
  if (kind === "group") await context.state.setMembershipUncertain(id, true);
  context.log.info({ kind, entraId: id, scimId: resource.id }, "adopted existing account");
}

function severalHits(attribute: string, count: number): SyncError {
  return new SyncError(
    `${count} accounts of the target have the same ${attribute}; none is touched until one is left`,
    {
      side: "target",
      code: "conflict",
      retry: { kind: "never" },
      details: { hits: count },
    },
  );
}

/** Some services answer a search for an attribute that they cannot search by with an empty list. */
function listedOnly(): SyncError {
  const message =
    "the list of the target shows matching accounts of which its search finds none; none is touched, and none is added, " +
    "until the list shows exactly one, or none";
  return new SyncError(message, { side: "target", code: "conflict", retry: { kind: "never" } });
}

function linkedElsewhere(): SyncError {
  return new SyncError("the matching account of the target is already linked to another Entra object", {
    side: "target",
    code: "conflict",
    retry: { kind: "never" },
  });
}

/** Undefined when done; `again` when the target no longer has the resource. */
async function update(
  context: SyncContext,
  { kind, state }: Task,
  changes: readonly AttributeChange[],
): Promise<"again" | undefined> {
  const { link } = state;
  if (link === undefined) throw new TypeError("an update needs a link");
  try {
    const resource = await context.target.update(kind, { id: link.scimId, data: link.data }, changes);
    const next = recordSent(link, changes, resource.data);
    await context.state.saveLinks(kind, new Map([[state.id, next]]));
    warnOfEchoes(context, { changes, next });
    return undefined;
  } catch (error) {
    if (error instanceof SyncError && error.code === "not-found") {
      await context.state.unlink(kind, state.id);
      return "again";
    }
    // The target may have taken it all the same: read before comparing again.
    await context.state.saveLinks(kind, new Map([[state.id, { ...link, isStale: true }]]));
    throw error;
  }
}

/** Attributes that the target accepted but did not store as sent: said once, never re-sent until something changes. */
function warnOfEchoes(
  context: SyncContext,
  sent: { readonly changes: readonly AttributeChange[]; readonly next: Link },
): void {
  const paths = sent.changes.filter((change) => !isStored(change, sent.next.data)).map(({ path }) => path);
  if (paths.length > 0) context.log.warn({ attributes: paths }, "target did not store a value as sent");
}

async function remove(context: SyncContext, { kind, state }: Task): Promise<Action> {
  const { link } = state;
  if (link === undefined) throw new TypeError("a deletion needs a link");
  await context.target.remove(kind, link.scimId);
  await context.state.unlink(kind, state.id);
  return "deleted";
}

async function finish(
  context: SyncContext,
  done: { readonly kind: Kind; readonly id: EntraId; readonly decision: Decision; readonly action: Action },
): Promise<Outcome> {
  const { kind, id, decision, action } = done;
  if (kind === "group" && decision.isIncluded && action !== "skipped" && context.rules.groups.hasMembers) {
    const members = await pushMembers(context, id);
    const isChanged = members.membersAdded + members.membersRemoved > 0;
    return { action: action === "unchanged" && isChanged ? "updated" : action, ...members };
  }
  const { additive } = kind === "user" ? context.rules.users : context.rules.groups;
  if (!decision.isIncluded) await context.state.forget(kind, id, additive);
  return { action };
}
