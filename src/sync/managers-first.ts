import type { EntraId } from "../model/ids.ts";

/** An object that needs a push, and the manager that it names. */
export type Planned = { readonly id: EntraId; readonly manager: EntraId | undefined };

/**
 * Managers before their reports, so that most accounts are created with their manager and need no second request. The
 * order is kept otherwise; managers who need no push do not count, and circles end by themselves. Pure.
 */
export function managersFirst(planned: readonly Planned[]): readonly EntraId[] {
  const managers = new Map(planned.map(({ id, manager }) => [id, manager] as const));
  const depths = new Map<EntraId, number>();
  for (const { id } of planned) {
    const chain = new Set<EntraId>();
    let at: EntraId | undefined = id;
    while (at !== undefined && managers.has(at) && !depths.has(at) && !chain.has(at)) {
      chain.add(at);
      at = managers.get(at);
    }
    let depth = at === undefined ? -1 : (depths.get(at) ?? -1);
    for (const each of [...chain].toReversed()) depths.set(each, (depth += 1));
  }
  const depthOf = (each: Planned): number => depths.get(each.id) ?? 0;
  return planned.toSorted((left, right) => depthOf(left) - depthOf(right)).map(({ id }) => id);
}
