import { describe, expect, it } from "vitest";
import type { Value } from "#src/model/value.ts";
import { codeOf, evaluate, valueOf } from "./context.ts";

type Case = readonly [expression: string, attributes: Readonly<Record<string, unknown>>, expected: Value | undefined];

function check(cases: readonly Case[]): void {
  it.each(cases)("%s of %j is %j", (expression, attributes, expected) => {
    expect(valueOf(expression, attributes)).toEqual(expected);
  });
}

describe("conditions", () => {
  const country = 'IIF([c] = "", "Other", [c])';
  check([
    [country, { c: "DE" }, "DE"],
    [country, { c: "" }, "Other"],
    [country, {}, "Other"],
    ['IIF([c] <> "", "set", "empty")', {}, "empty"],
    ["IIF(IsNullOrEmpty([c]), 1, 2)", {}, 1],
    ["IIF(IsPresent([c]), 1, 2)", { c: "x" }, 1],
    ['IIF([c] = "de", 1, 2)', { c: "DE" }, 2],
    ['IIF([c] = "true", 1, 2)', { c: true }, 1],
    ['IIF([c] = "True", 1, 2)', { c: true }, 1],
    ['IIF([c] = "True", 1, 2)', { c: "true" }, 2],
    ["IIF([c], 1, 2)", { c: "True" }, 1],
    ["IIF([c], 1, 2)", { c: "yes" }, 2],
    ["IIF([c], 1, 2)", { c: 0 }, 2],
    ["IIF([c], 1, 2)", {}, 2],
    ['IIF([c] > "9", 1, 2)', { c: "10" }, 1],
    ['IIF([c] > "b", 1, 2)', { c: "c" }, 1],
    ['IIF([c] >= "b", 1, 2)', { c: "b" }, 1],
    ['IIF([c] < "b", 1, 2)', {}, 2],
    ['IIF([c] >= "b", 1, 2)', {}, 2],
    ["IIF([c] <= 3, 1, 2)", { c: "three" }, 2],
    ["IIF([c] <= 3, 1, 2)", { c: "-3" }, 1],
    ['IIF([c] = "b", 1, 2)', { c: ["a", "b"] }, 1],
    ['IIF([c] <> "b", 1, 2)', { c: ["a", "b"] }, 2],
    ['IIF(CDate([c]) < CDate("2024-03-01"), 1, 2)', { c: "2024-02-29T23:00:00-02:00" }, 2],
    ['IIF(CDate([c]) < "2024-03-01", 1, 2)', { c: "2024-02-29" }, 1],
    ['IIF(CDate([c]) = "2/29/2024", 1, 2)', { c: "2024-02-29" }, 1],
    ["Not([c])", { c: "True" }, false],
    ["Not([c])", { c: true }, false],
    ["Not([c])", { c: "False" }, true],
    ["Not([c])", {}, true],
    ['And([c] = "a", [d] = "b")', { c: "a", d: "b" }, true],
    ['And([c] = "a", Error("not reached"))', { c: "x" }, false],
    ['Or([c] = "a", [d] = "b")', { c: "x", d: "x" }, false],
    ['In([c], "a", "b")', { c: "c" }, false],
    ["CBool(0)", {}, false],
    ["CBool(5)", {}, true],
    ["IsNull([c])", { c: "" }, false],
    ["IsNull([c])", {}, true],
    ["IsPresent([c])", { c: "" }, false],
    ["IsPresent([c])", { c: false }, true],
    ["IsString([c])", {}, false],
    ["IsString([c])", { c: ["a", "b"] }, false],
  ]);

  it("do not evaluate what is not chosen", () => {
    expect(valueOf('IIF([c] = "x", "yes", Error("no"))', { c: "x" })).toBe("yes");
    expect(codeOf('IIF([c] = "x", "yes", Error("no"))', { c: "y" })).toBe("error");
  });
});

