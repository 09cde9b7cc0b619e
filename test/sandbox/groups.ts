import { DEPARTMENTS, PROJECTS, SITES } from "./names.ts";
import { MAIL_DOMAIN, type Person } from "./people.ts";
import { createRandom, type Random } from "./random.ts";

/** What can be a member of a group, by the last part of its OData type. */
export type MemberType = "user" | "group" | "device" | "servicePrincipal" | "orgContact";

export type Member = { readonly id: string; readonly type: MemberType };

/** A group of the synthetic directory, by Graph property names, with its direct members. */
export type Group = {
  readonly id: string;
  readonly displayName: string;
  readonly description?: string;
  readonly mailNickname: string;
  readonly mail?: string;
  readonly mailEnabled: boolean;
  readonly securityEnabled: boolean;
  /** ["Unified"] for a Microsoft 365 group, empty for a security group. */
  readonly groupTypes: readonly string[];
  readonly createdDateTime: string;
  readonly members: readonly Member[];
};

export type GroupOptions = {
  readonly count: number;
  readonly people: readonly Person[];
  readonly seed: number;
  /** Members of the one large group "Alle Mitarbeitenden"; everybody when left out. */
  readonly largeSize?: number;
};

type Draft = { readonly displayName: string; readonly members: readonly Member[]; readonly isUnified?: boolean };

/**
 * Makes groups, in this order: a department, the large one, an empty one, then one that holds the first department as a
 * nested group, then departments, sites and projects (every second project is a Microsoft 365 group).
 */
export function createGroups(options: GroupOptions): readonly Group[] {
  const random = createRandom(options.seed ^ 0x5eed);
  const first = createDepartment(options.people, 0);
  const firstId = random.guid();
  const nested: Draft = {
    displayName: "Führungskreis",
    members: [{ id: firstId, type: "group" }, ...toMembers(options.people.slice(0, DEPARTMENTS.length))],
  };
  const large = { displayName: "Alle Mitarbeitenden", members: toMembers(options.people.slice(0, options.largeSize)) };
  const fixed: readonly Draft[] = [first, large, { displayName: "Reserve (leer)", members: [] }, nested];
  return Array.from({ length: options.count }, (_, index) => {
    const draft = fixed[index] ?? createFurther(options.people, index - fixed.length, random);
    return finish(draft, index, index === 0 ? firstId : random.guid());
  });
}

function createFurther(people: readonly Person[], index: number, random: Random): Draft {
  const departments = DEPARTMENTS.length - 1;
  if (index < departments) return createDepartment(people, index + 1);
  const place = SITES[index - departments];
  if (place !== undefined) {
    return {
      displayName: `Standort ${place.city}`,
      members: toMembers(people.filter((person) => person.city === place.city)),
    };
  }
  return createProject(people, index - departments - SITES.length, random);
}

function createDepartment(people: readonly Person[], index: number): Draft {
  const name = DEPARTMENTS[index]?.[0] ?? "Allgemein";
  return {
    displayName: `Abteilung ${name}`,
    members: toMembers(people.filter((person) => person.department === name)),
  };
}

function createProject(people: readonly Person[], index: number, random: Random): Draft {
  const size = Math.min(people.length, 3 + random.below(12));
  const start = random.below(Math.max(1, people.length - size));
  const name = PROJECTS[index % PROJECTS.length] ?? "";
  const number = index < PROJECTS.length ? "" : ` ${Math.floor(index / PROJECTS.length) + 1}`;
  return {
    displayName: `Projekt ${name}${number}`,
    members: toMembers(people.slice(start, start + size)),
    isUnified: index % 2 === 0,
  };
}

function finish(draft: Draft, index: number, id: string): Group {
  const isUnified = draft.isUnified ?? false;
  const mailNickname = `gruppe-${index + 1}`;
  return {
    id,
    displayName: draft.displayName,
    ...(index % 3 === 0 ? { description: `${draft.displayName} der Musterwerk-Gruppe` } : {}),
    mailNickname,
    ...(isUnified ? { mail: `${mailNickname}@${MAIL_DOMAIN}` } : {}),
    mailEnabled: isUnified,
    securityEnabled: !isUnified,
    groupTypes: isUnified ? ["Unified"] : [],
    createdDateTime: "2019-01-07T08:00:00Z",
    members: draft.members,
  };
}

function toMembers(people: readonly Person[]): readonly Member[] {
  return people.map((person) => ({ id: person.id, type: "user" }));
}
