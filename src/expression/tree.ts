/** Where something begins in the text of an expression; both 1-based, columns count UTF-16 code units. */
export type Position = { readonly line: number; readonly column: number };

/** A mistake in an expression, found before it is ever evaluated. */
export type ExpressionProblem = Position & { readonly message: string; readonly hint?: string };

/** The comparison operators of conditions. */
export type Operator = "=" | "<>" | ">" | ">=" | "<" | "<=";

/** A parsed expression. `omitted` is an argument that is left empty between two commas. */
export type Tree =
  | { readonly kind: "attribute"; readonly name: string; readonly at: Position }
  | { readonly kind: "text"; readonly value: string; readonly at: Position }
  | { readonly kind: "number"; readonly raw: string; readonly value: number; readonly at: Position }
  | { readonly kind: "keyword"; readonly name: Keyword; readonly at: Position }
  | { readonly kind: "omitted"; readonly at: Position }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Tree[]; readonly at: Position }
  | {
      readonly kind: "comparison";
      readonly operator: Operator;
      readonly left: Tree;
      readonly right: Tree;
      readonly at: Position;
    };

export type CallTree = Extract<Tree, { kind: "call" }>;

export const KEYWORDS = ["vbBinaryCompare", "vbTextCompare", "IgnoreAttributeFlow", "IgnoreObjectFlow"] as const;
export type Keyword = (typeof KEYWORDS)[number];

/** Returns the keyword that a bare word is, or undefined. Keywords are case-sensitive, as everything else. */
export function toKeyword(word: string): Keyword | undefined {
  return KEYWORDS.find((keyword) => keyword === word);
}

/** The canonical text of a tree: one line, a blank after each comma. Parsing it gives the same tree again. */
export function print(tree: Tree): string {
  switch (tree.kind) {
    case "attribute":
      return `[${tree.name}]`;
    case "text":
      return `"${tree.value.replaceAll(/["\\]/g, "\\$&")}"`;
    case "number":
      return tree.raw;
    case "keyword":
      return tree.name;
    case "omitted":
      return "";
    case "call":
      return `${tree.name}(${tree.args.map(print).join(", ")})`;
    default:
      return `${print(tree.left)} ${tree.operator} ${print(tree.right)}`;
  }
}

/** Calls `visit` for a tree and everything below it, parents first, left to right. */
export function walk(tree: Tree, visit: (tree: Tree) => void): void {
  visit(tree);
  if (tree.kind === "call") for (const argument of tree.args) walk(argument, visit);
  if (tree.kind === "comparison") for (const side of [tree.left, tree.right]) walk(side, visit);
}
