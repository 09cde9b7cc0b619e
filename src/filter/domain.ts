import type { Kind } from "../model/ids.ts";
import { sourceAttribute, type SourceAttribute } from "../model/source-attribute.ts";

/** What is known of the values that an attribute can have. */
export type Domain = {
  /** The same for all names of one attribute. */
  readonly key: string;
  /** False where there can be several values, also where we cannot know. */
  readonly isSingle: boolean;
  /** True where Graph guarantees a value. */
  readonly isAlwaysSet: boolean;
  /** boolean: true or false. date: a date as Graph writes it. id: an object id. any: nothing is known. */
  readonly values: "boolean" | "date" | "id" | "any";
};

/** Properties that Graph requires and does not let anybody empty (resource types user and group), and what is computed. */
const ALWAYS_SET: Readonly<Record<Kind, readonly string[]>> = {
  user: ["accountEnabled", "displayName", "id", "IsSoftDeleted", "userPrincipalName"],
  group: ["displayName", "id", "mailEnabled", "securityEnabled"],
};

const OBJECT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** True for an Entra object id, which is a GUID. */
export function isObjectId(text: string): boolean {
  return OBJECT_ID.test(text);
}

/** Looks up what the values of a source attribute can be. */
export function domainOf(kind: Kind, name: string): Domain {
  const attribute = sourceAttribute(kind, name.trim());
  if (attribute === undefined) return { key: name, isSingle: false, isAlwaysSet: false, values: "any" };
  const { property, member, type, isOfManager } = attribute;
  return {
    key: keyOf(attribute),
    // Directory extensions are of a type that their tenant chose, which may be a list.
    isSingle: type !== "list" && type !== "object" && !/^extension_/i.test(name.trim()),
    isAlwaysSet: !isOfManager && member === undefined && ALWAYS_SET[kind].includes(property ?? attribute.name),
    values: valuesOf(attribute),
  };
}

/** Two attributes are computed from a property that can also be read raw, by another name. */
function keyOf({ name, property, member, isOfManager }: SourceAttribute): string {
  if (isOfManager || ["telephoneNumber", "userPrincipalName"].includes(name)) return `${name} (computed)`;
  return [property ?? name, ...(member === undefined ? [] : [member])].join(".");
}

function valuesOf({ property, member, type }: SourceAttribute): Domain["values"] {
  if (type === "boolean" || type === "date") return type;
  return member === undefined && (property === "id" || property === "manager") ? "id" : "any";
}
