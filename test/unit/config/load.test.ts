import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig, parseConfig } from "#src/config/load.ts";
import { file, linesOf, problemsOf, USER_NAME } from "./problems.ts";

describe("a correct file", () => {
  test("gets every default", () => {
    expect(parseConfig(file(), "bridge.yaml")).toEqual({
      source: { scope: "assigned", application: "SoSafe", nestedGroups: "ignore" },
      schedule: { interval: 60_000, reconcile: "0 3 * * *" },
      users: {
        match: ["userName"],
        actions: ["create", "update", "delete"],
        scope: [],
        attributes: [{ target: "userName", source: "userPrincipalName", apply: "always" }],
        deprovision: { unassigned: "disable", outOfScope: "disable", softDeleted: "disable", hardDeleted: "delete" },
        clearEmpty: true,
      },
      groups: {
        enabled: true,
        scope: [],
        match: ["displayName"],
        attributes: [
          { target: "displayName", source: "displayName", apply: "always" },
          { target: "externalId", source: "objectId", apply: "always" },
          { target: "members", source: "members", apply: "always" },
        ],
        deprovision: { outOfScope: "delete", deleted: "delete" },
      },
      target: { rateLimit: 25, concurrency: 16, timeout: 30_000, membersPerRequest: 50, pageSize: 100, dialect: {} },
      safety: { maxDisables: 50, maxDeletes: 20, maxPercent: 10, window: 86_400_000 },
      notify: { email: [] },
      log: { retention: 2_592_000_000, redact: [] },
    });
  });

  test("is frozen to the last level", () => {
    const config = parseConfig(file(), "bridge.yaml");
    expect(Object.isFrozen(config.users.attributes[0])).toBe(true);
    expect(Object.isFrozen(config.groups.deprovision)).toBe(true);
  });

  test("may be JSON", () => {
    const json = { source: { scope: "all" }, users: { attributes: [{ target: "userName", source: "mail" }] } };
    expect(parseConfig(JSON.stringify(json), "bridge.json").source.scope).toBe("all");
  });

  test("resolves units", () => {
    const config = parseConfig(`${file()}schedule: { interval: 1s }\ntarget: { rateLimit: 600/m, timeout: 90s }`, "f");
    expect(config.schedule.interval).toBe(1000);
    expect(config.target).toMatchObject({ rateLimit: 10, timeout: 90_000 });
  });

  test("needs no application when everybody is in scope", () => {
    expect(problemsOf(file().replace("application: SoSafe", "scope: all"))).toEqual([]);
  });

  test("may give a target nothing but a default", () => {
    expect(problemsOf(file("{ target: locale, default: de-DE }"))).toEqual([]);
  });

  test("gives target attributes and operators one spelling", () => {
    const text = `
source: { application: SoSafe }
users:
  match: [USERNAME]
  scope: [{ name: a, clauses: [{ attribute: usertype, operator: not_equals, value: Guest }] }]
  attributes:
    - { target: "urn:ietf:params:scim:schemas:core:2.0:User:username", source: userPrincipalName }
    - { target: 'EMAILS[type eq "work"].value', source: mail }
    - { target: "urn:example:2.0:User:shoeSize", source: extensionAttribute1 }
`;
    const { users } = parseConfig(text, "bridge.yaml");
    expect(users.match).toEqual(["userName"]);
    expect(users.attributes.map((mapping) => mapping.target)).toEqual([
      "userName",
      'emails[type eq "work"].value',
      "urn:example:2.0:User:shoeSize",
    ]);
    expect(users.scope[0]?.clauses[0]?.operator).toBe("NOT EQUALS");
  });
});

function linesOfGroup(mapping: string): readonly string[] {
  const attributes = `[{ target: displayName, source: displayName }, ${mapping}]`;
  return linesOf(`${file()}groups: { attributes: ${attributes} }`);
}

