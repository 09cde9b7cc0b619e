import { tokenize, type Token } from "./lexer.ts";
import { toKeyword, type ExpressionProblem, type Position, type Tree } from "./tree.ts";

export type Parsed =
  | { readonly ok: true; readonly tree: Tree }
  | { readonly ok: false; readonly problem: ExpressionProblem };

/** Longest text that Entra accepts for an expression. */
export const MAX_LENGTH = 10_000;
/** Deepest nesting of calls: keeps recursion far away from the end of the stack. */
export const MAX_DEPTH = 100;

class SyntaxStop extends Error {
  readonly problem: ExpressionProblem;

  constructor(message: string, at: Position, hint?: string) {
    super(message);
    this.problem = { message, ...at, ...(hint === undefined ? {} : { hint }) };
  }
}

type Reader = { readonly peek: () => Token; readonly next: () => Token };

/** Parses the text of an expression; the first syntax error ends it. Names and arguments are checked later. */
export function parse(text: string): Parsed {
  if (text.length > MAX_LENGTH) {
    const message = `the expression has ${text.length} characters; ${MAX_LENGTH} are allowed`;
    return { ok: false, problem: { message, line: 1, column: 1 } };
  }
  const scanned = tokenize(text);
  if (!scanned.ok) return scanned;
  try {
    return { ok: true, tree: parseWhole(createReader(scanned.tokens)) };
  } catch (error) {
    if (error instanceof SyntaxStop) return { ok: false, problem: error.problem };
    throw error;
  }
}

function createReader(tokens: readonly Token[]): Reader {
  let index = 0;
  const peek = (): Token => tokens[index] ?? { kind: "end", at: { line: 1, column: 1 } };
  return {
    peek,
    next: () => {
      const token = peek();
      index += 1;
      return token;
    },
  };
}

function parseWhole(reader: Reader): Tree {
  if (reader.peek().kind === "end") throw new SyntaxStop("the expression is empty", reader.peek().at);
  const tree = parseArgument(reader, 0);
  const rest = reader.peek();
  if (rest.kind !== "end")
    throw new SyntaxStop(`unexpected ${describe(rest)} after the end of the expression`, rest.at);
  return tree;
}

function parseArgument(reader: Reader, depth: number): Tree {
  const left = parseOperand(reader, depth);
  const token = reader.peek();
  if (token.kind !== "operator") return left;
  reader.next();
  const right = parseOperand(reader, depth);
  const after = reader.peek();
  if (after.kind === "operator") {
    throw new SyntaxStop(
      "a comparison has two sides",
      after.at,
      "combine conditions with And(), Or() or a nested IIF()",
    );
  }
  return { kind: "comparison", operator: token.operator, left, right, at: left.at };
}

function parseOperand(reader: Reader, depth: number): Tree {
  const token = reader.next();
  switch (token.kind) {
    case "attribute":
      if (token.name === "") throw new SyntaxStop("attribute without a name", token.at);
      return token;
    case "number":
      if (!Number.isFinite(token.value)) throw new SyntaxStop("the number is too large", token.at);
      return token;
    case "text":
      return token;
    case "word":
      return reader.peek().kind === "(" ? parseCall(reader, token, depth) : parseWord(token);
    default:
      throw new SyntaxStop(
        `expected an attribute, a text, a number or a function, found ${describe(token)}`,
        token.at,
        describe(token) === "=" ? "equality is written with one =" : undefined,
      );
  }
}

function parseWord(token: Extract<Token, { kind: "word" }>): Tree {
  const name = toKeyword(token.text);
  if (name !== undefined) return { kind: "keyword", name, at: token.at };
  throw new SyntaxStop(`unknown word ${token.text}`, token.at, hintWord(token.text));
}

function hintWord(word: string): string {
  if (/^(and|or)$/i.test(word)) return "combine conditions with And(), Or() or a nested IIF()";
  if (/^(true|false)$/i.test(word)) return `write "${word.charAt(0).toUpperCase()}${word.slice(1).toLowerCase()}"`;
  return `[${word}] is an attribute, "${word}" a text, ${word}() a function`;
}

function parseCall(reader: Reader, name: Extract<Token, { kind: "word" }>, depth: number): Tree {
  if (depth >= MAX_DEPTH) throw new SyntaxStop(`functions are nested deeper than ${MAX_DEPTH} levels`, name.at);
  reader.next();
  const args: Tree[] = [];
  if (reader.peek().kind === ")") {
    reader.next();
    return { kind: "call", name: name.text, args, at: name.at };
  }
  for (;;) {
    const first = reader.peek();
    const isOmitted = first.kind === "," || first.kind === ")";
    args.push(isOmitted ? { kind: "omitted", at: first.at } : parseArgument(reader, depth + 1));
    const token = reader.next();
    if (token.kind === ")") return { kind: "call", name: name.text, args, at: name.at };
    if (token.kind !== ",") throw new SyntaxStop(`expected a comma or ), found ${describe(token)}`, token.at);
  }
}

function describe(token: Token): string {
  switch (token.kind) {
    case "end":
      return "the end";
    case "word":
      return token.text;
    case "attribute":
      return `[${token.name}]`;
    case "text":
      return `"${token.value}"`;
    case "number":
      return token.raw;
    case "operator":
      return token.operator;
    default:
      return token.kind;
  }
}
