import { parseDate } from "../expression/date-text.ts";

/** A place on the scale of whole numbers, or on that of time, in milliseconds. Places on different scales have no order. */
export type Point = { readonly scale: "number" | "date"; readonly at: bigint };

/** Reads a whole number, or else a date in one of the forms of parseDate(). Undefined for everything else. */
export function toPoint(text: string): Point | undefined {
  if (/^\s*-?\d{1,100}\s*$/.test(text)) return { scale: "number", at: BigInt(text.trim()) };
  const date = parseDate(text);
  return date === undefined ? undefined : { scale: "date", at: BigInt(date.getTime()) };
}

/**
 * The instant of a date that is written as Graph writes it, year first (ISO 8601), with or without time and offset, in
 * milliseconds; without an offset it is UTC. Undefined for everything else, also for days that do not exist.
 */
export function toInstant(text: string): number | undefined {
  return /^\d{4}-\d{1,2}-\d{1,2}/.test(text) ? parseDate(text)?.getTime() : undefined;
}

/** True for two texts that are the same date: `2026-01-01` and `2026-01-01T00:00:00Z`. */
export function isSameInstant(left: string, right: string): boolean {
  const instant = toInstant(left);
  return instant !== undefined && instant === toInstant(right);
}
