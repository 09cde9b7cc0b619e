/**
 * .NET date and time format strings (custom, and the standard one-letter ones), invariant culture, UTC. Only what has a
 * meaning without a time zone database: an offset that is read is applied, an offset that is written is always UTC.
 */
export type FormatPart = { readonly specifier: string; readonly width: number } | { readonly literal: string };

const STANDARD: Readonly<Record<string, string>> = {
  d: "MM/dd/yyyy",
  D: "dddd, dd MMMM yyyy",
  f: "dddd, dd MMMM yyyy HH:mm",
  F: "dddd, dd MMMM yyyy HH:mm:ss",
  g: "MM/dd/yyyy HH:mm",
  G: "MM/dd/yyyy HH:mm:ss",
  m: "MMMM dd",
  M: "MMMM dd",
  o: "yyyy-MM-ddTHH:mm:ss.fffffffK",
  O: "yyyy-MM-ddTHH:mm:ss.fffffffK",
  r: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  R: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  s: "yyyy-MM-ddTHH:mm:ss",
  t: "HH:mm",
  T: "HH:mm:ss",
  u: "yyyy-MM-dd HH:mm:ss'Z'",
  U: "dddd, dd MMMM yyyy HH:mm:ss",
  y: "yyyy MMMM",
  Y: "yyyy MMMM",
};

export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
export const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const SPECIFIERS = "dfFghHKmMstyz";
const MAX_WIDTH: Readonly<Record<string, number>> = { f: 7, F: 7, K: 1 };

/** Cuts a format string into its parts. Undefined for one that .NET would refuse, too. */
export function parseFormat(format: string): readonly FormatPart[] | undefined {
  if (format === "") return undefined;
  if (format.length === 1) {
    const standard = STANDARD[format];
    return standard === undefined ? undefined : parseFormat(standard);
  }
  const parts: FormatPart[] = [];
  for (let index = 0; index < format.length;) {
    const found = readPart(format, index);
    if (found === undefined) return undefined;
    if (found.part !== undefined) parts.push(found.part);
    index += found.length;
  }
  return parts;
}

type Found = { readonly part: FormatPart | undefined; readonly length: number };

function readPart(format: string, index: number): Found | undefined {
  const character = format.charAt(index);
  if (SPECIFIERS.includes(character)) return readSpecifier(format, index);
  switch (character) {
    case "'":
    case '"':
      return readQuoted(format, index);
    case "\\":
      return index + 1 < format.length ? { part: { literal: format.charAt(index + 1) }, length: 2 } : undefined;
    case "%":
      // `%d` is the custom specifier d, where `d` alone would be the standard format.
      return SPECIFIERS.includes(format.charAt(index + 1)) && index + 1 < format.length
        ? { part: undefined, length: 1 }
        : undefined;
    default:
      return { part: { literal: character }, length: 1 };
  }
}

function readSpecifier(format: string, index: number): Found | undefined {
  const specifier = format.charAt(index);
  let width = 1;
  while (format.charAt(index + width) === specifier) width += 1;
  if (specifier === "K") width = 1;
  return width > (MAX_WIDTH[specifier] ?? 8) ? undefined : { part: { specifier, width }, length: width };
}

function readQuoted(format: string, index: number): Found | undefined {
  const end = format.indexOf(format.charAt(index), index + 1);
  return end < 0 ? undefined : { part: { literal: format.slice(index + 1, end) }, length: end + 1 - index };
}

/** Writes a date in a format. */
export function formatDate(date: Date, parts: readonly FormatPart[]): string {
  let text = "";
  for (const part of parts) {
    const written = "literal" in part ? part.literal : formatPart(date, part.specifier, part.width);
    // As .NET: the point goes with the fraction that it would separate.
    const isLonely = written === "" && "specifier" in part && part.specifier === "F" && text.endsWith(".");
    text = isLonely ? text.slice(0, -1) : text + written;
  }
  return text;
}

function formatPart(date: Date, specifier: string, width: number): string {
  switch (specifier) {
    case "d":
      return formatNamed(date.getUTCDate(), DAYS[date.getUTCDay()] ?? "", width);
    case "M":
      return formatNamed(date.getUTCMonth() + 1, MONTHS[date.getUTCMonth()] ?? "", width);
    case "y":
      return formatYear(date.getUTCFullYear(), width);
    case "h":
      return pad(date.getUTCHours() % 12 || 12, width);
    case "H":
      return pad(date.getUTCHours(), width);
    case "m":
      return pad(date.getUTCMinutes(), width);
    case "s":
      return pad(date.getUTCSeconds(), width);
    default:
      return formatRare(date, specifier, width);
  }
}

function formatRare(date: Date, specifier: string, width: number): string {
  const fraction = String(date.getUTCMilliseconds()).padStart(3, "0").padEnd(7, "0").slice(0, width);
  switch (specifier) {
    case "t":
      return (date.getUTCHours() < 12 ? "AM" : "PM").slice(0, width);
    case "f":
      return fraction;
    case "F":
      return fraction.replace(/0+$/, "");
    case "g":
      return "A.D.";
    case "K":
      return "Z";
    default:
      return ["+0", "+00"][width - 1] ?? "+00:00";
  }
}

function formatNamed(number: number, name: string, width: number): string {
  if (width <= 2) return pad(number, width);
  return width === 3 ? name.slice(0, 3) : name;
}

function formatYear(year: number, width: number): string {
  return width <= 2 ? pad(year % 100, width) : pad(year, width);
}

function pad(number: number, width: number): string {
  return String(number).padStart(Math.min(width, 8) === 1 ? 1 : Math.max(2, width), "0");
}
