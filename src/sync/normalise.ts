import { member, parsePath, type TargetPath } from "../model/target-path.ts";
import { toElements } from "../model/same-value.ts";
import { isComplex, isList, toValue, type Value } from "../model/value.ts";

/** The multi-valued attributes of a user that can be written (RFC 7643 section 4.1.2), and where a text goes in them. */
const MULTI_VALUED: ReadonlyMap<string, string> = new Map(
  ["emails", "phoneNumbers", "ims", "photos", "addresses", "entitlements", "roles", "x509Certificates"].map(
    (name) => [name.toLowerCase(), name === "addresses" ? "formatted" : "value"] as const,
  ),
);
const ONE_VALUE_EACH = /^urn:ietf:params:scim:schemas:extension:enterprise:2\.0:User$/i;

/**
 * Creates what brings values to the type of a target attribute: SoSafe's attributes are strings, only `active` is a boolean
 * (gallery tutorial). Blanks around a text are kept, and an empty text is an empty value.
 *
 * A multi-valued attribute as a whole, such as `emails`, takes all values: each text becomes an element, `{ value }`, or
 * `{ formatted }` in `addresses`; objects stay as they are; empty ones and repetitions are left out. So does an attribute of
 * a custom extension that is given a list, but its texts stay texts: what it declares is not known, and a list of plain
 * strings is the usual thing (RFC 7643 section 2.3.1). Every other attribute takes the first value of a list.
 */
export function createNormaliser(target: string): (value: Value | undefined) => Value | undefined {
  const path = parsePath(target);
  if (target === "active") return (value) => toBoolean(first(value));
  if (path === undefined || path.filter !== undefined || path.subAttribute !== undefined) return toFirst;
  if (MULTI_VALUED.has(path.attribute.toLowerCase())) return (value) => toList(path, toElements(value));
  if (path.schema === undefined || ONE_VALUE_EACH.test(path.schema)) return toFirst;
  return (value) => (isList(value) ? toList(path, value) : toSingle(value));
}

function first(value: Value | undefined): Value | undefined {
  return isList(value) ? value[0] : value;
}

function toFirst(value: Value | undefined): Value | undefined {
  return toSingle(first(value));
}

function toList(path: TargetPath, values: readonly Value[]): readonly Value[] | undefined {
  const name = path.attribute.toLowerCase();
  const holder = MULTI_VALUED.get(name);
  const elements = new Map<string, Value>();
  for (const each of values) {
    const single = toSingle(each);
    if (single === undefined) continue;
    const element = isComplex(single) || holder === undefined ? single : { [holder]: single };
    const key = keyOf(element, holder ?? "");
    const id = name === "emails" ? key.toLowerCase() : key;
    if (!elements.has(id)) elements.set(id, element);
  }
  return elements.size === 0 ? undefined : [...elements.values()];
}

/** The same for elements that say the same; what type a value is of belongs to it (RFC 7643 section 2.4). */
function keyOf(element: Value, holder: string): string {
  const value = isComplex(element) ? member(element, holder) : undefined;
  return JSON.stringify(isComplex(element) && value !== undefined ? [value, member(element, "type")] : element);
}

function toSingle(value: Value | undefined): Value | undefined {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "object") return toValue(value);
  return value === "" ? undefined : value;
}

function toBoolean(value: Value | undefined): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (value === undefined) return undefined;
  const text = String(typeof value === "object" ? "" : value).toLowerCase();
  if (text === "true" || text === "1") return true;
  return text === "false" || text === "0" ? false : undefined;
}
