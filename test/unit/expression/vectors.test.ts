import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { FUNCTIONS } from "#src/expression/function-table.ts";
import { evaluate } from "./context.ts";

const vectorSchema = z.array(
  z.object({
    id: z.string(),
    expression: z.string(),
    attributes: z.record(z.string(), z.unknown()),
    expected: z.unknown(),
    now: z.string().optional(),
    takenInTarget: z.array(z.string()).optional(),
  }),
);
const vectors = vectorSchema.parse(JSON.parse(readFileSync(new URL("vectors.json", import.meta.url), "utf8")));

describe("documented examples", () => {
  it("are all there", () => expect(vectors).toHaveLength(135));

  it.each(vectors)("$id $expression", ({ expression, attributes, expected, now, takenInTarget }) => {
    const settings = { attributes, ...(now === undefined ? {} : { now }), taken: takenInTarget ?? [] };
    const isIgnored = typeof expected === "object" && expected !== null && "$ignoreFlow" in expected;
    expect(evaluate(expression, settings)).toEqual(
      isIgnored ? { kind: "ignoreAttribute" } : { kind: "value", value: expected },
    );
  });
});

describe("the function table", () => {
  const specs = [...FUNCTIONS.values()];

  it.each(specs)("has an example of $name", ({ example, name }) => {
    expect(example.expression).toContain(`${name}(`);
    expect(evaluate(example.expression, { attributes: example.attributes ?? {} }).kind).toBe("value");
  });

  it.each(specs.filter(({ example }) => example.result !== undefined))("is right about $name", ({ example }) => {
    const evaluation = evaluate(example.expression, { attributes: example.attributes ?? {} });
    expect(evaluation).toEqual({ kind: "value", value: example.result });
  });

  it.each(specs)("explains $name in one sentence", ({ summary }) => {
    expect(summary).toMatch(/^[^.]+(\.[^.]+)?\.$/);
  });
});
