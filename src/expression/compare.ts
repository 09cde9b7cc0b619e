import { isEmpty, isMany, parseNumber, printScalar, toItems, type Datum } from "./datum.ts";
import { parseDate } from "./date-text.ts";
import type { Operator } from "./tree.ts";

type Scalar = Exclude<Datum, undefined>;

const WORK_OF_DATE = 20;

/**
 * Compares as conditions do. Nothing equals the empty text. Of a list, one element that fits is enough; `<>` is always
 * the contrary of `=`. Numbers, dates and booleans give the type of the comparison; texts are compared exactly.
 */
export function compare(left: Datum, operator: Operator, right: Datum): boolean {
  switch (operator) {
    case "=":
      return isSame(left, right);
    case "<>":
      return !isSame(left, right);
    default: {
      const others = toItems(right).map(toText);
      return toItems(left)
        .map(toText)
        .some((one) => others.some((other) => isOrdered(one, operator, other)));
    }
  }
}

/** Work of comparing two data, in about the time that a function takes for a character. Dates have to be read first. */
export function workOf(left: Datum, right: Datum): number {
  const pairs = toItems(left).length * toItems(right).length;
  return left instanceof Date || right instanceof Date ? pairs * WORK_OF_DATE : pairs;
}

/** Equality of `=`, `Switch()` and `In()`. */
export function isSame(left: Datum, right: Datum): boolean {
  if (isEmpty(left) || isEmpty(right)) return isEmpty(left) && isEmpty(right);
  if (isMany(left) || isMany(right)) {
    const others = toItems(right).map(toText);
    return toItems(left)
      .map(toText)
      .some((one) => others.some((other) => isSame(one, other)));
  }
  return left !== undefined && right !== undefined && isSameScalar(left, right);
}

/** Objects and lists in lists compare by their text, which is made once. */
function toText(item: Scalar): Scalar {
  return typeof item === "object" && !(item instanceof Date) ? printScalar(item) : item;
}

function isSameScalar(left: Scalar, right: Scalar): boolean {
  if (typeof left === "number" || typeof right === "number") {
    const [one, other] = [toNumber(left), toNumber(right)];
    if (one !== undefined && other !== undefined) return one === other;
  }
  if (left instanceof Date || right instanceof Date) {
    const [one, other] = [toDate(left), toDate(right)];
    return one !== undefined && other !== undefined && one.getTime() === other.getTime();
  }
  if (typeof left === "boolean" || typeof right === "boolean") {
    return printScalar(left).toLowerCase() === printScalar(right).toLowerCase();
  }
  return printScalar(left) === printScalar(right);
}

function isOrdered(left: Scalar, operator: Operator, right: Scalar): boolean {
  const order = orderOf(left, right);
  switch (operator) {
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "<":
      return order < 0;
    default:
      return order <= 0;
  }
}

/** Negative, zero, positive; NaN when there is no order between the two, which makes every comparison false. */
function orderOf(left: Scalar, right: Scalar): number {
  if (isEmpty(left) || isEmpty(right)) return Number.NaN;
  if (left instanceof Date || right instanceof Date)
    return difference(toDate(left)?.getTime(), toDate(right)?.getTime());
  const [one, other] = [toNumber(left), toNumber(right)];
  const areNumbers = one !== undefined && other !== undefined;
  if (areNumbers || typeof left === "number" || typeof right === "number") return difference(one, other);
  return orderTexts(printScalar(left), printScalar(right));
}

function difference(left = Number.NaN, right = Number.NaN): number {
  return left - right;
}

function orderTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function toNumber(scalar: Scalar): number | undefined {
  if (typeof scalar === "number") return scalar;
  return typeof scalar === "string" ? parseNumber(scalar) : undefined;
}

function toDate(scalar: Scalar): Date | undefined {
  if (scalar instanceof Date) return scalar;
  return typeof scalar === "string" ? parseDate(scalar) : undefined;
}
