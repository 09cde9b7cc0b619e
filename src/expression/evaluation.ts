import type { Value } from "../model/value.ts";
import type { Datum } from "./datum.ts";
import type { Pattern, PatternMatch } from "./pattern.ts";
import type { Position, Tree } from "./tree.ts";

/** What an expression may look at. Everything that changes from one evaluation to the next comes through here. */
export type EvaluationContext = {
  /** The value of a source attribute, undefined when it is empty. */
  readonly read: (attribute: string) => Value | undefined;
  readonly now: () => Date;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** True when another account of the target has this value; for SelectUniqueValue(). Without it nothing is taken. */
  readonly isTaken?: (value: string) => boolean;
};

/** The outcome of an expression for one object. */
export type Evaluation =
  /** The value for the target; undefined means that it has none. */
  | { readonly kind: "value"; readonly value: Value | undefined }
  /** Leave the target attribute alone. */
  | { readonly kind: "ignoreAttribute" }
  /** Leave the whole object alone. */
  | { readonly kind: "ignoreObject" }
  | EvaluationError;

/** `code` is stable, `message` is for the operator and holds no attribute values. */
export type EvaluationError = Position & {
  readonly kind: "error";
  readonly code: string;
  readonly message: string;
  readonly functionName?: string;
  readonly argument?: string;
};

/** Ends an evaluation from inside a function; never leaves this folder. */
export class EvaluationStop extends Error {
  readonly evaluation: Evaluation;

  constructor(evaluation: Evaluation) {
    super(evaluation.kind === "error" ? evaluation.message : evaluation.kind);
    this.evaluation = evaluation;
  }
}

/**
 * A call in evaluation: typed access to its arguments, by index. An argument is evaluated when it is first asked for.
 * `text`, `number` and the others convert; what cannot be converted ends the evaluation with an error.
 */
export type Call = {
  readonly context: EvaluationContext;
  /** Number of arguments as written, omitted ones included. */
  readonly count: number;
  /** True when the argument is written, whatever it evaluates to. */
  readonly has: (index: number) => boolean;
  readonly value: (index: number) => Datum;
  readonly text: (index: number) => string | undefined;
  readonly number: (index: number) => number;
  readonly date: (index: number) => Date | undefined;
  readonly pattern: (index: number) => Pattern;
  /** Equality as of `=`. */
  readonly isSame: (left: Datum, right: Datum) => boolean;
  /** All matches of a pattern; ends the evaluation when the text or the search takes too long. */
  readonly matchAll: (pattern: Pattern, text: string) => readonly PatternMatch[];
  /** Ends the evaluation with an error, which names the argument if its index is given. */
  readonly fail: (code: string, message: string, index?: number) => never;
};

export type ParameterType =
  | "any"
  | "text"
  | "number"
  | "condition"
  | "date"
  | "list"
  | "pattern"
  | "format"
  | "culture"
  | "choice";

export type Parameter = {
  readonly name: string;
  readonly type: ParameterType;
  readonly isOptional?: true;
  /** Only the last ones: they may be given again and again, in this order. */
  readonly isRepeating?: true;
  /** What a `choice` may be. */
  readonly choices?: readonly string[];
};

/** What is known of a value before anything is evaluated. `list` holds single values, `objects` is a list of objects. */
export type StaticType = "text" | "number" | "boolean" | "date" | "list" | "object" | "objects";

/**
 * What a function gives: a type; `each`, a text or, for a list, a list of texts; `element`, a part of its first argument;
 * or one of its arguments, those from `from` on, every `step`th.
 */
export type Returns = StaticType | "any" | "each" | "element" | { readonly from: number; readonly step: number };

/** One function of the language; the table of them is also what the documentation is made from. */
export type FunctionSpec = {
  readonly name: string;
  /** What it gives, so that a call which can never fit is refused before it is evaluated. */
  readonly returns: Returns;
  readonly parameters: readonly Parameter[];
  /** entra: app provisioning; cloud-sync: documented for Entra Cloud Sync or Connect only; addition: ours. */
  readonly origin: "entra" | "cloud-sync" | "addition";
  readonly summary: string;
  readonly example: {
    readonly expression: string;
    readonly attributes?: Readonly<Record<string, Value>>;
    /** Left out where the result is different every time. */
    readonly result?: Value;
  };
  /** What the parameters alone cannot say about the arguments. */
  readonly check?: (args: readonly Tree[]) => string | undefined;
  readonly run: (call: Call) => Datum;
};

/** The context of one evaluation that is under way. */
export type RunningContext = EvaluationContext & {
  /** Counts work; false when the evaluation has done MAX_WORK. */
  readonly spend: (work: number) => boolean;
  /** False when the evaluation has searched for MAX_SEARCH_TIME. */
  readonly maySearch: () => boolean;
};

/** Milliseconds of processor time that an evaluation may search for patterns; sensible ones take a hundredth. */
export const MAX_SEARCH_TIME = 30;

/** Longest text that is searched for a pattern. */
export const MAX_SEARCHED = 10_000;

/** Characters times instructions of a pattern that one search may cost: some 25 ms. */
export const MAX_SEARCH_WORK = 500_000;

/** Characters of the longest pattern that comes from a value, and so has to be compiled for every object. */
export const MAX_PATTERN_VALUE = 500;

/**
 * Work of one evaluation: the characters of all arguments together, and the pairs of values that are compared. Fifty
 * milliseconds at most, whatever the expression and the values are.
 */
export const MAX_WORK = 200_000;

/** No function returns more text than this (characters, a list's elements together): keeps nested calls bounded. */
export const MAX_RESULT = 100_000;
