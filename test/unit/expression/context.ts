import { compile } from "#src/expression/compile.ts";
import type { Evaluation, EvaluationContext } from "#src/expression/evaluation.ts";
import { toValue, type Value } from "#src/model/value.ts";

export type Settings = {
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly now?: string;
  readonly taken?: readonly string[];
};

/** A context with a fixed clock and a repeatable sequence of random numbers. */
export function createContext({
  attributes = {},
  now = "2025-07-30T00:00:00Z",
  taken = [],
}: Settings = {}): EvaluationContext {
  let seed = 1;
  return {
    read: (name) => (Object.hasOwn(attributes, name) ? toValue(attributes[name]) : undefined),
    now: () => new Date(now),
    random: () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
    isTaken: (value) => taken.includes(value),
  };
}

/** Compiles and evaluates; fails the test when the expression does not compile. */
export function evaluate(expression: string, settings: Settings = {}): Evaluation {
  const compiled = compile(expression);
  if (!compiled.ok) throw new Error(`${expression}: ${JSON.stringify(compiled.problems)}`);
  return compiled.expression.evaluate(createContext(settings));
}

/** The value that an expression gives; fails the test when it gives none of that kind. */
export function valueOf(expression: string, attributes: Readonly<Record<string, unknown>> = {}): Value | undefined {
  const evaluation = evaluate(expression, { attributes });
  if (evaluation.kind !== "value") throw new Error(`${expression}: ${JSON.stringify(evaluation)}`);
  return evaluation.value;
}

/** The error code of an expression that cannot be evaluated, or the kind of its result. */
export function codeOf(expression: string, attributes: Readonly<Record<string, unknown>> = {}): string {
  const evaluation = evaluate(expression, { attributes });
  return evaluation.kind === "error" ? evaluation.code : evaluation.kind;
}
