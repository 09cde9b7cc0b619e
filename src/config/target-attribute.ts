import type { Kind } from "../model/ids.ts";
import { CORE_ATTRIBUTES, ENTERPRISE } from "./scim-attributes.ts";

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
    ...WORK.map((name) => `${ENTERPRISE}:${name}`),
  ],
  group: ["displayName", "externalId", "members"],
};

/** Names that can be offered for a misspelled target. */
export function knownTargets(kind: Kind): readonly string[] {
  return [...new Set([...SOSAFE_ATTRIBUTES[kind], ...Object.keys(CORE_ATTRIBUTES[kind])])];
}

const CORE_URN = /^urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group):/i;

/** One spelling for each target: without the URN of the core schema, and as in the schema where it is a known one. */
export function canonicalTarget(kind: Kind, text: string): string {
  const bare = text.trim().replace(CORE_URN, "");
  return knownTargets(kind).find((name) => name.toLowerCase() === bare.toLowerCase()) ?? bare;
}
