import { parameterAt } from "./arguments.ts";
import { parseNumber } from "./datum.ts";
import { parseFormat } from "./date-format.ts";
import { parseDate } from "./date-text.ts";
import type { FunctionSpec, Parameter } from "./evaluation.ts";
import { FUNCTIONS } from "./function-table.ts";
import { findNearest } from "../model/nearest.ts";
import { compilePattern } from "./pattern.ts";
import { isCulture } from "./letter-case.ts";
import { explainMismatch, type TypeOf } from "./static-type.ts";
import { walk, type CallTree, type ExpressionProblem, type Position, type Tree } from "./tree.ts";

/**
 * Everything wrong with a parsed expression: names, number of arguments, constants that cannot work, and arguments of a
 * type that never fits. `typeOf` tells what is known of source attributes; without it, nothing is.
 */
export function checkTree(tree: Tree, typeOf: TypeOf = () => undefined): readonly ExpressionProblem[] {
  const problems: ExpressionProblem[] = [];
  walk(tree, (node) => {
    if (node.kind === "call") problems.push(...checkCall(node, node === tree, typeOf));
    if (node.kind === "comparison") problems.push(...[node.left, node.right].flatMap(checkPlainKeyword));
  });
  return [...(tree.kind === "call" ? [] : checkPlainKeyword(tree)), ...problems];
}

function problem(message: string, at: Position, hint?: string): ExpressionProblem {
  return { message, ...at, ...(hint === undefined ? {} : { hint }) };
}

function checkCall(call: CallTree, isOutermost: boolean, typeOf: TypeOf): readonly ExpressionProblem[] {
  const spec = FUNCTIONS.get(call.name);
  if (spec === undefined) return [explainUnknown(call)];
  if (spec.name === "SelectUniqueValue" && !isOutermost) {
    return [problem("SelectUniqueValue can only be the outermost function", call.at)];
  }
  const counted = checkCount(spec, call);
  if (counted !== undefined) return [counted];
  const own = spec.check?.(call.args);
  return [
    ...(own === undefined ? [] : [problem(`${spec.name}: ${own}`, call.at)]),
    ...call.args.flatMap((argument, index) => checkArgument({ spec, call, argument, index }, typeOf)),
  ];
}

function explainUnknown(call: CallTree): ExpressionProblem {
  const nearest = findNearest(call.name, FUNCTIONS.keys());
  const hint = nearest === undefined ? undefined : `did you mean ${nearest}?`;
  return problem(`unknown function ${call.name}`, call.at, hint);
}

/** How a function is called: `Append(source, suffix)`, optional parameters with a question mark. */
export function describeCall(spec: FunctionSpec): string {
  const names = spec.parameters.map((parameter) => `${parameter.name}${parameter.isOptional ? "?" : ""}`);
  const repeats = spec.parameters.some((parameter) => parameter.isRepeating);
  return `${spec.name}(${names.join(", ")}${repeats ? ", …" : ""})`;
}

function checkCount(spec: FunctionSpec, call: CallTree): ExpressionProblem | undefined {
  const least = spec.parameters.filter((parameter) => !parameter.isOptional).length;
  const hasEnough = spec.parameters.every((parameter, index) => parameter.isOptional || index < call.args.length);
  // FormatDateTime() has a form of three arguments: its check knows.
  const isEnough = hasEnough || (spec.check !== undefined && call.args.length > least);
  if (!isEnough) return problem(`${spec.name} has too few arguments`, call.at, describeCall(spec));
  const repeats = spec.parameters.some((parameter) => parameter.isRepeating);
  const isTooMany = !repeats && call.args.length > spec.parameters.length;
  return isTooMany ? problem(`${spec.name} has too many arguments`, call.at, describeCall(spec)) : undefined;
}

type Place = {
  readonly spec: FunctionSpec;
  readonly call: CallTree;
  readonly argument: Tree;
  readonly index: number;
};

function checkArgument({ spec, call, argument, index }: Place, typeOf: TypeOf): readonly ExpressionProblem[] {
  const parameter = parameterOf(spec, call, index);
  if (parameter === undefined) return [];
  if (argument.kind === "omitted") {
    const mayBeOmitted =
      parameter.isOptional === true || (parameter.isRepeating === true && index >= spec.parameters.length);
    return mayBeOmitted ? [] : [problem(`${spec.name}: ${parameter.name} is missing`, argument.at, describeCall(spec))];
  }
  const mismatch = explainMismatch(parameter.type, argument, typeOf);
  const found = mismatch === undefined ? checkConstant(parameter, argument) : { message: mismatch };
  return found === undefined
    ? []
    : [problem(`${spec.name}, ${parameter.name}: ${found.message}`, argument.at, found.hint)];
}

function parameterOf(spec: FunctionSpec, call: CallTree, index: number): Parameter | undefined {
  const isShort = spec.name === "FormatDateTime" && call.args.length === 3;
  return parameterAt(spec, isShort && index > 0 ? index + 1 : index);
}

type Finding = { readonly message: string; readonly hint?: string } | undefined;

function checkConstant(parameter: Parameter, argument: Tree): Finding {
  if (argument.kind === "keyword") return checkKeyword(parameter, argument.name);
  if (parameter.type === "choice") return checkChoice(parameter, argument);
  if (argument.kind === "number") {
    return ["date", "pattern", "format", "culture"].includes(parameter.type)
      ? { message: "a number does not fit" }
      : undefined;
  }
  if (argument.kind === "comparison") {
    return ["any", "condition", "list"].includes(parameter.type) ? undefined : { message: "a comparison does not fit" };
  }
  return argument.kind === "text" ? checkText(parameter, argument.value) : undefined;
}

function checkText(parameter: Parameter, text: string): Finding {
  switch (parameter.type) {
    case "number":
      return parseNumber(text) === undefined ? { message: `"${text}" is not a number` } : undefined;
    case "date":
      return isDateOrEmpty(text) ? undefined : { message: `"${text}" is not a date` };
    case "format":
      return parseFormat(text) === undefined ? { message: `"${text}" is not a date and time format` } : undefined;
    case "culture":
      return isCultureOrEmpty(text) ? undefined : { message: `"${text}" is not the name of a culture` };
    case "pattern":
      return checkPattern(text);
    default:
      return undefined;
  }
}

function isDateOrEmpty(text: string): boolean {
  return text === "" || parseDate(text) !== undefined;
}

function isCultureOrEmpty(text: string): boolean {
  return text === "" || isCulture(text);
}

function checkPattern(text: string): Finding {
  const result = compilePattern(text);
  if (result.ok) return undefined;
  return { message: `not a pattern: ${result.message}`, ...(result.hint === undefined ? {} : { hint: result.hint }) };
}

function checkChoice(parameter: Parameter, argument: Tree): Finding {
  const choices = parameter.choices ?? [];
  if (argument.kind !== "text" || choices.includes(argument.value)) return undefined;
  return { message: `"${argument.value}" is none of ${choices.join(", ")}` };
}

function checkKeyword(parameter: Parameter, keyword: string): Finding {
  if (keyword.startsWith("Ignore") || parameter.choices?.includes(keyword)) return undefined;
  return { message: `${keyword} does not fit here` };
}

function checkPlainKeyword(tree: Tree): readonly ExpressionProblem[] {
  return tree.kind === "keyword" && tree.name.startsWith("vb")
    ? [problem(`${tree.name} does not fit here`, tree.at)]
    : [];
}
