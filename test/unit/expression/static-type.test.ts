import { describe, expect, it } from "vitest";
import { checkTree } from "#src/expression/check.ts";
import type { StaticType } from "#src/expression/evaluation.ts";
import { FUNCTIONS } from "#src/expression/function-table.ts";
import { parse } from "#src/expression/parser.ts";
import { typesOf } from "#src/expression/static-type.ts";
import type { Tree } from "#src/expression/tree.ts";
import { evaluate } from "./context.ts";

const KNOWN: Readonly<Record<string, StaticType>> = {
  mail: "text",
  enabled: "boolean",
  hired: "date",
  mails: "list",
  licenses: "objects",
  org: "object",
};

function typeOf(name: string): StaticType | undefined {
  return KNOWN[name];
}

function treeOf(text: string): Tree {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.tree;
}

function problemsOf(text: string) {
  return checkTree(treeOf(text), typeOf);
}

describe("an argument that can never fit is refused:", () => {
  it.each([
    ['DateAdd("d", 1, IsPresent([x]))', "DateAdd, dateTime: IsPresent() gives True or False, and a date is needed", 17],
    ['DateAdd("d", 1, Split([x], ","))', "DateAdd, dateTime: Split() gives a list, and a date is needed", 17],
    ['DateAdd("d", Now(), Now())', "DateAdd, value: Now() gives a date, and a number is needed", 14],
    ["DateAdd([mails], 1, Now())", "DateAdd, interval: [mails] is a list, and one of a few words is needed", 9],
    ["Left([x], [enabled])", "Left, numChars: [enabled] is True or False, and a number is needed", 11],
    ["Left([x], [hired])", "Left, numChars: [hired] is a date, and a number is needed", 11],
    ["Left([x], [mails])", "Left, numChars: [mails] is a list, and a number is needed", 11],
    ["ToLower([licenses])", "ToLower, source: [licenses] is a list of objects, and a text is needed", 9],
    ["ToLower([org])", "ToLower, source: [org] is an object, and a text is needed", 9],
    ["ToLower(Item([licenses], 1))", "ToLower, source: Item() gives an object, and a text is needed", 9],
    ["CDate(Count([mails]))", "CDate, expression: Count() gives a number, and a date is needed", 7],
    [
      "CDate(IIF([x] = 1, 5, Not([x])))",
      "CDate, expression: IIF() gives a number or True or False, and a date is needed",
      7,
    ],
    ["CDate(Redact([enabled]))", "CDate, expression: Redact() gives True or False, and a date is needed", 7],
    ['CDate(Switch([x], 1, "a", 2))', "CDate, expression: Switch() gives a number, and a date is needed", 7],
    ["Mid([x], ToLower([mails]), 1)", "Mid, start: ToLower() gives a list, and a number is needed", 10],
    [
      'Replace([x], , Split([y], ","), , "z", , )',
      "Replace, regexPattern: Split() gives a list, and a pattern is needed",
      16,
    ],
    ["ToLower([x], Now())", "ToLower, culture: Now() gives a date, and the name of a culture is needed", 14],
  ])("%s", (text, message, column) => {
    expect(problemsOf(text)).toEqual([{ message, line: 1, column }]);
  });
});

describe("an argument that may fit is taken:", () => {
  it.each([
    "DateAdd([x], [mail], [mail])",
    'DateAdd("d", 1, IIF([x] = 1, Not([x]), [hired]))',
    'DateAdd("d", 1, Coalesce([enabled], [mail]))',
    "Left([hired], 10)",
    "Append([enabled], [mails])",
    "ToLower(Item([mails], 1))",
    "ToLower(Item([unknown], 1))",
    "Left([x], Error([mail]))",
    "Left([x], IIF([x] = 1, IgnoreAttributeFlow, 2))",
    "IsPresent([licenses])",
    "Count([org])",
    'FormatDateTime([hired], , "yyyy", "yyyy")',
    "CDate(Switch([x], , 5, [mail]))",
  ])("%s", (text) => {
    expect(problemsOf(text)).toEqual([]);
  });
});

describe("the type that a function gives", () => {
  const kinds: Readonly<Record<string, readonly StaticType[]>> = {
    string: ["text", "date"],
    number: ["number"],
    boolean: ["boolean"],
  };

  it.each([...FUNCTIONS.values()].filter(({ example }) => example.result !== undefined))(
    "$name is that of its example's result",
    ({ example }) => {
      const result = evaluate(example.expression, { attributes: example.attributes ?? {} });
      const value = result.kind === "value" ? result.value : undefined;
      const shape = Array.isArray(value)
        ? kinds[typeof value[0]] === undefined
          ? ["objects"]
          : ["list"]
        : kinds[typeof value];
      const types = typesOf(treeOf(example.expression), () => undefined);
      expect(shape?.some((type) => types.has(type as StaticType))).toBe(true);
    },
  );
});
