import { expect, test } from "vitest";
import { toPath, valueAt, withValue, type ResourceData } from "#src/model/target-path.ts";

const URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const WORK = 'emails[type eq "work"].value';

test.for<[string, ResourceData, string | undefined, ResourceData]>([
  ["title", {}, "x", { title: "x" }],
  ["title", { title: "x", active: true }, undefined, { active: true }],
  // Servers may spell names otherwise (RFC 7643 section 2.1): theirs is kept, and there is no second one.
  ["displayName", { DISPLAYNAME: "a" }, "x", { DISPLAYNAME: "x" }],
  ["name.givenName", { name: { familyName: "b" } }, "x", { name: { familyName: "b", givenName: "x" } }],
  ["name.givenName", { Name: { GivenName: "b" } }, "x", { Name: { GivenName: "x" } }],
  ["name.givenName", { name: { givenName: "b" } }, undefined, {}],
  [WORK, {}, "x", { emails: [{ type: "work", value: "x" }] }],
  [
    WORK,
    { emails: [{ type: "home", value: "h" }] },
    "x",
    {
      emails: [
        { type: "home", value: "h" },
        { type: "work", value: "x" },
      ],
    },
  ],
  [WORK, { emails: [{ Type: "WORK", Value: "w" }] }, "x", { emails: [{ Type: "WORK", Value: "x" }] }],
  [WORK, { emails: [{ type: "work", value: "w", primary: true }] }, undefined, {}],
  [
    WORK,
    { emails: [{ type: "work", value: "w", display: "d" }] },
    undefined,
    { emails: [{ type: "work", display: "d" }] },
  ],
  [
    `${URN}:department`,
    { [URN.toUpperCase()]: { Department: "a" } },
    "x",
    { [URN.toUpperCase()]: { Department: "x" } },
  ],
  [`${URN}:department`, { [URN]: { department: "a" } }, undefined, {}],
])("%s of %j, set to %s, gives %j, and can be read there", ([text, data, value, expected]) => {
  const path = toPath(text);
  const after = withValue(data, path, value);
  expect(after).toEqual(expected);
  expect(valueAt(after, path)).toBe(value);
});
