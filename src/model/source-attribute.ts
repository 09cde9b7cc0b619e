import type { EntraId, Kind } from "./ids.ts";
import { findNearest } from "./nearest.ts";
import { isComplex, isList, type Attributes, type Value } from "./value.ts";

/**
 * The attributes of people and groups in Entra, by both of their names. Entra's provisioning, and so every exported
 * mapping and expression, uses the names of the old Azure AD Graph (`telephoneNumber`); Microsoft Graph, which we read,
 * calls many of them otherwise (`businessPhones`). Both are understood everywhere.
 *
 * Some attributes are computed. `IsSoftDeleted` is put among the attributes by the caller. `userPrincipalName` of a guest
 * is given as Entra gives it: `eve@fabrikam.com` for `eve_fabrikam.com#EXT#@contoso.onmicrosoft.com`; the raw value is
 * `originalUserPrincipalName`. `appRoleAssignments` are the app roles that assignments give a person. `manager` is the
 * object id of the manager, and `manager.mail`, `manager.displayName` … are attributes of the manager.
 */
export type SourceAttribute = {
  /** The name in its usual spelling. */
  readonly name: string;
  /** The Graph property to select; undefined for a computed attribute. */
  readonly property: string | undefined;
  /** The part of a complex property. */
  readonly member: string | undefined;
  /** True for an attribute of the manager, as opposed to the person. */
  readonly isOfManager?: true;
  readonly type: SourceType;
  /** Why delta cannot give it; undefined for an attribute that can be used. */
  readonly refusal: string | undefined;
};

export type SourceType = "string" | "boolean" | "date" | "list" | "object" | "reference";

/** Entra names that are called otherwise in Graph. */
const ALIASES: Readonly<Record<string, string>> = {
  objectId: "id",
  dirSyncEnabled: "onPremisesSyncEnabled",
  lastDirSyncDateTime: "onPremisesLastSyncDateTime",
  deletedTimestamp: "deletedDateTime",
};

const USER_ALIASES: Readonly<Record<string, string>> = {
  ...ALIASES,
  mobile: "mobilePhone",
  physicalDeliveryOfficeName: "officeLocation",
  facsimileTelephoneNumber: "faxNumber",
  immutableId: "onPremisesImmutableId",
  refreshTokensValidFromDateTime: "signInSessionsValidFromDateTime",
  userState: "externalUserState",
  userStateChangedOn: "externalUserStateChangeDateTime",
  signinNames: "identities",
  userIdentities: "identities",
  originalUserPrincipalName: "userPrincipalName",
  thumbnailPhoto: "photo",
};

const USER_PROPERTIES: Readonly<Partial<Record<SourceType, string>>> = {
  string: `id ageGroup city companyName consentProvidedForMinor country creationType department displayName employeeId
    employeeType externalUserState faxNumber givenName jobTitle legalAgeGroupClassification mail mailNickname mobilePhone
    officeLocation onPremisesDistinguishedName onPremisesDomainName onPremisesImmutableId onPremisesSamAccountName
    onPremisesSecurityIdentifier onPremisesUserPrincipalName passwordPolicies postalCode preferredDataLocation
    preferredLanguage securityIdentifier state streetAddress surname usageLocation userPrincipalName userType`,
  boolean: "accountEnabled isManagementRestricted isResourceAccount onPremisesSyncEnabled showInAddressList",
  date: `createdDateTime deletedDateTime employeeHireDate employeeLeaveDateTime externalUserStateChangeDateTime
    lastPasswordChangeDateTime onPremisesLastSyncDateTime signInSessionsValidFromDateTime`,
  list: `assignedLicenses assignedPlans businessPhones identities imAddresses otherMails provisionedPlans proxyAddresses`,
  object: "employeeOrgData onPremisesExtensionAttributes",
  reference: "manager",
};

const GROUP_PROPERTIES: Readonly<Partial<Record<SourceType, string>>> = {
  string: `id classification description displayName mail mailNickname membershipRule membershipRuleProcessingState
    onPremisesDomainName onPremisesNetBiosName onPremisesSamAccountName onPremisesSecurityIdentifier
    preferredDataLocation preferredLanguage securityIdentifier theme uniqueName visibility`,
  boolean: "isAssignableToRole isManagementRestricted mailEnabled onPremisesSyncEnabled securityEnabled",
  date: "createdDateTime deletedDateTime expirationDateTime onPremisesLastSyncDateTime renewedDateTime",
  list: "groupTypes proxyAddresses",
  reference: "members",
};

