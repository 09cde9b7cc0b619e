import { printScalar } from "../expression/datum.ts";
import { findNearest } from "../model/nearest.ts";
import { compilePattern } from "../expression/pattern.ts";
import type { Value } from "../model/value.ts";
import { isSameInstant, toPoint, type Point } from "./point.ts";

/** True when one value of the attribute satisfies a clause. */
export type Test = (actual: Value) => boolean;

export type TestResult =
  | { readonly ok: true; readonly test: Test }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

/** What a clause compares with; texts are folded already when case does not count. */
export type Operand = { readonly values: readonly string[]; readonly isCaseSensitive: boolean };

/** One operator of scoping filters; the documentation's table is made from these. */
export type OperatorSpec = {
  /** As Entra's portal labels it. */
  readonly name: string;
  /** A name that says more, for the operators that are only signs. */
  readonly alias?: string;
  readonly origin: "entra" | "addition";
  /** none: takes no value. one or more: takes values, each of which is tried. */
  readonly values: "none" | "some";
  /** A negation holds for a list only when it holds for every element. */
  readonly isNegation: boolean;
  readonly summary: string;
  readonly compile: (operand: Operand) => TestResult;
};

/** All operators. Every one except IS NULL is false for an attribute without a value. */
export const OPERATORS: readonly OperatorSpec[] = [
  compareTexts("EQUALS", "the attribute is the value", isSame),
  negate("NOT EQUALS", "the attribute is not the value", isSame),
  unary("IS TRUE", "the attribute is true", (actual) => printScalar(actual).toLowerCase() === "true"),
  unary("IS FALSE", "the attribute is false", (actual) => printScalar(actual).toLowerCase() === "false"),
  unary("IS NULL", "the attribute has no value", () => false),
  unary("IS NOT NULL", "the attribute has a value", () => true),
  matchPattern("REGEX MATCH", "the whole attribute fits the pattern", false),
  matchPattern("NOT REGEX MATCH", "the whole attribute does not fit the pattern", true),
  compareOrder("Greater_Than", "the attribute is above the value: whole numbers, or dates", (order) => order > 0),
  compareOrder("Greater_Than_OR_EQUALS", "the attribute is the value or above", (order) => order >= 0),
  addition(
    compareOrder("Less_Than", "the attribute is below the value: whole numbers, or dates", (order) => order < 0),
  ),
  addition(compareOrder("Less_Than_OR_EQUALS", "the attribute is the value or below", (order) => order <= 0)),
  compareTexts("Includes", "the attribute contains the value", (actual, value) => actual.includes(value)),
  compareTexts("ENDS_WITH", "the attribute ends with the value", (actual, value) => actual.endsWith(value)),
  addition(
    compareTexts("STARTS_WITH", "the attribute begins with the value", (actual, value) => actual.startsWith(value)),
  ),
  addition(compareTexts("IN", "the attribute is one of the values", isSame)),
  addition(negate("NOT IN", "the attribute is none of the values", isSame)),
  {
    ...compareTexts("&", "the value contains the attribute", (actual, value) => value.includes(actual)),
    alias: "EXISTS_IN",
  },
  {
    ...negate("!&", "the value does not contain the attribute", (actual, value) => value.includes(actual)),
    alias: "NOT_EXISTS_IN",
  },
];

/** Finds an operator by its label: case, blanks and underscores do not count. */
export function findOperator(label: string): OperatorSpec | undefined {
  return OPERATORS.find(({ name, alias }) => [name, alias ?? name].some((known) => fold(known) === fold(label)));
}