describe("a mapping", () => {
  test.each([
    [
      "{ target: USERNAME, source: mail }",
      "attributes[1].target",
      "USERNAME is mapped twice, the first time in attributes[0]",
    ],
    [
      "{ target: 'urn:ietf:params:scim:schemas:core:2.0:User:userName', source: mail }",
      "attributes[1].target",
      "mapped twice",
    ],
    [
      "{ target: title, source: jobTitel }",
      "attributes[1].source",
      "no attribute of users in Entra; did you mean jobTitle?",
    ],
    ["{ target: title, source: skills }", "attributes[1].source", "skills is kept outside the directory"],
    ["{ target: title, source: signInActivity }", "attributes[1].source", "refuses it in a delta query"],
    ["{ target: 'emails[', source: mail }", "attributes[1].target", "emails[ is not a target attribute"],
    ["{ target: title, constant: 0049 }", "attributes[1].constant", "0049 is read as the number 49; put it in quotes"],
    ["{ target: title, default: 12345678901234567890 }", "attributes[1].default", "put it in quotes"],
    ["{ target: title, expression: 'Append([mail], Guid())' }", "attributes[1].expression", "another value every time"],
    ["{ target: title, source: manager.manager }", "attributes[1].source", "did you mean manager.mail?"],
    ["{ target: dispalyName, source: mail }", "attributes[1].target", "did you mean displayName?"],
    ["{ target: department, source: mail }", "attributes[1].target", "did you mean urn:ietf:params:scim:schemas:ext"],
    ["{ target: email, source: mail }", "attributes[1].target", 'did you mean emails[type eq "work"].value?'],
    ["{ target: familyname, source: mail }", "attributes[1].target", "did you mean name.familyName?"],
    ["{ target: name.firstName, source: mail }", "attributes[1].target", "did you mean name.givenName?"],
    ["{ target: title, expression: '[manager]' }", "attributes[1].expression", "map it with source: manager"],
    [
      "{ target: title, expression: 'IIF(IsPresent([manager]), [manager], \"\")' }",
      "attributes[1].expression",
      "for instance [manager.mail]",
    ],
    ["{ target: surname, source: mail }", "attributes[1].target", "did you mean name.familyName?"],
    ["{ target: manager.value, source: mail }", "attributes[1].target", "extension:enterprise:2.0:User:manager?"],
    ["{ target: id, source: objectId }", "attributes[1].target", "id is read-only"],
    ["{ target: title }", "attributes[1]", "has no value"],
    ["{ target: title, source: mail, constant: x }", "attributes[1]", "has source and constant"],
    ["{ target: title, source: mail, expression: Now() }", "attributes[1]", "has source and expression"],
    ["{ target: title, expression: 'Nott([mail])' }", "attributes[1].expression", "Nott"],
    ["{ target: title, expression: 'Not([mail]' }", "attributes[1].expression", "expected a comma or ), found the end"],
    ["{ target: title, expression: 'ToLower([maill])' }", "attributes[1].expression", "did you mean mail?"],
    ["{ target: title, expression: 'ToLower([aboutMe])' }", "attributes[1].expression", "outside the directory"],
    ["{ target: title, source: mail, apply: alwys }", "attributes[1].apply", "did you mean always?"],
    ["{ target: title, source: mail, aply: create }", "attributes[1].aply", "unknown key; did you mean apply?"],
    ["{ target: title, constant: [a] }", "attributes[1].constant", "must be a text, a number, true or false"],
    ["{ target: 5, source: mail }", "attributes[1].target", "must be a text, not 5"],
    ["{ source: mail }", "attributes[1].target", "is missing"],
    ["{ target: '', source: mail }", "attributes[1].target", "must not be empty"],
  ])("like %s is refused at %s: %s", (mapping, place, message) => {
    const problems = problemsOf(file(mapping));
    expect(problems.map((problem) => problem.where)).toContain(`bridge.yaml: users.${place}`);
    expect(problems.map((problem) => problem.message).join("\n")).toContain(message);
    expect(problems.every((problem) => problem.line === 5)).toBe(true);
  });

  test("that covers a part of another one's target is refused", () => {
    const [problem] = problemsOf(
      file("{ target: emails, source: otherMails }", "{ target: 'emails[type eq \"work\"].value', source: mail }"),
    );
    expect(problem).toMatchObject({
      where: "bridge.yaml: users.attributes[2].target",
      message: 'emails[type eq "work"].value overlaps with attributes[1], which maps emails',
      line: 6,
    });
  });

  test("of members can only take members", () => {
    expect(linesOfGroup("{ target: members, source: members }")).toEqual([]);
    expect(linesOfGroup("{ target: members, source: mail }")[0]).toContain("members can only be mapped from members");
    expect(linesOfGroup("{ target: externalId, source: members }")[0]).toContain(
      "members can only be mapped from members",
    );
  });
});

