import type { Change, DirectoryGroup, DirectoryUser } from "./directory.ts";
import { badRequest, graphError, type Answer, type Call } from "./graph-answer.ts";
import { parseDeltaQuery, type DeltaStart } from "./graph-delta-query.ts";
import { GROUP_DEFAULTS, RELATIONSHIPS, USER_DEFAULTS, writeProperty } from "./graph-properties.ts";
import { isLost } from "./tenant-switches.ts";
import { planRound } from "./graph-delta-round.ts";
import type { Round, RoundItem, World } from "./world.ts";

export type DeltaKind = Round["kind"];

type Page = { readonly round: Round; readonly name: string; readonly index: number; readonly isAgain: boolean };

/** GET /users/delta and /groups/delta: a fresh round, a further page, or the round after a delta link. */
export function answerDelta(world: World, call: Call, kind: DeltaKind): Answer {
  const query = parseDeltaQuery(call.query, kind);
  if (query.token === "fresh") return startRound(world, call, { ...query, kind, from: undefined });
  if (query.token === "latest") {
    const version = world.directory.version();
    const round = { kind, from: version, until: version, select: query.select, ids: query.ids, pages: [[]] };
    return deltaAnswer(world, round, { value: [], link: deltaLink(world, round) });
  }
  if (query.token.epoch < world.epoch.number) return expired(world, kind);
  if ("page" in query.token) return continueRound(world, call, query.token);
  const { from, before, select, ids } = query.token;
  return startRound(world, call, { kind, select, ids, from: world.switches.replay ? before : from });
}

function startRound(world: World, call: Call, start: DeltaStart): Answer {
  const round = isRoundLost(world, start) ? lostRound(world, start) : planRound(world, start);
  const name = `${world.epoch.number}-${world.count()}`;
  const pages = [...Array.from({ length: world.switches.emptyPages }, () => []), ...round.pages];
  const whole = { ...round, pages };
  if (pages.length > 1 || world.switches.repeatPages || world.switches.repeatNextLink) keepRound(world, name, whole);
  return answerPage(world, call, { round: whole, name, index: 0, isAgain: false });
}

function isRoundLost(world: World, start: DeltaStart): boolean {
  const areMembersLost = start.kind === "groups" && start.from !== undefined && isLost(world.switches, "members");
  return areMembersLost || isLost(world.switches, start.kind);
}

/** An initial round finds nobody; a later one stays where it was, so that no change is lost for good. */
function lostRound(world: World, start: DeltaStart): Round {
  return { ...start, until: start.from ?? world.directory.version(), pages: [[]] };
}

/** Page links are good for the last rounds only; nobody walks more of them at a time. */
function keepRound(world: World, name: string, round: Round): void {
  world.rounds.set(name, round);
  const [oldest] = world.rounds.keys();
  if (world.rounds.size > 64 && oldest !== undefined) world.rounds.delete(oldest);
}

function continueRound(
  world: World,
  call: Call,
  token: { readonly round: string; readonly page: number; readonly again: boolean },
): Answer {
  const round = world.rounds.get(token.round);
  if (round === undefined || round.pages[token.page] === undefined) throw badRequest("Badly formed token.");
  return answerPage(world, call, { round, name: token.round, index: token.page, isAgain: token.again });
}

function answerPage(world: World, call: Call, page: Page): Answer {
  const items = page.round.pages[page.index] ?? [];
  const isMinimal = /return=minimal/iu.test(String(call.headers["prefer"] ?? ""));
  const changes = groupChanges(world, page.round);
  const value = items.map((item) => render(world, { round: page.round, item, isMinimal, changes }));
  return deltaAnswer(world, page.round, { value, link: nextStep(world, page) });
}

type Link = { readonly "@odata.nextLink": string } | { readonly "@odata.deltaLink": string };

function nextStep(world: World, page: Page): Link {
  const { repeatPages, repeatNextLink } = world.switches;
  if (repeatNextLink) return pageLink(world, page, { index: page.index, again: page.isAgain });
  if (repeatPages && !page.isAgain) return pageLink(world, page, { index: page.index, again: true });
  const hasMore = page.index + 1 < page.round.pages.length;
  return hasMore ? pageLink(world, page, { index: page.index + 1, again: false }) : deltaLink(world, page.round);
}

function pageLink(world: World, page: Page, to: { readonly index: number; readonly again: boolean }): Link {
  const token = encodeToken({ epoch: world.epoch.number, round: page.name, page: to.index, again: to.again });
  return { "@odata.nextLink": `${world.url()}/v1.0/${page.round.kind}/delta?$skiptoken=${token}` };
}

function deltaLink(world: World, round: Round): Link {
  const { until, from, select, ids, kind } = round;
  const token = encodeToken({
    epoch: world.epoch.number,
    number: world.count(),
    from: until,
    before: from,
    select,
    ids,
  });
  return { "@odata.deltaLink": `${world.url()}/v1.0/${kind}/delta?$deltatoken=${token}` };
}

