import { expect, it } from "vitest";
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
