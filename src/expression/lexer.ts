import type { ExpressionProblem, Operator, Position } from "./tree.ts";

export type Token =
  | { readonly kind: "word"; readonly text: string; readonly at: Position }
  | { readonly kind: "attribute"; readonly name: string; readonly at: Position }
  | { readonly kind: "text"; readonly value: string; readonly at: Position }
  | { readonly kind: "number"; readonly raw: string; readonly value: number; readonly at: Position }
  | { readonly kind: "operator"; readonly operator: Operator; readonly at: Position }
  | { readonly kind: "(" | ")" | "," | "end"; readonly at: Position };

export type Tokens =
  | { readonly ok: true; readonly tokens: readonly Token[] }
  | { readonly ok: false; readonly problem: ExpressionProblem };

type Rule = { readonly pattern: RegExp; readonly token: (text: string, at: Position) => Token };

const OPERATORS: Readonly<Record<string, Operator>> = {
  "=": "=",
  "<>": "<>",
  ">": ">",
  ">=": ">=",
  "<": "<",
  "<=": "<=",
};

// Every pattern is linear: no nested repetition, one class excludes what ends it.
const RULES: readonly Rule[] = [
  { pattern: /[A-Za-z_][\w]*/y, token: (text, at) => ({ kind: "word", text, at }) },
  { pattern: /\[[^[\]]*\]/y, token: (text, at) => ({ kind: "attribute", name: text.slice(1, -1).trim(), at }) },
  { pattern: /"(?:[^"\\]|\\[\s\S])*"/y, token: (text, at) => ({ kind: "text", value: unquote(text), at }) },
  { pattern: /&[Hh][0-9A-Fa-f]+(?!\w)/y, token: toNumber },
  { pattern: /-?\d+(?:\.\d+)?(?!\w)/y, token: toNumber },
  { pattern: /<>|>=|<=|[=<>]/y, token: (text, at) => ({ kind: "operator", operator: OPERATORS[text] ?? "=", at }) },
  { pattern: /\(/y, token: (_, at) => ({ kind: "(", at }) },
  { pattern: /\)/y, token: (_, at) => ({ kind: ")", at }) },
  { pattern: /,/y, token: (_, at) => ({ kind: ",", at }) },
];

/** Cuts the text of an expression into tokens, the last of which is `end`. Blanks and line breaks separate only. */
export function tokenize(text: string): Tokens {
  const locate = createLocator(text);
  const tokens: Token[] = [];
  let index = skipBlanks(text, 0);
  while (index < text.length) {
    const found = matchRule(text, index);
    if (found === undefined) return { ok: false, problem: { ...explain(text, index), ...locate(index) } };
    tokens.push(found.rule.token(found.text, locate(index)));
    index = skipBlanks(text, index + found.text.length);
  }
  tokens.push({ kind: "end", at: locate(text.length) });
  return { ok: true, tokens };
}

function matchRule(text: string, index: number): { readonly rule: Rule; readonly text: string } | undefined {
  for (const rule of RULES) {
    const pattern = new RegExp(rule.pattern);
    pattern.lastIndex = index;
    const match = pattern.exec(text);
    if (match !== null) return { rule, text: match[0] };
  }
  return undefined;
}

function skipBlanks(text: string, start: number): number {
  let index = start;
  while (index < text.length && /[\s\uFEFF]/.test(text.charAt(index))) index += 1;
  return index;
}

function toNumber(raw: string, at: Position): Token {
  const isHex = raw.startsWith("&");
  return { kind: "number", raw, value: isHex ? Number.parseInt(raw.slice(2), 16) : Number(raw), at };
}

/** Only `\\` and `\"` are escapes; any other backslash stays, so that `"\+"` and `"\\+"` are the same pattern. */
function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(["\\])/g, "$1");
}

const STRAIGHT = 'text stands in straight double quotes: "text"';
const TOGETHER = "use Append() or Join() to put texts together";
const ARITHMETIC = "there is no arithmetic";

/** What is meant by signs of other languages. */
const HINTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(["'", "“", "”", "„"].map((sign) => [sign, STRAIGHT])),
  ...Object.fromEntries(["&", "+"].map((sign) => [sign, TOGETHER])),
  ...Object.fromEntries(["-", "*", "/"].map((sign) => [sign, ARITHMETIC])),
  "!": "inequality is written <>, and negation Not()",
};

function explain(text: string, index: number): { message: string; hint?: string } {
  const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
  if (character === '"') return { message: "text without closing quote", hint: 'inside text write \\" for a quote' };
  if (character === "[") return { message: "attribute without closing bracket" };
  const hint = Object.hasOwn(HINTS, character) ? HINTS[character] : undefined;
  return { message: `unexpected ${character}`, ...(hint === undefined ? {} : { hint }) };
}

/** Returns a function from index to position; calls must come with growing indexes, so the whole takes linear time. */
function createLocator(text: string): (index: number) => Position {
  let line = 1;
  let lineStart = 0;
  let seen = 0;
  return (index) => {
    for (; seen < index; seen += 1) {
      if (text[seen] !== "\n") continue;
      line += 1;
      lineStart = seen + 1;
    }
    return { line, column: index - lineStart + 1 };
  };
}