describe("Switch and Coalesce", () => {
  check([
    ['Switch([s], "d", "", "none", "a", "A")', {}, "none"],
    ['Switch([s], "d", "a", "A")', {}, "d"],
    ['Switch([s], , "a", "A")', { s: "b" }, undefined],
    ['Switch([s], "d", "a", "A")', { s: "A" }, "d"],
    ['Switch([s], "d", "true", "A")', { s: true }, "A"],
    ['Switch([s], "d", "2", "A")', { s: 2 }, "A"],
    ['Switch(IsPresent([s]), "d", "True", "A")', { s: "x" }, "A"],
    ['Switch([s], "d", "k", [t])', { s: "k", t: ["x", "y"] }, ["x", "y"]],
    ['Coalesce([a], [b], "c")', { b: "" }, ""],
    ["Coalesce([a], [b])", {}, undefined],
    ["Coalesce([a], [b])", { b: false }, false],
    ['Coalesce([a], "")', {}, ""],
  ]);

  it("SelectUniqueValue skips what is taken, and fails when all is", () => {
    const text = 'SelectUniqueValue([a], Append([a], "1"))';
    expect(evaluate(text, { attributes: { a: "x" }, taken: ["x"] })).toEqual({ kind: "value", value: "x1" });
    expect(evaluate(text, { attributes: { a: "x" }, taken: ["x", "x1"] })).toMatchObject({ code: "not-unique" });
  });

  it("IgnoreFlowIfNullOrEmpty lets values pass and drops the rest", () => {
    expect(valueOf("IgnoreFlowIfNullOrEmpty([a])", { a: ["x"] })).toEqual(["x"]);
    expect(codeOf("IgnoreFlowIfNullOrEmpty([a])", { a: "" })).toBe("ignoreAttribute");
    expect(codeOf("IgnoreFlowIfNullOrEmpty([a])")).toBe("ignoreAttribute");
  });
});

describe("texts", () => {
  check([
    ['Append([a], ".x")', {}, undefined],
    ['Append([a], ".x")', { a: ["p", "q"] }, ["p.x", "q.x"]],
    ['Append([a], "x")', { a: true }, "Truex"],
    ['Join(";", [a], [b], [c])', { a: ["1", "", "2"], c: 3 }, "1;2;3"],
    ['Join(";", [a])', {}, ""],
    ["ToUpper([a])", { a: "straße ıi" }, "STRAßE ıI"],
    ['ToUpper([a], "tr-TR")', { a: "ıi" }, "Iİ"],
    ['ToLower([a], "tr")', { a: "Iİ" }, "ıi"],
    ["ToLower([a])", { a: "ΌΔΟΣ" }, "όδοσ"],
    ["ToLower([a])", { a: ["A", "B"] }, ["a", "b"]],
    ["PCase([a])", { a: "élan VITAL o'neil-smith x" }, "Élan Vital O'Neil-Smith X"],
    ['PCase([a], " ")', { a: "o'NEIL-smith x" }, "O'neil-smith X"],
    ["PCase([a])", {}, undefined],
    ["StripSpaces([a])", { a: " a  b " }, "ab"],
    ["NormalizeDiacritics([a])", { a: "Ærøskøbing Łódź Đặng Straße" }, "AEroeskoebing Lodz Dang Strasse"],
    ["NormalizeDiacritics([a])", { a: "a\u0304\u0301 œ̄ ø̄ Ø" }, "a oe oe OE"],
    ["NormalizeDiacritics([a])", { a: "Йод が" }, "Йод が"],
    ["Left([a], 3)", { a: "ab" }, "ab"],
    ["Left([a], 0)", { a: "ab" }, ""],
    ["Left([a], -1)", { a: "ab" }, "ab"],
    ["Left([a], 3)", {}, ""],
    ["Left([a], 1)", { a: "😀x" }, "😀"],
    ["Right([a], 2)", { a: "abc" }, "bc"],
    ["Right([a], 0)", { a: "abc" }, ""],
    ["Right([a], 9)", { a: "abc" }, "abc"],
    ["Right([a], -2)", { a: "abc" }, "abc"],
    ["Mid([a], 2, 9)", { a: "abc" }, "bc"],
    ["Mid([a], 4, 1)", { a: "abc" }, ""],
    ["Mid([a], 0, 1)", { a: "abc" }, "abc"],
    ["Mid([a], 1, -1)", { a: "abc" }, "abc"],
    ["Mid([a], 1, 0)", { a: "abc" }, ""],
    ["Mid([a], 1, 1)", {}, ""],
    ["Len([a])", { a: "Zoë😀" }, 4],
    ["Len([a])", {}, 0],
    ['InStr([a], "B")', { a: "abc" }, 0],
    ['InStr([a], "B", 1, vbTextCompare)', { a: "abc" }, 2],
    ['InStr([a], "a", , vbTextCompare)', { a: "xA" }, 2],
    ['InStr([a], "b", -5)', { a: "abc" }, 2],
    ['InStr([a], "b", 9)', { a: "abc" }, 0],
    ['InStr([a], "b")', {}, 0],
    ['InStrRev([a], "b", 2)', { a: "abcb" }, 2],
    ['InStrRev([a], "bc", 1)', { a: "bcb" }, 0],
    ['InStrRev([a], "x")', { a: "abcb" }, 0],
    ['Word([a], 2, " ")', { a: "  one   two " }, "two"],
    ['Word([a], 3, " ")', { a: "one two" }, ""],
    ['Word([a], 0, " ")', { a: "one two" }, ""],
    ['Word([a], 1, " ")', {}, ""],
    ["Trim([a])", { a: " \t a b \n" }, "a b"],
    ["CStr([a])", { a: false }, "False"],
    ["CStr([a])", {}, undefined],
    ["CStr([a])", { a: 1e21 }, "1000000000000000000000"],
  ]);

  it("refuse what has no single text", () => {
    expect(codeOf('Left("abc", [a])', { a: "x" })).toBe("not-a-number");
    expect(codeOf('Word([a], 1, " ")', { a: ["x", "y"] })).toBe("several-values");
    expect(codeOf('Append([a], "x")', { a: { b: "c" } })).toBe("not-a-text");
    expect(codeOf("ToLower([a], [b])", { a: "x", b: "!!" })).toBe("not-a-culture");
  });
});

