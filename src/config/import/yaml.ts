/** What our writer of YAML knows: scalars, lists and blocks of them. */
export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain | undefined };

const WIDTH = 118;

/**
 * Writes a value in flow style, on one line. Texts are plain only where no reader of YAML could take them for anything
 * else; everything that is not printable is escaped, so that any text survives.
 */
export function toFlow(value: Plain): string {
  if (typeof value === "string") return quote(value);
  if (typeof value !== "object") return String(value);
  if (isPlainList(value)) return `[${value.map(toFlow).join(", ")}]`;
  const entries = Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : `${key}: ${toFlow(part)}`));
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function isPlainList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

function quote(text: string): string {
  if (/^[A-Za-z][\w.-]*$/.test(text) && !RESERVED.test(text)) return text;
  if (/["\\]/.test(text) && /^[ -&(-~\u00A1-\u024F]*$/.test(text)) return `'${text}'`;
  return JSON.stringify(text).replaceAll(/[\u007F-\u00A0\u2028\u2029\uFEFF\uFFFE\uFFFF]/g, escape);
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Writes a comment, broken at blanks; what is not printable becomes a blank, so that it cannot end the comment. */
export function toComment(text: string, indent: string): readonly string[] {
  const words = text
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S}]+/gu, " ")
    .trim()
    .split(" ");
  const lines: string[] = [];
  let line = `${indent}#`;
  for (const word of words) {
    if (line.length + 1 + word.length > WIDTH && line.length > indent.length + 2) {
      lines.push(line);
      line = `${indent}#  `;
    }
    line = `${line} ${word}`;
  }
  return [...lines, line];
}
