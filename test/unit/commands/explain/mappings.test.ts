import { describe, expect, it } from "vitest";
import type { Explanation } from "#src/commands/explain/explanation.ts";
import type { Facts } from "#src/commands/explain/facts.ts";
import { toMappings } from "#src/commands/explain/mappings-part.ts";
import { predict, type TargetView } from "#src/commands/explain/predict.ts";
import { createRedaction } from "#src/commands/explain/redaction.ts";
import { parseConfig } from "#src/config/load.ts";
import { toEntraId, toScimId } from "#src/model/ids.ts";
import type { Attributes } from "#src/model/value.ts";
import { compileRules } from "#src/sync/rules.ts";
import type { Link, ObjectState } from "#src/sync/state.ts";

const ID = toEntraId("00000000-0000-4000-8000-000000000001");

function link(part: Partial<Link>): Link {
  const scimId = toScimId("s1");
  return { scimId, origin: "created", data: {}, sent: {}, echo: {}, isStale: false, ...part };
}

type Case = {
  readonly mappings: string;
  readonly attributes?: Attributes;
  readonly link?: Link;
  readonly users?: string;
  readonly manager?: ObjectState["manager"];
  readonly redact?: readonly string[];
};

/** What the mappings give for a person of whom the target holds what is remembered. */
async function explainMappings(given: Case): Promise<Explanation["mappings"]> {
  return (await explainBoth(given)).lines;
}

/** The same, and the attributes with which a sync would decide. */
async function explainBoth(given: Case): Promise<{
  readonly lines: Explanation["mappings"];
  readonly desired: Attributes | undefined;
}> {
  const yaml = `source: { application: SoSafe }
users:
  ${given.users ?? "clearEmpty: true"}
  attributes:
    - { target: userName, source: userPrincipalName }
${given.mappings}`;
  const rules = compileRules(parseConfig(yaml, "test.yaml"));
  const attributes = { userPrincipalName: "ada@contoso.com", ...given.attributes };
  const current: ObjectState = {
    id: ID,
    object: { presence: "present", isComplete: true, attributes },
    isInScope: true,
    link: given.link,
    manager: given.manager,
  };
  const resource = given.link && { id: given.link.scimId, data: given.link.data };
  const view: TargetView = {
    read: async () => resource,
    find: async (attribute, value) => ({ attribute, value, hits: [] }),
  };
  const input = { kind: "user", state: current, rules } as const;
  const facts: Facts = {
    hit: { kind: "user", id: ID, displayName: undefined, address: undefined },
    readAt: new Date(0),
    live: { id: ID, attributes },
    assignments: undefined,
    stored: current,
    manager: undefined,
    current,
    resource,
    next: await predict(view, { ...input, isSurvey: false, isAmbiguous: false }),
    resync: await predict(view, { ...input, isSurvey: true, isAmbiguous: false }),
    targetError: undefined,
    escrow: undefined,
    halt: undefined,
  };
  const lines = toMappings(facts, rules.users, createRedaction(rules.users, given.redact ?? []));
  return { lines, desired: facts.next.decision.desired };
}

const TITLE = "    - { target: title, source: jobTitle }";