describe("Replace", () => {
  const fallback = String.raw`Replace([t], , "\\+\\d+ (?<n>\\d+)", "n", , [m], )`;
  check([
    ['Replace([a], "a.", , , "b", , )', { a: "a.axa." }, "baxb"],
    ['Replace([a], "A", , , "b", , )', { a: "aA" }, "ab"],
    ['Replace([a], "x", , , "$&$1", , )', { a: "axb" }, "a$&$1b"],
    ['Replace([a], "x", , , "y", , )', {}, undefined],
    ['Replace([a], "x", , , "y", , )', { a: ["x", "xx"] }, ["y", "yy"]],
    ['Replace([a], "", , , "y", , )', { a: "x" }, "x"],
    ['Replace([a], "{}", , , , , "<{}{}>")', { a: "x" }, "<xx>"],
    ['Replace([a], , "(?<x>\\d)(\\d)", , "$2${x}$0$$${nope}$9", , )', { a: "12" }, "1112$${nope}$9"],
    ['Replace([a], , "(a)|(b)", , "[$1]", , )', { a: "ab" }, "[a][]"],
    ['Replace([a], , "[^\\w]", , "", , )', { a: "Jürgen O'Neil ß" }, "JürgenONeilß"],
    ['Replace([a], , "[\\s\\d]+", , "", , )', { a: "a\u00A01٣b" }, "ab"],
    ['Replace([a], , "\\W", , "", , )', { a: "é-é" }, "éé"],
    ['Replace([a], , "\\u00e9", , "e", , )', { a: "é" }, "e"],
    ['Replace([a], , "(?i)ABC", , "x", , )', { a: "abc" }, "x"],
    ['Replace([a], , "(?<d>\\d)-", "d", "x", , )', { a: "1-2-3" }, "x-x-3"],
    ['Replace([a], , [p], , "x", , )', { a: "a1", p: "\\d" }, "ax"],
    ['Replace([a], , "x*", , "-", , )', { a: "ab" }, "-a-b-"],
    ['Replace([a], , "(?<d>x)", "d", "y", , )', { a: "😀x😀x" }, "😀y😀y"],
    [fallback, { t: "5", m: "+49 123" }, "5"],
    [fallback, { t: "", m: "+49 123" }, "123"],
    [fallback, { m: "+49 123" }, "123"],
    [fallback, { m: "none" }, undefined],
    [fallback, {}, undefined],
  ]);

  it("refuses a pattern that comes from an attribute and is none", () => {
    expect(codeOf('Replace([a], , [p], , "x", , )', { a: "a", p: "(" })).toBe("not-a-pattern");
    expect(codeOf('Replace([a], , [p], , "x", , )', { a: "a" })).toBe("not-a-pattern");
    expect(codeOf('Replace([a], , [p], "g", "x", , )', { a: "a", p: "a" })).toBe("no-such-group");
  });
});

