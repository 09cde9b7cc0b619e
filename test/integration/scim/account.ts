import type { AttributeChange } from "#src/model/change.ts";
import type { ScimId } from "#src/model/ids.ts";
import type { Attributes } from "#src/model/value.ts";
import { diff, recordSent, type DiffRules } from "#src/sync/diff.ts";
import type { RefusedAttribute, Target } from "#src/sync/ports.ts";
import type { Link } from "#src/sync/state.ts";

/** One account as a push knows it, with the link in memory: what was sent, and what the target made of it. */
export type Account = {
  readonly id: ScimId;
  /** What would be sent to come to `desired`; nothing is. */
  readonly compare: (desired: Attributes) => readonly AttributeChange[];
  /** Sends what is missing, if anything. Resolves to what the target refused. */
  readonly bring: (desired: Attributes) => Promise<readonly RefusedAttribute[]>;
  /** Takes over what the target holds now. */
  readonly reread: () => Promise<void>;
};

/** Creates an account on a target. `additive` are the lists that others share. */
export async function createAccount(
  target: Target,
  desired: Attributes,
  managed: { readonly paths: readonly string[]; readonly additive?: readonly string[] },
): Promise<Account> {
  const { paths, additive = [] } = managed;
  const rules: DiffRules = { paths, createOnly: new Set(), additive: new Set(additive), clearEmpty: true };
  const created = await target.create("user", desired);
  const all = Object.entries(desired).map(([path, to]) => ({ path, from: undefined, to }));
  const empty: Link = { scimId: created.id, origin: "created", data: {}, sent: {}, echo: {}, isStale: false };
  let link = recordSent(empty, all, created.data);
  const compare = (wanted: Attributes) => diff(wanted, link, rules);
  return {
    id: created.id,
    compare,
    bring: async (wanted) => {
      const changes = compare(wanted);
      const written = await target.update("user", { id: created.id, data: link.data }, changes);
      link = recordSent(link, changes, written.data);
      return written.refused;
    },
    reread: async () => {
      const resource = await target.read("user", created.id);
      if (resource === undefined) throw new Error("the account is gone");
      link = { ...link, data: resource.data };
    },
  };
}
