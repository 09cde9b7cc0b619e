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
  /** Names of the named groups and their numbers. */
  readonly groups: ReadonlyMap<string, number>;
  /** True when the whole text fits. */
  readonly matchesWhole: (text: string) => boolean;
  /**
   * All matches from left to right, without overlap; undefined if `mayGoOn` says no on the way. One search is linear,
   * but each of many may read up to the end: `.*x|.` takes quadratic time in any engine.
   */
  readonly matchAll: (text: string, mayGoOn: () => boolean) => readonly PatternMatch[] | undefined;
};

/** Instructions of the largest pattern: one search takes at most this times the length of the input. */
const MAX_PROGRAM = 2_500;

export type PatternResult =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

// .NET's classes know all of Unicode, RE2's only ASCII: without this `[^\w]` would eat the umlauts of names.
const UNICODE: Readonly<Record<string, string>> = {
  w: "\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}",
  d: "\\p{Nd}",
  s: "\\t\\n\\v\\f\\r\\x{85}\\p{Z}",
};

/** Compiles a .NET regular expression. Refuses look-around and back references: they cannot be matched in linear time. */
export function compilePattern(text: string): PatternResult {
  const translated = translate(text);
  if (translated === undefined) {
    return { ok: false, message: "\\W, \\D and \\S cannot stand inside brackets", hint: "write [^\\w…] or (?:\\W|…)" };
  }
  try {
    const compiled = RE2JS.compile(translated);
    if (compiled.programSize() > MAX_PROGRAM) return { ok: false, message: "the pattern is too large" };
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
  return {
    groups: new Map(Object.entries(compiled.namedGroups())),
    matchesWhole: (text) => compiled.testExact(text),
    matchAll: (text, mayGoOn) => matchAll(compiled, text, mayGoOn),
  };
}

function matchAll(compiled: RE2JS, text: string, mayGoOn: () => boolean): readonly PatternMatch[] | undefined {
  const matcher = compiled.matcher(text);
  const matches: PatternMatch[] = [];
  while (matcher.find()) {
    if (!mayGoOn()) return undefined;
    const spans = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => {
      const [start, end] = [matcher.start(group), matcher.end(group)];
      return start < 0 ? undefined : { start, end, text: text.slice(start, end) };
    });
    const [whole] = spans;
    if (whole !== undefined) matches.push({ index: whole.start, end: whole.end, text: whole.text, spans });
  }
  return matches;
}

/** Rewrites what .NET and RE2 spell differently. Undefined for a negated class inside brackets, which RE2 cannot say. */
function translate(text: string): string | undefined {
  const parts: string[] = [];
  let isInBrackets = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === "\\") {
      const escape = translateEscape(text.slice(index, index + 6), isInBrackets);
      if (escape === undefined) return undefined;
      parts.push(escape.text);
      index += escape.length - 1;
      continue;
    }
    if (character === "[" && !isInBrackets) {
      isInBrackets = true;
      // A bracket right behind the opening one is a literal: []a] and [^]a].
      const opening = /^\[\^?\]?/.exec(text.slice(index))?.[0] ?? "[";
      parts.push(opening);
      index += opening.length - 1;
      continue;
    }
    if (character === "]") isInBrackets = false;
    parts.push(character);
  }
  return parts.join("");
}

function translateEscape(text: string, isInBrackets: boolean): { text: string; length: number } | undefined {
  const letter = text.charAt(1);
  const set = UNICODE[letter];
  if (set !== undefined) return { text: isInBrackets ? set : `[${set}]`, length: 2 };
  const negated = UNICODE[letter.toLowerCase()];
  if (negated !== undefined) return isInBrackets ? undefined : { text: `[^${negated}]`, length: 2 };
  const code = /^\\u([0-9a-f]{4})/i.exec(text)?.[1];
  if (code !== undefined) return { text: `\\x{${code}}`, length: 6 };
  if (letter === "Z" && !isInBrackets) return { text: "(?:\\n?\\z)", length: 2 };
  return { text: text.slice(0, 2), length: Math.min(2, text.length) };
}

/** Fills a .NET replacement text: `$1`, `${1}`, `${name}`, `$&`, `$0`, `$$`. What names no group stays as it is. */
export function fillReplacement(replacement: string, match: PatternMatch, groups: Pattern["groups"]): string {
  return replacement.replaceAll(/\$(?:\$|&|(\d{1,3})|\{(\w{1,100})\})/g, (whole, number?: string, name?: string) => {
    if (whole === "$$") return "$";
    if (whole === "$&") return match.text;
    const group = groups.get(name ?? "") ?? Number(number ?? name);
    return group < match.spans.length ? (match.spans[group]?.text ?? "") : whole;
  });
}
