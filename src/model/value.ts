/** A JSON value without null: RFC 7643 section 2.5 treats null, an empty list and absence as one state, and so do we. */
export type Value = string | number | boolean | readonly Value[] | { readonly [name: string]: Value };

/** Attribute name or target path to value. An absent entry is an empty attribute. */
export type Attributes = Readonly<Record<string, Value>>;

/** Turns foreign JSON into a Value: nulls, and the lists and objects that hold nothing else, become undefined. */
export function toValue(json: unknown): Value | undefined {
  switch (typeof json) {
    case "string":
    case "boolean":
      return json;
    case "number":
      return Number.isFinite(json) ? json : undefined;
    case "object":
      return json === null ? undefined : toCompound(json);
    default:
      return undefined;
  }
}

function toCompound(json: object): Value | undefined {
  if (Array.isArray(json)) {
    const items = json.map(toValue).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  const entries = Object.entries(json).flatMap(([name, item]) => {
    const value = toValue(item);
    return value === undefined ? [] : [[name, value] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** True for a plain object value, as opposed to a list or a scalar. */
export function isComplex(value: Value | undefined): value is { readonly [name: string]: Value } {
  return typeof value === "object" && !Array.isArray(value);
}

/** True for a list value. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** Deep equality of two values; the order of object members does not count, the order of lists does. */
export function isEqual(left: Value | undefined, right: Value | undefined): boolean {
  if (left === right) return true;
  if (isList(left) && isList(right)) {
    return left.length === right.length && left.every((item, index) => isEqual(item, right[index]));
  }
  if (!isComplex(left) || !isComplex(right)) return false;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => isEqual(left[name], right[name]));
}
