import { RE2JS } from "re2js";

/** One match; `end` is the index behind it. A group that took no part is undefined. */
export type PatternMatch = {
  readonly index: number;
  readonly end: number;
  readonly text: string;
  /** Where the groups lie in the input, the whole match first. */
  readonly spans: readonly (Span | undefined)[];
};

export type Span = { readonly start: number; readonly end: number; readonly text: string };

/** A compiled regular expression whose matching takes time linear in the length of the input. */
export type Pattern = {
  /** Number of instructions: what one character may cost. */
  readonly size: number;
  /** Names of the named groups and where they are in `spans`. */
  readonly groups: ReadonlyMap<string, number>;
  /** Where group `$1`, `$2` … is in `spans`: .NET counts the groups without a name first, then those with one. */
  readonly numbers: readonly number[];
  /** True when the whole text fits. */
  readonly matchesWhole: (text: string) => boolean;
  /**
   * All matches from left to right, without overlap; undefined if `maySearch` says no on the way. One search is linear,
   * but each of many may read up to the end: `.*x|.` takes quadratic time in any engine.
   */
  readonly matchAll: (text: string, maySearch: () => boolean) => readonly PatternMatch[] | undefined;
};

/** Instructions of the largest pattern: one search takes at most this times the length of the input. */
const MAX_PROGRAM = 2_500;
/** Characters of the longest pattern. */
const MAX_PATTERN = 2_500;

export type PatternResult =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

type Refusal = Extract<PatternResult, { ok: false }>;
const TOO_LARGE: Refusal = { ok: false, message: "the pattern is too large" };
const NEGATED_IN_BRACKETS: Refusal = {
  ok: false,
  message: "\\W, \\D and \\S cannot stand inside brackets",
  hint: "write [^\\w…] or (?:\\W|…)",
};
const SUBTRACTION: Refusal = {
  ok: false,
  message: "a class cannot be subtracted from another",
  hint: "write \\[ for the character itself",
};

// .NET's classes know all of Unicode, RE2's only ASCII: without this `[^\w]` would eat the umlauts of names.
const UNICODE: Readonly<Record<string, string>> = {
  w: "\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}",
  d: "\\p{Nd}",
  s: "\\t\\n\\v\\f\\r\\x{85}\\p{Z}",
};

/** Compiles a .NET regular expression. Refuses look-around and back references: they cannot be matched in linear time. */
export function compilePattern(text: string): PatternResult {
  if (text.length > MAX_PATTERN) return TOO_LARGE;
  const translated = translate(text);
  if (!translated.ok) return translated;
  try {
    const compiled = RE2JS.compile(translated.text);
    if (compiled.programSize() > MAX_PROGRAM) return TOO_LARGE;
    return { ok: true, pattern: toPattern(compiled) };
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "not a pattern";
    return { ok: false, message, ...hintPattern(text) };
  }
}

function hintPattern(text: string): { hint: string } | Record<string, never> {
  const isRefused = /\(\?(?:[=!>]|<[=!])|\\[1-9]|\\k</.test(text);
  return isRefused ? { hint: "look-around, atomic groups and back references are not supported" } : {};
}

function toPattern(compiled: RE2JS): Pattern {
  const groups = new Map(Object.entries(compiled.namedGroups()));
  const named = new Set(groups.values());
  const all = Array.from({ length: compiled.groupCount() }, (_, index) => index + 1);
  const numbers = [0, ...all.filter((group) => !named.has(group)), ...all.filter((group) => named.has(group))];
  return {
    size: compiled.programSize(),
    groups,
    numbers,
    matchesWhole: (text) => compiled.testExact(text),
    matchAll: (text, maySearch) => matchAll(compiled, text, maySearch),
  };
}

function matchAll(compiled: RE2JS, text: string, maySearch: () => boolean): readonly PatternMatch[] | undefined {
  const matcher = compiled.matcher(text);
  const matches: PatternMatch[] = [];
  for (;;) {
    if (!maySearch()) return undefined;
    if (!matcher.find()) return matches;
    const spans = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => {
      const [start, end] = [matcher.start(group), matcher.end(group)];
      return start < 0 ? undefined : { start, end, text: text.slice(start, end) };
    });
    const [whole] = spans;
    if (whole !== undefined) matches.push({ index: whole.start, end: whole.end, text: whole.text, spans });
  }
}

