import { SyncError } from "../model/errors.ts";
import type { EntraId, Kind } from "../model/ids.ts";
import type { Attributes } from "../model/value.ts";
import type { SyncContext } from "./context.ts";
import { toDesired } from "./desired.ts";
import type { SourceObject } from "./rules.ts";

/** So many candidates are tried for one account. */
const MAX_CANDIDATES = 100;

/**
 * Desired attributes of an account that is about to be created, with values of SelectUniqueValue() that no other account
 * of the target has: each candidate is reserved, then looked for there; the first one that nobody else has reserved and
 * that is not found wins. Asks nothing where no mapping uses that function. Throws `mapping` when every candidate is
 * taken, and the target's SyncErrors.
 */
export async function findUnique(
  context: SyncContext,
  given: { readonly kind: Kind; readonly object: SourceObject; readonly desired: Attributes },
): Promise<Attributes> {
  const { kind, object } = given;
  const rules = kind === "user" ? context.rules.users : context.rules.groups;
  const paths = rules.mappings.filter((mapping) => mapping.isUnique).map((mapping) => mapping.target);
  const taken = new Set<string>();
  let { desired } = given;
  for (let tries = 0; tries < MAX_CANDIDATES; tries += 1) {
    const found = await findTaken(context, { kind, id: object.id, paths, desired });
    if (found.length === 0) return desired;
    for (const each of found) taken.add(each);
    const isTaken = (target: string, value: string): boolean => taken.has(toMark(target, value));
    const outcome = toDesired(object, rules, { for: "create", isTaken });
    if (outcome.kind === "error") throw outcome.error;
    if (outcome.kind === "desired") ({ desired } = outcome);
  }
  throw new SyncError("no candidate for a unique value was free", {
    side: "source",
    code: "mapping",
    retry: { kind: "never" },
  });
}

type Wanted = {
  readonly kind: Kind;
  readonly id: EntraId;
  readonly paths: readonly string[];
  readonly desired: Attributes;
};

async function findTaken(
  { state, target }: SyncContext,
  { kind, id, paths, desired }: Wanted,
): Promise<readonly string[]> {
  const taken: string[] = [];
  for (const path of paths) {
    const value = desired[path];
    if (typeof value !== "string") continue;
    const mark = toMark(path, value);
    const isFree = (await state.reserve(`${kind}\n${mark}`, id)) && (await target.find(kind, path, value)).length === 0;
    if (!isFree) taken.push(mark);
  }
  return taken;
}

function toMark(target: string, value: string): string {
  return `${target}\n${value.toLowerCase()}`;
}
