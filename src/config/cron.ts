type Field = { readonly name: string; readonly from: number; readonly to: number; readonly names?: readonly string[] };

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const FIELDS: readonly Field[] = [
  { name: "minute", from: 0, to: 59 },
  { name: "hour", from: 0, to: 23 },
  { name: "day of month", from: 1, to: 31 },
  { name: "month", from: 1, to: 12, names: ["", ...MONTHS] },
  { name: "day of week", from: 0, to: 7, names: DAYS },
];

/**
 * Checks a cron expression of five fields (crontab(5): `*`, numbers, names, ranges, lists, steps). Returns what is wrong
 * with it, or undefined.
 */
export function checkCron(text: string): string | undefined {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    return 'must be a cron expression with five fields (minute, hour, day of month, month, day of week), such as "0 3 * * *", or off';
  }
  for (const [index, field] of FIELDS.entries()) {
    const part = parts[index] ?? "";
    if (!part.split(",").every((item) => isItem(item, field))) {
      return `has a wrong ${field.name}: ${part} (allowed are ${field.from} to ${field.to}, *, ranges, lists and steps)`;
    }
  }
  return undefined;
}

function isItem(item: string, field: Field): boolean {
  const [range = "", step, ...more] = item.split("/");
  if (more.length > 0) return false;
  if (step !== undefined && !/^[1-9]\d*$/.test(step)) return false;
  if (range === "*") return true;
  const [from, to, ...others] = range.split("-").map((point) => toNumber(point, field));
  if (others.length > 0 || from === undefined) return false;
  return range.includes("-") ? to !== undefined && from <= to : true;
}

function toNumber(point: string, { from, to, names }: Field): number | undefined {
  const named = names?.indexOf(point.toLowerCase()) ?? -1;
  if (point !== "" && named >= 0) return named;
  const number = /^\d+$/.test(point) ? Number(point) : -1;
  return number >= from && number <= to ? number : undefined;
}
