import { DAYS, MONTHS, parseFormat, type FormatPart } from "./date-format.ts";

type Fields = Record<string, number>;

const ISO =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\s{0,9}(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)? ?(Z|[+-]\d{2}:?\d{2})?$/i;
const AMERICAN =
  /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:[ T]\s{0,9}(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)? ?(AM|PM)?)? ?(Z|[+-]\d{2}:?\d{2})?$/i;
const OTHERS = [
  "ddd, d MMM yyyy HH:mm:ss 'GMT'",
  "d MMM yyyy",
  "d MMMM yyyy",
  "MMM d, yyyy",
  "MMMM d, yyyy",
  "dddd, MMMM d, yyyy",
  "yyyy/M/d",
].map((format) => parseFormat(format) ?? []);
/** Longer than any date that can be written in these forms. */
const MAX_DATE = 100;

/**
 * Reads a date without being told its format: ISO 8601 (date, or date and time; blank instead of T; offset also after a
 * bare date), month/day/year with an optional time, and the written forms of RFC 1123 and the invariant culture.
 * Without an offset it is UTC. Undefined for everything else, also for days that do not exist.
 */
export function parseDate(text: string): Date | undefined {
  const trimmed = text.trim();
  if (trimmed.length > MAX_DATE) return undefined;
  const iso = ISO.exec(trimmed);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, offset] = iso;
    return fromTexts({ year, month, day, hour, minute, second, fraction, offset });
  }
  const american = AMERICAN.exec(trimmed);
  if (american !== null) {
    const [, month, day, year, hour, minute, second, fraction, half, offset] = american;
    return fromTexts({ year, month, day, hour, minute, second, fraction, half, offset });
  }
  for (const format of OTHERS) {
    const date = parseDateExact(trimmed, format);
    if (date !== undefined) return date;
  }
  return undefined;
}

function fromTexts(texts: Readonly<Record<string, string | undefined>>): Date | undefined {
  const fields: Fields = {};
  for (const name of ["year", "month", "day", "hour", "minute", "second"]) fields[name] = Number(texts[name] ?? 0);
  if (texts["fraction"] !== undefined) fields["millisecond"] = toMilliseconds(texts["fraction"]);
  if (texts["half"] !== undefined) fields["half"] = texts["half"].toUpperCase() === "PM" ? 1 : 0;
  if (texts["offset"] !== undefined) fields["offset"] = toOffset(texts["offset"]);
  return toDate(fields);
}

/** Reads a date that has exactly the given format, blanks around it apart. */
export function parseDateExact(text: string, parts: readonly FormatPart[]): Date | undefined {
  const input = text.trim();
  const fields: Fields = {};
  let index = 0;
  for (const [position, part] of parts.entries()) {
    const length =
      "literal" in part ? readLiteral(input, index, part.literal) : readField(fields, input.slice(index), part);
    // As .NET: where there is no fraction, the point before it may be missing, too.
    if (length === undefined && isPoint(part) && isOptionalFraction(parts[position + 1])) continue;
    if (length === undefined) return undefined;
    index += length;
  }
  return index === input.length ? toDate(fields) : undefined;
}

function isPoint(part: FormatPart): boolean {
  return "literal" in part && part.literal === ".";
}

function isOptionalFraction(part: FormatPart | undefined): boolean {
  return part !== undefined && "specifier" in part && part.specifier === "F";
}

function readLiteral(input: string, index: number, literal: string): number | undefined {
  return input.startsWith(literal, index) ? literal.length : undefined;
}

type Specifier = { readonly specifier: string; readonly width: number };

function readField(fields: Fields, rest: string, { specifier, width }: Specifier): number | undefined {
  switch (specifier) {
    case "d":
      return width > 2 ? readWeekday(fields, rest, width) : readNumber(fields, "day", digits(rest, width, 2));
    case "M":
      return width > 2 ? readMonth(fields, rest, width) : readNumber(fields, "month", digits(rest, width, 2));
    case "y":
      return readYear(fields, rest, width);
    case "h":
    case "H":
      return readNumber(fields, "hour", digits(rest, width, 2));
    case "m":
      return readNumber(fields, "minute", digits(rest, width, 2));
    case "s":
      return readNumber(fields, "second", digits(rest, width, 2));
    default:
      return readRare(fields, rest, { specifier, width });
  }
}

