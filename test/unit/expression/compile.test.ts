import { describe, expect, it } from "vitest";
import { compile } from "#src/expression/compile.ts";
import type { ExpressionProblem } from "#src/expression/tree.ts";
import { parse } from "#src/expression/parser.ts";
import { print } from "#src/expression/tree.ts";
import { codeOf, createContext, evaluate, valueOf } from "./context.ts";

function problemsOf(text: string): readonly ExpressionProblem[] {
  const compiled = compile(text);
  return compiled.ok ? [] : compiled.problems;
}

function failToTellTime(): Date {
  throw new RangeError("no clock");
}

describe("a text that is no expression", () => {
  it.each([
    ["", "the expression is empty", 1, 1],
    ["Foo", "unknown word Foo", 1, 1],
    ["Join(", "expected an attribute, a text, a number or a function, found the end", 1, 6],
    ['Join(" ", [a]', "expected a comma or ), found the end", 1, 14],
    ['Join(" ", [a])\n x', "unexpected x after the end of the expression", 2, 2],
    ['Append([a], "b', "text without closing quote", 1, 13],
    ["Append([a, 1)", "attribute without closing bracket", 1, 8],
    ["Append([], 1)", "attribute without a name", 1, 8],
    ["Append([a], 'b')", "unexpected '", 1, 13],
    ['Append("a" & "b", "c")', "unexpected &", 1, 12],
    ['IIF([a] = "1" = "2", "x", "y")', "a comparison has two sides", 1, 15],
    ["Mid([a], 1a, 2)", "unexpected 1", 1, 10],
    ["Apend([a], [b])", "unknown function Apend", 1, 1],
    ["toLower([a])", "unknown function toLower", 1, 1],
    ["Append([a])", "Append has too few arguments", 1, 1],
    ['Append([a], "b", "c")', "Append has too many arguments", 1, 1],
    ['Append( , "b")', "Append: source is missing", 1, 9],
    ['Mid([a], "x", 1)', 'Mid, start: "x" is not a number', 1, 10],
    ['Left([a], IIF([a] = "b", 1, 2) = 3)', "Left, numChars: a comparison does not fit", 1, 11],
    ['DateAdd("x", 1, Now())', 'DateAdd, interval: "x" is none of yyyy, m, d, ww, h, n, s', 1, 9],
    ['DateAdd("d", 1, "tomorrow")', 'DateAdd, dateTime: "tomorrow" is not a date', 1, 17],
    ['ToLower([a], "!!")', 'ToLower, culture: "!!" is not the name of a culture', 1, 14],
    ["Append([a], vbTextCompare)", "Append, suffix: vbTextCompare does not fit here", 1, 13],
    ['Switch([a], "x", "k", "v", "l")', "Switch: keys and values must come in pairs", 1, 1],
    ['Replace([a], "x", , , , , )', "Replace: oldValue needs a replacementValue or a template", 1, 1],
    ['Replace([a], , "(", , "x", , )', "Replace, regexPattern: not a pattern: missing closing ): `(`", 1, 16],
    ['Replace([a], , "(?<g>x)", "h", "x", , )', "Replace: the pattern has no group h", 1, 1],
    ['Append(SelectUniqueValue("a", "b"), "c")', "SelectUniqueValue can only be the outermost function", 1, 8],
    [
      'Replace([a], , "[a-z-[aeiou]]", , "", , )',
      "Replace, regexPattern: not a pattern: a class cannot be subtracted from another",
      1,
      16,
    ],
    ["RandomString(257, 0, 0, 0, 0)", "RandomString: the length must be 1 to 256", 1, 1],
    ['RandomString("0", 0, 0, 0, 0)', "RandomString: the length must be 1 to 256", 1, 1],
    ["RandomString(3, 2, [a], 2, 0)", "RandomString: the minima add up to 4, more than the length", 1, 1],
    ['FormatDateTime([a], "yyyy")', "FormatDateTime has too few arguments", 1, 1],
    ['FormatDateTime([a], , "yyyy", )', "FormatDateTime: inputFormat and outputFormat are needed", 1, 1],
  ])("%s is refused: %s", (...[text, message, line, column]) => {
    expect(problemsOf(text)[0]).toMatchObject({ message, line, column });
  });

  it("is told what may have been meant", () => {
    expect(problemsOf("Apend([a], [b])")[0]?.hint).toBe("did you mean Append?");
    expect(problemsOf('IIF([a] == "x", 1, 2)')[0]?.hint).toBe("equality is written with one =");
    expect(problemsOf('IIF([a] != "x", 1, 2)')[0]?.hint).toBe("inequality is written <>, and negation Not()");
    expect(problemsOf("Left([a], Len([a]) - 1)")[0]?.hint).toBe("there is no arithmetic");
    expect(problemsOf('[a] & "x"')[0]?.hint).toBe("use Append() or Join() to put texts together");
    expect(problemsOf("[a] ^")[0]?.hint).toBeUndefined();
    expect(problemsOf("iif([a] = 1, 2, 3)")[0]?.hint).toBe("did you mean IIF?");
    expect(problemsOf("Append([a])")[0]?.hint).toBe("Append(source, suffix)");
    expect(problemsOf("IIF([a] = True, 1, 2)")[0]?.hint).toBe('write "True"');
    expect(problemsOf('Replace([a], , "(?=x)", , "x", , )')[0]?.hint).toMatch(/look-around/);
  });

  it("gets all its problems told at once", () => {
    expect(problemsOf('Join(" ", Foo([a]),\n  Mid([b], "x", "y"))').map(({ line, column }) => [line, column])).toEqual([
      [1, 11],
      [2, 12],
      [2, 17],
    ]);
  });

  it("may have 10,000 characters and no more", () => {
    expect(problemsOf(`Append([a], "${"x".repeat(9_985)}")`)).toEqual([]);
    expect(problemsOf(`Append([a], "${"x".repeat(9_986)}")`)[0]?.message).toContain("10001 characters");
  });

  it("is refused before deep nesting can exhaust the stack", () => {
    expect(problemsOf(`${"Not(".repeat(100)}[a]${")".repeat(100)}`)).toEqual([]);
    expect(problemsOf(`${"Not(".repeat(101)}[a]${")".repeat(101)}`)[0]?.message).toContain("nested deeper");
  });
});

