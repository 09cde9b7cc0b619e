import { COMPANIES, DEPARTMENTS, GIVEN_NAMES, PARTNERS, SITES, SURNAMES } from "./names.ts";
import { createRandom, type Random } from "./random.ts";

/** A user of the synthetic directory, by Graph property names. A property that was never set is absent. */
export type Person = {
  readonly id: string;
  readonly accountEnabled: boolean;
  readonly userType: "Member" | "Guest";
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly givenName: string;
  readonly surname: string;
  readonly mailNickname: string;
  readonly mail?: string;
  readonly otherMails?: readonly string[];
  readonly externalUserState?: string;
  readonly jobTitle?: string;
  readonly department?: string;
  readonly companyName?: string;
  readonly officeLocation?: string;
  readonly streetAddress?: string;
  readonly postalCode?: string;
  readonly city?: string;
  readonly state?: string;
  readonly country?: string;
  readonly usageLocation?: string;
  readonly businessPhones?: readonly string[];
  readonly mobilePhone?: string;
  readonly preferredLanguage?: string;
  readonly employeeId?: string;
  readonly employeeType?: string;
  readonly employeeOrgData?: { readonly division: string; readonly costCenter: string };
  /** 12 honorific prefix, 13 honorific suffix, 14 nickname, 15 time zone; 5 locale, 6 region. */
  readonly onPremisesExtensionAttributes?: Readonly<Record<string, string>>;
  /** Object id of the manager. */
  readonly manager?: string;
  readonly createdDateTime: string;
};

export const MAIL_DOMAIN = "musterwerk.example";
const GUEST_DOMAIN = "musterwerk.onmicrosoft.example";
const FIRST_DAY = Date.UTC(2019, 0, 7, 8);

/**
 * Makes believable employees and guests; the same count and seed give the same people. About 6 % are guests, 4 % are
 * disabled, 4 % have no mail, 3 % have a mail unlike their user principal name; each department's head comes first and
 * is the manager of the rest.
 */
export function createPeople(options: { readonly count: number; readonly seed: number }): readonly Person[] {
  const random = createRandom(options.seed);
  const taken = new Set<string>();
  const heads = new Map<string, string>();
  return Array.from({ length: options.count }, (_, index) => {
    const person =
      index > 20 && random.chance(0.06) ? createGuest(random, taken) : createEmployee(random, taken, index);
    const department = person.department ?? "";
    const head = heads.get(department);
    if (head === undefined) heads.set(department, person.id);
    return head === undefined || person.userType === "Guest" ? person : { ...person, manager: head };
  });
}

function createEmployee(random: Random, taken: Set<string>, index: number): Person {
  const name = createName(random, taken);
  const place = random.pick(SITES);
  const [department, division, jobs] = DEPARTMENTS[index % DEPARTMENTS.length] ?? random.pick(DEPARTMENTS);
  const isHead = index < DEPARTMENTS.length;
  const userPrincipalName = `${name.nickname}@${MAIL_DOMAIN}`;
  const hasFormerName = random.chance(0.03);
  const mail = hasFormerName ? `${toAscii(random.pick(SURNAMES))}.${index}@${MAIL_DOMAIN}` : userPrincipalName;
  const phone = `${place.dial} ${5550 + random.below(9)}${String(index % 10_000).padStart(4, "0")}`;
  return {
    id: random.guid(),
    accountEnabled: isHead || !random.chance(0.04),
    userType: "Member",
    userPrincipalName,
    displayName: `${name.givenName} ${name.surname}`,
    givenName: name.givenName,
    surname: name.surname,
    mailNickname: name.nickname,
    ...(isHead || !random.chance(0.04) ? { mail } : {}),
    jobTitle: (isHead ? jobs[0] : undefined) ?? random.pick(jobs.slice(1)),
    department,
    companyName: place.country === "AT" ? "Musterwerk Österreich GmbH" : random.pick(COMPANIES),
    officeLocation: `${place.city}, Etage ${1 + random.below(6)}`,
    streetAddress: `${random.pick(place.streets)} ${1 + random.below(180)}`,
    postalCode: place.postalCode,
    city: place.city,
    state: place.state,
    country: place.country,
    usageLocation: place.country,
    businessPhones: [phone],
    ...(random.chance(0.7) ? { mobilePhone: `+49 151 ${55_500_000 + index}` } : {}),
    preferredLanguage: place.language,
    employeeId: String(100_000 + index),
    employeeType: random.pick(["Employee", "Employee", "Employee", "Contractor", "Intern"]),
    employeeOrgData: { division, costCenter: `KST-${4000 + random.below(40) * 10}` },
    onPremisesExtensionAttributes: createExtensions(random, name.givenName, place),
    createdDateTime: toDateTime(FIRST_DAY + index * 3_600_000),
  };
}

