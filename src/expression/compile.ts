import { createCall, type Argument } from "./arguments.ts";
import { checkTree } from "./check.ts";
import { compare, workOf } from "./compare.ts";
import { sizeOf, toResult, type Datum } from "./datum.ts";
import {
  EvaluationStop,
  MAX_RESULT,
  MAX_SEARCH_TIME,
  MAX_WORK,
  type Evaluation,
  type EvaluationContext,
  type RunningContext,
} from "./evaluation.ts";
import { FUNCTIONS } from "./function-table.ts";
import { parse } from "./parser.ts";
import { compilePattern } from "./pattern.ts";
import { walk, type CallTree, type ExpressionProblem, type Keyword, type Position, type Tree } from "./tree.ts";

/** A compiled expression. */
export type Expression = {
  readonly text: string;
  /** Source attributes that it reads, each once, in the order of appearance. */
  readonly attributes: readonly string[];
  /** True when Redact() is used: the value must not appear in the provisioning log. */
  readonly isRedacted: boolean;
  /** True for SelectUniqueValue(): the value is sought once, when the account is created. */
  readonly isUnique: boolean;
  /** True for AppRoleAssignmentsComplex(): elements of a list in which others may have some of their own. */
  readonly isAdditive: boolean;
  /** Evaluates for one object. Never throws, always ends. */
  readonly evaluate: (context: EvaluationContext) => Evaluation;
};

export type Compiled =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] };

/** Compiles an expression of Entra's attribute mappings, or tells everything that is wrong with it. */
export function compile(text: string): Compiled {
  const parsed = parse(text);
  if (!parsed.ok) return { ok: false, problems: [parsed.problem] };
  const problems = checkTree(parsed.tree);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, expression: toExpression(text, parsed.tree) };
}

type Evaluate = (context: RunningContext) => Datum;

function toExpression(text: string, tree: Tree): Expression {
  const attributes = new Set<string>();
  const functions = new Set<string>();
  walk(tree, (node) => {
    if (node.kind === "attribute") attributes.add(node.name);
    if (node.kind === "call") functions.add(node.name);
  });
  const evaluate = toClosure(tree);
  return {
    text,
    attributes: [...attributes],
    isRedacted: functions.has("Redact"),
    isUnique: tree.kind === "call" && tree.name === "SelectUniqueValue",
    isAdditive: functions.has("AppRoleAssignmentsComplex"),
    evaluate: (context) => conclude(evaluate, context, tree.at),
  };
}

function conclude(evaluate: Evaluate, context: EvaluationContext, at: Position): Evaluation {
  try {
    return { kind: "value", value: toResult(evaluate(toRunning(context))) };
  } catch (error) {
    if (error instanceof EvaluationStop) return error.evaluation;
    // A mistake of ours must stop one object, not the cycle. Its message is not repeated: it may hold values.
    const name = error instanceof Error ? error.name : "unknown";
    return { kind: "error", code: "internal", message: `the expression could not be evaluated (${name})`, ...at };
  }
}

function toRunning(context: EvaluationContext): RunningContext {
  let done = 0;
  let searching: { readonly time: number; readonly usage: NodeJS.CpuUsage } | undefined;
  return {
    ...context,
    spend: (work) => {
      done += work;
      return done <= MAX_WORK;
    },
    maySearch: () => {
      searching ??= { time: performance.now(), usage: process.threadCpuUsage() };
      // The clock is cheaper to read; that it went on does not mean that we did.
      if (performance.now() - searching.time < MAX_SEARCH_TIME) return true;
      const { user, system } = process.threadCpuUsage(searching.usage);
      return user + system < MAX_SEARCH_TIME * 1_000;
    },
  };
}

function toClosure(tree: Tree): Evaluate {
  switch (tree.kind) {
    case "attribute":
      return (context) => context.read(tree.name);
    case "text":
    case "number":
      return () => tree.value;
    case "keyword":
      return () => runKeyword(tree.name);
    case "omitted":
      return () => undefined;
    case "comparison": {
      const [left, right] = [toClosure(tree.left), toClosure(tree.right)];
      return (context) => {
        const [one, other] = [left(context), right(context)];
        if (context.spend(sizeOf(one) + sizeOf(other) + workOf(one, other))) return compare(one, tree.operator, other);
        const message = "comparison: the values are too long";
        throw new EvaluationStop({ kind: "error", code: "too-long", message, ...tree.at });
      };
    }
    default:
      return toCallClosure(tree);
  }
}

function runKeyword(keyword: Keyword): Datum {
  if (keyword === "IgnoreAttributeFlow") throw new EvaluationStop({ kind: "ignoreAttribute" });
  if (keyword === "IgnoreObjectFlow") throw new EvaluationStop({ kind: "ignoreObject" });
  return keyword;
}

function toCallClosure(tree: CallTree): Evaluate {
  const spec = FUNCTIONS.get(tree.name);
  if (spec === undefined) throw new TypeError(`unknown function ${tree.name}`);
  const plan = {
    spec,
    tree,
    args: tree.args.map((argument, index) => toArgument(argument, spec.parameters[index]?.type)),
  };
  return (context) => {
    const call = createCall(plan, context);
    const datum = spec.run(call);
    return sizeOf(datum) > MAX_RESULT
      ? call.fail("too-long", `the result has more than ${MAX_RESULT} characters`)
      : datum;
  };
}

function toArgument(tree: Tree, type: string | undefined): Argument | undefined {
  if (tree.kind === "omitted") return undefined;
  const compiled = tree.kind === "text" && type === "pattern" ? compilePattern(tree.value) : undefined;
  return { evaluate: toClosure(tree), pattern: compiled?.ok === true ? compiled.pattern : undefined };
}
