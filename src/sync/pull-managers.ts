import { toEntraId, type EntraId } from "../model/ids.ts";
import type { SyncContext } from "./context.ts";
import { inBatches } from "./batches.ts";
import type { ManagerRecord } from "./ports.ts";
import type { StoredObject } from "./state.ts";

/** Up to so many people are asked for one by one; for more of them everybody is listed. */
const MOST_SINGLE = 50;

/**
 * Reads the managers of our people in full after every full round of users: delta queries leave managers out at times,
 * so there absence says nothing. A list in which nobody has a manager any more is not believed while any of them exists.
 *
 * Returns warnings. Throws the source's SyncErrors.
 */
export async function pullManagers(context: SyncContext): Promise<readonly string[]> {
  const { state, source, rules, signal } = context;
  if (!rules.users.uses.manager || (await state.readMeta("managersRead")) === "yes") return [];
  const people = await readPeople(context);
  const records: ManagerRecord[] = [];
  const ids = people.size <= MOST_SINGLE ? [...people.keys()] : "everybody";
  for await (const page of source.readManagers(ids, signal)) {
    records.push(...page.filter((record) => people.has(record.id)));
    context.onProgress("managers", records.length);
  }
  const known = [...people.values()].flatMap((person) => managerOf(person) ?? []);
  const isEmpty = records.every((record) => record.manager === undefined);
  if (isEmpty && known.length > 0 && (await isAnyThere(context, known))) {
    // Asked again after the next full round: a list of everybody is too much for every cycle.
    await state.writeMeta("managersRead", "yes");
    return [
      `Entra returned no managers at all, although ${known.length} people had one; nothing is concluded from that`,
    ];
  }
  const changed = records.flatMap((record) => toChange(people.get(record.id), record));
  for (const batch of inBatches(changed)) await state.saveUsers(new Map(batch));
  await state.writeMeta("managersRead", "yes");
  return [];
}

/** Complete copies of people who are in scope. */
async function readPeople({ state }: SyncContext): Promise<ReadonlyMap<EntraId, StoredObject>> {
  const people = new Map<EntraId, StoredObject>();
  for (const batch of inBatches(await state.readKnown("user"))) {
    for (const { id, object, isInScope } of await state.readStates("user", batch)) {
      if (isInScope && object?.presence === "present" && object.isComplete) people.set(id, object);
    }
  }
  return people;
}

function managerOf({ attributes }: StoredObject): EntraId | undefined {
  const manager = attributes["manager"];
  return typeof manager === "string" ? toEntraId(manager) : undefined;
}

/** Whether Graph knows one of these people: managers who left the directory leave nothing behind. */
async function isAnyThere({ source, signal }: SyncContext, ids: readonly EntraId[]): Promise<boolean> {
  return (await source.readUsersById([...new Set(ids)], [], signal)).length > 0;
}

function toChange(
  old: StoredObject | undefined,
  { id, manager }: ManagerRecord,
): readonly (readonly [EntraId, StoredObject])[] {
  if (old === undefined || managerOf(old) === manager) return [];
  const { manager: _former, ...others } = old.attributes;
  const attributes = manager === undefined ? others : { ...others, manager };
  return [[id, { ...old, attributes }]];
}