/** What people write who know other languages. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ...["=", "==", "===", "eq", "is"].map((name) => [name, "EQUALS"] as const),
  ...["!=", "!==", "<>", "ne", "isnot"].map((name) => [name, "NOT EQUALS"] as const),
  ...[">", "gt", "after"].map((name) => [name, "Greater_Than"] as const),
  ...[">=", "ge"].map((name) => [name, "Greater_Than_OR_EQUALS"] as const),
  ...["<", "lt", "before"].map((name) => [name, "Less_Than"] as const),
  ...["<=", "le"].map((name) => [name, "Less_Than_OR_EQUALS"] as const),
  ...["co", "contains"].map((name) => [name, "Includes"] as const),
  ...["sw", "beginswith"].map((name) => [name, "STARTS_WITH"] as const),
  ...["like", "matches", "match"].map((name) => [name, "REGEX MATCH"] as const),
  ["pr", "IS NOT NULL"],
]);

/** The name that a misspelled operator, or one of another language, may be meant to be. */
export function suggestOperator(label: string): string | undefined {
  // To a sign other signs are near that mean something else.
  const names = OPERATORS.map((operator) => operator.name).filter((name) => /[a-z]/i.test(name));
  return OTHER_NAMES.get(fold(label)) ?? findNearest(label, names);
}

function fold(label: string): string {
  return label.toLowerCase().replaceAll(/[\s_]/g, "");
}

type Comparison = (actual: string, value: string) => boolean;
type Spec = Omit<OperatorSpec, "origin" | "name" | "alias" | "summary">;

function entra(name: string, summary: string, spec: Spec): OperatorSpec {
  return { name, summary, origin: "entra", ...spec };
}

function addition(spec: OperatorSpec): OperatorSpec {
  return { ...spec, origin: "addition" };
}

function unary(name: string, summary: string, test: Test): OperatorSpec {
  return entra(name, summary, { values: "none", isNegation: false, compile: () => ({ ok: true, test }) });
}

function compareTexts(name: string, summary: string, comparison: Comparison): OperatorSpec {
  return entra(name, summary, {
    values: "some",
    isNegation: false,
    compile: (operand) => ({ ok: true, test: toTest(operand, comparison) }),
  });
}

function negate(name: string, summary: string, comparison: Comparison): OperatorSpec {
  return entra(name, summary, {
    values: "some",
    isNegation: true,
    compile: (operand) => {
      const test = toTest(operand, comparison);
      return { ok: true, test: (actual) => !test(actual) };
    },
  });
}

/** Booleans are compared without regard to case: `true` in a file means True. */
function toTest({ values, isCaseSensitive }: Operand, comparison: Comparison): Test {
  const folded = values.map((value) => value.toLowerCase());
  return (actual) => {
    const text = printScalar(actual);
    return isCaseSensitive && typeof actual !== "boolean"
      ? values.some((value) => comparison(text, value))
      : folded.some((value) => comparison(text.toLowerCase(), value));
  };
}

/** The same text, or the same date in another writing. */
function isSame(actual: string, value: string): boolean {
  return actual === value || isSameInstant(actual, value);
}

/** Whole numbers are compared with whole numbers and dates with dates; everything else has no order. */
function compareOrder(name: string, summary: string, accept: (order: number) => boolean): OperatorSpec {
  return entra(name, summary, {
    values: "some",
    isNegation: false,
    compile: ({ values }) => {
      const points = values.map(toPoint).filter((point) => point !== undefined);
      if (points.length < values.length) {
        return { ok: false, message: "the value must be a whole number, or a date such as 2026-01-31" };
      }
      const test: Test = (actual) => {
        const found = toPoint(printScalar(actual));
        return (
          found !== undefined && points.some((point) => found.scale === point.scale && accept(orderOf(found, point)))
        );
      };
      return { ok: true, test };
    },
  });
}

function orderOf(left: Point, right: Point): number {
  if (left.at === right.at) return 0;
  return left.at < right.at ? -1 : 1;
}

function matchPattern(name: string, summary: string, isNegation: boolean): OperatorSpec {
  return entra(name, summary, {
    values: "some",
    isNegation,
    compile: ({ values, isCaseSensitive }) => {
      const results = values.map((value) => compilePattern(isCaseSensitive ? value : `(?i)${value}`));
      const failed = results.find((result) => !result.ok);
      if (failed !== undefined) return failed;
      const patterns = results.flatMap((result) => (result.ok ? [result.pattern] : []));
      const matches: Test = (actual) => patterns.some((pattern) => pattern.matchesWhole(printScalar(actual)));
      return { ok: true, test: isNegation ? (actual) => !matches(actual) : matches };
    },
  });
}
