import type { Kind } from "../model/ids.ts";
import { findNearest } from "../model/nearest.ts";
import { parsePath } from "../model/target-path.ts";
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

function knownTargets(kind: Kind): readonly string[] {
  return [...new Set([...SOSAFE_ATTRIBUTES[kind], ...Object.keys(CORE_ATTRIBUTES[kind])])];
}

/** What Entra, and other targets, call it. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  firstName: "name.givenName",
  lastName: "name.familyName",
  surname: "name.familyName",
  jobTitle: "title",
  mail: 'emails[type eq "work"].value',
  telephoneNumber: 'phoneNumbers[type eq "work"].value',
  city: 'addresses[type eq "work"].locality',
  state: 'addresses[type eq "work"].region',
  employeeId: `${ENTERPRISE}:employeeNumber`,
  companyName: `${ENTERPRISE}:organization`,
  manager: `${ENTERPRISE}:manager`,
};

/**
 * `; did you mean x?` for a target that is misspelled, or is given by its last part only (`department`), or by its name
 * in Entra, or nothing.
 */
export function suggestTarget(kind: Kind, text: string, targets: readonly string[] = knownTargets(kind)): string {
  const names = new Map(kind === "user" ? Object.entries(OTHER_NAMES) : []);
  for (const target of targets) {
    for (const name of [target, ...partsOf(target)]) if (!names.has(name)) names.set(name, target);
  }
  const nearest = findNearest(text, names.keys()) ?? findNearest(partsOf(text).at(-1) ?? "", names.keys());
  return nearest === undefined ? "" : `; did you mean ${names.get(nearest)}?`;
}

function partsOf(target: string): readonly string[] {
  const { attribute, subAttribute } = parsePath(target) ?? {};
  return [subAttribute, attribute].filter((name) => name !== undefined).filter((name) => name !== "value");
}

const CORE_URN = /^urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group):/i;

/** One spelling for each target: without the URN of the core schema, and as in the schema where it is a known one. */
export function canonicalTarget(kind: Kind, text: string): string {
  const bare = text.trim().replace(CORE_URN, "");
  return knownTargets(kind).find((name) => name.toLowerCase() === bare.toLowerCase()) ?? bare;
}