describe("lists", () => {
  check([
    ['Split([a], ",")', { a: "x, y,,z" }, ["x", "y", "", "z"]],
    ['Split([a], ",")', {}, undefined],
    ['Split([a], "")', { a: "x" }, ["x"]],
    ["Count([a])", {}, 0],
    ["Count([a])", { a: "x" }, 1],
    ["Item([a], 1)", { a: "x" }, "x"],
    ["Item([a], 1)", {}, undefined],
    ["RemoveDuplicates([a])", { a: ["x", "X", "x", { b: "1" }, { b: "1" }] }, ["x", "X", { b: "1" }]],
    ["RemoveDuplicates([a])", { a: "x" }, "x"],
    ["SingleAppRoleAssignment([r])", { r: [{ value: "b" }, { value: "a" }] }, "a"],
    ["SingleAppRoleAssignment([r])", { r: "plain" }, "plain"],
    ["SingleAppRoleAssignment([r])", {}, undefined],
    ["AppRoleAssignments([r])", { r: [{ displayName: "B" }, { id: "1" }] }, ["B", "1"]],
    ["AppRoleAssignmentsComplex([r])", {}, undefined],
    ["DNComponent([d], 2)", { d: "CN=Doe\\, Joe,OU=Köln,DC=x" }, "Köln"],
    ["DNComponent([d], 1)", { d: "CN=Doe\\, Joe,OU=Köln" }, "Doe, Joe"],
    ["DNComponent([d], 9)", { d: "CN=x" }, ""],
  ]);

  it.each(["0", "-1", "3"])("Item fails at %s of two", (index) => {
    expect(codeOf(`Item([a], ${index})`, { a: ["x", "y"] })).toBe("out-of-bounds");
  });
});

describe("encodings and lots", () => {
  check([
    ["ConvertToBase64([a])", { a: "ß" }, "3wA="],
    ["ConvertToBase64([a])", {}, undefined],
    ["ConvertToUTF8Hex([a])", { a: "ß😀" }, "C39FF09F9880"],
    ["ConvertFromBase64(ConvertToBase64([a]))", { a: "Zoë 😀" }, "Zoë 😀"],
    ['StringFromSid("AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAA9QEAAA==")', {}, "S-1-5-21-1-2-3-501"],
    ["BitAnd([a], 2)", { a: "514" }, 2],
    ["BitAnd(-1, 255)", {}, 255],
    ["Redact([a])", { a: ["x"] }, ["x"]],
  ]);

  it("fail for what is not encoded so", () => {
    expect(codeOf("ConvertFromBase64([a])", { a: "*" })).toBe("not-base64");
    expect(codeOf("StringFromSid([a])", { a: "AQ==" })).toBe("not-a-sid");
    expect(codeOf("StringFromSid([a])", { a: "AQEAAA" })).toBe("not-a-sid");
    expect(codeOf("BitAnd([a], 1)", { a: "1.5" })).toBe("not-a-number");
  });

  it("Guid gives version 4 identifiers", () => {
    expect(valueOf("Guid()")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("RandomString keeps its minima, and draws from no other kind", () => {
    const text = JSON.stringify(valueOf('RandomString(12, 3, 2, 0, 3, "0l!<>/|~")')).slice(1, -1);
    expect(text).toMatch(/^[1-9a-km-z!-/:-@[-`{-~]{12}$/);
    expect(text.match(/\d/g)?.length).toBeGreaterThanOrEqual(3);
    expect(text.match(/[a-z]/g)?.length).toBeGreaterThanOrEqual(3);
    expect(text.match(/[^\da-z]/g)?.length).toBeGreaterThanOrEqual(2);
    expect(valueOf("RandomString(5, 0, 0, 0, 0)")).toHaveLength(5);
  });

  it.each([
    "RandomString([n], 0, 0, 0, 0)",
    "RandomString(3, 2, [n], 0, 0)",
    'RandomString(3, 1, 0, 0, 0, "0123456789")',
  ])("%s is out of range", (expression) => {
    expect(codeOf(expression, { n: "257" })).toBe("out-of-range");
  });
});
