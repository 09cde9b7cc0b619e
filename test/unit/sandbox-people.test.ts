import { expect, it } from "vitest";
import { createGroups } from "#test/sandbox/groups.ts";
import { createPeople } from "#test/sandbox/people.ts";

const people = createPeople({ count: 400, seed: 7 });
const groups = createGroups({ count: 30, people, seed: 7, largeSize: 150 });

it("makes the same people and groups from the same seed, and others from another", () => {
  expect(createPeople({ count: 400, seed: 7 })).toEqual(people);
  expect(createGroups({ count: 30, people, seed: 7, largeSize: 150 })).toEqual(groups);
  expect(createPeople({ count: 400, seed: 8 })[0]).not.toEqual(people[0]);
});

it("gives everybody an id and a user principal name of their own, the name in plain ASCII", () => {
  const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;
  expect(people.every((person) => guid.test(person.id))).toBe(true);
  expect(new Set([...people, ...groups].map(({ id }) => id)).size).toBe(430);
  const names = people.map((person) => person.userPrincipalName);
  expect(new Set(names).size).toBe(400);
  expect(names.filter((name) => !/^[a-z0-9.-]+(_[a-z.-]+#EXT#)?@[a-z.]+$/u.test(name))).toEqual([]);
});

it("includes the cases that break naive code", () => {
  expect(people.some((person) => /[äöüß]/u.test(person.surname))).toBe(true);
  expect(people.some((person) => person.surname.includes("-"))).toBe(true);
  expect(people.some((person) => person.surname.includes("'"))).toBe(true);
  expect(people.some((person) => !person.accountEnabled)).toBe(true);
  expect(people.some((person) => person.mail === undefined)).toBe(true);
  expect(people.some((person) => person.mail !== person.userPrincipalName && person.userType === "Member")).toBe(true);
  const guests = people.filter((person) => person.userType === "Guest");
  expect(guests.length).toBeGreaterThan(5);
  expect(guests.every((guest) => guest.userPrincipalName.includes("#EXT#"))).toBe(true);
});

it("fills what the gallery's mapping reads for nearly all employees", () => {
  const members = people.filter((person) => person.userType === "Member");
  const texts = "department companyName jobTitle city state streetAddress postalCode country officeLocation";
  const needed = `${texts} businessPhones preferredLanguage employeeId employeeType employeeOrgData`.split(" ");
  for (const name of needed) expect(members.every((person) => name in person)).toBe(true);
  const extensions = members.map((person) => person.onPremisesExtensionAttributes ?? {});
  for (const number of [5, 6, 14, 15])
    expect(extensions.every((all) => `extensionAttribute${number}` in all)).toBe(true);
  for (const number of [12, 13]) expect(extensions.some((all) => `extensionAttribute${number}` in all)).toBe(true);
});

it("makes a large, an empty and a nested group among groups of distinct names", () => {
  expect(new Set(groups.map((group) => group.displayName)).size).toBe(30);
  expect(groups[1]?.members).toHaveLength(150);
  expect(groups[2]?.members).toEqual([]);
  expect(groups[3]?.members[0]).toEqual({ id: groups[0]?.id, type: "group" });
  expect(groups.some((group) => group.groupTypes.includes("Unified"))).toBe(true);
});
