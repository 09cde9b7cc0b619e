import { describe, expect, it } from "vitest";
import { compile } from "#src/expression/compile.ts";
import { parse } from "#src/expression/parser.ts";
import { print } from "#src/expression/tree.ts";
import { codeOf, evaluate, valueOf } from "./context.ts";

function placeOf(text: string): readonly unknown[] {
  const compiled = compile(text);
  const problem = compiled.ok ? undefined : compiled.problems[0];
  return [problem?.message, problem?.line, problem?.column];
}

function printed(text: string): string {
  const parsed = parse(text);
  return parsed.ok ? print(parsed.tree) : parsed.problem.message;
}

function nested(depth: number): string {
  return `${'IIF("x" = "x", '.repeat(depth)}[a]${', "n")'.repeat(depth)}`;
}

describe("white space", () => {
  it.each(["\n", "\r\n", "\r", "\t", "\v", "\f", "\u00a0", "\ufeff", "\u2028", "\u3000", " \n\t "])(
    "%j may stand between all tokens, also between name and bracket",
    (blank) => {
      const tokens = ["", "IIF", "(", "[a]", "<>", '"x"', ",", ",", "-1", ")", ""];
      expect(printed(tokens.join(blank))).toBe('IIF([a] <> "x", , -1)');
    },
  );

  it("stays inside texts, and goes at both ends of an attribute's name", () => {
    expect(valueOf('Append("a\r\n\t b", "\u00a0")')).toBe("a\r\n\t b\u00a0");
    expect(printed("[\n a b\t]")).toBe("[a b]");
  });
});

describe("texts", () => {
  it.each([
    [String.raw`"\\"`, "\\"],
    [String.raw`"\""`, '"'],
    [String.raw`"\\\""`, String.raw`\"`],
    [String.raw`"\n\t\+\u0041\'"`, String.raw`\n\t\+\u0041\'`],
    [String.raw`"\\\\d"`, String.raw`\\d`],
    [String.raw`"\😀"`, String.raw`\😀`],
    ['"]),([(,"', "]),([(,"],
    ['"\ud800"', "\ud800"],
    ['"\udc00x"', "\udc00x"],
    ['"\u0000"', "\u0000"],
    ['""', ""],
  ])("%j is %j", (text, value) => {
    expect(evaluate(text)).toEqual({ kind: "value", value });
  });
});

describe("omitted arguments", () => {
  it.each([
    ['Replace([a],"x",,,"y",,)', 'Replace([a], "x", , , "y", , )'],
    ['Replace( [a] , "x" , \n , , "y" , , )', 'Replace([a], "x", , , "y", , )'],
    ["ToLower([a],)", "ToLower([a], )"],
    ["f(,)", "f(, )"],
    ["f(,[a])", "f(, [a])"],
    ["f( )", "f()"],
    ["f(,,)", "f(, , )"],
  ])("%s is %s", (text, canonical) => {
    expect(printed(text)).toBe(canonical);
    expect(printed(canonical)).toBe(canonical);
  });
});

describe("numbers", () => {
  it.each([
    ["0", 0],
    ["-0", 0],
    ["007", 7],
    ["-10", -10],
    ["1.50", 1.5],
    ["&H0", 0],
    ["&hFf", 255],
    ["&H1FFFFFFFFFFFFF", 9_007_199_254_740_991],
    ["9007199254740993", 9_007_199_254_740_992],
  ])("%s is %d", (text, value) => {
    expect(Number(valueOf(text)) + 0).toBe(value);
  });

  it.each(["1.", ".5", "1e3", "+1", "- 1", "--1", "1_000", "&H", "&HG", "& HF", "0x1F", "1a", "٣", "¹"])(
    "%s is none",
    (text) => expect(compile(text).ok).toBe(false),
  );

  it("are refused when they are too large to be told apart", () => {
    expect(placeOf(`Left([a], ${"9".repeat(400)})`)).toEqual(["the number is too large", 1, 11]);
    expect(placeOf(`Left([a], &H${"F".repeat(300)})`)).toEqual(["the number is too large", 1, 11]);
  });
});

