import type { Change, DirectoryGroup } from "./directory.ts";
import type { DeltaStart } from "./graph-delta-query.ts";
import { isLost } from "./tenant-switches.ts";
import type { Round, RoundItem, World } from "./world.ts";

/** Decides what a round holds, once, so that what changes while its pages are read belongs to the next round. */
export function planRound(world: World, start: DeltaStart): Round {
  const until = world.directory.version();
  const items = start.kind === "users" ? planUsers(world, start) : planGroups(world, start);
  const wanted = start.ids === undefined ? items : items.filter((item) => start.ids?.includes(item.id));
  return { ...start, until, pages: toPages(world, wanted) };
}

function planUsers(world: World, start: DeltaStart): readonly RoundItem[] {
  return planIds(world, start).map((id) => ({ id }));
}

function planIds(world: World, start: DeltaStart): readonly string[] {
  const { directory, switches } = world;
  if (start.from === undefined) {
    const objects = start.kind === "users" ? directory.users : directory.groups;
    const shown = objects.values().filter((object) => switches.ghosts || object.presence === "active");
    return shown.map((object) => object.id).toArray();
  }
  const kind = start.kind === "users" ? "user" : "group";
  const changes = directory.changesSince(start.from).filter((change) => change.kind === kind);
  // An unselected change does not surface the object.
  return [...new Set(changes.filter((change) => isTracked(world, start, change)).map((change) => change.id))];
}

function isTracked(world: World, start: DeltaStart, change: Change): boolean {
  if (change.action === "member") return isTrackedMember(world, start, change);
  if (change.action !== "updated" || start.select === undefined) return true;
  return change.properties?.some((name) => start.select?.includes(name)) ?? false;
}

function isTrackedMember(world: World, start: DeltaStart, change: Change): boolean {
  if (start.select?.includes("members") === false) return false;
  const isPurged = world.directory.users.get(change.member?.id ?? "")?.presence === "purged";
  return !isPurged || world.switches.reportPurgedMembers;
}

function planGroups(world: World, start: DeltaStart): readonly RoundItem[] {
  const changes =
    start.from === undefined ? new Map() : Map.groupBy(world.directory.changesSince(start.from), (change) => change.id);
  return planIds(world, start).flatMap((id) => {
    const group = world.directory.groups.get(id);
    const members = group === undefined ? [] : planMembers(world, start, { group, changes: changes.get(id) ?? [] });
    return toSlices(id, members, world.switches.memberSlice);
  });
}

function planMembers(
  world: World,
  start: DeltaStart,
  about: { readonly group: DirectoryGroup; readonly changes: readonly Change[] },
): readonly string[] {
  const { group, changes } = about;
  if (start.select?.includes("members") === false || group.presence !== "active") return [];
  if (isLost(world.switches, "members")) return [];
  const isWhole =
    start.from === undefined || changes.some(({ action }) => action === "created" || action === "restored");
  const former = world.switches.ghosts && isWhole ? world.directory.changesSince(0) : changes;
  const touched = former.filter((change) => change.id === group.id && isTrackedMember(world, start, change));
  const ids = touched.flatMap((change) => (change.member === undefined ? [] : [change.member.id]));
  return [...new Set(isWhole ? [...group.members.keys(), ...ids] : ids)];
}

function toSlices(id: string, members: readonly string[], size: number): readonly RoundItem[] {
  if (members.length <= size) return [{ id, members }];
  const slices: RoundItem[] = [];
  for (let start = 0; start < members.length; start += size) {
    slices.push({ id, members: members.slice(start, start + size) });
  }
  return slices;
}

/** Fills pages: as many objects as the page size and no more members than one slice, so that no group is there twice. */
function toPages(world: World, items: readonly RoundItem[]): readonly (readonly RoundItem[])[] {
  const { pageSize, memberSlice } = world.switches;
  const pages: RoundItem[][] = [[]];
  let members = 0;
  for (const item of items) {
    const page = pages.at(-1) ?? [];
    const size = item.members?.length ?? 0;
    const isFull = page.length >= pageSize || members + size > memberSlice;
    if (isFull && page.length > 0) {
      pages.push([item]);
      members = size;
    } else {
      page.push(item);
      members += size;
    }
  }
  return pages;
}
