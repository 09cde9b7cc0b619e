import type { EntraId } from "../model/ids.ts";
import type { Attributes, Value } from "../model/value.ts";
import type { SyncContext } from "./context.ts";
import type { GroupDelta, UserDelta } from "./ports.ts";
import type { GroupEdit, ObjectState, StoredObject, Stream } from "./state.ts";

/** Applies one page of people: what is known is merged, who is none of our business is left out. */
export async function commitUsers(context: SyncContext, stream: Stream, items: readonly UserDelta[]): Promise<void> {
  const { state, rules } = context;
  const merged = mergeUsers(items);
  const ids = [...merged.keys()];
  const known = new Map((await state.readStates("user", ids)).map((each) => [each.id, each] as const));
  const isEverybody = rules.scope.mode === "all";
  // A full round may name somebody again, with a part of the attributes only: what is stored of this round is the base.
  const seen = stream.isFull ? await state.readSeen(stream.name, ids) : new Set<EntraId>();
  const objects = new Map<EntraId, StoredObject>();
  const dirty: EntraId[] = [];
  for (const [id, item] of merged) {
    const isFull = stream.isFull && !seen.has(id);
    const kept = toKept(known.get(id), item, { isEverybody, isFull, hasManager: rules.users.uses.manager });
    if (kept === undefined || isSameObject(known.get(id)?.object, kept)) continue;
    objects.set(id, kept);
    dirty.push(id);
  }
  const present = ids.filter((id) => merged.get(id)?.removed === undefined);
  await state.commitUsers({
    stream,
    objects,
    inScope: isEverybody ? present : [],
    outOfScope: isEverybody ? ids.filter((id) => merged.get(id)?.removed !== undefined) : [],
    dirty,
    seen: stream.isFull ? present : [],
  });
}

/** What is to be stored of a person after a record; undefined for people who are none of our business. */
function toKept(
  old: ObjectState | undefined,
  item: UserDelta,
  how: { readonly isEverybody: boolean; readonly isFull: boolean; readonly hasManager: boolean },
): StoredObject | undefined {
  const { isEverybody } = how;
  const isOurs = old !== undefined && (old.isInScope || old.link !== undefined || old.object !== undefined);
  if (item.removed !== undefined)
    return isOurs ? { presence: item.removed, isComplete: false, attributes: {} } : undefined;
  if (!isEverybody && !isOurs) return undefined;
  const next = mergeObject(old?.object, item.attributes, how);
  if (isEverybody || old?.isInScope === true) return next;
  // A person who left scope but is still linked: we need to know that he exists, not what he is called.
  return { presence: next.presence, isComplete: false, attributes: {} };
}

/** Several records of one person in a page: the later ones win, attribute by attribute. */
function mergeUsers(items: readonly UserDelta[]): ReadonlyMap<EntraId, UserDelta> {
  const merged = new Map<EntraId, UserDelta>();
  for (const item of items) {
    const old = merged.get(item.id);
    const isContinued = old !== undefined && old.removed === undefined && item.removed === undefined;
    merged.set(item.id, isContinued ? { ...item, attributes: { ...old.attributes, ...item.attributes } } : item);
  }
  return merged;
}

/**
 * A partial record on top of what is stored. In a full round a record is complete: what it does not name was never set
 * (Graph delta overview), but for the manager, whom Graph is known to leave out: he stays until he is read for certain
 * (pull-managers.ts). In a round of changes it is complete only if we had a complete copy to merge it into.
 */
function mergeObject(
  old: StoredObject | undefined,
  changes: Readonly<Record<string, Value | null>>,
  { isFull, hasManager }: { readonly isFull: boolean; readonly hasManager: boolean },
): StoredObject {
  const base = old?.presence === "present" ? old : undefined;
  const manager = hasManager ? base?.attributes["manager"] : undefined;
  const kept = isFull ? { ...(manager !== undefined && { manager }) } : base?.attributes;
  const attributes: Record<string, Value> = { ...kept };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete attributes[name];
    else attributes[name] = value;
  }
  return { presence: "present", isComplete: isFull || base?.isComplete === true, attributes };
}

function isSameObject(left: StoredObject | undefined, right: StoredObject): boolean {
  return left !== undefined && JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

function sorted(object: StoredObject): unknown {
  const entries = Object.entries(object.attributes).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return [object.presence, object.isComplete, entries];
}

/** Applies one page of groups. */
export async function commitGroups(context: SyncContext, stream: Stream, items: readonly GroupDelta[]): Promise<void> {
  const { state } = context;
  const ids = [...new Set(items.map((item) => item.id))];
  const records = Map.groupBy(items, (item) => item.id);
  const known = await state.readStates("group", ids);
  const edits = known.map((old) => toEdit(old, records.get(old.id) ?? [], stream.isFull));
  const seen = stream.isFull ? items.filter((item) => item.removed === undefined).map((item) => item.id) : [];
  await state.commitGroups({ stream, edits, seen });
}

/** All records of one group in a page, in their order: slices of members, changes of attributes, removal. */
function toEdit(old: ObjectState, items: readonly GroupDelta[], isFull: boolean): GroupEdit {
  let object: StoredObject | undefined = old.object;
  const users = new Map<EntraId, boolean>();
  const groups = new Map<EntraId, boolean>();
  for (const item of items) {
    for (const member of item.members) (member.type === "user" ? users : groups).set(member.id, !member.isRemoved);
    if (item.removed !== undefined) object = { presence: item.removed, isComplete: true, attributes: {} };
    else object = mergeGroup(object, item.attributes, isFull);
  }
  const edit = {
    id: old.id,
    object,
    addUsers: pick(users, true),
    removeUsers: pick(users, false),
    addGroups: pick(groups, true),
    removeGroups: pick(groups, false),
  };
  // What a full round says about members is compared at its end, when all of them are known.
  const hasMembers = !isFull && users.size + groups.size > 0;
  return { ...edit, isChanged: hasMembers || object === undefined || !isSameObject(old.object, object) };
}

function pick(members: ReadonlyMap<EntraId, boolean>, isAdded: boolean): readonly EntraId[] {
  return [...members].filter(([, added]) => added === isAdded).map(([id]) => id);
}

function mergeGroup(
  base: StoredObject | undefined,
  changes: Readonly<Record<string, Value | null>>,
  isFull: boolean,
): StoredObject {
  const kept: Attributes =
    base?.presence === "present" && (!isFull || Object.keys(changes).length === 0) ? base.attributes : {};
  const attributes: Record<string, Value> = { ...kept };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete attributes[name];
    else attributes[name] = value;
  }
  return { presence: "present", isComplete: true, attributes };
}
