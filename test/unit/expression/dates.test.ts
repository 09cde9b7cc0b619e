import { describe, expect, it } from "vitest";
import type { Value } from "#src/model/value.ts";
import { codeOf, valueOf } from "./context.ts";

type Case = readonly [expression: string, attributes: Readonly<Record<string, unknown>>, expected: Value | undefined];

function check(cases: readonly Case[]): void {
  it.each(cases)("%s of %j is %j", (expression, attributes, expected) => {
    expect(valueOf(expression, attributes)).toEqual(expected);
  });
}

describe("dates", () => {
  check([
    ["CDate([d])", { d: "2021-06-30+08:00" }, "6/29/2021 4:00:00 PM"],
    ["CDate([d])", { d: "2009-06-15T01:45:30-07:00" }, "6/15/2009 8:45:30 AM"],
    ["CDate([d])", { d: "2009-06-15T00:00:00.1234567Z" }, "6/15/2009 12:00:00 AM"],
    ["CDate([d])", { d: "12/31/2021 12:00 PM" }, "12/31/2021 12:00:00 PM"],
    ["CDate([d])", { d: "Mon, 15 Jun 2009 20:45:30 GMT" }, "6/15/2009 8:45:30 PM"],
    ["CDate([d])", { d: "June 15, 2009" }, "6/15/2009 12:00:00 AM"],
    ["CDate([d])", { d: "0001-01-01" }, "1/1/0001 12:00:00 AM"],
    ["CDate([d])", { d: "" }, undefined],
    ["CDate([d])", {}, undefined],
    ['DateAdd("m", 1, "2024-01-31")', {}, "2/29/2024 12:00:00 AM"],
    ['DateAdd("m", -11, "2024-01-31T10:00:00Z")', {}, "2/28/2023 10:00:00 AM"],
    ['DateAdd("yyyy", 1, "2024-02-29")', {}, "2/28/2025 12:00:00 AM"],
    ['DateAdd("ww", 2, "2024-02-29")', {}, "3/14/2024 12:00:00 AM"],
    ['DateAdd("h", -1, "2024-01-01")', {}, "12/31/2023 11:00:00 PM"],
    ['DateAdd("n", "90", "2024-01-01")', {}, "1/1/2024 1:30:00 AM"],
    ['DateAdd("s", 1, [d])', {}, undefined],
    ['DateDiff("d", "2024-01-01T23:00:00Z", "2024-01-02T01:00:00Z")', {}, 0],
    ['DateDiff("d", "2024-01-02", "2024-01-01")', {}, -1],
    ['DateDiff("ww", "2024-01-06", "2024-01-07")', {}, 1],
    ['DateDiff("m", "2024-01-31", "2024-02-01")', {}, 1],
    ['DateDiff("yyyy", "2023-12-31", "2024-01-01")', {}, 1],
    ['DateDiff("s", "2021-08-24", "2021-08-25")', {}, 86_400],
    ['DateDiff("d", Now(), [d])', {}, undefined],
    ['FormatDateTime([d], "yyyy-MM-dd", "dd.MM.yy")', { d: "2024-02-09" }, "09.02.24"],
    ['FormatDateTime([d], , "yyyy-MM-ddzzz", "yyyy-MM-dd")', { d: "2021-06-30+08:00" }, "2021-06-29"],
    ['FormatDateTime([d], , "d MMM yyyy", "dddd, d. MMMM yyyy")', { d: "9 Feb 2024" }, "Friday, 9. February 2024"],
    ['FormatDateTime([d], , "yyyyMMddHHmmss", "h:mm tt")', { d: "20240209000500" }, "12:05 AM"],
    [
      'FormatDateTime([d], "None", "o", "yyyy\\"y\\" %d \'q\' \\\\y fff F")',
      { d: "2024-02-09T01:02:03.4500000Z" },
      "2024y 9 q y 450 4",
    ],
    ['FormatDateTime([d], , "yyyy-MM-dd", "yyyy")', {}, undefined],
    ['FormatDateTime([d], , "yyyy-MM-dd", "yyyy")', { d: "" }, ""],
    ["DateFromNum([n])", { n: "129699324000000000" }, "1/1/2012 11:00:00 PM"],
    ["DateFromNum([n])", {}, undefined],
    ['CStr(NumFromDate("2012-01-01T23:00:00Z"))', {}, "129699324000000000"],
    ['NumFromDate(Join("", "2020-01-01", " 23:59:59-08:00"))', {}, 132_224_255_990_000_000],
    ["Now()", {}, "7/30/2025 12:00:00 AM"],
  ]);

  it.each([
    ["CDate([d])", "2023-02-29", "not-a-date"],
    ["CDate([d])", "2023-13-01", "not-a-date"],
    ["CDate([d])", "2023-01-01T25:00:00Z", "not-a-date"],
    ["CDate([d])", "13/13/2023", "not-a-date"],
    ["CDate([d])", "1/1/2023 13:00 PM", "not-a-date"],
    ["CDate([d])", "soon", "not-a-date"],
    ['DateAdd("yyyy", 9000, [d])', "2023-01-01", "out-of-range"],
    ['DateAdd("d", [d], Now())', "x", "not-a-number"],
    ["DateAdd([d], 1, Now())", "x", "not-an-interval"],
    ["DateFromNum([d])", "9223372036854775807", "out-of-range"],
    ['FormatDateTime([d], , "yyyy-MM-dd", "yyyy")', "2023-1-1", "not-a-date"],
    ['FormatDateTime([d], , "yyyy-MM-dd", "yyyy")', "2023-01-01x", "not-a-date"],
    ['FormatDateTime("2023", [d], "yyyy", "yyyy")', "Nope", "not-a-style"],
    ['FormatDateTime("2023", , [d], "yyyy")', "q'", "not-a-format"],
  ])("%s of %s fails: %s", (expression, d, code) => {
    expect(codeOf(expression, { d })).toBe(code);
  });
});
