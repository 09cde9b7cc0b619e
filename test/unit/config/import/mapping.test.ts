import { describe, expect, it } from "vitest";
import { attribute, mapping, refusal, remarksAt, schema, take, USERS } from "./schemas.ts";

const PLACE = `${USERS}.attributeMappings[2]`;

/** What one mapping to `title` becomes, with the remarks on it. */
function importOne(source: unknown, extra: Record<string, unknown> = {}) {
  const result = take(schema({ users: [mapping("title", source, extra)] }));
  const found = result.config.users.attributes.find(({ target }) => target === "title");
  return { mapping: found, remarks: remarksAt(result, PLACE), yaml: result.yaml };
}

const titled = (rest: Record<string, unknown>) => ({ target: "title", apply: "always", ...rest });
const constant = (name: string) => ({ type: "Constant", name, expression: `"${name}"` });
const call = (name: string, ...parameters: (readonly [string, unknown])[]) => ({
  type: "Function",
  name,
  parameters: parameters.map(([key, value]) => ({ key, value })),
});
const bare = (name: string, type?: string) => (type === undefined ? { name } : { name, type });

describe("the source of a mapping", () => {
  it.each([
    ["an attribute by its text", attribute("jobTitle"), { source: "jobTitle" }],
    ["an attribute by its name", bare("jobTitle", "Attribute"), { source: "jobTitle" }],
    ["an attribute without type", bare("jobTitle"), { source: "jobTitle" }],
    ["a type in other case", bare("jobTitle", "attribute"), { source: "jobTitle" }],
    ["an attribute whose name has brackets", bare("[jobTitle]", "Attribute"), { source: "jobTitle" }],
    ["an empty text", { ...bare("jobTitle", "Attribute"), expression: "" }, { source: "jobTitle" }],
    ["a constant by its text", constant("Staff"), { constant: "Staff" }],
    ["a constant by its name", bare("Staff", "Constant"), { constant: "Staff" }],
    ["a constant with quotes in it", bare('a "b" \\c', "Constant"), { constant: 'a "b" \\c' }],
    [
      "a constant whose text has no quotes",
      { type: "Constant", name: "Staff", expression: "Staff" },
      { constant: "Staff" },
    ],
    ["a constant that is a number", { type: "Constant", name: "007", expression: '"007"' }, { constant: "007" }],
    ["a number that is no text", { type: "Constant", name: "7", expression: "7" }, { constant: "7" }],
    ["a hexadecimal number", { type: "Constant", name: "&HF", expression: "&HF" }, { constant: "15" }],
    [
      "a function by its text, as it is written",
      { expression: 'Join( " ",[givenName],[surname])' },
      { expression: 'Join( " ",[givenName],[surname])' },
    ],
    [
      "a function by its parameters",
      call("Join", ["separator", bare(" ", "Constant")], ["source1", bare("givenName")], ["source2", bare("surname")]),
      { expression: 'Join(" ", [givenName], [surname])' },
    ],
    [
      "functions in functions",
      call("ToLower", ["source", call("Append", ["source", bare("mail")], ["suffix", constant(".x")])]),
      { expression: 'ToLower(Append([mail], ".x"))' },
    ],
    [
      "a parameter that is left out",
      call(
        "Switch",
        ["source", bare("country")],
        ["defaultValue", null],
        ["key", constant("DE")],
        ["value", constant("x")],
      ),
      { expression: 'Switch([country], , "DE", "x")' },
    ],
    [
      "parameters in other order, by their keys",
      call("Append", ["suffix", constant(".x")], ["source", bare("mail")]),
      { expression: 'Append([mail], ".x")' },
    ],
    [
      "the keys of Replace() in Microsoft's own example",
      call("Replace", ["source", bare("preferredLanguage")], ["Find", constant("-")], ["Replacement", constant("_")]),
      { expression: 'Replace([preferredLanguage], "-", , , "_")' },
    ],
  ] as const)("%s", (_what, source, expected) => {
    expect(importOne(source)).toMatchObject({ mapping: titled(expected), remarks: [] });
  });

  it("is nothing but a default value where it is null", () => {
    expect(importOne(null, { defaultValue: "Staff" })).toMatchObject({
      mapping: titled({ default: "Staff" }),
      remarks: [],
    });
  });

  it("falls back to name and parameters where its text cannot be read, and says so", () => {
    const { mapping: found, remarks } = importOne({
      ...call("ToLower", ["source", bare("mail")]),
      expression: "ToLower([mail",
    });
    expect(found).toEqual(titled({ expression: "ToLower([mail])" }));
    expect(remarks).toEqual([expect.stringContaining("attribute without closing bracket (line 1, column 9)")]);
  });

  it("is its text where name and text disagree, and says so", () => {
    const { mapping: found, remarks } = importOne({ type: "Attribute", name: "mail", expression: "[jobTitle]" });
    expect(found).toEqual(titled({ source: "jobTitle" }));
    expect(remarks).toEqual(["names mail, the expression [jobTitle]; the expression is taken"]);
  });

  it("asks to check the arguments where keys do not tell which they are", () => {
    const { mapping: found, remarks } = importOne(call("ToUpper", ["a", bare("mail")]));
    expect(found).toEqual(titled({ expression: "ToUpper([mail])" }));
    expect(remarks).toEqual(["are taken in this order as the arguments of ToUpper; please check"]);
  });
});

