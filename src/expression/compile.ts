import { createCall, type Argument } from "./arguments.ts";
import { checkTree } from "./check.ts";
import { compare } from "./compare.ts";
import { isMany, toResult, type Datum } from "./datum.ts";
import {
  EvaluationStop,
  MAX_RESULT,
  MAX_SEARCH_TIME,
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
  let isRedacted = false;
  walk(tree, (node) => {
    if (node.kind === "attribute") attributes.add(node.name);
    if (node.kind === "call" && node.name === "Redact") isRedacted = true;
  });
  const isUnique = tree.kind === "call" && tree.name === "SelectUniqueValue";
  const evaluate = toClosure(tree);
  return {
    text,
    attributes: [...attributes],
    isRedacted,
    isUnique,
    evaluate: (context) => conclude(evaluate, context, tree.at),
  };
}

function conclude(evaluate: Evaluate, context: EvaluationContext, at: Position): Evaluation {
  const end = performance.now() + MAX_SEARCH_TIME;
  const mayGoOn = (): boolean => performance.now() < end;
  try {
    return { kind: "value", value: toResult(evaluate({ ...context, mayGoOn })) };
  } catch (error) {
    if (error instanceof EvaluationStop) return error.evaluation;
    // A mistake of ours must stop one object, not the cycle. Its message is not repeated: it may hold values.
    const name = error instanceof Error ? error.name : "unknown";
    return { kind: "error", code: "internal", message: `the expression could not be evaluated (${name})`, ...at };
  }
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
      return (context) => compare(left(context), tree.operator, right(context));
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

function sizeOf(datum: Datum): number {
  if (typeof datum === "string") return datum.length;
  return isMany(datum) ? datum.reduce((sum: number, item) => sum + sizeOf(item) + 1, 0) : 1;
}
