import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withFunctions } from "#src/expression/documentation.ts";
import { FUNCTIONS } from "#src/expression/function-table.ts";

const page = readFileSync("docs/expressions.md", "utf8");

describe("docs/expressions.md", () => {
  it("is up to date (npm run gen)", () => expect(page).toBe(withFunctions(page)));

  it.each([...FUNCTIONS.keys()])("has a row for %s", (name) => expect(page).toContain(`\n| \`${name}(`));

  it("shows the attributes and the result of an example", () => {
    const row = page.split("\n").find((line) => line.startsWith("| `Join("));
    expect(row).toContain('`Join(" ", [givenName], [surname])` with `[givenName] = "Ada"`, `[surname] = "Lovelace"`');
    expect(row).toContain('| `"Ada Lovelace"` |');
  });

  it("has cells in every row as in the head, whatever an example holds", () => {
    const rows = page
      .slice(page.indexOf("<!-- begin functions -->"), page.indexOf("<!-- end functions -->"))
      .split("\n");
    const counts = rows.filter((line) => line.startsWith("|")).map((line) => line.split(/(?<!\\)\|/).length);
    expect(new Set(counts)).toEqual(new Set([7]));
  });

  it("is refused without a place for the table", () => {
    expect(() => withFunctions("# Expressions")).toThrow("no place for the table of functions");
  });
});