describe("what belongs to other objects", () => {
  const MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
  const role = { expression: "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])" };

  it("is the manager as a reference", () => {
    const { config } = take(schema({ users: [mapping(MANAGER, attribute("manager"))] }));
    expect(config.users.attributes.at(-1)).toMatchObject({ target: MANAGER, source: "manager" });
  });

  it("is roles of assignments, but not where everybody is in scope", () => {
    const users = [mapping("roles", role)];
    const { config } = take(schema({ users }));
    expect(config.users.attributes.at(-1)).toMatchObject({ target: "roles", expression: role.expression });
    const secrets = [{ key: "SyncAll", value: "true" }];
    const all = take({ schema: schema({ users }), secrets });
    expect(all).toMatchObject({ leftOut: 1 });
    expect(all.yaml).toContain("# - { target: roles");
  });

  it("is a whole list", () => {
    const { config } = take(schema({ users: [mapping("emails", attribute("proxyAddresses"))] }));
    expect(config.users.attributes.at(-1)).toMatchObject({ target: "emails", source: "proxyAddresses" });
  });
});

describe("a mapping that cannot be taken", () => {
  const refused: readonly (readonly [what: string, source: unknown, reason: string, comment: string])[] = [
    ["an attribute that delta refuses", attribute("photo"), "photo is not tracked", "source: photo"],
    ["an attribute that does not exist", attribute("jobTitel"), "did you mean jobTitle?", "source: jobTitel"],
    ["a function that does not exist", { expression: "ToLwer([mail])" }, "unknown function ToLwer", "ToLwer([mail])"],
    ["too few arguments", call("Append", ["source", bare("mail")]), "Append has too few arguments", "Append([mail])"],
    ["a text that is no expression", { expression: "ToLower(" }, "cannot be read: ", "target: title"],
    ["a type that does not exist", bare("x", "Script"), "is none of Attribute, Constant and Function", "target: title"],
    ["a function without name", { type: "Function" }, "is missing", "target: title"],
    ["a source that is a text", "mail", "is no source of a mapping", "target: title"],
    ["a constant that is a list", { type: "Constant", name: ["x"] }, "is no constant", "target: title"],
    ["neither source nor default", null, "neither source nor default value", "target: title"],
  ];

  it.each(refused.map(([what, ...rest]) => ({ what, rest })))("is a comment that says why: $what", ({ rest }) => {
    const [source, reason, comment] = rest;
    const { mapping: found, remarks, yaml } = importOne(source);
    expect(found).toBeUndefined();
    expect(remarks).toEqual([expect.stringContaining(reason)]);
    const lines = yaml.split("\n");
    const index = lines.findIndex((line) => line.startsWith("    # - { target: title"));
    expect(lines[index]).toContain(comment);
    expect(lines.slice(0, index).findLast((line) => line.includes("Left out: "))).toContain(PLACE);
  });

  it.each([
    ["a target that SCIM does not know", mapping("IsActive", attribute("mail")), "IsActive is no attribute"],
    ["a target that is no path", mapping("emails[", attribute("mail")), "is not a target attribute"],
    ["the second mapping to a target", mapping("USERNAME", attribute("mail")), "USERNAME is mapped twice"],
    ["no target", { source: attribute("mail") }, "is missing"],
    ["no object", "title", "is no attribute mapping"],
  ] as const)("is left out, the others are taken: %s", (_what, one, reason) => {
    const result = take(schema({ users: [one, mapping("title", attribute("jobTitle"))] }));
    expect(remarksAt(result, PLACE)).toEqual([expect.stringContaining(reason)]);
    expect(result).toMatchObject({ taken: 4, leftOut: 1, remarked: 0 });
    expect(result.config.users.attributes.map(({ target }) => target)).toEqual(["userName", "active", "title"]);
  });

  it("does not take the place of a later one for the same target", () => {
    const users = [mapping("title", attribute("nobody")), mapping("title", attribute("jobTitle"))];
    const result = take(schema({ users }));
    expect(result.config.users.attributes.at(-1)).toEqual(titled({ source: "jobTitle" }));
  });
});

