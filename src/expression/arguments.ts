import type { Value } from "../model/value.ts";
import { isMany, isObject, parseNumber, printScalar, type Datum } from "./datum.ts";
import { parseDate } from "./date-text.ts";
import {
  EvaluationStop,
  MAX_RESULT,
  MAX_SEARCHED,
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

/** Opens a call for one evaluation. Each argument is evaluated at most once. */
export function createCall(plan: CallPlan, context: RunningContext): Call {
  const seen = new Map<number, Datum>();
  const value = (index: number): Datum => {
    if (!seen.has(index)) seen.set(index, plan.args[index]?.evaluate(context));
    return seen.get(index);
  };
  const fail = createFail(plan);
  return {
    context,
    count: plan.args.length,
    has: (index) => plan.args[index] !== undefined,
    value,
    fail,
    text: (index) => toText(value(index), (code, message) => fail(code, message, index)),
    number: (index) => toNumber(value(index)) ?? fail("not-a-number", "a number is needed", index),
    date: (index) => {
      const datum = value(index);
      if (datum === undefined || datum === "") return undefined;
      return toDate(datum) ?? fail("not-a-date", "the value is not a date", index);
    },
    matchAll: (pattern, text) => {
      if (text.length > MAX_SEARCHED) fail("too-long", `the text has more than ${MAX_SEARCHED} characters`, 0);
      return pattern.matchAll(text, context.mayGoOn) ?? fail("too-slow", "the search for the pattern takes too long");
    },
    pattern: (index) =>
      plan.args[index]?.pattern ?? toPattern(value(index), (message) => fail("not-a-pattern", message, index)),
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

function toText(datum: Datum, fail: Fail): string | undefined {
  if (isMany(datum)) {
    if (datum.length > 1) fail("several-values", "one value is needed, there are several; use Item() or Join()");
    return toText(datum[0], fail);
  }
  if (isObject(datum)) fail("not-a-text", "the value is an object");
  return datum === undefined ? undefined : printScalar(datum);
}

function toNumber(datum: Datum): number | undefined {
  if (typeof datum === "number") return datum;
  if (isMany(datum)) return datum.length === 1 ? toNumber(datum[0]) : undefined;
  return typeof datum === "string" ? parseNumber(datum) : undefined;
}

function toDate(datum: Datum): Date | undefined {
  if (datum instanceof Date) return datum;
  if (isMany(datum)) return datum.length === 1 ? toDate(datum[0]) : undefined;
  return typeof datum === "string" ? parseDate(datum) : undefined;
}

function toPattern(datum: Datum, fail: (message: string) => never): Pattern {
  if (typeof datum !== "string") return fail("a pattern is needed");
  const result = compilePattern(datum);
  return result.ok ? result.pattern : fail(result.message);
}

/** Applies `change` to the text of an argument, or to each text of a list. Nothing stays nothing. */
export function mapText(call: Call, index: number, change: (text: string) => string): Datum {
  const datum = call.value(index);
  if (datum === undefined) return undefined;
  if (!isMany(datum)) return change(call.text(index) ?? "");
  const texts: Value[] = [];
  let total = 0;
  for (const item of datum) {
    const text = change(toText(item, (code, message) => call.fail(code, message, index)) ?? "");
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

/** Characters as people count them: code points, so that an emoji is never cut in two. */
export function toCharacters(text: string): readonly string[] {
  return Array.from(text);
}