const OUTSIDE = "is kept outside the directory, and Graph refuses it in a delta query";
const UNTRACKED = "is not tracked by Graph delta queries, so that a change would go unnoticed";
const SECRET = "is a secret and never read";

const USER_REFUSALS: Readonly<Record<string, string>> = {
  ...refuse(
    `aboutMe birthday hireDate interests mailboxSettings mySite pastProjects preferredName responsibilities schools
     signInActivity skills`,
    OUTSIDE,
  ),
  ...refuse("licenseAssignmentStates photo", UNTRACKED),
  ...refuse("passwordProfile passwordProfile.password", SECRET),
  customSecurityAttributes: "is a custom security attribute, which is not handed to applications (as in Entra)",
};

const GROUP_REFUSALS: Readonly<Record<string, string>> = {
  ...refuse(
    "allowExternalSenders autoSubscribeNewMembers hideFromAddressLists hideFromOutlookClients isSubscribedByMail unseenCount",
    "is kept in Exchange, and Graph refuses it in a delta query",
  ),
  ...refuse("owners", "is a reference that is not supported by this version"),
  ...refuse("photo", UNTRACKED),
  appRoleAssignments: "belongs to people; groups have no app roles of their own to provision",
};

function refuse(names: string, reason: string): Readonly<Record<string, string>> {
  return Object.fromEntries(words(names).map((name) => [name, reason]));
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

type Table = ReadonlyMap<string, SourceAttribute>;

const TABLES: Readonly<Record<Kind, Table>> = {
  user: createTable([
    ...properties(USER_PROPERTIES),
    ...refusals(USER_REFUSALS),
    ...members("onPremisesExtensionAttributes", extensionAttributes()),
    ...members("employeeOrgData", ["division", "costCenter"]),
    ...extensionAttributes().map((name) => ({ ...memberOf("onPremisesExtensionAttributes", name), name })),
    { ...attribute("telephoneNumber", "string"), property: "businessPhones" },
    { ...attribute("IsSoftDeleted", "boolean"), property: undefined },
    { ...attribute("appRoleAssignments", "list"), property: undefined },
  ]).with(USER_ALIASES),
  group: createTable([...properties(GROUP_PROPERTIES), ...refusals(GROUP_REFUSALS)]).with(ALIASES),
};

function createTable(attributes: readonly SourceAttribute[]) {
  const byName = new Map(attributes.map((each) => [each.name.toLowerCase(), each]));
  const withAliases = (aliases: Readonly<Record<string, string>>): Table => {
    const named = Object.entries(aliases).flatMap(([name, property]) => {
      const found = byName.get(property.toLowerCase());
      return found === undefined ? [] : [[name.toLowerCase(), { ...found, name }] as const];
    });
    return new Map([...byName, ...named]);
  };
  return { with: withAliases };
}

function attribute(name: string, type: SourceType): SourceAttribute {
  return { name, property: name, member: undefined, type, refusal: undefined };
}

function properties(lists: Readonly<Partial<Record<SourceType, string>>>): readonly SourceAttribute[] {
  const types: readonly SourceType[] = ["string", "boolean", "date", "list", "object", "reference"];
  return types.flatMap((type) => words(lists[type] ?? "").map((name) => attribute(name, type)));
}

function refusals(reasons: Readonly<Record<string, string>>): readonly SourceAttribute[] {
  return Object.entries(reasons).map(([name, reason]) => ({ ...attribute(name, "object"), refusal: reason }));
}

function members(property: string, names: readonly string[]): readonly SourceAttribute[] {
  return names.map((name) => memberOf(property, name));
}

function memberOf(property: string, name: string): SourceAttribute {
  return { ...attribute(`${property}.${name}`, "string"), property, member: name };
}

function extensionAttributes(): readonly string[] {
  return Array.from({ length: 15 }, (_, index) => `extensionAttribute${index + 1}`);
}

/** A directory extension: the application id without dashes, then a name, whose case counts. */
const DIRECTORY_EXTENSION = /^extension_[0-9a-f]{32}_\w+$/i;

const OF_MANAGER = /^manager\.(.+)$/i;

/** Looks an attribute up by its Entra or Graph name; case does not count, except in directory extensions. */
export function sourceAttribute(kind: Kind, name: string): SourceAttribute | undefined {
  const known = TABLES[kind].get(name.toLowerCase());
  if (known !== undefined) return known;
  const part = kind === "user" ? OF_MANAGER.exec(name)?.[1] : undefined;
  if (part !== undefined) return attributeOfManager(part);
  return DIRECTORY_EXTENSION.test(name) ? attribute(name, "string") : undefined;
}

/** What is stored of the manager as a person; a manager's manager and what is computed are out of reach. */
function attributeOfManager(name: string): SourceAttribute | undefined {
  const found = sourceAttribute("user", name);
  if (found === undefined || found.isOfManager || found.type === "reference") return undefined;
  if (found.property === undefined && found.refusal === undefined) return undefined;
  return { ...found, name: `manager.${found.name}`, isOfManager: true };
}

/** All attributes by all of their names, sorted; directory extensions, which every tenant names itself, are not among them. */
export function listAttributes(kind: Kind): readonly SourceAttribute[] {
  return [...TABLES[kind].values()].toSorted((left, right) =>
    left.name.toLowerCase() < right.name.toLowerCase() ? -1 : 1,
  );
}

/** The attribute that was probably meant by an unknown name: a part of a complex one, or one spelled alike. */
export function suggestAttribute(kind: Kind, name: string): string | undefined {
  const wanted = name.toLowerCase().replaceAll(/[^a-z0-9.]/g, "");
  const usable = [...TABLES[kind].values()].filter((each) => each.refusal === undefined).map((each) => each.name);
  const ofManager = kind === "user" ? /^manager\.(.*)$/.exec(wanted)?.[1] : undefined;
  if (ofManager !== undefined) {
    const own = `manager.${suggestAttribute("user", ofManager) ?? "mail"}`;
    return sourceAttribute("user", own) === undefined ? "manager.mail" : own;
  }
  const part = usable.find((each) => each.toLowerCase().endsWith(`.${wanted}`));
  return part ?? findNearest(wanted, usable);
}

const ALWAYS: Readonly<Record<Kind, readonly string[]>> = {
  user: ["accountEnabled", "displayName", "userPrincipalName"],
  group: ["displayName"],
};

/**
 * The Graph properties to select for these attribute names, sorted: what they need, and what is always needed. Unknown
 * attributes and those that delta refuses are left out; the configuration was checked for them. `id` is always returned.
 */
export function selectFor(kind: Kind, names: readonly string[]): readonly string[] {
  const needed = names.flatMap((name) => {
    const found = sourceAttribute(kind, name);
    if (found === undefined || found.refusal !== undefined) return [];
    const own = found.property === undefined || found.property === "id" ? [] : [found.property];
    return found.isOfManager ? ["manager", ...own] : own;
  });
  return [...new Set([...ALWAYS[kind], ...needed])].toSorted();
}

/** A source object to be read from. `IsSoftDeleted` is expected among its attributes. */
export type Readable = {
  readonly id: EntraId;
  readonly attributes: Attributes;
  /** The manager, where he is one of our people. */
  readonly manager?: { readonly id: EntraId; readonly attributes: Attributes } | undefined;
  /** App roles, each with id, value and displayName. */
  readonly roles?: readonly Value[] | undefined;
};

/** What a source object holds under an Entra or Graph name. */
export function readSource(kind: Kind, object: Readable, name: string): Value | undefined {
  const found = sourceAttribute(kind, name);
  if (found === undefined) return undefined;
  if (!found.isOfManager) return readAttribute(object, found);
  const own = found.name.slice("manager.".length);
  return object.manager === undefined ? undefined : readSource("user", object.manager, own);
}

function readAttribute(object: Readable, found: SourceAttribute): Value | undefined {
  if (found.name === "appRoleAssignments") return object.roles?.length === 0 ? undefined : object.roles;
  if (found.property === "id") return object.id;
  const value = object.attributes[found.property ?? found.name];
  if (found.member !== undefined) return isComplex(value) ? value[found.member] : undefined;
  if (found.name === "telephoneNumber") return isList(value) ? value[0] : value;
  return found.name === "userPrincipalName" && typeof value === "string" ? unmangle(value) : value;
}

/** `eve_fabrikam.com#EXT#@contoso.onmicrosoft.com` to `eve@fabrikam.com`: domains hold no underscore, so the last counts. */
function unmangle(userPrincipalName: string): string {
  const marker = userPrincipalName.search(/#ext#@/i);
  const at = userPrincipalName.lastIndexOf("_", marker);
  if (marker < 0 || at <= 0) return userPrincipalName;
  return `${userPrincipalName.slice(0, at)}@${userPrincipalName.slice(at + 1, marker)}`;
}
