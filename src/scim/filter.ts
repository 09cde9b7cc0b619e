import { toPath } from "../model/target-path.ts";

/**
 * The filter `attribute eq "value"` (RFC 7644 section 3.4.2.2). The value is a JSON string there, so that is how it is
 * written: quotes, backslashes and control characters escaped. Not yet percent-encoded.
 */
export function equalsFilter(attribute: string, value: string): string {
  return `${attribute} eq ${JSON.stringify(value)}`;
}

/**
 * The filters to look for a value with, the first that the service takes being enough. An attribute of an extension is
 * named with its URN. For `emails[type eq "work"].value` there are two ways: as Entra asks, with the value path as it is,
 * and as the grammar of the RFC has it, with both conditions in the brackets. What was made for Entra knows the first one,
 * and some know nothing else.
 */
export function lookupFilters(attribute: string, value: string): readonly string[] {
  const { schema, attribute: name, filter, subAttribute } = toPath(attribute);
  const asEntra = equalsFilter(attribute, value);
  if (filter === undefined || subAttribute === undefined) return [asEntra];
  const conditions = `${equalsFilter(filter.attribute, filter.value)} and ${equalsFilter(subAttribute, value)}`;
  return [asEntra, `${schema === undefined ? "" : `${schema}:`}${name}[${conditions}]`];
}

/** Query parameters as text behind `?`, percent-encoded in full, spaces as %20. Undefined ones are left out. */
export function toQuery(parameters: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join("&");
}
