import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clean, createStyle, hang, plainStyle, print, rows, wrap } from "#src/commands/explain/layout.ts";

describe("lines", () => {
  it("are broken at blanks, and words that are too long are cut", () => {
    expect(wrap("to be or not to be, that is", 12)).toEqual(["to be or not", "to be, that", "is"]);
    expect(wrap("a 0123456789abcdef b", 10)).toEqual(["a", "0123456789", "abcdef b"]);
  });

  it("keep every character but blanks, and never exceed the width", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), fc.integer({ min: 10, max: 60 }), (text, width) => {
        const lines = wrap(text, width);
        expect(lines.every((line) => line.length <= width)).toBe(true);
        expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
      }),
    );
  });

  it("hang below the first one", () => {
    expect(hang(plainStyle(20), ["  · ", "one two three four five"])).toEqual(["  · one two three", "    four five"]);
  });

  it("give a label that is too long a line of its own", () => {
    const style = plainStyle(40);
    expect(
      rows(style, [
        ["short", "1"],
        ["a label that is far too long", "2"],
      ]),
    ).toEqual(["  short             1", "  a label that is far too long", "                    2"]);
  });
});

describe("values", () => {
  it.each([
    [null, "–"],
    [true, "True"],
    [["a", "b"], "a, b"],
    [{ id: "1" }, '{"id":"1"}'],
    ["two\nlines", "two lines"],
  ])("%j is shown as %s", (value, text) => {
    expect(print(value)).toBe(text);
  });

  it("cannot steer the terminal", () => {
    expect(clean("\u001B[31mred\u0007 \u202Eback\u0085\u2028")).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028]/u);
  });
});

describe("the style of a stream", () => {
  it("has no colours and a fixed width where it is no terminal", () => {
    const style = createStyle(Object.assign(Object.create(process.stdout), { isTTY: false, columns: 30 }));
    expect([style.width, style.good("✓"), style.bold("x")]).toEqual([100, "✓", "x"]);
  });

  it("has colours and the width of a terminal, but no less than 40", () => {
    const terminal = { isTTY: true, columns: 30, getColorDepth: () => 8, hasColors: () => true };
    const style = createStyle(Object.assign(Object.create(process.stdout), terminal));
    expect([style.width, style.good("✓")]).toEqual([40, "\u001B[32m✓\u001B[39m"]);
  });
});