function createExtensions(
  random: Random,
  givenName: string,
  place: (typeof SITES)[number],
): Readonly<Record<string, string>> {
  return {
    ...(random.chance(0.15)
      ? { extensionAttribute12: random.pick(["Dr.", "Prof. Dr.", "Dipl.-Ing.", "Dr.-Ing."]) }
      : {}),
    ...(random.chance(0.1) ? { extensionAttribute13: random.pick(["M.Sc.", "MBA", "LL.M.", "B.A."]) } : {}),
    extensionAttribute14: givenName.slice(0, 3),
    extensionAttribute15: place.timezone,
    extensionAttribute5: place.language,
    extensionAttribute6: place.region,
  };
}

function createGuest(random: Random, taken: Set<string>): Person {
  const name = createName(random, taken);
  const partner = random.pick(PARTNERS);
  const mail = `${name.nickname}@${partner}`;
  const isAccepted = random.chance(0.8);
  return {
    id: random.guid(),
    accountEnabled: true,
    userType: "Guest",
    userPrincipalName: `${name.nickname}_${partner}#EXT#@${GUEST_DOMAIN}`,
    displayName: `${name.givenName} ${name.surname} (extern)`,
    givenName: name.givenName,
    surname: name.surname,
    mailNickname: `${name.nickname}_${partner}#EXT#`,
    mail,
    otherMails: [mail],
    externalUserState: isAccepted ? "Accepted" : "PendingAcceptance",
    ...(random.chance(0.5) ? { companyName: partner.split(".")[0] ?? partner } : {}),
    createdDateTime: toDateTime(FIRST_DAY + random.below(50_000) * 3_600_000),
  };
}

type Name = { readonly givenName: string; readonly surname: string; readonly nickname: string };

function createName(random: Random, taken: Set<string>): Name {
  const givenName = random.pick(GIVEN_NAMES);
  const first = random.pick(SURNAMES);
  const second = random.pick(SURNAMES);
  const isDouble = first !== second && !first.includes(" ") && !second.includes(" ") && random.chance(0.08);
  const surname = isDouble ? `${first}-${second}` : first;
  const base = `${toAscii(givenName)}.${toAscii(surname)}`;
  let nickname = base;
  for (let number = 2; taken.has(nickname); number += 1) nickname = `${base}${number}`;
  taken.add(nickname);
  return { givenName, surname, nickname };
}

const SPELLINGS: Readonly<Record<string, string>> = {
  ä: "ae",
  ö: "oe",
  ü: "ue",
  ß: "ss",
  ł: "l",
  ı: "i",
  ø: "o",
  đ: "d",
};

/** The form of a name in addresses: "Größmann" becomes "groessmann". */
function toAscii(name: string): string {
  const spelled = name
    .toLowerCase()
    .normalize("NFC")
    .replace(/[äöüßłıøđ]/gu, (letter) => SPELLINGS[letter] ?? letter);
  return spelled.normalize("NFD").replaceAll(/[^a-z0-9-]/gu, "");
}

function toDateTime(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}
