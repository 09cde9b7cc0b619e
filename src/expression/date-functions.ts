import { isEmpty, type Datum } from "./datum.ts";
import { formatDate, parseFormat } from "./date-format.ts";
import { createDate, parseDateExact, toKnownDate } from "./date-text.ts";
import type { Call, FunctionSpec, Parameter } from "./evaluation.ts";

/** Milliseconds from 1601-01-01, where Windows file times begin, to 1970-01-01. */
const FILE_TIME_EPOCH = 11_644_473_600_000;
const MS: Readonly<Record<string, number>> = { d: 86_400_000, ww: 604_800_000, h: 3_600_000, n: 60_000, s: 1000 };
const INTERVAL: Parameter = { name: "interval", type: "choice", choices: ["yyyy", "m", "d", "ww", "h", "n", "s"] };
const STYLES = [
  "None",
  "AllowLeadingWhite",
  "AllowTrailingWhite",
  "AllowInnerWhite",
  "AllowWhiteSpaces",
  "AdjustToUniversal",
  "AssumeLocal",
  "AssumeUniversal",
  "NoCurrentDateDefault",
  "RoundtripKind",
];

/** Functions of dates. Everything is UTC; where a date is expected, nothing and the empty text give nothing. */
export const DATE_FUNCTIONS: readonly FunctionSpec[] = [
  {
    name: "Now",
    returns: "date",
    parameters: [],
    origin: "entra",
    summary: "The current time.",
    example: { expression: "Now()" },
    run: (call) => call.context.now(),
  },
  {
    name: "CDate",
    returns: "date",
    parameters: [{ name: "expression", type: "date" }],
    origin: "entra",
    summary: "A date from its text: ISO 8601, month/day/year, or the written forms of RFC 1123.",
    example: { expression: 'CDate("2020-03-16-07:00")', result: "3/16/2020 7:00:00 AM" },
    run: (call) => call.date(0),
  },
  {
    name: "DateAdd",
    returns: "date",
    parameters: [INTERVAL, { name: "value", type: "number" }, { name: "dateTime", type: "date" }],
    origin: "entra",
    summary:
      "A date so many years (yyyy), months (m), days (d), weeks (ww), hours (h), minutes (n) or seconds (s) later, or earlier.",
    example: { expression: 'DateAdd("d", 7, CDate("2012-03-16-07:00"))', result: "3/23/2012 7:00:00 AM" },
    run: runDateAdd,
  },
  {
    name: "DateDiff",
    returns: "number",
    parameters: [INTERVAL, { name: "date1", type: "date" }, { name: "date2", type: "date" }],
    origin: "entra",
    summary:
      "Full days, hours, minutes or seconds, or years, months or calendar weeks that change, from the first date to the second.",
    example: { expression: 'DateDiff("d", CDate("2021-08-18"), CDate("2021-08-31"))', result: 13 },
    run: runDateDiff,
  },
  {
    name: "FormatDateTime",
    returns: "text",
    parameters: [
      { name: "source", type: "any" },
      { name: "dateTimeStyles", type: "text", isOptional: true },
      { name: "inputFormat", type: "format" },
      { name: "outputFormat", type: "format", isOptional: true },
    ],
    origin: "entra",
    summary: "Writes a date in another format; the styles may also be left out together with their comma.",
    example: {
      expression: 'FormatDateTime("20150123105347.1Z", , "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")',
      result: "2015-01-23",
    },
    check: (args) =>
      args.length < 3 || args.at(-1)?.kind === "omitted" ? "inputFormat and outputFormat are needed" : undefined,
    run: runFormatDateTime,
  },
  {
    name: "DateFromNum",
    returns: "date",
    parameters: [{ name: "value", type: "number" }],
    origin: "entra",
    summary: "The date of a Windows file time (units of 100 ns since 1601), as Active Directory stores it.",
    example: { expression: "DateFromNum(129699324000000000)", result: "1/1/2012 11:00:00 PM" },
    run: (call) => {
      if (isEmpty(call.value(0))) return undefined;
      return toKnownDate(Math.round(call.number(0) / 10_000) - FILE_TIME_EPOCH) ?? failRange(call, 0);
    },
  },
  {
    name: "NumFromDate",
    returns: "number",
    parameters: [{ name: "value", type: "date" }],
    origin: "entra",
    summary: "A date as Windows file time.",
    example: { expression: 'NumFromDate("2012-01-01 23:00:00")', result: 129_699_324_000_000_000 },
    run: (call) => {
      const date = call.date(0);
      return date === undefined ? undefined : (date.getTime() + FILE_TIME_EPOCH) * 10_000;
    },
  },
];

