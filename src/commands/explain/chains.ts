import type { EntraId } from "../../model/ids.ts";
import type { GroupRef, Lookup } from "../../sync/ports.ts";

export type Nesting = {
  /** Groups that the person is a direct member of. */
  readonly parents: readonly GroupRef[];
  /** Those and all groups around them. */
  readonly all: readonly GroupRef[];
  readonly assigned: ReadonlySet<EntraId>;
};

type Chain = readonly GroupRef[];

/**
 * The shortest way from each assigned group that holds the person only through other groups, down to one of which he is
 * a direct member. Reads the inside of a group only where the person can be in it.
 */
export async function findChains(lookup: Lookup, nesting: Nesting): Promise<readonly Chain[]> {
  const parents = new Set(nesting.parents.map(({ id }) => id));
  const tops = nesting.all.filter(({ id }) => nesting.assigned.has(id) && !parents.has(id));
  const isAround = new Set(nesting.all.map(({ id }) => id));
  const children = new Map<EntraId, readonly GroupRef[]>();
  const readChildren = async (id: EntraId): Promise<readonly GroupRef[]> => {
    const known = children.get(id);
    if (known !== undefined) return known;
    const read = (await lookup.readSubgroups(id)).filter((child) => isAround.has(child.id));
    children.set(id, read);
    return read;
  };
  const chains: Chain[] = [];
  // One after the other, because they share most of their inside.
  for (const top of tops) chains.push(await findChain(top, parents, readChildren));
  return chains;
}

/** Level by level. The top alone when nothing leads down: Graph's index may be some minutes behind. */
async function findChain(
  top: GroupRef,
  parents: ReadonlySet<EntraId>,
  readChildren: (id: EntraId) => Promise<readonly GroupRef[]>,
): Promise<Chain> {
  const seen = new Set([top.id]);
  let level: readonly Chain[] = [[top]];
  while (level.length > 0) {
    const next: Chain[] = [];
    for (const chain of level) {
      const last = chain.at(-1);
      const inside = last === undefined ? [] : await readChildren(last.id);
      const end = inside.find(({ id }) => parents.has(id));
      if (end !== undefined) return [...chain, end];
      for (const child of inside.filter(({ id }) => !seen.has(id))) {
        seen.add(child.id);
        next.push([...chain, child]);
      }
    }
    level = next;
  }
  return [top];
}
