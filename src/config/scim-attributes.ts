import type { Kind } from "../model/ids.ts";

/** The enterprise extension of users (RFC 7643 section 4.3). */
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** simple: one value. complex: one value with parts. several: a list of values, each with parts. */
export type ScimShape =
  | { readonly shape: "simple" }
  | { readonly shape: "complex" | "several"; readonly parts: readonly string[] };

const SIMPLE: ScimShape = { shape: "simple" };
/** RFC 7643 section 2.4. */
const VALUE: ScimShape = { shape: "several", parts: ["value", "display", "type", "primary"] };
const NAME: ScimShape = {
  shape: "complex",
  parts: ["formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"],
};
const ADDRESS: ScimShape = {
  shape: "several",
  parts: ["formatted", "streetAddress", "locality", "region", "postalCode", "country", "type", "primary"],
};

/** The attributes of RFC 7643 sections 3.1, 4.1 and 4.2 that a client may write. */
export const CORE_ATTRIBUTES: Readonly<Record<Kind, Readonly<Record<string, ScimShape>>>> = {
  user: {
    userName: SIMPLE,
    name: NAME,
    displayName: SIMPLE,
    nickName: SIMPLE,
    profileUrl: SIMPLE,
    title: SIMPLE,
    userType: SIMPLE,
    preferredLanguage: SIMPLE,
    locale: SIMPLE,
    timezone: SIMPLE,
    active: SIMPLE,
    emails: VALUE,
    phoneNumbers: VALUE,
    ims: VALUE,
    photos: VALUE,
    addresses: ADDRESS,
    entitlements: VALUE,
    roles: VALUE,
    x509Certificates: VALUE,
    externalId: SIMPLE,
  },
  group: { displayName: SIMPLE, externalId: SIMPLE, members: { shape: "several", parts: ["value", "type"] } },
};

/** The attributes of the enterprise extension. `displayName` of the manager is read-only, and `$ref` follows `value`. */
export const ENTERPRISE_ATTRIBUTES: Readonly<Record<string, ScimShape>> = {
  employeeNumber: SIMPLE,
  costCenter: SIMPLE,
  organization: SIMPLE,
  division: SIMPLE,
  department: SIMPLE,
  manager: { shape: "complex", parts: ["value"] },
};

/** What the service sets and a client must not (RFC 7643 sections 3.1 and 4.1.2), with the reason to tell. */
export const UNWRITABLE: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  user: {
    ...common(),
    groups: "is read-only: membership is written on the group, by the mapping of members under groups",
    password: "is never sent: Entra hands out no passwords, and people sign in with Entra",
  },
  group: common(),
};

function common(): Readonly<Record<string, string>> {
  return {
    id: "is read-only: SoSafe gives each resource its own; externalId may hold the id of Entra",
    meta: "is read-only: SoSafe keeps it",
    schemas: "is read-only: it follows from the other attributes",
  };
}

/** Parts that the service fills: references, and the names of those who are referred to. */
export const UNWRITABLE_PARTS: readonly string[] = ["$ref"];
export const UNWRITABLE_REFERENCE_PARTS: readonly string[] = ["$ref", "display", "displayName"];

/** Looks a name up without regard to case (RFC 7643 section 2.1), and gives it in its usual spelling. */
export function findByName<Item>(
  table: Readonly<Record<string, Item>>,
  name: string,
): { readonly name: string; readonly item: Item } | undefined {
  const found = Object.entries(table).find(([known]) => known.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : { name: found[0], item: found[1] };
}