describe("defaultValue", () => {
  it.each([
    ["a text", "en_US", "en_US"],
    ["a Boolean", true, true],
    ["a number", 3, 3],
    ["null", null, undefined],
    ["the empty text", "", undefined],
  ])("%s", (_what, value, expected) => {
    expect(importOne(attribute("jobTitle"), { defaultValue: value })).toMatchObject({ remarks: [] });
    expect(importOne(attribute("jobTitle"), { defaultValue: value }).mapping?.default).toBe(expected);
  });

  it("that is a list is left out with a remark", () => {
    const { mapping: found, remarks } = importOne(attribute("jobTitle"), { defaultValue: ["x"] });
    expect([found?.default, remarks]).toEqual([undefined, [expect.stringContaining("is neither text")]]);
  });
});

describe("flowType", () => {
  it.each([
    ["Always", "always", undefined],
    ["always", "always", undefined],
    [null, "always", undefined],
    ["ObjectAddOnly", "create", undefined],
    ["OBJECTADDONLY", "create", undefined],
    ["AttributeAddOnly", "create", "AttributeAddOnly"],
    ["ValueAddOnly", "always", "ValueAddOnly"],
    ["MultiValueAddOnly", "always", "MultiValueAddOnly"],
    ["Sometimes", "always", "no flow type that is known"],
    [3, "always", "no flow type that is known"],
  ])("%s", (flowType, apply, remark) => {
    const { mapping: found, remarks, yaml } = importOne(attribute("jobTitle"), { flowType });
    expect(found?.apply).toBe(apply);
    expect(remarks).toHaveLength(remark === undefined ? 0 : 1);
    expect(remarks.join()).toContain(remark ?? "");
    expect(yaml.includes(`# ${PLACE}.flowType: `)).toBe(remark !== undefined);
  });

  it("FlowAlways as flowBehavior is remarked on", () => {
    expect(importOne(attribute("jobTitle"), { flowBehavior: "FlowAlways" }).remarks).toEqual([
      expect.stringContaining("only when it has changed"),
    ]);
  });
});

const match = (...priorities: readonly unknown[]) => {
  const users = ["title", "externalId"].map((target, index) =>
    mapping(target, attribute("mail"), { matchingPriority: priorities[index] }),
  );
  return take(schema({ users }));
};

describe("matchingPriority", () => {
  it("makes a mapping apply always, with a remark, because an account is found before it is created", () => {
    const users = [mapping("externalId", attribute("mail"), { matchingPriority: 2, flowType: "ObjectAddOnly" })];
    const result = take(schema({ users }));
    expect(result.config.users.match).toEqual(["userName", "externalId"]);
    expect(result.config.users.attributes.at(-1)?.apply).toBe("always");
    expect(remarksAt(result, `${PLACE}.flowType`)).toEqual([expect.stringContaining("it applies always")]);
  });

  it("of SelectUniqueValue() does not count, with a remark", () => {
    const unique = { expression: 'SelectUniqueValue([mail], "x")' };
    const result = take(schema({ users: [mapping("externalId", unique, { matchingPriority: 2 })] }));
    expect(result.config.users.match).toEqual(["userName"]);
    expect(remarksAt(result, `${PLACE}.matchingPriority`)).toEqual([expect.stringContaining("not matched by it")]);
    const userName = mapping("userName", unique, { matchingPriority: 1 });
    expect(refusal(schema({ user: { attributeMappings: [userName] } }))[0]?.message).toContain("can be taken");
  });

  it("puts the lowest first and leaves zero out", () => {
    expect(match(0, 3).config.users.match).toEqual(["userName", "externalId"]);
    const users = [mapping("title", attribute("mail"), { matchingPriority: 1 })];
    const first = mapping("userName", attribute("userPrincipalName"), { matchingPriority: 2 });
    expect(take(schema({ user: { attributeMappings: [first, ...users] } })).config.users.match).toEqual([
      "title",
      "userName",
    ]);
  });

  it("is read from a text, and remarked on when it is none", () => {
    expect(match("0", "2").config.users.match).toEqual(["userName", "externalId"]);
    expect(remarksAt(match("first", 0), PLACE)).toEqual([expect.stringContaining("is no precedence")]);
  });

  it("warns of an attribute by which SoSafe cannot search", () => {
    expect(remarksAt(match(2, 3), `${USERS}.attributeMappings`)).toContain(
      "match by title, externalId, but SoSafe can search users by userName only",
    );
  });

  it("falls back to userName where the schema gives none", () => {
    const users = [mapping("userName", attribute("mail")), mapping("title", attribute("jobTitle"))];
    expect(take(schema({ user: { attributeMappings: users } })).config.users.match).toEqual(["userName"]);
  });

  it("does not count on a mapping that is left out", () => {
    const lost = mapping("externalId", attribute("photo"), { matchingPriority: 1 });
    expect(take(schema({ users: [lost] })).config.users.match).toEqual(["userName"]);
  });
});
