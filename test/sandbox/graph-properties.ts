/** What $select may name on users and groups, and what delta refuses (Graph resource pages user and group). */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

/** Properties of a user that delta tracks. */
export const USER_PROPERTIES = words(`
  id accountEnabled ageGroup assignedLicenses assignedPlans businessPhones city companyName consentProvidedForMinor
  country createdDateTime creationType deletedDateTime department displayName employeeHireDate employeeId
  employeeOrgData employeeType externalUserState externalUserStateChangeDateTime faxNumber givenName identities
  imAddresses isResourceAccount jobTitle lastPasswordChangeDateTime legalAgeGroupClassification
  licenseAssignmentStates mail mailNickname manager mobilePhone officeLocation onPremisesDistinguishedName
  onPremisesDomainName onPremisesExtensionAttributes onPremisesImmutableId onPremisesLastSyncDateTime
  onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled
  onPremisesUserPrincipalName otherMails passwordPolicies passwordProfile postalCode preferredDataLocation
  preferredLanguage provisionedPlans proxyAddresses securityIdentifier serviceProvisioningErrors
  showInAddressList signInSessionsValidFromDateTime state streetAddress surname usageLocation userPrincipalName userType`);

/** Properties of a user outside the directory's main store: GET knows them, delta answers 400. */
export const USER_PROPERTIES_WITHOUT_DELTA = words(`
  aboutMe birthday hireDate interests mailboxSettings mySite pastProjects photo preferredName print responsibilities
  schools settings signInActivity skills`);

/** What a user is returned with when $select is missing. */
export const USER_DEFAULTS = words(`
  id businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname
  userPrincipalName`);

/** Properties and relationships of a group that delta tracks. */
export const GROUP_PROPERTIES = words(`
  id assignedLabels assignedLicenses classification createdDateTime creationOptions deletedDateTime description
  displayName expirationDateTime groupTypes isAssignableToRole mail mailEnabled mailNickname members membershipRule
  membershipRuleProcessingState onPremisesDomainName onPremisesLastSyncDateTime onPremisesNetBiosName
  onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled owners
  preferredDataLocation preferredLanguage proxyAddresses renewedDateTime resourceBehaviorOptions
  resourceProvisioningOptions securityEnabled securityIdentifier theme uniqueName visibility`);

/** Properties of a group that live in Exchange. */
export const GROUP_PROPERTIES_WITHOUT_DELTA = words(`
  allowExternalSenders autoSubscribeNewMembers hideFromAddressLists hideFromOutlookClients isSubscribedByMail
  unseenCount`);

/** What a group is returned with when $select is missing. */
export const GROUP_DEFAULTS = words(`
  id createdDateTime description displayName groupTypes mail mailEnabled mailNickname members onPremisesSyncEnabled
  proxyAddresses securityEnabled visibility`);

/** Properties that hold related objects and come as `name@delta`. */
export const RELATIONSHIPS = words("manager members owners");

/** Directory extensions, `extension_<app id without dashes>_<name>`, are tracked like properties of the object. */
export function isDirectoryExtension(name: string): boolean {
  return /^extension_[0-9a-f]{32}_\w+$/u.test(name);
}

const EXTENSIONS = Array.from({ length: 15 }, (_, index) => [`extensionAttribute${index + 1}`, null] as const);

/** A property's value as Graph writes it: all fifteen extension attributes are there, null where they are empty. */
export function writeProperty(name: string, value: unknown): unknown {
  const isExtensions = name === "onPremisesExtensionAttributes" && typeof value === "object" && value !== null;
  return isExtensions ? { ...Object.fromEntries(EXTENSIONS), ...value } : value;
}
