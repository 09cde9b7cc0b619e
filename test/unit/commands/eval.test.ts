import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeProblem, evalToText } from "#src/commands/eval.ts";
import { FUNCTIONS } from "#src/expression/function-table.ts";
import { printScalar, toItems } from "#src/expression/datum.ts";

const folder = mkdtempSync(join(tmpdir(), "eval-"));
let files = 0;

function save(content: string | Uint8Array): string {
  files += 1;
  const file = join(folder, `attributes-${files}.json`);
  writeFileSync(file, content);
  return file;
}

async function json(expression: string, attributes: unknown = {}, now?: string): Promise<unknown> {
  const file = save(JSON.stringify(attributes));
  const { out, code } = await evalToText(expression, { attributes: file, now, isJson: true });
  return { ...(JSON.parse(out) as object), code };
}

async function text(expression: string, attributes: unknown = {}) {
  return evalToText(expression, { attributes: save(JSON.stringify(attributes)), isJson: false });
}

type Row = readonly [what: string, expression: string, attributes: unknown, result: unknown];
const toCase = ([what, expression, attributes, result]: Row) => ({ what, expression, attributes, result });

describe("eval --json", () => {
  const results: readonly Row[] = [
    ["a text", 'Join(" ", [givenName], [surname])', { givenName: "Ada", surname: "Lovelace" }, "Ada Lovelace"],
    ["a Boolean", "Not([IsSoftDeleted])", { IsSoftDeleted: false }, true],
    ["a number", "Len([mail])", { mail: "a@b.c" }, 5],
    ["a list", 'Split([mail], "@")', { mail: "a@b.c" }, ["a", "b.c"]],
    [
      "a date in Entra's form",
      "CDate([employeeHireDate])",
      { employeeHireDate: "2024-02-29T13:05:00Z" },
      "2/29/2024 1:05:00 PM",
    ],
    ["null for no value", "[mail]", { mail: null }, null],
    ["null for an attribute that is not in the file", "[mail]", {}, null],
  ];

  it.each(results.map(toCase))("gives $what", async ({ expression, attributes, result }) => {
    expect(await json(expression, attributes)).toEqual({ result, code: 0 });
  });

  it("tells what an ignored attribute and an ignored object are", async () => {
    expect(await json('IIF([a] = "1", IgnoreAttributeFlow, "x")', { a: "1" })).toEqual({
      ignore: "attribute",
      code: 0,
    });
    expect(await json('IIF([a] = "1", IgnoreObjectFlow, "x")', { a: "1" })).toEqual({ ignore: "object", code: 0 });
  });

  it("gives code and place of an error, exit code 1", async () => {
    const error = { code: "out-of-bounds", message: expect.any(String) as unknown, line: 2, column: 1 };
    expect(await json('Append("x",\nItem([otherMails], 3))', { otherMails: ["a"] })).toEqual({ error, code: 1 });
  });

  it("gives the first problem of an expression that does not compile", async () => {
    const error = { code: "syntax", message: "unknown function ToLwer", line: 1, column: 1 };
    expect(await json("ToLwer(Uper([mail]))")).toEqual({ error, code: 1 });
  });

  it("reads Now() from --now", async () => {
    expect(await json("Now()", {}, "2025-07-30T15:00:00Z")).toEqual({ result: "7/30/2025 3:00:00 PM", code: 0 });
    expect(await json("Now()", {}, "2025-07-30")).toEqual({ result: "7/30/2025 12:00:00 AM", code: 0 });
  });

  it("reads Now() from the clock without it", async () => {
    expect(await json('DateDiff("h", Now(), Now())')).toEqual({ result: 0, code: 0 });
  });
});

describe("names of attributes", () => {
  const names: readonly Row[] = [
    [
      "Entra's name, Graph's in the file",
      "[telephoneNumber]",
      { businessPhones: ["+49 221 1", "+49 221 2"] },
      "+49 221 1",
    ],
    ["Graph's name, Entra's in the file", "[mobilePhone]", { mobile: "+49 151" }, "+49 151"],
    [
      "a part of a complex property",
      "[extensionAttribute3]",
      { onPremisesExtensionAttributes: { extensionAttribute3: "x" } },
      "x",
    ],
    [
      "a part by its long name",
      "[onPremisesExtensionAttributes.extensionAttribute3]",
      { extensionAttribute3: "x" },
      "x",
    ],
    ["the object id", "[objectId]", { id: "AB-1" }, "AB-1"],
    ["a name in other case", "[DisplayName]", { displayname: "Ada" }, "Ada"],
    ["a name that Entra does not know", "[StatusHireDate]", { StatusHireDate: "x" }, "x"],
    ["IsSoftDeleted of a blocked sign-in", "[IsSoftDeleted]", { accountEnabled: false }, true],
    ["an exact name before any other", "[mobile]", { mobilePhone: "1", mobile: "2" }, "2"],
  ];

  it.each(names.map(toCase))("are understood: $what", async ({ expression, attributes, result }) => {
    expect(await json(expression, attributes)).toEqual({ result, code: 0 });
  });

  it("take null under the exact name as absent, whatever stands under another", async () => {
    expect(await json("[mobile]", { mobile: null, mobilePhone: "1" })).toEqual({ result: null, code: 0 });
  });

  it("are not taken from the prototype of the object", async () => {
    expect(await json("[constructor]", {})).toEqual({ result: null, code: 0 });
  });
});

