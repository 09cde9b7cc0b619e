import { describe, expect, test } from "vitest";
import { toEntraId } from "#src/model/ids.ts";
import {
  listAttributes,
  readSource,
  selectFor,
  sourceAttribute,
  suggestAttribute,
} from "#src/model/source-attribute.ts";

const id = toEntraId("11111111-2222-3333-4444-555555555555");
const EXTENSION = "extension_0123456789abcdef0123456789abcdef_costUnit";

const PERSON = {
  id,
  attributes: {
    userPrincipalName: "eve_jones_fabrikam.com#EXT#@contoso.onmicrosoft.com",
    businessPhones: ["+49 1", "+49 2"],
    mobilePhone: "+49 3",
    officeLocation: "B 12",
    faxNumber: "+49 4",
    onPremisesSyncEnabled: true,
    externalUserState: "Accepted",
    onPremisesExtensionAttributes: { extensionAttribute1: "one", extensionAttribute15: "fifteen" },
    employeeOrgData: { division: "North", costCenter: "4711" },
    [EXTENSION]: "K1",
    IsSoftDeleted: true,
    manager: "22222222-2222-3333-4444-555555555555",
  },
  manager: {
    id: toEntraId("22222222-2222-3333-4444-555555555555"),
    attributes: { mail: "boss@contoso.com", businessPhones: ["+49 9"] },
  },
  roles: [{ id: "1", displayName: "Admin", value: "admin" }],
};

describe("readSource", () => {
  test.each([
    ["objectId", id],
    ["id", id],
    ["userPrincipalName", "eve_jones@fabrikam.com"],
    ["originalUserPrincipalName", "eve_jones_fabrikam.com#EXT#@contoso.onmicrosoft.com"],
    ["telephoneNumber", "+49 1"],
    ["businessPhones", ["+49 1", "+49 2"]],
    ["mobile", "+49 3"],
    ["mobilePhone", "+49 3"],
    ["MOBILEPHONE", "+49 3"],
    ["physicalDeliveryOfficeName", "B 12"],
    ["facsimileTelephoneNumber", "+49 4"],
    ["dirSyncEnabled", true],
    ["userState", "Accepted"],
    ["extensionAttribute1", "one"],
    ["extensionAttribute15", "fifteen"],
    ["onPremisesExtensionAttributes.extensionAttribute1", "one"],
    ["extensionAttribute2", undefined],
    ["employeeOrgData.division", "North"],
    ["employeeorgdata.costcenter", "4711"],
    [EXTENSION, "K1"],
    [EXTENSION.replace("costUnit", "COSTUNIT"), undefined],
    ["IsSoftDeleted", true],
    ["manager", "22222222-2222-3333-4444-555555555555"],
    ["manager.mail", "boss@contoso.com"],
    ["manager.telephoneNumber", "+49 9"],
    ["manager.objectId", "22222222-2222-3333-4444-555555555555"],
    ["manager.department", undefined],
    ["appRoleAssignments", [{ id: "1", displayName: "Admin", value: "admin" }]],
    ["department", undefined],
    ["nonsense", undefined],
  ])("gives %s of a person as %j", (name, expected) => {
    expect(readSource("user", PERSON, name)).toEqual(expected);
  });

  test.each([
    ["eve@contoso.com", "eve@contoso.com"],
    ["eve_fabrikam.com#ext#@contoso.onmicrosoft.com", "eve@fabrikam.com"],
    ["eve#EXT#@contoso.onmicrosoft.com", "eve#EXT#@contoso.onmicrosoft.com"],
  ])("turns the sign-in name %s into %s", (raw, expected) => {
    expect(readSource("user", { id, attributes: { userPrincipalName: raw } }, "userPrincipalName")).toBe(expected);
  });

  test("knows a group's attributes by both names", () => {
    const group = { id, attributes: { displayName: "Sales", onPremisesSyncEnabled: false } };
    expect(readSource("group", group, "objectId")).toBe(id);
    expect(readSource("group", group, "displayName")).toBe("Sales");
    expect(readSource("group", group, "dirSyncEnabled")).toBe(false);
    expect(readSource("group", group, "mobile")).toBeUndefined();
  });
});

