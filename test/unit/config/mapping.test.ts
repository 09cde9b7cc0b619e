import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { checkExpression } from "#src/config/check-expression.ts";
import { FUNCTIONS } from "#src/expression/function-table.ts";
import { file, linesOf, USER_NAME } from "./problems.ts";

const MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

function linesOfMapping(mapping: string): readonly string[] {
  return linesOf(file(mapping)).map((line) => line.replace("bridge.yaml: users.", ""));
}

describe("the manager", () => {
  test.each([
    `{ target: '${MANAGER}', source: manager }`,
    `{ target: '${MANAGER}.value', source: Manager }`,
    `{ target: '${MANAGER}', source: manager.mail }`,
    `{ target: '${MANAGER}', expression: 'ToLower([manager.mail])' }`,
    "{ target: title, source: manager.displayName }",
    '{ target: title, expression: \'IIF(IsPresent([manager]), "report", "head")\' }',
  ])("may be mapped as %s", (mapping) => {
    expect(linesOfMapping(mapping)).toEqual([]);
  });

  test("is refused as source of anything else", () => {
    expect(linesOfMapping("{ target: title, source: manager }")).toEqual([
      "attributes[1].source 5:24 manager is a reference to an account, which only the target …:enterprise:2.0:User:manager takes; use one of his attributes, for instance manager.mail",
    ]);
  });

  test("of a group does not exist", () => {
    const attributes = `[{ target: displayName, source: displayName }, { target: externalId, source: manager }]`;
    expect(linesOf(`${file()}groups: { attributes: ${attributes} }`)[0]).toContain("manager is no attribute of groups");
  });
});

describe("app roles", () => {
  test.each([
    "SingleAppRoleAssignment",
    "AppRoleAssignments",
    "AppRoleAssignmentsComplex",
    "AssertiveAppRoleAssignmentsComplex",
  ])("may be given to %s", (name) => {
    expect(linesOfMapping(`{ target: roles, expression: '${name}([appRoleAssignments])' }`)).toEqual([]);
  });

  test("are refused as a source", () => {
    expect(linesOfMapping("{ target: roles, source: appRoleAssignments }")[0]).toContain(
      "attributes[1].source 5:24 appRoleAssignments cannot be mapped directly (as in Entra): write an expression such as SingleAppRoleAssignment([appRoleAssignments])",
    );
  });

  test.each([
    "[appRoleAssignments]",
    "Item([appRoleAssignments], 1)",
    "SingleAppRoleAssignment(Item([appRoleAssignments], 1))",
  ])("are refused in %s", (expression) => {
    expect(linesOfMapping(`{ target: title, expression: '${expression}' }`)[0]).toContain(
      "holds objects; only SingleApp",
    );
  });

  test("need the scope of those assigned", () => {
    const mapping = "{ target: title, expression: 'SingleAppRoleAssignment([AppRoleAssignments])' }";
    expect(linesOf(file(mapping).replace("application: SoSafe", "scope: all"))).toEqual([
      "bridge.yaml: users.attributes[1].expression 5:24 takes appRoleAssignments, which there are only with `source.scope: assigned` (as in Entra)",
    ]);
  });
});

describe("an expression is refused", () => {
  test.each([
    [
      'DateAdd("d", 1, [accountEnabled])',
      "5:53 DateAdd, dateTime: [accountEnabled] is True or False, and a date is needed",
    ],
    ["Left([mail], [proxyAddresses])", "5:50 Left, numChars: [proxyAddresses] is a list, and a number is needed"],
    [
      "ToLower([assignedLicenses])",
      "5:45 ToLower, source: [assignedLicenses] is a list of objects, and a text is needed",
    ],
    ["ToLower([manager.assignedLicenses])", "[manager.assignedLicenses] is a list of objects"],
  ])("for the types of its attributes: %s", (expression, message) => {
    expect(linesOfMapping(`{ target: title, expression: '${expression}' }`).join()).toContain(message);
  });

  test("not for the type of a directory extension, which nobody knows, nor for text that may be a date", () => {
    const extension = "extension_0123456789abcdef0123456789abcdef_on";
    expect(linesOfMapping(`{ target: title, expression: 'DateAdd("d", [${extension}], [employeeId])' }`)).toEqual([]);
  });

  test("for members of groups", () => {
    const attributes = `[{ target: displayName, expression: 'Join(",", [members])' }]`;
    expect(linesOf(`${file()}groups: { attributes: ${attributes} }`)[0]).toContain(
      "members cannot be used in an expression; it can only be mapped to members",
    );
  });
});

describe("what accounts are matched by", () => {
  test("cannot be filled at a creation only", () => {
    const text = file().replace("userPrincipalName }", "userPrincipalName, apply: create }");
    const message =
      "accounts are matched by userName, but its mapping applies to creations only; an account is found first";
    expect(linesOf(text)).toEqual([`bridge.yaml: users.attributes 3:3 ${message}`]);
    expect(linesOf(text.replace("users:", "users:\n  match: [userName]"))).toEqual([
      `bridge.yaml: users.match[0] 3:11 ${message}`,
    ]);
  });

  test("cannot be SelectUniqueValue()", () => {
    const text = file().replace(USER_NAME, `{ target: userName, expression: 'SelectUniqueValue([mail], "x")' }`);
    expect(linesOf(text)[0]).toContain("accounts are matched by userName, but its mapping is SelectUniqueValue()");
    expect(linesOf(file("{ target: nickName, expression: 'SelectUniqueValue([mail], \"x\")' }"))).toEqual([]);
  });
});

test("a source with parts is refused as a whole", () => {
  expect(linesOfMapping("{ target: title, source: employeeOrgData }")[0]).toContain(
    "employeeOrgData has parts and cannot be mapped as a whole",
  );
});

test("a list may be mapped to a multi-valued attribute as a whole", () => {
  expect(linesOfMapping("{ target: emails, source: otherMails }")).toEqual([]);
});

test("no documented example is refused for anything but the names of its attributes", () => {
  const vectors = readFileSync(new URL("../expression/vectors.json", import.meta.url), "utf8");
  const documented = z.array(z.object({ expression: z.string() })).parse(JSON.parse(vectors));
  const examples = [...FUNCTIONS.values()].map(({ example }) => example.expression);
  const expressions = [...documented.map(({ expression }) => expression), ...examples];
  const issues = expressions.flatMap((expression) => checkExpression("user", expression, []));
  expect(issues.filter(({ message }) => !/no attribute of users|refuses it in a delta/.test(message))).toEqual([]);
  expect(issues.length).toBeGreaterThan(0);
});
