import type { Resource, ScimServer } from "#test/sandbox/scim-server.ts";
import type { Tenant } from "#test/sandbox/tenant.ts";

/**
 * What SoSafe shall hold, computed here independently of the program: from the directory's own data, by the table of the
 * gallery app's attributes. Keys are short names of the 28 attributes.
 */
export type Expected = Readonly<Record<string, unknown>>;

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

type Properties = Readonly<Record<string, unknown>>;

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Guests are known by their own address, as in Entra. */
export function toUserName(properties: Properties): string {
  const name = String(properties["userPrincipalName"]);
  const mangled = /^(.+)_([^_]+)#EXT#@/u.exec(name);
  return mangled ? `${mangled[1]}@${mangled[2]}` : name;
}

export function expectedUser(id: string, properties: Properties, target: ScimServer["kind"]): Expected {
  return asStored(desiredUser(id, properties), target);
}

function desiredUser(id: string, properties: Properties): Expected {
  const extension = (number: number) => {
    const all = properties["onPremisesExtensionAttributes"];
    return text(isObject(all) ? all[`extensionAttribute${number}`] : undefined);
  };
  const organisation = properties["employeeOrgData"];
  const org = (name: string) => text(isObject(organisation) ? organisation[name] : undefined);
  const phones = properties["businessPhones"];
  const names = [text(properties["givenName"]), text(properties["surname"])].filter((name) => name !== undefined);
  const lines = [
    text(properties["streetAddress"]),
    [text(properties["postalCode"]), text(properties["city"])].filter(Boolean).join(" "),
    text(properties["country"]),
  ];
  return withoutEmpty({
    userName: toUserName(properties),
    active: properties["accountEnabled"] !== false,
    displayName: text(properties["displayName"]),
    title: text(properties["jobTitle"]),
    email: text(properties["mail"]),
    preferredLanguage: text(properties["preferredLanguage"]),
    givenName: text(properties["givenName"]),
    familyName: text(properties["surname"]),
    formatted: names.join(" "),
    honorificPrefix: extension(12),
    honorificSuffix: extension(13),
    addressFormatted: lines.filter((line) => line !== undefined && line !== "").join(", "),
    streetAddress: text(properties["streetAddress"]),
    locality: text(properties["city"]),
    region: text(properties["state"]),
    postalCode: text(properties["postalCode"]),
    country: text(properties["usageLocation"]),
    phone: Array.isArray(phones) ? text(phones[0]) : undefined,
    externalId: id,
    nickName: extension(14),
    userType: text(properties["userType"]),
    locale: text(properties["preferredLanguage"]),
    timezone: extension(15),
    employeeNumber: text(properties["employeeId"]),
    costCenter: org("costCenter"),
    organization: text(properties["companyName"]),
    division: org("division"),
    department: text(properties["department"]),
  });
}

export function actualUser(resource: Resource): Expected {
  const name = isObject(resource["name"]) ? resource["name"] : {};
  const enterprise = isObject(resource[ENTERPRISE]) ? resource[ENTERPRISE] : {};
  const work = (attribute: string): Properties => {
    const list = resource[attribute];
    const found = Array.isArray(list) ? list.find((each) => isObject(each) && each["type"] === "work") : undefined;
    return isObject(found) ? found : {};
  };
  const address = work("addresses");
  return withoutEmpty({
    userName: resource["userName"],
    active: resource["active"],
    displayName: resource["displayName"],
    title: resource["title"],
    email: work("emails")["value"],
    preferredLanguage: resource["preferredLanguage"],
    givenName: name["givenName"],
    familyName: name["familyName"],
    formatted: name["formatted"],
    honorificPrefix: name["honorificPrefix"],
    honorificSuffix: name["honorificSuffix"],
    addressFormatted: address["formatted"],
    streetAddress: address["streetAddress"],
    locality: address["locality"],
    region: address["region"],
    postalCode: address["postalCode"],
    country: address["country"],
    phone: work("phoneNumbers")["value"],
    externalId: resource["externalId"],
    nickName: resource["nickName"],
    userType: resource["userType"],
    locale: resource["locale"],
    timezone: resource["timezone"],
    employeeNumber: enterprise["employeeNumber"],
    costCenter: enterprise["costCenter"],
    organization: enterprise["organization"],
    division: enterprise["division"],
    department: enterprise["department"],
  });
}

/** better-auth has no nickName: it drops it from a creation and refuses it in a change. Nothing that we send can help it. */
function asStored(expected: Expected, target: ScimServer["kind"]): Expected {
  const { nickName: _unknown, ...known } = expected;
  return target === "better-auth" ? known : expected;
}

function withoutEmpty(values: Record<string, unknown>): Expected {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== "" && value !== null),
  );
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Ids of the people who shall exist in the target and be active. */
export function scopeOf(tenant: Tenant, scope: "assigned" | "all"): ReadonlySet<string> {
  const { directory } = tenant;
  const everybody = [...directory.users.values()].filter((user) => user.presence === "active").map((user) => user.id);
  const assigned = new Set(directory.assignments().map((row) => row.principalId));
  const members = [...directory.groups.values()]
    .filter((group) => group.presence === "active" && assigned.has(group.id))
    .flatMap((group) => [...group.members.keys()]);
  const all = new Set([...assigned, ...members]);
  return new Set(scope === "all" ? everybody : everybody.filter((id) => all.has(id)));
}

/** The whole target by name: users with their attributes, groups with the user names of their members. */
export async function actualState(scim: ScimServer) {
  const users = await scim.users();
  const names = new Map(users.map((user) => [user.id, String(user["userName"])] as const));
  const groups = (await scim.groups()).map((group) => {
    const members = Array.isArray(group["members"]) ? group["members"] : [];
    const values = members.map((member) => String(isObject(member) ? member["value"] : ""));
    return [
      String(group["displayName"]),
      values.map((value) => names.get(value) ?? `stranger ${value}`).toSorted(),
    ] as const;
  });
  return {
    users: Object.fromEntries(users.map((user) => [String(user["userName"]), actualUser(user)] as const)),
    groups: Object.fromEntries(groups),
  };
}

/** The same, as it shall be after an initial sync: people who are disabled from the start are not created. */
export function expectedState({ tenant, scim }: { tenant: Tenant; scim: ScimServer }, scope: "assigned" | "all") {
  const { directory } = tenant;
  const ids = scopeOf(tenant, scope);
  const people = [...directory.users.values()].filter(
    (user) => ids.has(user.id) && user.properties["accountEnabled"] !== false,
  );
  const names = new Map(people.map((user) => [user.id, toUserName(user.properties)] as const));
  const assigned = new Set(directory.assignments().map((row) => row.principalId));
  const groups = [...directory.groups.values()].filter(
    (group) => group.presence === "active" && (scope === "all" || assigned.has(group.id)),
  );
  return {
    users: Object.fromEntries(
      people.map((user) => [toUserName(user.properties), expectedUser(user.id, user.properties, scim.kind)] as const),
    ),
    groups: Object.fromEntries(
      groups.map((group) => {
        const members = [...group.members.keys()].map((id) => names.get(id)).filter((name) => name !== undefined);
        return [String(group.properties["displayName"]), members.toSorted()] as const;
      }),
    ),
  };
}
