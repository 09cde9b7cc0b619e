import { toEntraId, type Kind } from "../../model/ids.ts";
import type { Hit, Lookup } from "../../sync/ports.ts";
import type { ObjectState, Presence, State } from "../../sync/state.ts";

/** Whom a name means. */
export type Found =
  | { readonly kind: "one"; readonly hit: Hit; readonly presence: Presence }
  | { readonly kind: "several"; readonly hits: readonly Hit[] }
  | { readonly kind: "none" };

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Finds the person or group that a name means: people first, then groups, then the recycle bin, then, for an object id,
 * what the sync still remembers of an object that Entra no longer has.
 */
export async function findSubject(
  from: { readonly lookup: Lookup; readonly state: State },
  name: string,
  forced: Kind | undefined,
): Promise<Found> {
  const kinds: readonly Kind[] = forced === undefined ? ["user", "group"] : [forced];
  for (const kind of kinds) {
    const found = choose(name, await from.lookup.find(kind, name), "present");
    if (found.kind !== "none") return found;
  }
  const deleted = kinds.includes("user") ? await from.lookup.findDeleted(name) : [];
  const found = choose(name, deleted, "soft");
  if (found.kind !== "none" || !GUID.test(name)) return found;
  const id = toEntraId(name);
  for (const kind of kinds) {
    const [known] = await from.state.readStates(kind, [id]);
    if (known !== undefined && (known.link !== undefined || known.object !== undefined)) return remembered(kind, known);
  }
  return { kind: "none" };
}

/** A user principal name is unique, so whoever has it is meant, also when it is another one's mail. */
function choose(name: string, hits: readonly Hit[], presence: Presence): Found {
  const exact = hits.filter((hit) => hit.kind === "user" && hit.address?.toLowerCase() === name.toLowerCase());
  const [hit, ...others] = exact.length === 1 ? exact : hits;
  if (hit === undefined) return { kind: "none" };
  return others.length > 0 ? { kind: "several", hits } : { kind: "one", hit, presence };
}

function remembered(kind: Kind, { id, object }: ObjectState): Found {
  const text = (name: string): string | undefined => {
    const value = object?.attributes[name];
    return typeof value === "string" ? value : undefined;
  };
  const hit = { kind, id, displayName: text("displayName"), address: text("userPrincipalName") };
  // A deleted Microsoft 365 group may still be in a recycle bin that our permissions do not reach.
  return { kind: "one", hit, presence: kind === "group" && object?.presence === "soft" ? "soft" : "hard" };
}
