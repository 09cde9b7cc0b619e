import { SyncError } from "../model/errors.ts";
import type { EntraId, Kind, ScimId } from "../model/ids.ts";
import type { TargetResource } from "../model/change.ts";
import { toPath, valueAt } from "../model/target-path.ts";
import { isEqual, type Attributes } from "../model/value.ts";
import { inBatches } from "./batches.ts";
import type { SyncContext } from "./context.ts";
import { decideGroup, decideUser, isAdoptedOnly } from "./plan.ts";
import { adoptResource } from "./push.ts";
import type { Link } from "./state.ts";

export type Survey = {
  /** False when the target cannot be listed, or the list was not whole: then nothing is concluded from absence. */
  readonly isComplete: boolean;
  readonly listed: number;
  /** Accounts that nobody in scope matches. They are never touched. */
  readonly unowned: number;
};

/**
 * Lists the target once and compares it with what we know: refreshes what linked resources hold, links accounts that
 * exactly one object in scope matches, finds linked resources that are gone, and notes who is proven to be absent, so
 * that a creation needs no lookup. Sends reads only.
 *
 * Absence counts only if the list was complete. Throws the target's SyncErrors but `not-found` and `rejected`, which
 * mean that this target has no lists; people are looked up one by one then.
 */
export async function survey(context: SyncContext, kind: Kind): Promise<Survey> {
  const missing = await findMissing(context, kind);
  // Whatever is linked while the list is read cannot be missed in it.
  const linked = await context.state.readLinkedIds(kind);
  const seen = new Set<ScimId>();
  const hits = new Map<EntraId, TargetResource[]>();
  let isComplete = false;
  try {
    for await (const page of context.target.list(kind, context.signal)) {
      const fresh = page.resources.filter((resource) => !seen.has(resource.id));
      for (const resource of fresh) seen.add(resource.id);
      const strangers = await refreshLinks(context, kind, fresh);
      for (const resource of strangers) collectHits(missing, hits, resource);
      isComplete = page.isComplete;
      context.onProgress(`target ${kind}s`, seen.size);
    }
  } catch (error) {
    if (!(error instanceof SyncError) || !["not-found", "rejected"].includes(error.code)) throw error;
    context.log.warn({ kind, err: error }, "target cannot be listed, each object is looked up");
  }
  const adopted = isComplete ? await adoptHits(context, { kind, missing, hits }) : 0;
  if (isComplete) await unlinkGone(context, kind, { seen, linked });
  const owners = await context.state.findOwners(kind, [...seen]);
  const unowned = seen.size - owners.size;
  context.log.info({ kind, listed: seen.size, adopted, unowned, isComplete }, "target surveyed");
  return { isComplete, listed: seen.size, unowned };
}

/** Objects that an account is wanted of but have no link, findable by each matching attribute's value in lower case. */
type Missing = {
  readonly desired: ReadonlyMap<EntraId, Attributes>;
  /** Those of them that are created when there is none. */
  readonly creations: ReadonlySet<EntraId>;
  readonly byValue: ReadonlyMap<string, ReadonlyMap<string, EntraId[]>>;
};

async function findMissing(context: SyncContext, kind: Kind): Promise<Missing> {
  const rules = kind === "user" ? context.rules.users : context.rules.groups;
  const desired = new Map<EntraId, Attributes>();
  const creations = new Set<EntraId>();
  const byValue = new Map(rules.match.map((attribute) => [attribute, new Map<string, EntraId[]>()] as const));
  for (const batch of inBatches(await context.state.readKnown(kind))) {
    for (const state of await context.state.readStates(kind, batch)) {
      if (state.link !== undefined) continue;
      const decision = kind === "user" ? decideUser(state, context.rules) : decideGroup(state, context.rules);
      const isCreation = decision.change.kind === "create";
      if (decision.desired === undefined || !(isCreation || isAdoptedOnly(decision))) continue;
      if (isCreation) creations.add(state.id);
      desired.set(state.id, decision.desired);
      indexValues(byValue, state.id, decision.desired);
    }
  }
  return { desired, creations, byValue };
}