function failRange(call: Call, index: number): never {
  return call.fail("out-of-range", "the date lies outside the years 1 to 9999", index);
}

function runDateAdd(call: Call): Datum {
  const date = call.date(2);
  if (date === undefined) return undefined;
  const interval = call.text(0) ?? "";
  const value = Math.trunc(call.number(1));
  const unit = MS[interval];
  if (unit !== undefined) return toKnownDate(date.getTime() + value * unit) ?? failRange(call, 1);
  if (interval === "m") return addMonths(date, value) ?? failRange(call, 1);
  if (interval === "yyyy") return addMonths(date, value * 12) ?? failRange(call, 1);
  return call.fail("not-an-interval", "the interval is not one of yyyy, m, d, ww, h, n, s", 0);
}

/** Keeps the day of the month; if the month is shorter, its last day. */
function addMonths(date: Date, months: number): Date | undefined {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const [first, last] = [createDate(year, month, 1), createDate(year, month + 1, 0)];
  if (first === undefined || last === undefined) return undefined;
  const day = Math.min(date.getUTCDate(), last.getUTCDate());
  const midnight = createDate(first.getUTCFullYear(), first.getUTCMonth(), day);
  const timeOfDay = ((date.getTime() % 86_400_000) + 86_400_000) % 86_400_000;
  return midnight === undefined ? undefined : toKnownDate(midnight.getTime() + timeOfDay);
}

/** As DateDiff of Microsoft.VisualBasic: spans are cut to whole units, years and months are those of the calendar. */
function runDateDiff(call: Call): Datum {
  const [from, to] = [call.date(1), call.date(2)];
  if (from === undefined || to === undefined) return undefined;
  const interval = call.text(0) ?? "";
  const years = to.getUTCFullYear() - from.getUTCFullYear();
  switch (interval) {
    case "yyyy":
      return years;
    case "m":
      return years * 12 + to.getUTCMonth() - from.getUTCMonth();
    case "ww":
      return whole((toSunday(to) - toSunday(from)) / 604_800_000);
    default: {
      const unit = MS[interval];
      if (unit === undefined)
        return call.fail("not-an-interval", "the interval is not one of yyyy, m, d, ww, h, n, s", 0);
      return whole((to.getTime() - from.getTime()) / unit);
    }
  }
}

/** Cuts towards zero, and never gives -0. */
function whole(number: number): number {
  return Math.trunc(number) + 0;
}

function toSunday(date: Date): number {
  return date.getTime() - date.getUTCDay() * 86_400_000;
}

function runFormatDateTime(call: Call): Datum {
  const source = call.value(0);
  if (isEmpty(source)) return source;
  const hasStyles = call.count > 3;
  if (hasStyles && call.has(1)) checkStyles(call);
  const [input, output] = [readFormat(call, hasStyles ? 2 : 1), readFormat(call, hasStyles ? 3 : 2)];
  if (source instanceof Date) return formatDate(source, output);
  const date = parseDateExact(call.text(0) ?? "", input);
  return date === undefined
    ? call.fail("not-a-date", "the value does not have the input format", 0)
    : formatDate(date, output);
}

function checkStyles(call: Call): void {
  const names = (call.text(1) ?? "").split(/[,|]/).map((name) => name.trim().replace(/^DateTimeStyles\./, ""));
  if (!names.every((name) => name === "" || STYLES.includes(name)))
    call.fail("not-a-style", "no such date and time style", 1);
}

function readFormat(call: Call, index: number): NonNullable<ReturnType<typeof parseFormat>> {
  return parseFormat(call.text(index) ?? "") ?? call.fail("not-a-format", "not a date and time format", index);
}
