import { checkTree } from "../expression/check.ts";
import { parse } from "../expression/parser.ts";
import { walk, type ExpressionProblem, type Tree } from "../expression/tree.ts";
import type { Kind } from "../model/ids.ts";
import { explainRead, isRoles, ROLE_FUNCTIONS, staticTypeOf } from "./check-source.ts";
import type { Issue, Path } from "./issue.ts";

/** Everything that is wrong with an expression, each with its place in the text. */
export function checkExpression(kind: Kind, expression: string, path: Path): readonly Issue[] {
  if (expression.trim() === "") return [];
  const parsed = parse(expression);
  const problems = parsed.ok
    ? [...checkTree(parsed.tree, (name) => staticTypeOf(kind, name)), ...checkAttributes(kind, parsed.tree)]
    : [parsed.problem];
  return problems.map((problem) => toIssue(problem, path));
}

/** The parsed expression; undefined for text that is none. */
export function treeOf(expression: string | undefined): Tree | undefined {
  const parsed = expression === undefined ? undefined : parse(expression);
  return parsed?.ok === true ? parsed.tree : undefined;
}

/** True for SelectUniqueValue(), whose value is chosen by what other accounts have. */
export function isUnique(expression: string | undefined): boolean {
  const tree = treeOf(expression);
  return tree?.kind === "call" && tree.name === "SelectUniqueValue";
}

/** True for an expression that gives another value every time. */
export function isRandom(expression: string | undefined): boolean {
  const tree = treeOf(expression);
  let isFound = false;
  if (tree !== undefined)
    walk(tree, (node) => {
      if (node.kind === "call" && (node.name === "Guid" || node.name === "RandomString")) isFound = true;
    });
  return isFound;
}

/** Functions that only ask whether there is a value. */
const TESTS: readonly string[] = ["IsPresent", "IsNull", "IsNullOrEmpty"];

/** Each attribute that cannot be used, where it first stands. */
function checkAttributes(kind: Kind, tree: Tree): readonly ExpressionProblem[] {
  const found = new Map<string, ExpressionProblem>();
  const roleArguments = new Set<Tree>();
  const tested = new Set<Tree>();
  walk(tree, (node) => {
    if (node.kind === "call" && ROLE_FUNCTIONS.includes(node.name))
      node.args.forEach((each) => roleArguments.add(each));
    if (node.kind === "call" && TESTS.includes(node.name)) node.args.forEach((each) => tested.add(each));
    if (node.kind === "comparison") [node.left, node.right].forEach((each) => tested.add(each));
    if (node.kind !== "attribute" || found.has(node.name)) return;
    const message =
      explainRead(kind, node.name, tested.has(node)) ?? explainRoles(kind, node.name, roleArguments.has(node));
    if (message !== undefined) found.set(node.name, { message, ...node.at });
  });
  return [...found.values()];
}

function explainRoles(kind: Kind, name: string, isArgument: boolean): string | undefined {
  if (isArgument || !isRoles(kind, name)) return undefined;
  return `${name} holds objects; only ${ROLE_FUNCTIONS.join(", ")} can take it`;
}

function toIssue({ message, line, column, hint }: ExpressionProblem, path: Path): Issue {
  const where = line === 1 ? `column ${column}` : `line ${line}, column ${column}`;
  const end = hint === undefined ? "" : `; ${hint}`;
  return {
    path,
    message: `${message} (at ${where} of the expression)${end}`,
    inside: { line, column, message: `${message}${end}` },
  };
}
