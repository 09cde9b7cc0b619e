import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { loadConfig, loadWithWarnings, parseWithWarnings } from "#src/config/load.ts";
import { file } from "./problems.ts";

function warningsOf(text: string): readonly string[] {
  return parseWithWarnings(text, "bridge.yaml").warnings.map(
    ({ where, line, column, message }) => `${where.replace("bridge.yaml: ", "")} ${line}:${column} ${message}`,
  );
}

function scoped(...clauses: readonly string[]): string {
  return file().replace("users:", `users:\n  scope: [{ name: a, clauses: [${clauses.join(", ")}] }]`);
}

test("the file as shipped gives none, and neither does a small one", async () => {
  expect((await loadWithWarnings("config/bridge.yaml")).warnings).toEqual([]);
  expect(warningsOf(file())).toEqual([]);
});

test("a warning does not keep the file from being loaded", async () => {
  const text = await readFile("config/bridge.yaml", "utf8");
  const { config, warnings } = parseWithWarnings(text.replace("match: [userName]", "match: [externalId]"), "f");
  expect(config.users.match).toEqual(["externalId"]);
  expect(warnings).toHaveLength(1);
  expect(await loadConfig("config/bridge.yaml")).toEqual(parseWithWarnings(text, "f").config);
});

describe("a warning tells of", () => {
  test.each([
    ["{ target: profileUrl, source: mail }", "profileUrl is not among the attributes that SoSafe takes"],
    ["{ target: 'emails[type eq \"home\"].value', source: mail }", 'did you mean emails[type eq "work"].value?'],
    ["{ target: 'urn:example:2.0:User:shoe', source: mail }", "shoe is not among the attributes that SoSafe takes"],
  ])("a target that SoSafe does not know: %s", (mapping, message) => {
    expect(warningsOf(file(mapping))).toEqual([expect.stringMatching(/^users\.attributes\[1\]\.target 5:9 /)]);
    expect(warningsOf(file(mapping))[0]).toContain(message);
  });

  test("a value that SoSafe cannot be asked for", () => {
    const mapping = `{ target: nickName, expression: 'SelectUniqueValue([mail], "x")' }`;
    expect(warningsOf(file(mapping))).toEqual([
      expect.stringMatching(
        /^users\.attributes\[1\]\.expression 5:\d+ SoSafe can search users by userName only, so that Sel/,
      ),
    ]);
  });

  test("a redaction that hides nothing", () => {
    const text = file("{ target: name.givenName, source: mail }");
    expect(warningsOf(`${text}log: { redact: [userName, NAME, name.givenname] }`)).toEqual([]);
    expect(warningsOf(`${text}log: { redact: [usrName, name.familyName] }`)).toEqual([
      expect.stringContaining("hides nothing: no mapping has the target usrName; did you mean userName?"),
      expect.stringContaining("hides nothing: no mapping has the target name.familyName"),
    ]);
  });

  test("no target that SoSafe's article allows beyond its table", () => {
    const urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
    expect(warningsOf(file(`{ target: '${urn}', source: manager }`))).toEqual([]);
    expect(warningsOf(file(`{ target: '${urn}.value', source: manager }`))).toEqual([]);
  });

  test("an attribute that SoSafe cannot search by", () => {
    const text = file("{ target: externalId, source: objectId }").replace(
      "users:",
      "users:\n  match: [userName, externalId]",
    );
    expect(warningsOf(text)).toEqual([
      "users.match[1] 3:21 SoSafe can search users by userName only, so that externalId may find nobody, or be refused",
    ]);
    expect(warningsOf(`${file()}groups: { match: [externalId] }`)).toEqual([
      "groups.match[0] 5:19 SoSafe can search groups by displayName only, so that externalId may find nobody, or be refused",
    ]);
  });

  test("several values where there is room for one", () => {
    expect(warningsOf(file("{ target: title, source: businessPhones }"))).toEqual([
      'users.attributes[1].source 5:24 businessPhones can have several values, of which only the first is used; Item([businessPhones], 1) or Join(", ", [businessPhones]) say what is meant',
    ]);
    expect(warningsOf(file("{ target: title, expression: 'Split([mail], \"@\")' }"))).toEqual([
      "users.attributes[1].expression 5:24 gives a list, of which only the first value is used",
    ]);
    expect(warningsOf(file("{ target: title, expression: 'Join(\",\", [otherMails])' }"))).toEqual([]);
    expect(warningsOf(file("{ target: title, source: telephoneNumber }"))).toEqual([]);
  });

  test("nothing more than the target for a list that takes a list, or may", () => {
    expect(warningsOf(file("{ target: emails, source: otherMails }"))).toHaveLength(1);
    expect(warningsOf(file("{ target: 'urn:example:2.0:User:mails', source: otherMails }"))).toHaveLength(1);
  });

  test("a value that is a misspelling of a known one", () => {
    const clause = "{ attribute: userType, operator: EQUALS, value: member }";
    expect(warningsOf(scoped(clause))).toEqual([
      "users.scope[0].clauses[0].value 3:73 userType is never member; did you mean Member?",
    ]);
    expect(warningsOf(scoped(clause.replace("member }", "member, caseSensitive: false }")))).toEqual([]);
    expect(warningsOf(scoped("{ attribute: userType, operator: NOT_IN, values: [Guest, Gast] }"))).toEqual([
      "users.scope[0].clauses[0].values 3:73 userType is never Gast; did you mean Guest?",
    ]);
    expect(warningsOf(scoped("{ attribute: userType, operator: EQUALS, value: Contractor }"))).toEqual([]);
    expect(warningsOf(scoped("{ attribute: city, operator: EQUALS, value: member }"))).toEqual([]);
  });

  test("a clause that changes nothing", () => {
    const clause = "{ attribute: userType, operator: EQUALS, value: Member }";
    const other = "{ attribute: userType, operator: NOT_EQUALS, value: Guest }";
    expect(warningsOf(scoped(clause, other))).toEqual([
      "users.scope[0].clauses[1] 3:90 changes nothing: clauses[0] lets nobody pass whom this one would stop",
    ]);
  });

  test("groups, too, unless they are switched off", () => {
    const groups = "scope: [{ name: a, clauses: [{ attribute: visibility, operator: EQUALS, value: private }] }]";
    expect(warningsOf(`${file()}groups: { ${groups} }`)).toEqual([
      "groups.scope[0].clauses[0].value 5:83 visibility is never private; did you mean Private?",
    ]);
    expect(warningsOf(`${file()}groups: { enabled: false, ${groups} }`)).toEqual([]);
  });
});

test("warnings come in the order of the file", () => {
  const text = file("{ target: profileUrl, source: mail }").replace(
    "source: {",
    "groups: { match: [externalId] }\nsource: {",
  );
  expect(warningsOf(text).map((line) => line.split(" ")[0])).toEqual(["groups.match[0]", "users.attributes[1].target"]);
});
