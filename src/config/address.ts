/** A URL that is fit for use, or what is wrong with it. */
export type Address = { readonly url: string } | { readonly problem: string };

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** An https address without path, such as the one of Graph. */
export function parseOrigin(text: string): Address {
  const url = parse(text);
  if (url === undefined) return { problem: "is not an address such as https://graph.microsoft.com" };
  if (url.protocol !== "https:") return { problem: "must begin with https://" };
  if (hasCredentials(url)) return { problem: "must not hold a user name or password" };
  if (url.pathname !== "/") return { problem: `must end after the host name: ${url.origin}` };
  return { url: url.origin };
}

/**
 * The base address of the SCIM service: https, or http on this machine. Query (where Entra keeps its feature flags),
 * fragment and trailing slashes are cut.
 */
export function parseScimUrl(text: string): Address {
  const url = parse(text);
  if (url === undefined) return { problem: "is not an address such as https://…/scim/v2" };
  if (url.protocol !== "https:" && url.protocol !== "http:") return { problem: "must begin with https://" };
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
    return { problem: "must begin with https://; http would send the token unprotected" };
  }
  if (hasCredentials(url)) return { problem: "must not hold a user name or password" };
  return { url: `${url.origin}${url.pathname}`.replace(/\/+$/, "") };
}

/** An address with one of these schemes. `passwords` are what it holds of secrets, raw and decoded. */
export function parseSchemed(
  text: string,
  schemes: readonly string[],
): Address & { readonly passwords: readonly string[] } {
  const url = parse(text);
  const wanted = schemes.map((scheme) => `${scheme}://`).join(" or ");
  if (url === undefined || url.host === "" || !schemes.includes(url.protocol.slice(0, -1))) {
    return { problem: `must be an address that begins with ${wanted}`, passwords: [] };
  }
  return { url: text, passwords: url.password === "" ? [] : [...new Set([url.password, decode(url.password)])] };
}

function hasCredentials(url: URL): boolean {
  return url.username !== "" || url.password !== "";
}

function parse(text: string): URL | undefined {
  return URL.parse(text) ?? undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