function readRare(fields: Fields, rest: string, { specifier, width }: Specifier): number | undefined {
  switch (specifier) {
    case "t":
      return readHalf(fields, rest, width);
    case "f":
      return readFraction(fields, new RegExp(`^\\d{${width}}`).exec(rest)?.[0]);
    case "F":
      return readFraction(fields, new RegExp(`^\\d{0,${width}}`).exec(rest)?.[0]);
    case "g":
      return /^(A\.D\.|AD)/.exec(rest)?.[0].length;
    case "K":
      return readOffset(fields, /^(Z|[+-]\d{2}:?\d{2}|)/i.exec(rest)?.[0]);
    default:
      return readOffset(fields, (width < 3 ? /^[+-]\d{1,2}/ : /^(Z|[+-]\d{2}:?\d{2})/i).exec(rest)?.[0]);
  }
}

/** A specifier of one letter takes one or two digits, a longer one exactly as many as it has letters. */
function digits(rest: string, width: number, most: number): string | undefined {
  const pattern =
    width === 1 ? new RegExp(`^\\d{1,${most}}`) : new RegExp(`^\\d{${Math.max(2, Math.min(width, most))}}`);
  return pattern.exec(rest)?.[0];
}

function readNumber(fields: Fields, name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  fields[name] = Number(text);
  return text.length;
}

function readName(
  rest: string,
  names: readonly string[],
  width: number,
): { length: number | undefined; index: number } {
  const candidates = names.map((name) => (width === 3 ? name.slice(0, 3) : name).toLowerCase());
  const index = candidates.findIndex((name) => rest.toLowerCase().startsWith(name));
  return { length: candidates[index]?.length, index };
}

function readWeekday(fields: Fields, rest: string, width: number): number | undefined {
  const { length, index } = readName(rest, DAYS, width);
  fields["weekday"] = index;
  return length;
}

function readMonth(fields: Fields, rest: string, width: number): number | undefined {
  const { length, index } = readName(rest, MONTHS, width);
  fields["month"] = index + 1;
  return length;
}

function readYear(fields: Fields, rest: string, width: number): number | undefined {
  const text = digits(rest, width, width <= 2 ? 2 : width);
  const length = readNumber(fields, "year", text);
  // Two digits: 1950 to 2049, as .NET since version 5.
  const year = fields["year"];
  if (width <= 2 && year !== undefined) fields["year"] = year + (year < 50 ? 2000 : 1900);
  return length;
}

function readHalf(fields: Fields, rest: string, width: number): number | undefined {
  const text = (width === 1 ? /^[AP]/i : /^[AP]M/i).exec(rest)?.[0];
  if (text === undefined) return undefined;
  fields["half"] = /^P/i.test(text) ? 1 : 0;
  return text.length;
}

function readFraction(fields: Fields, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  fields["millisecond"] = toMilliseconds(text);
  return text.length;
}

function readOffset(fields: Fields, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  fields["offset"] = toOffset(text);
  return text.length;
}

function toMilliseconds(fraction: string): number {
  return Number(fraction.padEnd(3, "0").slice(0, 3));
}

/** Minutes east of UTC. */
function toOffset(text: string): number {
  if (text === "" || text.toUpperCase() === "Z") return 0;
  const digitsOnly = text.slice(1).replace(":", "");
  const minutes =
    digitsOnly.length <= 2
      ? Number(digitsOnly) * 60
      : Number(digitsOnly.slice(0, -2)) * 60 + Number(digitsOnly.slice(-2));
  return text.startsWith("-") ? -minutes : minutes;
}

function toDate(fields: Fields): Date | undefined {
  const get = (name: string, absent: number): number => fields[name] ?? absent;
  const [month, day] = [get("month", 1), get("day", 1)];
  const hour = toHour(get("hour", 0), fields["half"]);
  const [minute, second, offset] = [get("minute", 0), get("second", 0), get("offset", 0)];
  if (hour === undefined || hour > 23 || minute > 59 || second > 59 || Math.abs(offset) > 14 * 60) return undefined;
  const date = createDate(get("year", 1), month - 1, day);
  if (date === undefined || date.getUTCDate() !== day || date.getUTCMonth() !== month - 1) return undefined;
  if (fields["weekday"] !== undefined && fields["weekday"] !== date.getUTCDay()) return undefined;
  const seconds = (hour * 60 + minute - offset) * 60 + second;
  return toKnownDate(date.getTime() + seconds * 1000 + get("millisecond", 0));
}

function toHour(hour: number, half: number | undefined): number | undefined {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + half * 12;
}

/** Midnight of a day, UTC; also of the years before 100, which Date.UTC() takes for the twentieth century. */
export function createDate(year: number, month: number, day: number): Date | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return toKnownDate(date.getTime());
}

/** The date of an instant, if it is one of the years 1 to 9999, which a .NET DateTime can hold. */
export function toKnownDate(milliseconds: number): Date | undefined {
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  return Number.isNaN(year) || year < 1 || year > 9999 ? undefined : date;
}
