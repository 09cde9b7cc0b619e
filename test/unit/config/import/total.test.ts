import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importSchema } from "#src/config/import/schema.ts";
import { schema, take, USER_NAME } from "./schemas.ts";

/** Words that mean something somewhere in a schema, between arbitrary texts. */
const word = fc.oneof(
  fc.constantFrom(
    "Attribute",
    "Constant",
    "Function",
    "[mail]",
    'Join(" ", [mail])',
    "IIF",
    "title",
    "members",
    "IS NULL",
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
);
const value = fc.oneof(word, fc.jsonValue({ maxDepth: 2 }));
const source = fc.record({ type: value, name: value, expression: value, parameters: value }, { requiredKeys: [] });
const mapping = fc.record(
  {
    targetAttributeName: word,
    source: fc.oneof(source, value),
    defaultValue: value,
    flowType: value,
    matchingPriority: value,
  },
  { requiredKeys: ["targetAttributeName"] },
);
const clause = fc.record({
  operatorName: value,
  sourceOperandName: value,
  targetOperand: fc.record({ values: fc.array(value) }),
});

/** A result of either kind, whatever went in; `take` reads the file as the daemon would. */
function isAnswered(content: unknown): boolean {
  const result = importSchema(content);
  if (result.ok) return take(content).taken > 0;
  return result.problems.every(({ path, message }) => path.startsWith("$") && message !== "");
}

describe("an import always has an answer", () => {
  it("for any JSON", () => {
    const run = fc.property(fc.jsonValue(), isAnswered);
    expect(() => fc.assert(run, { numRuns: 300 })).not.toThrow();
  });

  it("for any mapping, and loses none", () => {
    const run = fc.property(fc.array(mapping, { maxLength: 4 }), (users) => {
      const result = take(schema({ users }));
      expect(result.taken + result.leftOut).toBe(users.length + 3);
      expect(result.yaml.match(/^ {4}(?:# )?- \{ target: /gm)).toHaveLength(users.length + 3);
    });
    fc.assert(run, { numRuns: 300 });
  });

  it("for any filter and any settings", () => {
    const content = fc.record({
      schema: fc
        .array(clause, { maxLength: 3 })
        .map((clauses) => schema({ user: { scope: { groups: [{ clauses }] } } })),
      secrets: fc.array(
        fc.record({ key: fc.oneof(word, fc.constantFrom("SyncAll", "SkipOutOfScopeDeletions")), value }),
      ),
      synchronizationJobSettings: value,
    });
    const run = fc.property(content, isAnswered);
    expect(() => fc.assert(run, { numRuns: 200 })).not.toThrow();
  });

  it("for sources that are nested without end", () => {
    let nested: unknown = { name: "mail" };
    for (let level = 0; level < 20_000; level += 1) {
      nested = { type: "Function", name: "ToLower", parameters: [{ key: "source", value: nested }] };
    }
    const result = take(schema({ users: [{ targetAttributeName: "title", source: nested }] }));
    expect(result.remarks.map(({ message }) => message)).toContain("is nested too deeply");
  });

  it("for numbers that JSON can write, but nobody can use", () => {
    const text = JSON.stringify(schema({ users: [{ ...USER_NAME, defaultValue: 5, targetAttributeName: "title" }] }));
    const result = take(JSON.parse(text.replace('"defaultValue":5', '"defaultValue":1e999')));
    expect(result.config.users.attributes.at(-1)).toEqual({
      target: "title",
      source: "userPrincipalName",
      apply: "always",
    });
    expect(result.remarked).toBe(1);
  });
});
