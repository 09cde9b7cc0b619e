import type { TargetResource } from "../../model/change.ts";
import type { EntraId, Kind, ScimId } from "../../model/ids.ts";
import type { Attributes } from "../../model/value.ts";
import { recordFound } from "../../sync/diff.ts";
import { decideGroup, decideUser, isAdoptedOnly, type Decision } from "../../sync/plan.ts";
import type { Target } from "../../sync/ports.ts";
import type { KindRules, Rules } from "../../sync/rules.ts";
import type { Link, ObjectState, State } from "../../sync/state.ts";

/** What was found when the target was asked for one matching value. */
export type TargetLookup = {
  readonly attribute: string;
  readonly value: string;
  readonly hits: readonly { readonly resource: TargetResource; readonly owner: EntraId | undefined }[];
};

/** What a push of an object will come to. */
export type Prediction = {
  readonly decision: Decision;
  /** The tie that the decision is about: the known one, or that of the account to be adopted. */
  readonly link: Link | undefined;
  readonly isAdopted: boolean;
  /** Linked, but the target no longer has it, and the push will notice. */
  readonly isLost: boolean;
  readonly conflict: string | undefined;
  readonly lookups: readonly TargetLookup[];
};

export type PredictionInput = {
  readonly kind: Kind;
  /** The object as Entra shows it now. */
  readonly state: ObjectState;
  readonly rules: Rules;
  /** True for a cycle that compares with what the target holds now, not with what we remember. */
  readonly isSurvey: boolean;
  /** The last complete list of the target showed several accounts for this object. */
  readonly isAmbiguous: boolean;
};

/** The target, asked for each thing once. */
export type TargetView = {
  readonly read: (id: ScimId) => Promise<TargetResource | undefined>;
  readonly find: (attribute: string, value: string) => Promise<TargetLookup>;
};

/** Reads of one kind of resource, remembered. */
export function createTargetView(target: Target, state: State, kind: Kind): TargetView {
  const reads = new Map<ScimId, Promise<TargetResource | undefined>>();
  const finds = new Map<string, Promise<TargetLookup>>();
  const find = async (attribute: string, value: string): Promise<TargetLookup> => {
    const resources = await target.find(kind, attribute, value);
    const owners = await state.findOwners(
      kind,
      resources.map(({ id }) => id),
    );
    return { attribute, value, hits: resources.map((resource) => ({ resource, owner: owners.get(resource.id) })) };
  };
  return {
    read: (id) => remember(reads, id, () => target.read(kind, id)),
    find: (attribute, value) => remember(finds, `${attribute} ${value}`, () => find(attribute, value)),
  };
}

function remember<Key, Result>(known: Map<Key, Result>, key: Key, ask: () => Result): Result {
  const answer = known.get(key) ?? ask();
  known.set(key, answer);
  return answer;
}

/**
 * Goes the way of a push (src/sync/push.ts) without sending anything: the same refresh, the same decision, the same
 * search for an account to adopt. Throws the target's SyncErrors.
 */
export async function predict(view: TargetView, input: PredictionInput): Promise<Prediction> {
  const { isLost, link } = await findLink(view, input);
  const decision = decide(input, link);
  const base = { decision, link, isAdopted: false, isLost, conflict: undefined, lookups: [] };
  if (link !== undefined || !isLookedFor(decision, input.isSurvey) || decision.desired === undefined) return base;
  const lookups = await search(view, { input, desired: decision.desired });
  const hits = lookups.at(-1)?.hits ?? [];
  const [hit] = hits;
  const conflict = hit === undefined ? explainAmbiguity(input) : explainConflict(hits, input.state.id);
  if (conflict !== undefined || hit === undefined) return { ...base, conflict, lookups };
  const adopted = toAdopted(input, hit.resource, decision.desired);
  return { ...base, decision: decide(input, adopted), link: adopted, isAdopted: true, lookups };
}

/** The link that the push decides with in the end, and whether it lost one because the target has no such resource. */
async function findLink(view: TargetView, input: PredictionInput): Promise<Pick<Prediction, "link" | "isLost">> {
  const { link } = input.state;
  if (link === undefined) return { link, isLost: false };
  const resource = await view.read(link.scimId);
  const current = toCurrent(link, resource, input);
  if (current === undefined) return { link: undefined, isLost: true };
  // An update will be answered with 404; then the push starts over without the link.
  const isLost = resource === undefined && decide(input, current).change.kind === "update";
  return { link: isLost ? undefined : current, isLost };
}

/** The link as it is compared: read again where a push reads it again. */
function toCurrent(
  link: Link,
  resource: TargetResource | undefined,
  { state, isSurvey }: PredictionInput,
): Link | undefined {
  const isRead = isSurvey || link.isStale || (link.isBare === true && state.isInScope);
  if (!isRead) return link;
  return resource === undefined ? undefined : { ...link, data: resource.data, isStale: false, isBare: false };
}

function decide({ kind, state, rules }: PredictionInput, link: Link | undefined): Decision {
  return (kind === "user" ? decideUser : decideGroup)({ ...state, link }, rules);
}

/** A survey also adopts accounts of people who are not to be created. */
function isLookedFor(decision: Decision, isSurvey: boolean): boolean {
  return decision.change.kind === "create" || (isSurvey && isAdoptedOnly(decision));
}

/** The first matching attribute that finds anything decides. */
async function search(
  view: TargetView,
  { input, desired }: { readonly input: PredictionInput; readonly desired: Attributes },
): Promise<readonly TargetLookup[]> {
  const rules = rulesOf(input);
  const lookups: TargetLookup[] = [];
  for (const attribute of rules.match) {
    const value = desired[attribute];
    if (typeof value !== "string") continue;
    const lookup = await view.find(attribute, value);
    lookups.push(lookup);
    if (lookup.hits.length > 0) break;
  }
  return lookups;
}

function explainConflict(hits: TargetLookup["hits"], id: EntraId): string | undefined {
  if (hits.length > 1) return `${hits.length} of them match; none is touched until one is left`;
  const owner = hits[0]?.owner;
  return owner === undefined || owner === id ? undefined : `it belongs to another Entra object, ${owner}`;
}

/** A push adds no account beside those that a list showed and that a search does not find. */
function explainAmbiguity({ isAmbiguous, isSurvey }: PredictionInput): string | undefined {
  if (!isAmbiguous || isSurvey) return undefined;
  return "the list of SoSafe showed several matching accounts, of which a search finds none";
}

function toAdopted(input: PredictionInput, { id, data }: TargetResource, desired: Attributes): Link {
  const sent = recordFound(data, desired, rulesOf(input).additive);
  return { scimId: id, origin: "adopted", data, sent, echo: {}, isStale: false };
}

function rulesOf({ kind, rules }: PredictionInput): KindRules {
  return kind === "user" ? rules.users : rules.groups;
}
