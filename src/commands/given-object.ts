import { toEntraId } from "../model/ids.ts";
import { readSource, sourceAttribute } from "../model/source-attribute.ts";
import { isComplex, toValue, type Value } from "../model/value.ts";

/**
 * Reads attributes of a person that were written down by hand, under Entra's or Graph's names: a name is taken as it was
 * given where it is spelled exactly so, else looked up by the other names that the attribute has. Null counts as absent.
 */
export function createReader(given: Readonly<Record<string, unknown>>): (name: string) => Value | undefined {
  const { id, attributes } = byProperty(given);
  return (name) => {
    if (Object.hasOwn(given, name)) return toValue(given[name]);
    if (sourceAttribute("user", name)?.property === "id") return id;
    return readSource("user", { id: toEntraId(id ?? ""), attributes }, name);
  };
}

type Properties = { readonly id: string | undefined; readonly attributes: Readonly<Record<string, Value>> };

/** The same attributes by the names of Graph. */
function byProperty(given: Readonly<Record<string, unknown>>): Properties {
  const attributes = new Map<string, Value>();
  let id: string | undefined;
  for (const [name, raw] of Object.entries(given)) {
    const value = toValue(raw);
    const found = sourceAttribute("user", name);
    if (value === undefined || found === undefined) continue;
    const property = found.property ?? found.name;
    if (property === "id") id = String(raw);
    else
      attributes.set(
        property,
        found.member === undefined ? value : withMember(attributes.get(property), found.member, value),
      );
  }
  if (attributes.get("accountEnabled") !== undefined && !attributes.has("IsSoftDeleted")) {
    attributes.set("IsSoftDeleted", attributes.get("accountEnabled") === false);
  }
  return { id, attributes: Object.fromEntries(attributes) };
}

function withMember(whole: Value | undefined, member: string, value: Value): Value {
  return { ...(isComplex(whole) ? whole : {}), [member]: value };
}