describe("eval for people", () => {
  it("prints a list one item a line", async () => {
    expect(await text('Split([mail], "@")', { mail: "a@b.c" })).toEqual({ out: "a\nb.c", notes: [], code: 0 });
  });

  it("says so when there is no value", async () => {
    expect(await text("[mail]", {})).toMatchObject({ out: "", code: 0, notes: [expect.stringContaining("no value")] });
  });

  it("lists every problem with place, caret and hint", async () => {
    const printed = await text('Append(ToLwer([mail]),\n  "x", "y")', {});
    expect(printed).toMatchObject({ out: "", code: 1 });
    expect(printed.notes.join("\n")).toBe(
      [
        "1:1: Append has too many arguments; Append(source, suffix)",
        "  Append(ToLwer([mail]),",
        "  ^",
        "1:8: unknown function ToLwer; did you mean ToLower?",
        "  Append(ToLwer([mail]),",
        "         ^",
      ].join("\n"),
    );
  });

  it("keeps the place in view when the line is long", () => {
    const expression = `${"x".repeat(300)}?${"y".repeat(300)}`;
    const lines = describeProblem(expression, { message: "unexpected ?", line: 1, column: 301 }).split("\n");
    expect(lines[1]?.charAt(lines[2]?.indexOf("^") ?? 0)).toBe("?");
    expect(lines[1]?.length).toBeLessThan(110);
  });
});

describe("what can be wrong with the call", () => {
  it.each([
    ["no file", "does-not-exist.json", "does-not-exist.json: does not exist"],
    ["a folder", folder, `${folder}: is a folder, not a file`],
  ])("%s", async (_what, attributes, note) => {
    expect(await evalToText("[a]", { attributes, isJson: true })).toEqual({ out: "", notes: [note], code: 78 });
  });

  it.each([
    ["nothing", "", "is empty"],
    ["no JSON", '{"secret": hunter2}', "is not JSON"],
    ["a list", "[1]", "must hold a JSON object"],
    ["null", "null", "must hold a JSON object"],
  ])("a file with %s", async (_what, content, message) => {
    const file = save(content);
    const printed = await evalToText("[a]", { attributes: file, isJson: false });
    expect(printed.code).toBe(78);
    expect(printed.notes[0]).toContain(`${file}: ${message}`);
    expect(printed.notes[0]).not.toContain("hunter2");
  });

  it.each(["yesterday", "2025-02-30T00:00:00Z", "2025-13-01", "7/30/2025", ""])("--now %s", async (now) => {
    expect(await evalToText("Now()", { now, isJson: true })).toMatchObject({ out: "", code: 2 });
  });
});

describe("files from other systems", () => {
  const content = '{"givenName":"Käthe"}';

  it.each([
    ["UTF-8 with byte order mark", Buffer.from(`\uFEFF${content}`, "utf8")],
    ["UTF-16, little end first", Buffer.from(`\uFEFF${content}`, "utf16le")],
    ["UTF-16, big end first", Buffer.from(`\uFEFF${content}`, "utf16le").swap16()],
  ])("are read: %s", async (_what, bytes) => {
    const printed = await evalToText("[givenName]", { attributes: save(bytes), isJson: false });
    expect(printed).toEqual({ out: "Käthe", notes: [], code: 0 });
  });
});

describe("examples of the function table", () => {
  const examples = [...FUNCTIONS.values()].filter(({ example }) => example.result !== undefined);

  it.each(examples)("$name prints its documented result", async ({ example }) => {
    const { out, code } = await text(example.expression, example.attributes ?? {});
    expect({ out, code }).toEqual({ out: toItems(example.result).map(printScalar).join("\n"), code: 0 });
  });
});