describe("a file with", () => {
  test.each([
    ["an unknown key", "schedul: {}", "schedul 5:1 unknown key; did you mean schedule?"],
    ["an unknown key below", "log: { retension: 1d }", "log.retension 5:8 unknown key; did you mean retention?"],
    [
      "a wrong choice",
      "groups: { deprovision: { deleted: disable } }",
      'groups.deprovision.deleted 5:26 must be one of delete, ignore, not "disable"',
    ],
    ["a wrong type", "groups: { enabled: maybe }", 'groups.enabled 5:11 must be true or false, not "maybe"'],
    [
      "a number for a duration",
      "schedule: { interval: 60 }",
      "schedule.interval 5:13 must be a duration such as 30s, 1m, 6h or 30d, not 60",
    ],
    [
      "a text that is no duration",
      "schedule: { interval: soon }",
      'schedule.interval 5:13 must be a duration such as 30s, 1m, 6h or 30d, not "soon"',
    ],
    [
      "an interval that is too short",
      "schedule: { interval: 100ms }",
      'schedule.interval 5:13 must be from 1s to 7d, not "100ms"',
    ],
    ["a wrong rate", "target: { rateLimit: 25 }", "target.rateLimit 5:11 must be a rate such as 25/s or 600/m, not 25"],
    ["a rate of nothing", "target: { rateLimit: 0/s }", 'target.rateLimit 5:11 must be from 1/m to 1000/s, not "0/s"'],
    ["half a request", "target: { concurrency: 1.5 }", "target.concurrency 5:11 must be a whole number, not 1.5"],
    ["no request at all", "target: { concurrency: 0 }", "target.concurrency 5:11 must be at least 1, not 0"],
    ["more than everybody", "safety: { maxPercent: 101 }", "safety.maxPercent 5:11 must be at most 100, not 101"],
    [
      "a wrong cron expression",
      'schedule: { reconcile: "0 24 * * *" }',
      "schedule.reconcile 5:13 has a wrong hour: 24",
    ],
    ["a wrong mail address", "notify: { email: [ops] }", 'notify.email[0] 5:19 must be a mail address, not "ops"'],
    [
      "a wrong webhook",
      "notify: { webhook: ftp://x }",
      'notify.webhook 5:11 must be an http or https address, not "ftp://x"',
    ],
    ["a block where a list belongs", "log: { redact: { a: 1 } }", "log.redact 5:8 must be a list, not a block of keys"],
    ["an empty block", "target:", "target 5:1 must be a block of keys, not empty"],
  ])("%s is refused", (_name, addition, expected) => {
    expect(linesOf(`${file()}${addition}\n`).map((line) => line.replace("bridge.yaml: ", ""))).toEqual([
      expect.stringContaining(expected),
    ]);
  });

  test("the assigned scope but no application is refused", () => {
    const expected = "bridge.yaml: source.application 1:1 is missing: the scope `assigned` needs the app id";
    expect(linesOf(file().replace("application: SoSafe", "scope: assigned"))[0]).toContain(expected);
    expect(linesOf(file().replace("source: { application: SoSafe }", ""))[0]).toContain("source.application");
  });

  test("a match attribute without a mapping is refused", () => {
    expect(linesOf(file().replace("users:", "users:\n  match: [externalId]"))).toEqual([
      "bridge.yaml: users.match[0] 3:11 accounts are matched by externalId, but no mapping has it as target",
    ]);
    expect(linesOf(file().replace(USER_NAME, "{ target: title, source: mail }"))[0]).toContain("matched by userName");
  });

  test("no users is refused", () => {
    expect(linesOf("source: { application: SoSafe }")).toEqual(["bridge.yaml: users 1:1 is missing"]);
  });

  test("many mistakes reports all of them, in the order of the file", () => {
    const text = `
surce: {}
users:
  match: [externalId]
  attributes:
    - { target: userName, source: userPrincipalNam }
    - { target: userName, expression: "Nope()" }
target: { concurrency: none }
`;
    expect(problemsOf(text).map(({ where, line }) => `${line} ${where.replace("bridge.yaml: ", "")}`)).toEqual([
      "2 surce",
      "2 source.application",
      "4 users.match[0]",
      "6 users.attributes[0].source",
      "7 users.attributes[1].expression",
      "7 users.attributes[1].target",
      "8 target.concurrency",
    ]);
  });
});

describe("loadConfig", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "config-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("reads a file and names it in problems", async () => {
    const path = join(folder, "my.yaml");
    await writeFile(path, file());
    await expect(loadConfig(path)).resolves.toMatchObject({ source: { application: "SoSafe" } });
    await writeFile(path, `${file()}x: 1`);
    await expect(loadConfig(path)).rejects.toMatchObject({ problems: [{ where: `${path}: x` }] });
  });

  test("says when the file does not exist or is a folder", async () => {
    const path = join(folder, "none.yaml");
    await expect(loadConfig(path)).rejects.toThrow(`${path}: does not exist; CONFIG_FILE says where it is`);
    await expect(loadConfig(folder)).rejects.toThrow(`${folder}: cannot be read (EISDIR)`);
  });
});
