import { describe, expect, test } from "vitest";
import { explainTarget } from "#src/config/check-target.ts";
import { CORE_ATTRIBUTES } from "#src/config/scim-attributes.ts";
import { SOSAFE_ATTRIBUTES } from "#src/config/target-attribute.ts";

const URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

describe("the target of a user", () => {
  test.each([
    ["id", "id is read-only: SoSafe gives each resource its own; externalId may hold the id of Entra"],
    ["ID", "ID is read-only: SoSafe gives each resource its own; externalId may hold the id of Entra"],
    ["meta.created", "meta.created is read-only: SoSafe keeps it"],
    ["schemas", "schemas is read-only: it follows from the other attributes"],
    ["groups", "groups is read-only: membership is written on the group, by the mapping of members under groups"],
    ["password", "password is never sent: Entra hands out no passwords, and people sign in with Entra"],
    ["dispalyName", "dispalyName is no attribute of SCIM users; did you mean displayName?"],
    ["name.givenNam", "name.givenNam: givenNam is no part of name; did you mean name.givenName?"],
    ["name", "name has parts; name one, for instance name.formatted"],
    ['name[type eq "work"].givenName', "one value only, so there is nothing to choose from"],
    ["userName.value", "userName.value: userName has no parts"],
    ['emails[type eq "work"].valu', 'valu is no part of emails; did you mean emails[type eq "work"].value?'],
    ['emails[typ eq "work"].value', "typ is no part of emails; did you mean type?"],
    ['emails[type eq "work"]', 'has parts; name one, for instance emails[type eq "work"].value'],
    ['emails[type eq "work"].$ref', "is read-only"],
    ["emails.value", 'emails has several values; say which, for instance emails[type eq "work"].value'],
    ["emails.valeu", "valeu is no part of emails; did you mean emails.value?"],
    ['addresses[type eq "work"].value', "value is no part of addresses"],
    ["emails[", 'emails[ is not a target attribute such as userName or emails[type eq "work"].value'],
    [`${URN}:departmnt`, `is no attribute of the enterprise extension; did you mean ${URN}:department?`],
    [`${URN}:department.value`, "department has no parts"],
    [`${URN}:manager.displayName`, "is read-only: SoSafe fills it from the manager's account"],
    [`${URN}:manager.$ref`, "is read-only: SoSafe fills it from the manager's account"],
    [`${URN}:manager.mail`, "mail is no part of"],
    [`${URN}:manager[value eq "x"]`, "nothing to choose from"],
  ])("%s is refused: %s", (target, message) => {
    expect(explainTarget("user", target)).toContain(message);
  });

  test.each([
    ...SOSAFE_ATTRIBUTES.user,
    "emails",
    "phoneNumbers",
    "addresses",
    "roles",
    "ims",
    "photos",
    "entitlements",
    'ROLES[primary eq "True"].Display',
    "urn:ietf:params:scim:schemas:core:2.0:User:name.middleName",
    `${URN}:manager`,
    `${URN.toUpperCase()}:manager.value`,
    "urn:example:2.0:User:shoe.size",
  ])("%s is taken", (target) => {
    expect(explainTarget("user", target)).toBeUndefined();
  });

  test("may be every core attribute that is not made of parts", () => {
    const whole = Object.entries(CORE_ATTRIBUTES.user).filter(([, { shape }]) => shape !== "complex");
    expect(whole.map(([name]) => explainTarget("user", name)).filter((message) => message !== undefined)).toEqual([]);
  });
});

describe("the target of a group", () => {
  test.each([
    ["meta", "meta is read-only"],
    ["groups", "groups is no attribute of SCIM groups"],
    ["members.$ref", "members.$ref is read-only: SoSafe fills it"],
    ["members.display", "members.display is read-only: SoSafe fills it"],
    ["members.value", "is a part of members, which can only be mapped as a whole: write members"],
    ['members[type eq "User"].value', "can only be mapped as a whole"],
    [`${URN}:department`, "belongs to users; groups have no such attribute"],
  ])("%s is refused: %s", (target, message) => {
    expect(explainTarget("group", target)).toContain(message);
  });

  test("may be what SoSafe takes", () => {
    expect(SOSAFE_ATTRIBUTES.group.map((target) => explainTarget("group", target))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
