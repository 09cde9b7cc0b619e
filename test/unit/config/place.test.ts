import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { file, linesOf, problemsOf } from "./problems.ts";

/** The mistake is the call of `Nope`; the answer is where the file has it. */
function placeOf(text: string) {
  const found = problemsOf(text).find(({ message }) => message.includes("Nope"));
  const lines = text.split("\n");
  const line = lines.findIndex((each) => each.includes("Nope"));
  const expected = { line: line + 1, column: (lines[line]?.indexOf("Nope") ?? -1) + 1 };
  return { found: { line: found?.line, column: found?.column }, expected, message: found?.message };
}

const START = "    - target: title\n      expression: ";

function withExpression(written: string): string {
  return `${file()}${START}${written}\n`;
}

describe("a mistake in an expression is shown where it is in", () => {
  test.each([
    ["a plain scalar", 'Join(" ", Nope([mail]))'],
    ["a plain scalar of two lines", 'Join(" ",\n        Nope([mail]))'],
    ["single quotes", `'Join(" ", Nope([mail]))'`],
    ["single quotes with single quotes inside", `'Join("''", "''''", Nope([mail]))'`],
    ["single quotes over two lines", `'Join(" ",\n        Nope([mail]))'`],
    ["double quotes", '"Join(\\" \\", Nope([mail]))"'],
    ["double quotes with escaped backslashes", '"Replace([mail], , \\"\\\\\\\\d\\", , Nope([mail]), , )"'],
    ["double quotes with a line break as escape", '"Join(\\" \\",\\n Nope([mail]))"'],
    ["double quotes over two lines", '"Join(\\" \\",\n        Nope([mail]))"'],
    ["a literal block", '|\n        Join(" ",\n          Nope([mail]))'],
    ["a literal block with a header", '|2- # joined\n        Join(" ",\n\n          Nope([mail]))'],
    ["a folded block", '>-\n        Join(" ",\n        [mail],\n        Nope([mail]))'],
    ["a folded block with an indented line", '>\n        Join(" ",\n          [mail],\n        Nope([mail]))'],
    ["text with an emoji before it", 'Join("😀", Nope([mail]))'],
  ])("%s", (_name, written) => {
    const { found, expected, message } = placeOf(withExpression(written));
    expect(found).toEqual(expected);
    expect(message).toBe("unknown function Nope; did you mean Not?");
  });

  test("JSON", () => {
    const json = JSON.stringify(
      {
        source: { scope: "all" },
        users: { attributes: [{ target: "userName", expression: 'Join("\\\\d", Nope([mail]))' }] },
      },
      undefined,
      2,
    );
    const { found, expected } = placeOf(json);
    expect(found).toEqual(expected);
  });

  test("a flow map", () => {
    const { found, expected } = placeOf(file(`{ target: title, expression: 'Join(" ", Nope([mail]))' }`));
    expect(found).toEqual(expected);
  });
});

describe("the place of a mistake", () => {
  test("is told with what was meant", () => {
    expect(linesOf(withExpression("ToLower([maill])"))).toEqual([
      "bridge.yaml: users.attributes[1].expression 6:27 maill is no attribute of users in Entra; did you mean mail?",
    ]);
    expect(linesOf(withExpression("ToLwer([mail])"))).toEqual([
      "bridge.yaml: users.attributes[1].expression 6:19 unknown function ToLwer; did you mean ToLower?",
    ]);
  });

  test("is the end of the text where something is missing there", () => {
    expect(linesOf(withExpression("ToLower([mail]"))).toEqual([
      "bridge.yaml: users.attributes[1].expression 6:33 expected a comma or ), found the end",
    ]);
  });

  test("may be the quote with which a quoted text begins", () => {
    expect(linesOf(withExpression("'''x'"))[0]).toContain("expression 6:20 unexpected '");
  });

  test("is told for every mistake of an expression", () => {
    const lines = linesOf(withExpression('|\n        Join(" ",\n          Nope([mail]),\n          [maill])'));
    expect(lines.map((line) => line.split(" ")[2])).toEqual(["8:11", "9:11"]);
  });

  test("is that of the key where the file writes the text in a way that is not followed", () => {
    expect(linesOf(withExpression('"ToLower(\\u005Bmaill])"'))).toEqual([
      "bridge.yaml: users.attributes[1].expression 6:7 maill is no attribute of users in Entra; did you mean mail? (at column 9 of the expression)",
    ]);
    const alias = `${file("{ target: displayName, expression: &x 'ToLower([maill])' }")}${START}*x\n`;
    expect(linesOf(alias)[1]).toContain(
      "expression 7:7 maill is no attribute of users in Entra; did you mean mail? (at column 9 of",
    );
  });
});

test("whatever way the file is written in, the place is found", () => {
  const styles = fc.constantFrom("PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE", "BLOCK_LITERAL", "BLOCK_FOLDED");
  const texts = fc.array(fc.constantFrom("a", " ", "  ", "'", "ä", "😀", "#", ": ", "\\\\", "\n", "\n  "), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(styles, texts, fc.integer({ min: 20, max: 80 }), (style, parts, lineWidth) => {
      const expression = `Join("${parts.join("")}", Nope([mail]))`;
      const document = { source: { scope: "all" }, users: { attributes: [{ target: "userName", expression }] } };
      const text = stringify(document, { defaultStringType: style, defaultKeyType: "PLAIN", lineWidth });
      const { found, expected, message } = placeOf(text);
      expect(found).toEqual(expected);
      expect(message).toBe("unknown function Nope; did you mean Not?");
    }),
    { numRuns: 250 },
  );
});
