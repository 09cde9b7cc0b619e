import type { Value } from "../model/value.ts";
import { isSame, workOf } from "./compare.ts";
import { isEmpty, isMany, isObject, parseNumber, printScalar, sizeOf, type Datum } from "./datum.ts";
import { parseDate } from "./date-text.ts";
import {
  EvaluationStop,
  MAX_PATTERN_VALUE,
  MAX_RESULT,
  MAX_SEARCHED,
  MAX_SEARCH_WORK,
  type Call,
  type RunningContext,
  type FunctionSpec,
} from "./evaluation.ts";
import { compilePattern, type Pattern } from "./pattern.ts";
import type { CallTree } from "./tree.ts";

/** An argument ready for evaluation; undefined where it is omitted. Constant patterns are compiled beforehand. */
export type Argument = {
  readonly evaluate: (context: RunningContext) => Datum;
  readonly pattern: Pattern | undefined;
};

/** What of a call does not change between evaluations. */
export type CallPlan = {
  readonly spec: FunctionSpec;
  readonly tree: CallTree;
  readonly args: readonly (Argument | undefined)[];
};

const TOO_SLOW = "the search for the pattern takes too long";

/** Opens a call for one evaluation. Each argument is evaluated at most once. */
export function createCall(plan: CallPlan, context: RunningContext): Call {
  const seen = new Map<number, Datum>();
  const fail = createFail(plan);
  const spend = (work: number, index?: number): void => {
    if (!context.spend(work)) fail("too-long", "the values are too long, or too many", index);
  };
  const value = (index: number): Datum => {
    if (seen.has(index)) return seen.get(index);
    const datum = plan.args[index]?.evaluate(context);
    spend(sizeOf(datum), index);
    seen.set(index, datum);
    return datum;
  };
  const one = (index: number): Datum => toOne(value(index), (code, message) => fail(code, message, index));
  return {
    context,
    count: plan.args.length,
    has: (index) => plan.args[index] !== undefined,
    value,
    fail,
    text: (index) => toText(one(index), (code, message) => fail(code, message, index)),
    number: (index) => toNumber(one(index)) ?? fail("not-a-number", "a number is needed", index),
    date: (index) => {
      const datum = one(index);
      if (isEmpty(datum)) return undefined;
      return toDate(datum) ?? fail("not-a-date", "the value is not a date", index);
    },
    isSame: (left, right) => {
      spend(workOf(left, right));
      return isSame(left, right);
    },
    matchAll: (pattern, text) => {
      const most = Math.min(MAX_SEARCHED, Math.floor(MAX_SEARCH_WORK / pattern.size));
      if (text.length > most) fail("too-long", `the pattern can search ${most} characters, the text has more`, 0);
      return pattern.matchAll(text, context.maySearch) ?? fail("too-slow", TOO_SLOW);
    },
    pattern: (index) =>
      plan.args[index]?.pattern ??
      (context.maySearch()
        ? toPattern(value(index), (message) => fail("not-a-pattern", message, index))
        : fail("too-slow", TOO_SLOW)),
  };
}

function createFail({ spec, tree }: CallPlan): Call["fail"] {
  return (code, message, index) => {
    const argument = index === undefined ? undefined : parameterAt(spec, index)?.name;
    const where = argument === undefined ? spec.name : `${spec.name}, ${argument}`;
    throw new EvaluationStop({
      kind: "error",
      code,
      message: `${where}: ${message}`,
      functionName: spec.name,
      ...(argument === undefined ? {} : { argument }),
      ...tree.at,
    });
  };
}

/** The parameter that an argument is for. Repeating ones start again. */
export function parameterAt(spec: FunctionSpec, index: number): FunctionSpec["parameters"][number] | undefined {
  const direct = spec.parameters[index];
  if (direct !== undefined) return direct;
  const repeating = spec.parameters.filter((parameter) => parameter.isRepeating);
  const offset = index - spec.parameters.length;
  return repeating.length === 0 ? undefined : repeating[offset % repeating.length];
}

type Fail = (code: string, message: string) => never;

/** The only value of a list; a single value is itself. */
function toOne(datum: Datum, fail: Fail): Datum {
  if (!isMany(datum)) return datum;
  if (datum.length > 1) fail("several-values", "one value is needed, there are several; use Item() or Join()");
  return toOne(datum[0], fail);
}

function toText(datum: Datum, fail: Fail): string | undefined {
  if (isObject(datum)) fail("not-a-text", "the value is an object");
  return datum === undefined ? undefined : printScalar(datum);
}

function toNumber(datum: Datum): number | undefined {
  if (typeof datum === "number") return datum;
  return typeof datum === "string" ? parseNumber(datum) : undefined;
}

function toDate(datum: Datum): Date | undefined {
  if (datum instanceof Date) return datum;
  return typeof datum === "string" ? parseDate(datum) : undefined;
}

function toPattern(datum: Datum, fail: (message: string) => never): Pattern {
  if (typeof datum !== "string") return fail("a pattern is needed");
  if (datum.length > MAX_PATTERN_VALUE) return fail("the pattern is too large");
  const result = compilePattern(datum);
  return result.ok ? result.pattern : fail(result.message);
}

/** Applies `change` to the text of an argument, or to each text of a list. Nothing stays nothing. */
export function mapText(call: Call, index: number, change: (text: string) => string): Datum {
  const datum = call.value(index);
  if (datum === undefined) return undefined;
  if (!isMany(datum)) return change(call.text(index) ?? "");
  const fail: Fail = (code, message) => call.fail(code, message, index);
  const texts: Value[] = [];
  let total = 0;
  for (const item of datum) {
    const text = change(toText(toOne(item, fail), fail) ?? "");
    total += text.length;
    if (total > MAX_RESULT) failTooLong(call);
    texts.push(text);
  }
  return texts;
}

/** Ends the evaluation because a text would grow beyond MAX_RESULT. */
export function failTooLong(call: Call): never {
  return call.fail("too-long", `the result would have more than ${MAX_RESULT} characters`);
}