describe("selectFor", () => {
  test("lists Graph's property names once each, sorted, with what is always needed", () => {
    const names = [
      "telephoneNumber",
      "businessPhones",
      "extensionAttribute1",
      "extensionAttribute2",
      "surname",
      EXTENSION,
    ];
    expect(selectFor("user", names)).toEqual([
      "accountEnabled",
      "businessPhones",
      "displayName",
      EXTENSION,
      "onPremisesExtensionAttributes",
      "surname",
      "userPrincipalName",
    ]);
  });

  test("leaves out the id, computed attributes, unknown ones and those that delta refuses", () => {
    const names = ["objectId", "IsSoftDeleted", "nonsense", "skills", "appRoleAssignments"];
    expect(selectFor("user", names)).toEqual(["accountEnabled", "displayName", "userPrincipalName"]);
  });

  test("asks for the manager, and for what is wanted of him", () => {
    expect(selectFor("user", ["manager"])).toContain("manager");
    expect(selectFor("user", ["manager.mail"])).toEqual(expect.arrayContaining(["mail", "manager"]));
  });

  test("asks for members where a group's mapping names them", () => {
    expect(selectFor("group", ["members"])).toEqual(["displayName", "members"]);
    expect(selectFor("group", [])).toEqual(["displayName"]);
  });
});

describe("sourceAttribute", () => {
  test.each([
    "skills",
    "aboutMe",
    "signInActivity",
    "birthday",
    "photo",
    "thumbnailPhoto",
    "licenseAssignmentStates",
    "manager.skills",
  ])("says why %s cannot be used", (name) => {
    expect(sourceAttribute("user", name)?.refusal).toMatch(/^(?:is|cannot) /);
  });

  test("gives the type of an attribute", () => {
    expect(sourceAttribute("user", "telephoneNumber")?.type).toBe("string");
    expect(sourceAttribute("user", "businessPhones")?.type).toBe("list");
    expect(sourceAttribute("user", "dirSyncEnabled")?.type).toBe("boolean");
    expect(sourceAttribute("user", "createdDateTime")?.type).toBe("date");
    expect(sourceAttribute("group", "members")?.type).toBe("reference");
  });

  test("knows the manager, and what is stored of him", () => {
    expect(sourceAttribute("user", "manager")).toMatchObject({ type: "reference", property: "manager" });
    expect(sourceAttribute("user", "Manager.Mail")).toMatchObject({ name: "manager.mail", isOfManager: true });
    expect(sourceAttribute("user", "manager.mobile")).toMatchObject({ property: "mobilePhone", isOfManager: true });
    for (const name of ["manager.manager", "manager.manager.mail", "manager.IsSoftDeleted", "manager.nonsense"])
      expect(sourceAttribute("user", name)).toBeUndefined();
    expect(sourceAttribute("group", "manager")).toBeUndefined();
    expect(suggestAttribute("user", "manager.mial")).toBe("manager.mail");
  });

  test("does not take a directory extension with a short application id for one", () => {
    expect(sourceAttribute("user", "extension_0123_costUnit")).toBeUndefined();
  });

  test("finds every listed attribute by its own name", () => {
    for (const kind of ["user", "group"] as const) {
      for (const attribute of listAttributes(kind)) expect(sourceAttribute(kind, attribute.name)).toEqual(attribute);
    }
  });
});

test.each([
  ["user", "userPrincipalNam", "userPrincipalName"],
  ["user", "user-Principal-Name", "userPrincipalName"],
  ["user", "telefoneNumber", "telephoneNumber"],
  ["user", "division", "employeeOrgData.division"],
  ["user", "qqqqqqqq", undefined],
  ["group", "dispayName", "displayName"],
  ["group", "surname", undefined],
] as const)("for the unknown %s attribute %s suggests %s", (kind, name, expected) => {
  expect(suggestAttribute(kind, name)).toBe(expected);
});