type Translated = { readonly ok: true; readonly text: string } | Refusal;

/** Rewrites what .NET and RE2 spell differently; refuses what RE2 cannot say, or would understand otherwise. */
function translate(text: string): Translated {
  const parts: string[] = [];
  let brackets: number | undefined;
  for (let index = 0; index < text.length; index += 1) {
    const piece = readPiece(text, index, brackets);
    if ("ok" in piece) return piece;
    parts.push(piece.text);
    if (piece.text.startsWith("[") && text.charAt(index) === "[") brackets = index + piece.length;
    if (piece.text === "]") brackets = undefined;
    index += piece.length - 1;
  }
  return { ok: true, text: parts.join("") };
}

type Piece = { readonly text: string; readonly length: number };

/** `brackets` is where the content of the open brackets begins. */
function readPiece(text: string, index: number, brackets: number | undefined): Piece | Refusal {
  if (text.charAt(index) === "\\") return translateEscape(text.slice(index, index + 6), brackets !== undefined);
  return brackets === undefined ? readOutside(text, index) : readInBrackets(text, index, brackets);
}

function readInBrackets(text: string, index: number, brackets: number): Piece | Refusal {
  const character = text.charAt(index);
  if (character !== "[") return { text: character, length: 1 };
  // [a-z-[x]] takes x away in .NET; [[:alpha:]] is a list of characters there, and a class in RE2.
  return text.charAt(index - 1) === "-" && index - 1 > brackets ? SUBTRACTION : { text: "\\[", length: 1 };
}

function readOutside(text: string, index: number): Piece {
  // A bracket right behind the opening one is a literal: []a] and [^]a].
  const opening = /^\[\^?\]?/.exec(text.slice(index, index + 3))?.[0];
  if (opening !== undefined) return { text: opening, length: opening.length };
  const [quoted, name] = /^\(\?'(\w{1,100})'/.exec(text.slice(index, index + 110)) ?? [];
  if (quoted !== undefined && name !== undefined) return { text: `(?<${name}>`, length: quoted.length };
  return { text: text.charAt(index), length: 1 };
}

function translateEscape(text: string, isInBrackets: boolean): Piece | Refusal {
  const letter = text.charAt(1);
  const set = UNICODE[letter];
  if (set !== undefined) return { text: isInBrackets ? set : `[${set}]`, length: 2 };
  const negated = UNICODE[letter.toLowerCase()];
  if (negated !== undefined) return isInBrackets ? NEGATED_IN_BRACKETS : { text: `[^${negated}]`, length: 2 };
  const code = /^\\u([0-9a-f]{4})/i.exec(text)?.[1];
  if (code !== undefined) return { text: `\\x{${code}}`, length: 6 };
  if (letter === "Z" && !isInBrackets) return { text: "(?:\\n?\\z)", length: 2 };
  return { text: text.slice(0, 2), length: Math.min(2, text.length) };
}

/** Fills a .NET replacement text: `$1`, `${1}`, `${name}`, `$&`, `$0`, `$$`. What names no group stays as it is. */
export function fillReplacement(replacement: string, match: PatternMatch, { groups, numbers }: Pattern): string {
  return replacement.replaceAll(/\$(?:\$|&|(\d{1,3})|\{(\w{1,100})\})/g, (whole, number?: string, name?: string) => {
    if (whole === "$$") return "$";
    if (whole === "$&") return match.text;
    const group = groups.get(name ?? "") ?? numbers[Number(number ?? name)];
    return group === undefined ? whole : (match.spans[group]?.text ?? "");
  });
}