function encodeToken(token: object): string {
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

function deltaAnswer(
  world: World,
  round: Round,
  page: { readonly value: readonly object[]; readonly link: Link },
): Answer {
  const columns = round.select === undefined ? "" : `(${round.select.join(",")})`;
  const context = { "@odata.context": `${world.url()}/v1.0/$metadata#${round.kind}${columns}` };
  return { status: 200, body: { ...context, ...page.link, value: page.value } };
}

/** What Graph says about a token that is too old (delta query overview, synchronization reset). */
function expired(world: World, kind: DeltaKind): Answer {
  const message =
    "The sync state generation is not found. The delta token is expired and data must be synchronized again.";
  switch (world.epoch.expiry) {
    case "gone": {
      const location = `${world.url()}/v1.0/${kind}/delta?$deltatoken=`;
      const text = "Resync required. The tenant has moved; start again with the URL in the Location header.";
      return graphError({ status: 410, code: "Gone", message: text, headers: { location } });
    }
    case "resyncRequired":
      return graphError({ status: 410, code: "resyncRequired", message: "Delta token is no longer valid, resync." });
    case "syncStateNotFound":
      return graphError({ status: 400, code: "syncStateNotFound", message });
  }
}

type Rendering = {
  readonly round: Round;
  readonly item: RoundItem;
  readonly isMinimal: boolean;
  readonly changes: ReadonlyMap<string, readonly Change[]>;
};

/** Changes since the round before, by object; empty for an initial round, where everything is new. */
function groupChanges(world: World, round: Round): ReadonlyMap<string, readonly Change[]> {
  return round.from === undefined
    ? new Map()
    : Map.groupBy(world.directory.changesSince(round.from), (change) => change.id);
}

function render(world: World, rendering: Rendering): object {
  const { round, item } = rendering;
  const object = round.kind === "users" ? world.directory.users.get(item.id) : world.directory.groups.get(item.id);
  if (object === undefined || object.presence === "purged") return removed(item.id, "deleted");
  if (object.presence === "deleted") return removed(item.id, "changed");
  const own = renderProperties(object, rendering);
  return { ...own, id: item.id, ...renderManager(world, object, rendering), ...renderMembers(world, item) };
}

function removed(id: string, reason: "changed" | "deleted"): object {
  return { id, "@removed": { reason } };
}

/**
 * Default representation: what has a value, and null for what was cleared since the round before; what was never set
 * is absent. Minimal: only what changed (Graph: user delta, response).
 */
function renderProperties(object: DirectoryUser, rendering: Rendering): Record<string, unknown> {
  const { round, isMinimal } = rendering;
  const defaults = round.kind === "users" ? USER_DEFAULTS : GROUP_DEFAULTS;
  const { names, isNew } = changedProperties(rendering);
  const properties: Record<string, unknown> = {};
  for (const name of round.select ?? defaults) {
    const value = object.properties[name];
    const isShown = value === null ? names.has(name) : !isMinimal || isNew || names.has(name);
    if (value !== undefined && isShown && !RELATIONSHIPS.has(name)) properties[name] = writeProperty(name, value);
  }
  return properties;
}

function changedProperties(rendering: Rendering): { readonly names: ReadonlySet<string>; readonly isNew: boolean } {
  const changes = rendering.changes.get(rendering.item.id) ?? [];
  const names = new Set(changes.flatMap((change) => change.properties ?? []));
  const isNew = rendering.round.from === undefined || changes.some((change) => isAppearance(change));
  return { names, isNew };
}

const isAppearance = (change: Change): boolean => change.action === "created" || change.action === "restored";

function renderManager(world: World, object: DirectoryUser, rendering: Rendering): object {
  const { round, isMinimal } = rendering;
  if (round.select?.includes("manager") !== true || world.switches.omitManager) return {};
  const { names, isNew } = changedProperties(rendering);
  const manager = object.properties["manager"];
  const type = { "@odata.type": "#microsoft.graph.user" };
  if (typeof manager === "string" && (!isMinimal || isNew || names.has("manager"))) {
    return { "manager@delta": [{ ...type, id: manager }] };
  }
  const former = rendering.changes.get(object.id)?.findLast((change) => change.formerManager)?.formerManager;
  if (former === undefined || typeof manager === "string") return {};
  return { "manager@delta": [{ ...type, id: former, "@removed": { reason: "deleted" } }] };
}

function renderMembers(world: World, item: RoundItem): object {
  const group = world.directory.groups.get(item.id);
  if (item.members === undefined || item.members.length === 0 || group === undefined) return {};
  return { "members@delta": item.members.map((id) => renderMember(world, group, id)) };
}

function renderMember(world: World, group: DirectoryGroup, id: string): object {
  const known = world.directory.groups.has(id) ? "group" : "user";
  const type = group.members.get(id) ?? formerType(world, group, id) ?? known;
  const entry = { "@odata.type": `#microsoft.graph.${type}`, id };
  return group.members.has(id) ? entry : { ...entry, "@removed": { reason: "deleted" } };
}

function formerType(world: World, group: DirectoryGroup, id: string): string | undefined {
  if (world.directory.users.has(id) || world.directory.groups.has(id)) return undefined;
  const changes = world.directory.changesSince(0);
  return changes.findLast((change) => change.id === group.id && change.member?.id === id)?.member?.type;
}