describe("the grammar", () => {
  it("lets white space and line breaks stand anywhere", () => {
    expect(valueOf(' Join\n(\r\n " " ,\t[a] , [ b ] ) ', { a: "x", b: "y" })).toBe("x y");
  });

  it("knows two escapes, and keeps the backslash before everything else", () => {
    expect(valueOf(String.raw`Append("\"\\", "\+\d\n")`)).toBe(String.raw`"\\+\d\n`);
  });

  it("takes numbers in quotes and in hexadecimal where a number is needed", () => {
    expect(valueOf('Mid([a], "2", "&H2")', { a: "abcdef" })).toBe("bc");
    expect(valueOf("Mid([a], &h2, 1)", { a: "abcdef" })).toBe("b");
  });

  it("takes omitted arguments with and without blanks, also at the end", () => {
    expect(valueOf('Replace([a],"-",,,"_",,)', { a: "de-DE" })).toBe("de_DE");
    expect(valueOf('Replace([a],"-", , ,"_")', { a: "de-DE" })).toBe("de_DE");
    expect(valueOf("ToLower([a], )", { a: "A" })).toBe("a");
  });

  it("takes a lone attribute or constant, too, which Entra calls direct and constant mappings", () => {
    expect(valueOf("[mail]", { mail: "a@b.c" })).toBe("a@b.c");
    expect(valueOf('"Employee"')).toBe("Employee");
    expect(evaluate("IgnoreAttributeFlow")).toEqual({ kind: "ignoreAttribute" });
  });

  it("prints a tree in one canonical way", () => {
    const parsed = parse('Replace( [a],"\\\\-\\"" ,\n,, "_",, )');
    expect(parsed.ok && print(parsed.tree)).toBe(String.raw`Replace([a], "\\-\"", , , "_", , )`);
  });
});

