import type { AttributeChange } from "../model/change.ts";
import { toPath, valueAt, type ResourceData } from "../model/target-path.ts";
import { isEqual, type Attributes, type Value } from "../model/value.ts";
import type { Link } from "./state.ts";

export type DiffRules = {
  /** The target paths that we manage. Everything else in the target is somebody else's. */
  readonly paths: readonly string[];
  /** Paths that are set on creation only and never compared afterwards. */
  readonly createOnly: ReadonlySet<string>;
  /** Whether an emptied source value clears what we had set. */
  readonly clearEmpty: boolean;
};

/**
 * Compares desired attributes with what the target holds.
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
 * Pure; neither argument is changed. Empty, null and absent are one state (RFC 7643 section 2.5).
 */
export function diff(desired: Attributes, link: Link, rules: DiffRules): readonly AttributeChange[] {
  return rules.paths
    .filter((path) => !rules.createOnly.has(path))
    .flatMap((path) => {
      const from = valueAt(link.data, toPath(path));
      const to = desired[path];
      if (isEqual(from, to)) return [];
      if (to === undefined && !(rules.clearEmpty && link.sent[path] !== undefined)) return [];
      if (isEcho(link, path, { from, to })) return [];
      return [{ path, from, to }];
    });
}

function isEcho(link: Link, path: string, values: { from: Value | undefined; to: Value | undefined }): boolean {
  if (!Object.hasOwn(link.echo, path)) return false;
  return isEqual(link.sent[path], values.to) && isEqual(link.echo[path] ?? undefined, values.from);
}

/** The link after the target answered to `changes` with `data`: what was sent, what it holds, where the two differ. */
export function recordSent(link: Link, changes: readonly AttributeChange[], data: ResourceData): Link {
  const sent: Record<string, Value> = { ...link.sent };
  const echo: Record<string, Value | null> = { ...link.echo };
  for (const { path, to } of changes) {
    const seen = valueAt(data, toPath(path));
    if (to === undefined) delete sent[path];
    else sent[path] = to;
    if (to === undefined || isEqual(seen, to)) delete echo[path];
    else echo[path] = seen ?? null;
  }
  return { ...link, data, sent, echo, isStale: false };
}

/** Values of a resource that are already as desired count as sent: they are ours to clear later. */
export function recordFound(data: ResourceData, desired: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(desired).filter(([path, value]) => isEqual(valueAt(data, toPath(path)), value)),
  );
}