describe("the status of a mapping", () => {
  const user = { userName: "ada@contoso.com", active: true };
  it.each<[string, Case, string]>([
    [
      "equal",
      { mappings: TITLE, attributes: { jobTitle: "a" }, link: link({ data: { ...user, title: "a" } }) },
      "title",
    ],
    [
      "send",
      { mappings: TITLE, attributes: { jobTitle: "b" }, link: link({ data: { ...user, title: "a" } }) },
      "title",
    ],
    ["send", { mappings: TITLE, attributes: { jobTitle: "b" } }, "title"],
    ["clear", { mappings: TITLE, link: link({ data: { ...user, title: "a" }, sent: { title: "a" } }) }, "title"],
    [
      "kept",
      {
        mappings: TITLE,
        users: "clearEmpty: false",
        link: link({ data: { ...user, title: "a" }, sent: { title: "a" } }),
      },
      "title",
    ],
    ["not-ours", { mappings: TITLE, link: link({ data: { ...user, title: "a" } }) }, "title"],
    ["empty", { mappings: TITLE, link: link({ data: user }) }, "title"],
    [
      "not-taken",
      {
        mappings: TITLE,
        attributes: { jobTitle: "b" },
        link: link({ data: { ...user, title: "B" }, sent: { title: "b" }, echo: { title: "B" } }),
      },
      "title",
    ],
    ["default", { mappings: "    - { target: title, source: jobTitle, default: None }" }, "title"],
    [
      "empty",
      { mappings: "    - { target: title, source: jobTitle, default: None }", link: link({ data: user }) },
      "title",
    ],
    [
      "create-only",
      {
        mappings: "    - { target: title, source: jobTitle, apply: create }",
        attributes: { jobTitle: "b" },
        link: link({ data: { ...user, title: "a" } }),
      },
      "title",
    ],
    [
      "ignored",
      { mappings: "    - { target: title, expression: IgnoreAttributeFlow }", link: link({ data: user }) },
      "title",
    ],
    ["object-ignored", { mappings: "    - { target: title, expression: IgnoreObjectFlow }" }, "title"],
    ["withheld", { mappings: "    - { target: title, expression: IgnoreObjectFlow }" }, "userName"],
    ["error", { mappings: `    - { target: title, expression: 'Item(Split("a", ","), 2)' }` }, "title"],
    [
      "withheld",
      {
        mappings: TITLE,
        users: "actions: [create]",
        attributes: { jobTitle: "b" },
        link: link({ data: { ...user, title: "a" } }),
      },
      "title",
    ],
  ])("is %s (%#)", async (status, given, target) => {
    const lines = await explainMappings(given);
    expect(lines.find((line) => line.target === target)?.status).toBe(status);
  });
});

describe("a mapping", () => {
  it("tells its kind, its source and its inputs", async () => {
    const lines = await explainMappings({
      mappings: `    - { target: title, constant: Boss }
    - { target: nickName, expression: 'Append([givenName], [mobile])' }
    - { target: locale, default: de }`,
      attributes: { givenName: "Ada", mobilePhone: "1" },
    });
    expect(lines.map(({ target, kind, source, inputs, result }) => [target, kind, source, inputs, result])).toEqual([
      [
        "userName",
        "direct",
        "userPrincipalName",
        [{ name: "userPrincipalName", value: "ada@contoso.com" }],
        "ada@contoso.com",
      ],
      ["title", "constant", "Boss", [], "Boss"],
      [
        "nickName",
        "expression",
        "Append([givenName], [mobile])",
        [
          { name: "givenName", value: "Ada" },
          { name: "mobile", value: "1" },
        ],
        "Ada1",
      ],
      ["locale", "none", null, [], "de"],
      ["active", "constant", "True", [], true],
    ]);
  });

  it("that is drawn by lot shows the value that would be sent", async () => {
    const { lines, desired } = await explainBoth({
      mappings: "    - { target: nickName, expression: Guid(), apply: create }",
    });
    expect(desired?.["nickName"]).toMatch(/^[\da-f-]{36}$/u);
    expect(lines[1]).toMatchObject({ status: "send", result: desired?.["nickName"] });
  });
});

describe("what is redacted", () => {
  it.each([["title"], ["TITLE"]])(
    "by log.redact %s: the value, and the attribute under any of its names",
    async (name) => {
      const lines = await explainMappings({
        mappings: `${TITLE}\n    - { target: nickName, expression: 'Append([JobTitle], "!")' }`,
        attributes: { jobTitle: "secret" },
        link: link({ data: { userName: "ada@contoso.com", title: "old secret" } }),
        redact: [name],
      });
      expect(lines[1]).toMatchObject({ result: "[Redact]", current: "[Redact]", inputs: [{ value: "[Redact]" }] });
      expect(lines[2]?.inputs).toEqual([{ name: "JobTitle", value: "[Redact]" }]);
    },
  );

  it("is a whole attribute by its first part, and nothing else", async () => {
    const mappings = `    - { target: name.givenName, source: givenName }\n${TITLE}`;
    const lines = await explainMappings({
      mappings,
      attributes: { givenName: "Ada", jobTitle: "t" },
      redact: ["name"],
    });
    expect(lines.map(({ target, isRedacted }) => [target, isRedacted])).toEqual([
      ["userName", false],
      ["name.givenName", true],
      ["title", false],
      ["active", false],
    ]);
  });
});
