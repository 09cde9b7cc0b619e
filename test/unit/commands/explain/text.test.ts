import { describe, expect, it } from "vitest";
import { plainStyle, type Style } from "#src/commands/explain/layout.ts";
import { toText } from "#src/commands/explain/text.ts";
import { mappingLines } from "#src/commands/explain/text-mappings.ts";
import { explanation, mapping, STATUSES } from "./parts.ts";

const paint = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
const COLOURFUL: Style = {
  width: 200,
  good: paint("good"),
  bad: paint("bad"),
  warn: paint("warn"),
  dim: paint("dim"),
  bold: paint("bold"),
};

describe("the text", () => {
  it.each([40, 80, 100, 140, 200])("fits into %i columns", (width) => {
    const lines = toText(explanation(), plainStyle(width)).split("\n");
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(lines.filter((line) => line.trimEnd() !== line && line.length > width - 2)).toEqual([]);
  });

  it("begins with the verdict and goes through the steps in their order", () => {
    const lines = toText(explanation(), plainStyle(140)).split("\n");
    expect(lines[0]).toBe(explanation().verdict);
    const heads = lines.filter((line) => /^[A-Z]\w+$/u.test(line));
    expect(heads).toEqual(["Import", "Scope", "Match", "Mappings", "Members", "Action"]);
  });

  it("says everything that there is to say", () => {
    const text = toText(explanation(), plainStyle(200));
    for (const part of [
      "id (objectId)",
      "  extensionAttribute5  ",
      "without a value: mail",
      "Charles Babbage (00000000-0000-4000-8000-000000000001), has no account",
      "older copy (differs: jobTitle, department)",
      '✓ assigned to "SoSafe" directly, role Default access',
      '✗ assigned to "SoSafe" through group "Outer" → "Inner"',
      "which does not count: source.nestedGroups is ignore",
      "✗ sign-in blocked",
      "guest of another tenant",
      "✗ userType EQUALS Member, is Guest",
      "✓ mail IS NULL, is empty",
      "an account that exists: disable (users.deprovision.outOfScope)",
      "! Something to know.",
      "SCIM id scim-1, adopted",
      "userName eq ada@contoso.com: 1: scim-2, belongs to 00000000",
      "changed in SoSafe since the sync last looked: title",
      "could not be asked, unreachable: no connection",
      "now (with the next cycle): disable the account; because",
      "active: True → False",
      "with a re-sync: update 1 attribute; values differ",
      "title: a → –",
      "failed before, conflict: taken",
      "2 times since 2026-01-01, next try 2026-01-02",
      "nothing is sent since 2026-01-01, unauthorized: refused",
      "of them in the group in SoSafe  not known",
      "and 6 more",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("says of a deleted object why there is nothing", () => {
    const subject = { ...explanation().subject, presence: "soft" as const };
    const base = explanation();
    const text = toText(
      explanation({ subject, import: { ...base.import, attributes: [] }, mappings: [] }),
      plainStyle(100),
    );
    expect(text).toContain("nothing is read of an object that is deleted");
    expect(text).toContain("none is evaluated for an object that is not in Entra");
  });

  it("colours marks and states, not values", () => {
    const text = toText(explanation(), COLOURFUL);
    expect(text).toContain("<good>✓</good> assigned");
    expect(text).toContain("<bad>✗</bad> sign-in blocked");
    expect(text).toContain("<bold>Scope</bold>");
  });
});

describe("mappings", () => {
  it.each(STATUSES)("%s has words of its own, wide and narrow", (status) => {
    const others = STATUSES.filter((each) => each !== status);
    for (const width of [60, 160]) {
      const show = (each: (typeof STATUSES)[number]) =>
        mappingLines([mapping({ status: each })], plainStyle(width))
          .slice(1)
          .join("\n");
      expect(others.map(show)).not.toContain(show(status));
    }
  });

  it("stand in columns where there is room, else on a line of their own", () => {
    const target = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    const lines = [mapping({ status: "send" }), mapping({ target, source: "department", result: "n".repeat(60) })];
    const wide = mappingLines(lines, plainStyle(130)).slice(1);
    expect(wide).toEqual([
      expect.stringMatching(/^ {2}→ title ← jobTitle {29}old → new +would be sent$/u),
      expect.stringMatching(/^ {2}✓ enterprise:2\.0:User:department ← department {2}n{55} {2}equal in SoSafe$/u),
      `${" ".repeat(49)}nnnnn`,
    ]);
    expect(wide[0]?.indexOf("would")).toBe(wide[1]?.indexOf("equal"));
    expect(mappingLines(lines, plainStyle(80)).slice(1)).toEqual([
      "  → title ← jobTitle: old → new · would be sent",
      "  ✓ enterprise:2.0:User:department ← department:",
      `    ${"n".repeat(60)}`,
      "      equal in SoSafe",
    ]);
  });

  it("show the place of an error below the expression", () => {
    const error = { message: "no item 5", line: 1, column: 8 };
    const line = mapping({ kind: "expression", source: "Append(Item(x))", status: "error", error, inputs: [] });
    expect(mappingLines([line], plainStyle(80)).slice(2)).toEqual([
      "      1:8: no item 5",
      "        Append(Item(x))",
      "               ^",
    ]);
  });
});
