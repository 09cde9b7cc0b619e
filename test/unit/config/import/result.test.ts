import { describe, expect, it } from "vitest";
import { summarise } from "#src/commands/config-import.ts";
import { importSchema } from "#src/config/import/schema.ts";
import { ACTIVE, attribute, mapping, refusal, schema, take } from "./schemas.ts";

describe("what is no schema", () => {
  it.each([
    [null],
    [3],
    ["x"],
    [[]],
    [{}],
    [{ synchronizationRules: {} }],
    [{ schema: { synchronizationRules: null } }],
  ])("is refused with a word on what is expected: %j", (content) => {
    expect(refusal(content)).toEqual([{ path: "$", message: expect.stringContaining("is no provisioning schema") }]);
  });

  it.each([
    ["no rules", [], "has no object mapping for users"],
    [
      "no mapping that can be taken",
      (
        schema({ user: { attributeMappings: [mapping("title", attribute("x"))] } }) as {
          synchronizationRules: unknown[];
        }
      ).synchronizationRules,
      "holds no mapping that can be taken",
    ],
    [
      "no mapping to match by",
      (
        schema({ user: { attributeMappings: [mapping("title", attribute("mail"))] } }) as {
          synchronizationRules: unknown[];
        }
      ).synchronizationRules,
      "no mapping that can be taken is for matching users",
    ],
    [
      "far too many mappings",
      (schema({ users: Array.from({ length: 1000 }, () => ACTIVE) }) as { synchronizationRules: unknown[] })
        .synchronizationRules,
      "has more than 1000 mappings",
    ],
  ])("is refused: %s", (_what, synchronizationRules, message) => {
    expect(
      refusal({ synchronizationRules })
        .map((problem) => problem.message)
        .join("\n"),
    ).toContain(message);
  });

  it("is told in one line a problem", () => {
    expect(summarise(importSchema(null))).toEqual([
      "The schema cannot be imported:",
      expect.stringMatching(/^ {2}\$: is no/),
    ]);
  });
});

describe("texts that mean something in YAML", () => {
  it.each([
    "true",
    "null",
    "~",
    "1",
    "0x1F",
    "- a",
    "a: b",
    "# c",
    "'",
    '"',
    "\\",
    "a\nb",
    "\u0000\u001b\u0085\u2028\u2029\uFEFF",
    "\uD800",
    "😀",
    "*a",
    "&a",
    "!a",
    "%",
    "@",
    " leading and trailing ",
    "Käthe",
  ])("survive as constants: %j", (name) => {
    const { config } = take(schema({ users: [mapping("title", { type: "Constant", name }, { defaultValue: name })] }));
    expect(config.users.attributes.at(-1)).toMatchObject({ constant: name, default: name });
  });

  it("cannot end a comment", () => {
    const message = 'x"\nusers: {}\r\u2028\u0085evil: 1\u0000';
    const result = take(schema({ users: [mapping("title", attribute(message)), mapping(message, attribute("mail"))] }));
    expect(result).toMatchObject({ taken: 3, leftOut: 2 });
    expect(result.yaml.split(/[\n\r\u2028\u2029\u0085]/).filter((line) => line.startsWith("evil"))).toEqual([]);
  });
});

describe("the summary", () => {
  it("counts mappings and names the place of every remark", () => {
    const users = [
      mapping("title", attribute("jobTitle"), { flowType: "ValueAddOnly" }),
      mapping("nickName", attribute("photo")),
    ];
    const lines = summarise(take({ schema: schema({ users }), secrets: [{ key: "SyncAll", value: "true" }] }));
    expect(lines).toEqual([
      "4 mappings taken, 1 with remarks, 1 left out",
      expect.stringMatching(
        /^ {2}\$\.schema\.synchronizationRules\[0\]\.objectMappings\[0\]\.attributeMappings\[2\]\.flowType: ValueAddOnly/,
      ),
      expect.stringMatching(
        /^ {2}\$\.schema\.synchronizationRules\[0\]\.objectMappings\[0\]\.attributeMappings\[3\]: source photo is not tracked/,
      ),
    ]);
  });
});
