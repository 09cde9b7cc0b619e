import { describe, expect, it, test } from "vitest";
import { isSatisfied } from "#src/model/same-value.ts";
import { toPath, valueAt } from "#src/model/target-path.ts";
import { toBody, toResource } from "#src/scim/resource.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const USER = "urn:ietf:params:scim:schemas:core:2.0:User";

it("puts flat attributes into place, with the schemas that are used and no others", () => {
  const body = toBody("user", {
    userName: "anna",
    active: "False",
    "name.givenName": "Anna",
    'emails[type eq "work"].value': "anna@example.com",
    'addresses[type eq "work"].locality': "Cologne",
    'addresses[type eq "work"].country': "DE",
    [`${ENTERPRISE}:department`]: "IT",
  });
  expect(body).toEqual({
    schemas: [USER, ENTERPRISE],
    userName: "anna",
    active: false,
    name: { givenName: "Anna" },
    emails: [{ type: "work", value: "anna@example.com", primary: true }],
    addresses: [{ type: "work", locality: "Cologne", country: "DE" }],
    [ENTERPRISE]: { department: "IT" },
  });
  expect(toBody("user", { userName: "bert" })).toEqual({ schemas: [USER], userName: "bert" });
});

it("leaves the choice of the primary mail address to whoever makes one", () => {
  const work = 'emails[type eq "work"].value';
  const home = 'emails[type eq "home"].value';
  const primary = 'emails[type eq "work"].primary';
  expect(toBody("user", { [work]: "a", [home]: "b" })["emails"]).toEqual([
    { type: "work", value: "a" },
    { type: "home", value: "b" },
  ]);
  expect(toBody("user", { [primary]: "false", [work]: "a" })["emails"]).toEqual([
    { type: "work", value: "a", primary: false },
  ]);
});

it("marks the first of several mail addresses as primary, unless they say something about that", () => {
  const [a, b] = [{ value: "a@example.com" }, { value: "b@example.com" }];
  expect(toBody("user", { emails: [a, b] })["emails"]).toEqual([{ ...a, primary: true }, b]);
  expect(toBody("user", { emails: [a, { ...b, primary: true }] })["emails"]).toEqual([a, { ...b, primary: true }]);
  expect(toBody("user", { phoneNumbers: [{ value: "1" }] })["phoneNumbers"]).toEqual([{ value: "1" }]);
});

it("nests attributes of extensions below their URN, and names those that have a value", () => {
  const [acme, sosafe] = ["urn:ietf:params:scim:schemas:extension:acme:2.0:User", "urn:sosafe:user"];
  expect(
    toBody("user", {
      userName: "anna",
      [`${acme}:gender`]: "f",
      [`${acme.toUpperCase()}:degree`]: "Dr.",
      [`${sosafe}:languages`]: ["de"],
      [`${ENTERPRISE}:manager.value`]: "m",
    }),
  ).toEqual({
    schemas: [USER, acme, sosafe, ENTERPRISE],
    userName: "anna",
    [acme]: { gender: "f", degree: "Dr." },
    [sosafe]: { languages: ["de"] },
    [ENTERPRISE]: { manager: { value: "m" } },
  });
  expect(toBody("user", { userName: "anna", [`${ENTERPRISE}:manager`]: "m@example.com" })).toMatchObject({
    schemas: [USER, ENTERPRISE],
    [ENTERPRISE]: { manager: "m@example.com" },
  });
});

describe("a manager", () => {
  const path = `${ENTERPRISE}:manager`;
  const shown = [{ value: "m" }, { value: "m", $ref: "../Users/m", displayName: "M" }, "m"];

  test.for(shown)("that is shown as %j is known by id and as a text", (manager) => {
    const answer = { id: "1", [ENTERPRISE]: { manager } };
    const byId = toResource(answer, [`${path}.value`])?.data ?? {};
    const asText = toResource(answer, [path])?.data ?? {};
    expect(byId).toEqual({ [ENTERPRISE]: { manager: { value: "m" } } });
    expect(isSatisfied(valueAt(byId, toPath(`${path}.value`)), "m")).toBe(true);
    expect(isSatisfied(valueAt(asText, toPath(path)), "m")).toBe(true);
    expect(isSatisfied(valueAt(asText, toPath(path)), "n")).toBe(false);
  });
});

it("creates groups without members", () => {
  expect(toBody("group", { displayName: "Team", members: ["x"] })).toEqual({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
    displayName: "Team",
  });
});

it("keeps of an answer what is managed, and multi-valued attributes whole", () => {
  const answer = {
    id: "A-1",
    UserName: "anna",
    active: "True",
    password: "x",
    name: { givenName: "Anna", middleName: "M" },
    phoneNumbers: [
      { type: "work", value: "1" },
      { type: "fax", value: "2", display: "Fax" },
    ],
    [ENTERPRISE.toUpperCase()]: { department: "IT", manager: { value: "m" } },
  };
  const managed = [
    "userName",
    "active",
    "name.givenName",
    'phoneNumbers[type eq "work"].value',
    `${ENTERPRISE}:department`,
  ];
  expect(toResource(answer, managed)).toEqual({
    id: "A-1",
    data: {
      userName: "anna",
      active: true,
      name: { givenName: "Anna" },
      phoneNumbers: answer.phoneNumbers,
      [ENTERPRISE]: { department: "IT" },
    },
  });
});

it("reads members, each once, and knows when it was not told any", () => {
  const members = [{ value: "u1", display: "x" }, { value: "u2" }, { value: "u1" }];
  expect(toResource({ id: "g", displayName: "T", members }, ["displayName", "members"])).toEqual({
    id: "g",
    data: { displayName: "T" },
    members: ["u1", "u2"],
  });
  expect(toResource({ id: "g" }, ["displayName"])).toEqual({ id: "g", data: {} });
});

it.each([{}, { id: "" }, { id: 7 }])("does not accept %j as a resource", (answer) => {
  expect(toResource(answer, [])).toBeUndefined();
});
