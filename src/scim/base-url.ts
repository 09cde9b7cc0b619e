const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Turns a pasted Tenant URL into the SCIM base URL: without query (Entra's feature flags live there), fragment and
 * trailing slashes, so that `/Users` can be appended. Throws an Error with a plain message for text that is no URL, for
 * credentials inside it, and for anything but https, or http on loopback.
 */
export function toBaseUrl(text: string): string {
  const url = URL.parse(text.trim());
  if (url === null) throw new Error("the SCIM address is not a URL such as https://…/scim/v2");
  if (url.username !== "" || url.password !== "") throw new Error("the SCIM address must not hold credentials");
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname));
  if (!isSafe) throw new Error("the SCIM address must begin with https://; http would send the token unprotected");
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
