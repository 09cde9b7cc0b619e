import type { Kind } from "../model/ids.ts";
import { parsePath } from "../model/target-path.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:";
const ADDRESS = ["formatted", "streetAddress", "locality", "region", "postalCode", "country"];
const NAME = ["givenName", "familyName", "formatted", "honorificPrefix", "honorificSuffix"];
const WORK = ["employeeNumber", "costCenter", "organization", "division", "department"];

/** What SoSafe takes, as its gallery connector lists it (sosafe-provisioning-tutorial, attribute tables). */
export const SOSAFE_ATTRIBUTES: Readonly<Record<Kind, readonly string[]>> = {
  user: [
    "userName",
    "active",
    "displayName",
    "title",
    'emails[type eq "work"].value',
    "preferredLanguage",
    ...NAME.map((name) => `name.${name}`),
    ...ADDRESS.map((name) => `addresses[type eq "work"].${name}`),
    'phoneNumbers[type eq "work"].value',
    "externalId",
    "nickName",
    "userType",
    "locale",
    "timezone",
    ...WORK.map((name) => `${ENTERPRISE}${name}`),
  ],
  group: ["displayName", "externalId", "members"],
};

/** The attributes of RFC 7643 sections 3.1, 4.1 and 4.2 that a client may write. */
const CORE: Readonly<Record<Kind, readonly string[]>> = {
  user: `userName name displayName nickName profileUrl title userType preferredLanguage locale timezone active emails
    phoneNumbers ims photos addresses entitlements roles x509Certificates externalId`.split(/\s+/),
  group: ["displayName", "externalId", "members"],
};

/** Names that can be offered for a misspelled target. */
export function knownTargets(kind: Kind): readonly string[] {
  return [...new Set([...SOSAFE_ATTRIBUTES[kind], ...CORE[kind]])];
}

/** True for a core attribute that the target would not know, or would not let us write. */
export function isUnknownTarget(kind: Kind, text: string): boolean {
  const path = parsePath(text);
  if (path === undefined || path.schema !== undefined) return false;
  return !CORE[kind].some((name) => name.toLowerCase() === path.attribute.toLowerCase());
}

const CORE_URN = /^urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group):/i;

/** One spelling for each target: without the URN of the core schema, and as in the schema where it is a known one. */
export function canonicalTarget(kind: Kind, text: string): string {
  const bare = text.trim().replace(CORE_URN, "");
  return knownTargets(kind).find((name) => name.toLowerCase() === bare.toLowerCase()) ?? bare;
}
