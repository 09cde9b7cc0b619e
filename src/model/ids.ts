/** An Entra object id: the key of every object we keep, from first sight to hard deletion. */
export type EntraId = string & { readonly brand: "EntraId" };

/** The `id` that the target gave to a resource. Opaque and case-exact (RFC 7643 section 3.1). */
export type ScimId = string & { readonly brand: "ScimId" };

/** Marks a string that was read from Entra as an object id. Object ids are GUIDs, so case carries no meaning. */
export function toEntraId(text: string): EntraId {
  return text.toLowerCase() as EntraId;
}

/** Marks a string that the target returned as `id`. */
export function toScimId(text: string): ScimId {
  return text as ScimId;
}

/** The two resource types that are kept in step. */
export type Kind = "user" | "group";

/** What a push job carries, and what the outbox holds: the object's key, never its data. */
export type ObjectKey = `${Kind}:${EntraId}`;

/** Builds the key of an object. */
export function toKey(kind: Kind, id: EntraId): ObjectKey {
  return `${kind}:${id}`;
}

/** Splits a key into kind and id. Throws a TypeError on text that is no key. */
export function parseKey(text: string): { readonly kind: Kind; readonly id: EntraId } {
  const [kind, id] = text.split(":", 2);
  if ((kind !== "user" && kind !== "group") || !id) throw new TypeError(`not an object key: ${text}`);
  return { kind, id: toEntraId(id) };
}
