import { isComplex, isList, type Value } from "../model/value.ts";

/** What functions pass to each other: a value, a date, or nothing. A date leaves the expression as its printed form. */
export type Datum = Value | Date | undefined;

/** Prints a date as Entra does: `M/d/yyyy h:mm:ss tt` in UTC. */
export function printDate(date: Date): string {
  const hour = date.getUTCHours();
  const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${String(date.getUTCFullYear()).padStart(4, "0")}`;
  return `${day} ${hour % 12 || 12}:${padTwo(date.getUTCMinutes())}:${padTwo(date.getUTCSeconds())} ${hour < 12 ? "AM" : "PM"}`;
}

function padTwo(number: number): string {
  return String(number).padStart(2, "0");
}

/** The text of a single value: booleans print as `True` and `False`, objects as JSON. */
export function printScalar(datum: Exclude<Datum, undefined>): string {
  if (typeof datum === "string") return datum;
  if (typeof datum === "boolean") return datum ? "True" : "False";
  if (datum instanceof Date) return printDate(datum);
  if (typeof datum === "number") return printNumber(datum);
  return JSON.stringify(datum);
}

function printNumber(number: number): string {
  // Without an exponent, which String() uses from 1e21 on: ids must stay digits.
  return Number.isInteger(number) ? BigInt(number).toString() : String(number);
}

/** Turns the result of an expression into a plain value. An empty list is nothing. */
export function toResult(datum: Datum): Value | undefined {
  if (datum instanceof Date) return printDate(datum);
  if (isList(datum) && datum.length === 0) return undefined;
  return datum;
}

/** All values of a datum: none, one, or those of the list. */
export function toItems(datum: Datum): readonly Exclude<Datum, undefined>[] {
  if (datum === undefined) return [];
  return isMany(datum) ? datum : [datum];
}

/** True for a list, also of one element. */
export function isMany(datum: Datum): datum is readonly Value[] {
  return !(datum instanceof Date) && isList(datum);
}

/** True for nothing, the empty text and the empty list. */
export function isEmpty(datum: Datum): boolean {
  return datum === undefined || datum === "" || (isMany(datum) && datum.length === 0);
}

/** Parses a number as literals are written (`12`, `-3`, `1.5`, `&HF`), with blanks around it. Undefined for all else. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^[+-]?\d{1,300}(\.\d{1,300})?$/.test(trimmed)) return Number(trimmed);
  if (/^&H[0-9a-f]{1,13}$/i.test(trimmed)) return Number.parseInt(trimmed.slice(2), 16);
  return undefined;
}

/** Deepest nesting of lists and objects that functions take. */
const MAX_NESTING = 50;

/** Characters and values that a datum holds. Infinity when it is nested too deep to be looked through. */
export function sizeOf(datum: Datum, depth = 0): number {
  if (typeof datum === "string") return datum.length;
  if (typeof datum !== "object" || datum instanceof Date) return 1;
  if (depth > MAX_NESTING) return Number.POSITIVE_INFINITY;
  let size = 0;
  for (const item of isMany(datum) ? datum : Object.values(datum)) size += sizeOf(item, depth + 1) + 1;
  return size;
}

/** True for an object, as opposed to a scalar, a list or a date. */
export function isObject(datum: Datum): datum is { readonly [name: string]: Value } {
  return !(datum instanceof Date) && isComplex(datum);
}

/** The truth of a condition: True (any case), a number that is not zero. Nothing and everything else is false. */
export function isTruthy(datum: Datum): boolean {
  if (isMany(datum)) return datum.length === 1 && isTruthy(datum[0]);
  if (typeof datum === "number") return datum !== 0;
  return isTrue(datum) || (typeof datum === "string" && (parseNumber(datum) ?? 0) !== 0);
}

/** True for the Boolean and its text, in any case. */
export function isTrue(datum: Datum): boolean {
  if (typeof datum === "boolean") return datum;
  if (typeof datum !== "string") return isMany(datum) && datum.length === 1 && isTrue(datum[0]);
  return datum.trim().toLowerCase() === "true";
}
