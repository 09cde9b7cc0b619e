import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "#src/expression/compile.ts";
import { FUNCTIONS } from "#src/expression/function-table.ts";
import { parse } from "#src/expression/parser.ts";
import { KEYWORDS, print, type Tree } from "#src/expression/tree.ts";
import { createContext } from "./context.ts";

const at = { line: 1, column: 1 };
const names = fc.constantFrom(...FUNCTIONS.keys(), "Unknown");
const attributeNames = fc.constantFrom(
  "a",
  "b",
  "list",
  "object",
  "date",
  "manager.displayName",
  "extension_0a_x",
  "none",
);

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  attributeNames.map((name): Tree => ({ kind: "attribute", name, at })),
  fc.string({ unit: "binary", maxLength: 12 }).map((value): Tree => ({ kind: "text", value, at })),
  fc
    .constantFrom("d", "yyyy-MM-dd", "2020-01-02", "(?<g>a+)b", "g", "${g}", "\\", '\\"', "1", "")
    .map((value): Tree => ({ kind: "text", value, at })),
  fc.integer({ min: -300, max: 300 }).map((value): Tree => ({ kind: "number", raw: String(value), value, at })),
  fc.constantFrom(...KEYWORDS).map((name): Tree => ({ kind: "keyword", name, at })),
);

const tree = fc.letrec<{ tree: Tree; call: Tree; operand: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 5 }, leaf, tie("operand"), tie("call")),
  operand: fc
    .tuple(
      leaf,
      fc.constantFrom("=" as const, "<>" as const, ">" as const, ">=" as const, "<" as const, "<=" as const),
      tie("call"),
    )
    .map(([left, operator, right]): Tree => ({ kind: "comparison", operator, left, right, at })),
  call: fc
    .tuple(
      names,
      fc.array(
        fc.oneof(
          { arbitrary: tie("tree"), weight: 6 },
          { arbitrary: fc.constant<Tree>({ kind: "omitted", at }), weight: 1 },
        ),
        { maxLength: 7 },
      ),
    )
    // One omitted argument alone cannot be written: f() has none.
    .map(([name, args]): Tree => ({
      kind: "call",
      name,
      args: args.length === 1 && args[0]?.kind === "omitted" ? [] : args,
      at,
    })),
})).tree;

function withoutPositions(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === "at" ? undefined : item)));
}

const attributes = {
  a: "Ada Lövelace",
  b: "",
  list: ["x", "y", "x", ""],
  object: { id: "1", value: "admin" },
  date: "2024-02-29T10:00:00Z",
};

describe("every tree", () => {
  it("is the same after printing and parsing", () => {
    fc.assert(
      fc.property(tree, (original) => {
        const parsed = parse(print(original));
        expect(parsed.ok && withoutPositions(parsed.tree)).toEqual(withoutPositions(original));
      }),
      { numRuns: 500 },
    );
  });

  it("compiles to an expression that ends with one of the outcomes, or is refused with positions", () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(tree, (original) => {
        const compiled = compile(print(original));
        const problems = compiled.ok ? [] : compiled.problems;
        const evaluation = compiled.ok
          ? compiled.expression.evaluate(createContext({ attributes }))
          : { kind: "refused" };
        kinds.add(evaluation.kind);
        expect(evaluation).not.toMatchObject({ code: "internal" });
        expect(problems.length > 0).toBe(evaluation.kind === "refused");
        expect(problems.every(({ line, column }) => line > 0 && column > 0)).toBe(true);
      }),
      { numRuns: 3000, seed: 7 },
    );
    expect([...kinds]).toEqual(expect.arrayContaining(["ignoreAttribute", "ignoreObject", "refused", "value"]));
  });

  it("is refused or compiled for any text whatsoever", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.string({ unit: fc.constantFrom(...Array.from('[]()",\\=<>&H1a ')) }),
        ),
        (text) => {
          const compiled = compile(text);
          expect(compiled.ok || compiled.problems.length > 0).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
