import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "#src/expression/compile.ts";
import type { Parameter, ParameterType } from "#src/expression/evaluation.ts";
import { FUNCTIONS } from "#src/expression/function-table.ts";
import { createContext, valueOf } from "./context.ts";

const NAMES = ["a", "b", "c"];
const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "",
    " ",
    "True",
    "1",
    "-1.5",
    "&HF",
    "2024-02-29",
    "cn=x,dc=y",
    "YQA=",
    "S-1-5",
    "(a+)+$",
    "yyyy",
    "d",
    "tr",
  ),
  fc.integer({ min: 0, max: 3_000 }).map((length) => "ä".repeat(length)),
);
const numbers = fc.oneof(
  fc.integer({ min: -5, max: 300 }),
  fc.constantFrom(0, -0, 1e308, -1e308, 5e-324, 2 ** 53 + 2, -(2 ** 63), 0.1),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Any JSON that an attribute may hold, also what Graph never sends. */
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    texts,
    numbers,
    fc.boolean(),
    fc.constant(undefined),
    fc.array(tie("value"), { maxLength: 6 }),
    fc.array(texts, { maxLength: 20 }),
    fc.dictionary(fc.constantFrom("id", "value", "displayName", "x", "__proto__", "toJSON"), tie("value")),
    fc.nat({ max: 300 }).map((length) => Array.from({ length }, (_, id) => ({ id, value: `v${id % 7}` }))),
    fc.nat({ max: 200 }).map((depth) => Array.from({ length: depth }).reduce<unknown>((inner) => [inner], "x")),
  ),
})).value;

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
const CONSTANTS: Readonly<Record<ParameterType, readonly string[]>> = {
  any: ['"x"', "0", "[a] = [b]", "[c] < 3", "IgnoreAttributeFlow"],
  condition: ["[a] = [b]", "[a] >= [b]", "[a] <> 1", '"True"'],
  list: ['"x"', '[a] = "x"'],
  text: ['"x"', '", "', '"😀"', '""', "12"],
  number: ["0", "1", "-1", "2.9", '"3"', "&HFF", "99999999999999999999"],
  date: ["Now()", '"2024-02-29"', '""', 'CDate("1/1/0001")'],
  pattern: [String.raw`"(?<g>\\w+)"`, String.raw`".*x|."`, '"(a|b)*c"', '"(?<g>x?)"'],
  format: ['"yyyy-MM-dd"', '"o"', "\"d 'x' K\""],
  culture: ['"tr"', '"de-DE"', '""'],
  choice: [],
};

const attribute = fc.constantFrom(...NAMES).map((name) => `[${name}]`);

function toArgument(
  { type, choices = [], isOptional, name }: Parameter,
  inner: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: attribute },
    { weight: 3, arbitrary: inner },
    { weight: 2, arbitrary: fc.constantFrom(...CONSTANTS[type], ...choices.map(quote)).map(String) },
    { weight: type === "text" ? 1 : 0, arbitrary: texts.filter((text) => text.length < 50).map(quote) },
    { weight: name === "regexGroupName" ? 9 : 0, arbitrary: fc.constant('"g"') },
    { weight: isOptional === true ? 4 : 0, arbitrary: fc.constant("") },
  );
}

/** The text of an expression whose arguments are of the types that the functions want. */
const { expression } = fc.letrec<{ expression: string; call: string }>((tie) => ({
  expression: fc.oneof({ maxDepth: 4 }, attribute, tie("call")),
  call: fc.constantFrom(...FUNCTIONS.values()).chain((spec) => {
    const repeated = spec.parameters.filter((parameter) => parameter.isRepeating === true);
    const args = [...spec.parameters, ...repeated].map((parameter) => toArgument(parameter, tie("expression")));
    return fc.tuple(...args).map((texted) => `${spec.name}(${texted.join(", ")})`);
  }),
}));

function hasOnlyJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return ["string", "boolean"].includes(typeof value);
  return !(value instanceof Date) && Object.values(value).every(hasOnlyJson);
}

describe("every expression of every value", () => {
  it("ends with one of the outcomes, the same twice, in a value that JSON can hold", () => {
    const kinds: string[] = [];
    fc.assert(
      fc.property(expression, fc.tuple(values, values, values), (text, [a, b, c]) => {
        const compiled = compile(text);
        if (!compiled.ok) return;
        const [one, other] = [1, 2].map(() => compiled.expression.evaluate(createContext({ attributes: { a, b, c } })));
        kinds.push(one?.kind ?? "none");
        expect(one).not.toMatchObject({ code: "internal" });
        expect(one).toEqual(other);
        expect(one?.kind !== "value" || one.value === undefined || hasOnlyJson(one.value)).toBe(true);
      }),
      { numRuns: 800, seed: 11 },
    );
    expect([...new Set(kinds)].toSorted()).toEqual(["error", "ignoreAttribute", "value"]);
    expect(kinds.filter((kind) => kind === "error").length).toBeGreaterThan(80);
    expect(kinds.filter((kind) => kind === "value").length).toBeGreaterThan(80);
  });
});

type Relation = readonly [name: string, check: (a: string, b: string) => void];

const RELATIONS: readonly Relation[] = [
  [
    "Left and Mid of the rest are the whole",
    (a) => {
      const half = Math.floor(Array.from(a).length / 2);
      expect(valueOf(`Append(Left([a], ${half}), Mid([a], ${half + 1}, 99))`, { a })).toBe(a);
    },
  ],
  [
    "what InStr and InStrRev find, Mid cuts out",
    (a, b) => {
      const [text, part] = [`${a}${b}${a}`.toWellFormed(), b.toWellFormed()];
      for (const name of ["InStr", "InStrRev"]) {
        const found = Number(valueOf(`${name}([a], [b])`, { a: text, b: part }));
        expect(found > 0).toBe(text !== "");
        expect(valueOf(`Mid([a], ${found}, ${Array.from(part).length})`, { a: text, b: part })).toBe(
          text === "" ? text : part,
        );
      }
    },
  ],
  [
    "base64 there and back is the text",
    (a) => expect(valueOf("ConvertFromBase64(ConvertToBase64([a]))", { a })).toBe(a),
  ],
  [
    "= and <> are contraries, Not turns both, In is =",
    (a, b) => {
      for (const [one, other] of [
        [a, b],
        [a, a],
        [a, [b, a]],
        [[a], b],
        [a, undefined],
      ]) {
        const given = { a: one, b: other };
        expect(valueOf("CBool([a] = [b])", given)).toBe(valueOf("Not([a] <> [b])", given));
        expect(valueOf("CBool([a] = [b])", given)).toBe(valueOf("In([b], [a])", given));
      }
    },
  ],
  [
    "changing the case keeps the number of letters, and twice is once",
    (a) => {
      expect(valueOf("ToLower(ToLower([a]))", { a })).toBe(valueOf("ToLower([a])", { a }));
      expect(valueOf("Len(ToUpper([a]))", { a })).toBe(valueOf("Len([a])", { a }));
      expect(valueOf("Len(PCase([a]))", { a })).toBe(valueOf("Len([a])", { a }));
    },
  ],
];

describe("what functions have to do with each other", () => {
  it.each(RELATIONS)("%s", (_, check) => {
    const [lines, parts] = [fc.string({ unit: "binary", maxLength: 40 }), fc.string({ unit: "binary", maxLength: 3 })];
    fc.assert(
      fc.property(lines, parts, (a, b) => {
        expect.hasAssertions();
        check(a, b);
      }),
      { numRuns: 300 },
    );
  });
});
