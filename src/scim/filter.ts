/**
 * The filter `attribute eq "value"` (RFC 7644 section 3.4.2.2). The value is a JSON string there, so that is how it is
 * written: quotes, backslashes and control characters escaped. Not yet percent-encoded.
 */
export function equalsFilter(attribute: string, value: string): string {
  return `${attribute} eq ${JSON.stringify(value)}`;
}

/** Query parameters as text behind `?`, percent-encoded in full, spaces as %20. Undefined ones are left out. */
export function toQuery(parameters: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join("&");
}