function indexValues(byValue: ReadonlyMap<string, Map<string, EntraId[]>>, id: EntraId, desired: Attributes): void {
  for (const [attribute, values] of byValue) {
    const value = desired[attribute];
    if (typeof value !== "string") continue;
    const key = value.toLowerCase();
    values.set(key, [...(values.get(key) ?? []), id]);
  }
}

/** Returns the resources that are not linked. */
async function refreshLinks(
  context: SyncContext,
  kind: Kind,
  resources: readonly TargetResource[],
): Promise<readonly TargetResource[]> {
  const { state } = context;
  const ids = resources.map((resource) => resource.id);
  const owners = await state.findOwners(kind, ids);
  const states = new Map((await state.readStates(kind, [...owners.values()])).map((each) => [each.id, each] as const));
  const links = new Map<EntraId, Link>();
  for (const resource of resources) {
    const owner = owners.get(resource.id);
    const link = owner === undefined ? undefined : states.get(owner)?.link;
    if (owner === undefined || link === undefined) continue;
    if (link.isStale || !isEqual(link.data, resource.data))
      links.set(owner, { ...link, data: resource.data, isStale: false });
    if (kind === "group") await refreshMembers(context, owner, resource.members);
  }
  await state.saveLinks(kind, links);
  return resources.filter((resource) => !owners.has(resource.id));
}

/** Members as the target shows them. Targets that never show any are believed about nothing. */
async function refreshMembers(
  context: SyncContext,
  group: EntraId,
  members: readonly ScimId[] | undefined,
): Promise<void> {
  const { state } = context;
  if (members !== undefined && members.length > 0) await state.writeMeta("showsMembers", "yes");
  else if ((await state.readMeta("showsMembers")) !== "yes") return;
  const owners = await state.findOwners("user", members ?? []);
  await state.setPushedMembers(group, [...owners.values()]);
  await state.setMembershipUncertain(group, false);
}

function collectHits(missing: Missing, hits: Map<EntraId, TargetResource[]>, resource: TargetResource): void {
  for (const [attribute, values] of missing.byValue) {
    const value = valueAt(resource.data, toPath(attribute));
    const ids = typeof value === "string" ? (values.get(value.toLowerCase()) ?? []) : [];
    for (const id of ids) hits.set(id, [...(hits.get(id) ?? []), resource]);
    // The first matching attribute that finds somebody decides (matching precedence).
    if (ids.length > 0) return;
  }
}

/**
 * Adopts where one object and one account found each other. All other hits stay without link: their push looks again
 * and reports the conflict. Who was hit by nothing is proven absent.
 */
async function adoptHits(
  context: SyncContext,
  found: {
    readonly kind: Kind;
    readonly missing: Missing;
    readonly hits: ReadonlyMap<EntraId, readonly TargetResource[]>;
  },
): Promise<number> {
  const { kind, missing, hits } = found;
  const claims = new Map<ScimId, number>();
  for (const resources of hits.values()) {
    for (const { id } of resources) claims.set(id, (claims.get(id) ?? 0) + 1);
  }
  let adopted = 0;
  const ambiguous: EntraId[] = [];
  for (const [id, resources] of hits) {
    const [resource] = resources;
    const desired = missing.desired.get(id);
    if (resource === undefined || resources.length > 1 || desired === undefined || claims.get(resource.id) !== 1) {
      ambiguous.push(id);
      continue;
    }
    await adoptResource(context, { kind, id, resource, desired });
    if (kind === "group") await refreshMembers(context, id, resource.members);
    adopted += 1;
  }
  await context.state.markAmbiguous(kind, ambiguous);
  await context.state.markAbsent(
    kind,
    [...missing.creations].filter((id) => !hits.has(id)),
  );
  return adopted;
}

async function unlinkGone(
  context: SyncContext,
  kind: Kind,
  { seen, linked }: { readonly seen: ReadonlySet<ScimId>; readonly linked: readonly EntraId[] },
): Promise<void> {
  const { state } = context;
  for (const batch of inBatches(linked)) {
    for (const { id, link } of await state.readStates(kind, batch)) {
      if (link === undefined || seen.has(link.scimId)) continue;
      context.log.warn({ kind, entraId: id, scimId: link.scimId }, "account was deleted in the target");
      await state.unlink(kind, id);
      await state.markDirty(kind, [id]);
      // The complete list just proved it.
      await state.markAbsent(kind, [id]);
    }
  }
}