describe("comparisons", () => {
  it.each([
    ['IIF([a]="1",1,2)', 1],
    ['IIF("1"=[a],1,2)', 1],
    ["IIF([a]<>-1,1,2)", 1],
    ["IIF([a]>=1,1,2)", 1],
    ["IIF([a]<=0,1,2)", 2],
    ["IIF([a]<1,1,2)", 2],
    ["IIF([a]>0.5,1,2)", 1],
    ["IIF([a]>-&H1,1,2)", undefined],
    ["And([a]=1,Not([a]=2))", true],
    ["CBool(Len([a])=1)", true],
    ["[a] = 1", true],
  ])("%s is %j", (text, value) => {
    const compiled = compile(text);
    const result = compiled.ok ? valueOf(text, { a: "1" }) : undefined;
    expect(result).toBe(value);
  });

  it("have two sides, which are operands and no comparisons", () => {
    expect(placeOf("[a] = [b] = [c]")).toEqual(["a comparison has two sides", 1, 11]);
    expect(placeOf("IIF([a] <> [b] > 1, 1, 2)")).toEqual(["a comparison has two sides", 1, 16]);
    expect(placeOf("IIF([a] =, 1, 2)")[0]).toMatch(/^expected an attribute.*found ,$/);
    expect(placeOf("IIF(= [a], 1, 2)")[0]).toMatch(/^expected an attribute.*found =$/);
    expect(placeOf("IIF([a] == [b], 1, 2)")[0]).toMatch(/found =$/);
    expect(placeOf("IIF([a] != [b], 1, 2)")).toEqual(["unexpected !", 1, 9]);
    expect(placeOf("([a])")[0]).toMatch(/found \($/);
  });
});

describe("keywords", () => {
  it("take effect wherever they are evaluated, and only there", () => {
    expect(codeOf("IgnoreObjectFlow")).toBe("ignoreObject");
    expect(codeOf('Join("", "a", IgnoreAttributeFlow)')).toBe("ignoreAttribute");
    expect(codeOf('IIF([a] = IgnoreAttributeFlow, "x", "y")')).toBe("ignoreAttribute");
    expect(codeOf('Switch("x", IgnoreObjectFlow, "y", "z")')).toBe("ignoreObject");
    expect(codeOf('Coalesce("x", IgnoreObjectFlow)')).toBe("value");
  });

  it("are exact, and no function or attribute", () => {
    expect(placeOf("ignoreattributeflow")[0]).toBe("unknown word ignoreattributeflow");
    expect(placeOf("IgnoreAttributeFlow()")[0]).toBe("unknown function IgnoreAttributeFlow");
    expect(valueOf("[IgnoreAttributeFlow]", { IgnoreAttributeFlow: "x" })).toBe("x");
    expect(placeOf('IIF([a] = vbTextCompare, "x", "y")')[0]).toBe("vbTextCompare does not fit here");
  });
});

describe("the place of a mistake", () => {
  it.each([
    ["Append(\r\n  [a],\r\n  'x')", "unexpected '", 3, 3],
    ["Append(\n\n[a], 'x')", "unexpected '", 3, 6],
    ['Append("\r\n", 😀)', "unexpected 😀", 2, 4],
    ['Append("😀", %)', "unexpected %", 1, 14],
    ["\ufeffFoo([a])", "unknown function Foo", 1, 2],
    ['Join(" ",\r\n\tFoo([a]))', "unknown function Foo", 2, 2],
    ['Append("a\nb\n', "text without closing quote", 1, 8],
    ['"abc\\"', "text without closing quote", 1, 1],
    ['"', "text without closing quote", 1, 1],
    ["[a\n", "attribute without closing bracket", 1, 1],
    ["[a[b]", "attribute without closing bracket", 1, 1],
    ["[a]]", "unexpected ]", 1, 4],
    ["ToLower([a]))", "unexpected ) after the end of the expression", 1, 13],
    ["ToLower([a]", "expected a comma or ), found the end", 1, 12],
    ["ToLower\r\n([a] [b])", "expected a comma or ), found [b]", 2, 6],
    ["ToLower([a];)", "unexpected ;", 1, 12],
    ["\ud800", "unexpected \ud800", 1, 1],
    ["\u0000", "unexpected \u0000", 1, 1],
    [" \r\n ", "the expression is empty", 2, 2],
    ["%Var%", "unexpected %", 1, 1],
    ["$item", "unexpected $", 1, 1],
    ["NULL", "unknown word NULL", 1, 1],
  ])("%j: %s at %d:%d", (...[text, message, line, column]) => {
    expect(placeOf(text)).toEqual([message, line, column]);
  });

  it("is that of the call when the evaluation fails", () => {
    expect(evaluate('Join("",\r\n  "😀", Item([a], 2))', { attributes: { a: "x" } })).toMatchObject({
      line: 2,
      column: 9,
    });
    expect(
      evaluate('Join("",\n IIF([a] = [a], 1, 2))', { attributes: { a: Array.from({ length: 500 }, () => "x") } }),
    ).toMatchObject({ code: "too-long", line: 2, column: 6 });
  });
});

describe("the limits", () => {
  it("of nesting count calls, whatever stands between them", () => {
    expect(compile(nested(100)).ok).toBe(true);
    expect(placeOf(nested(101))).toEqual(["functions are nested deeper than 100 levels", 1, 1 + 15 * 100]);
    expect(placeOf("ToLower(".repeat(1_200))[0]).toBe("functions are nested deeper than 100 levels");
    expect(placeOf("(".repeat(10_000))[0]).toMatch(/^expected/);
  });

  it("of length count code units, blanks included", () => {
    expect(compile(`${" ".repeat(9_997)}[a]`).ok).toBe(true);
    expect(placeOf(`${" ".repeat(9_998)}[a]`)[0]).toBe("the expression has 10001 characters; 10000 are allowed");
    expect(compile(`"${"😀".repeat(4_999)}"`).ok).toBe(true);
    expect(compile(`"${"\\".repeat(9_998)}"`).ok).toBe(true);
  });
});