describe("an expression", () => {
  it("names its attributes in order, each once, and tells whether it is redacted", () => {
    const compiled = compile("IIF([b] = [a], Redact([c]), [a])");
    expect(compiled).toMatchObject({ ok: true, expression: { attributes: ["b", "a", "c"], isRedacted: true } });
    expect(compile("Not([a])")).toMatchObject({ ok: true, expression: { isRedacted: false } });
  });

  it("ends with the flow keyword that is reached, and with no other", () => {
    const text = 'IIF([a] = "1", IgnoreAttributeFlow, IIF([a] = "2", IgnoreObjectFlow, [a]))';
    expect(evaluate(text, { attributes: { a: "1" } })).toEqual({ kind: "ignoreAttribute" });
    expect(evaluate(text, { attributes: { a: "2" } })).toEqual({ kind: "ignoreObject" });
    expect(evaluate(text, { attributes: { a: "3" } })).toEqual({ kind: "value", value: "3" });
  });

  it("tells where it failed", () => {
    expect(evaluate('Join(" ",\n Mid([a], [b], 1))', { attributes: { a: "x", b: "y" } })).toEqual({
      kind: "error",
      code: "not-a-number",
      message: "Mid, start: a number is needed",
      functionName: "Mid",
      argument: "start",
      line: 2,
      column: 2,
    });
  });

  it("does not repeat attribute values in its errors", () => {
    expect(JSON.stringify(evaluate("CDate([a])", { attributes: { a: "secret" } }))).not.toContain("secret");
    expect(JSON.stringify(evaluate("Error([a])", { attributes: { a: "secret" } }))).not.toContain("secret");
  });

  it("evaluates each argument once", () => {
    const compiled = compile('In([a], "x", "y", "z")');
    const reads: string[] = [];
    const read = (name: string): undefined => void reads.push(name);
    expect(compiled.ok && compiled.expression.evaluate({ ...createContext(), read })).toMatchObject({ value: false });
    expect(reads).toEqual(["a"]);
  });

  it("survives a context that throws", () => {
    const compiled = compile("Now()");
    const context = { read: () => undefined, now: failToTellTime, random: () => 0 };
    expect(compiled.ok && compiled.expression.evaluate(context)).toMatchObject({ kind: "error", code: "internal" });
  });

  it("fails instead of growing without bounds", () => {
    const nested = Array.from({ length: 20 }).reduce<string>(
      (inner) => `Replace(${inner}, "a", , , "aaaaaaaaaa", , )`,
      '"a"',
    );
    expect(codeOf(nested)).toBe("too-long");
    expect(codeOf('Join("", [a], [a])', { a: "x".repeat(60_000) })).toBe("too-long");
    expect(codeOf('Replace(Split([a], ","), "b", , , [a], , )', { a: "b,".repeat(20_000) })).toBe("too-long");
  });

  it("matches a pattern in linear time that would take a backtracking engine years", () => {
    const started = performance.now();
    expect(valueOf('Replace([a], , "(a+)+$", , "", , )', { a: `${"a".repeat(9_000)}!` })).toHaveLength(9_001);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it("gives up a search that takes too long, a text that is too long and a pattern that is too large", () => {
    const many = { a: "b".repeat(10_000) };
    expect(codeOf('Replace([a], , ".*x|.", , "", , )', many)).toBe("too-slow");
    expect(codeOf('Replace([a], , "[ab]{0,400}.*y", , "", , )', many)).toBe("too-long");
    expect(codeOf('Replace([a], , "b", , "", , )', { a: "b".repeat(10_001) })).toBe("too-long");
    expect(problemsOf(`Replace([a], , "${"[ab]{0,1000}c".repeat(5)}", , "", , )`)[0]?.message).toContain("too large");
  });
});
