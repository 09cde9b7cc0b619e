import type { AttributeChange } from "../model/change.ts";
import { isSame, isSatisfied, mergeElements, missingFrom, toElements } from "../model/same-value.ts";
import { toPath, valueAt, type ResourceData } from "../model/target-path.ts";
import type { Attributes, Value } from "../model/value.ts";
import type { Link } from "./state.ts";

export type DiffRules = {
  /** The target paths that we manage. Everything else in the target is somebody else's. */
  readonly paths: readonly string[];
  /** Paths that are set on creation only and never compared afterwards. */
  readonly createOnly: ReadonlySet<string>;
  /** Paths of lists in which others keep elements of their own: we add and remove ours only. */
  readonly additive: ReadonlySet<string>;
  /** Whether an emptied source value clears what we had set. */
  readonly clearEmpty: boolean;
};

/**
 * Compares desired attributes with what the target holds; `isSatisfied` says what counts as equal.
 *
 * | desired | current         | sent by us | echo              | change |
 * | ------- | --------------- | ---------- | ----------------- | ------ |
 * | empty   | empty           | –          | –                 | none   |
 * | empty   | value           | no         | –                 | none: not ours |
 * | empty   | value           | yes        | –                 | clear, if `clearEmpty` |
 * | value   | equal           | –          | –                 | none   |
 * | value   | other or empty  | same value | equals current    | none: the target does not take it, and was told once |
 * | value   | other or empty  | otherwise  | –                 | set    |
 *
 * In an additive list each element is judged alone: a desired one that is missing is added, one that we sent and that is
 * no longer desired is removed, and all others stay.
 *
 * Pure; neither argument is changed. Empty, null and absent are one state (RFC 7643 section 2.5).
 */
export function diff(desired: Attributes, link: Link, rules: DiffRules): readonly AttributeChange[] {
  return rules.paths
    .filter((path) => !rules.createOnly.has(path))
    .flatMap((path) => {
      const from = valueAt(link.data, toPath(path));
      const to = desired[path];
      if (to === undefined && !(rules.clearEmpty && link.sent[path] !== undefined)) return [];
      if (rules.additive.has(path)) return changeOurs(link, { path, from, to });
      return isSatisfied(from, to) || isEcho(link, path, { from, to }) ? [] : [{ path, from, to }];
    });
}

/** From what is ours and what is desired to the whole list as it must be. */
function changeOurs(link: Link, { path, from, to }: AttributeChange): readonly AttributeChange[] {
  const [held, sent, wanted] = [toElements(from), toElements(link.sent[path]), toElements(to)];
  const unsent = new Set(missingFrom(sent, wanted));
  // What we find there without having sent it is somebody else's, though it be as desired.
  const lacking = new Set(missingFrom(held, wanted));
  const ours = wanted.filter((element) => lacking.has(element) || !unsent.has(element));
  // The target was told these once, and did not take them.
  const known = wanted.filter((element) => !unsent.has(element));
  const told = new Set(Object.hasOwn(link.echo, path) ? missingFrom(toElements(link.echo[path] ?? []), known) : []);
  const merged = mergeElements(held, {
    outdated: missingFrom(wanted, sent),
    wanted: wanted.filter((element) => !told.has(element)),
  });
  if (isSatisfied(held, merged)) return [];
  return [{ path, from, to: merged.length === 0 ? undefined : merged, ours }];
}

function isEcho(link: Link, path: string, values: { from: Value | undefined; to: Value | undefined }): boolean {
  if (!Object.hasOwn(link.echo, path)) return false;
  return isSame(link.sent[path], values.to) && isSatisfied(values.from, link.echo[path] ?? undefined);
}

/** The link after the target answered to `changes` with `data`: what was sent, what it holds, where the two differ. */
export function recordSent(link: Link, changes: readonly AttributeChange[], data: ResourceData): Link {
  const sent: Record<string, Value> = { ...link.sent };
  const echo: Record<string, Value | null> = { ...link.echo };
  for (const change of changes) {
    const { path, to, ours } = change;
    const own = ours?.length === 0 ? undefined : (ours ?? to);
    if (own === undefined) delete sent[path];
    else sent[path] = own;
    if (own === undefined || isStored(change, data)) delete echo[path];
    else echo[path] = valueAt(data, toPath(path)) ?? null;
  }
  return { ...link, data, sent, echo, isStale: false };
}

/** Whether the target, which holds `data` after the change, took it as sent. */
export function isStored({ path, to, ours }: AttributeChange, data: ResourceData): boolean {
  const seen = valueAt(data, toPath(path));
  return ours === undefined ? isSatisfied(seen, to) : missingFrom(toElements(seen), ours).length === 0;
}

/** Values of a resource that are already as desired count as sent: they are ours to clear later. */
export function recordFound(
  data: ResourceData,
  desired: Attributes,
  additive: ReadonlySet<string> = new Set(),
): Attributes {
  return Object.fromEntries(
    Object.entries(desired).flatMap(([path, value]) => {
      const found = valueAt(data, toPath(path));
      if (!additive.has(path)) return isSatisfied(found, value) ? [[path, value] as const] : [];
      const missing = new Set(missingFrom(toElements(found), toElements(value)));
      const present = toElements(value).filter((element) => !missing.has(element));
      return present.length === 0 ? [] : [[path, present] as const];
    }),
  );
}
