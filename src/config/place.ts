import { isScalar, type Scalar } from "yaml";
import type { Position } from "../expression/tree.ts";

/**
 * The offset in the file of a place inside the text of a value. The file may write the text otherwise: in quotes, with
 * escapes, over several lines, indented. Blanks and escapes apart, both hold the same characters in the same order, so
 * the place is found by counting. Undefined where that is not so.
 */
export function offsetInside(node: unknown, at: Position, source: string): number | undefined {
  if (!isScalar(node) || typeof node.value !== "string" || !node.range) return undefined;
  const [start, end] = node.range;
  const written = charactersOf(source.slice(start, end), node.type);
  if (written.map(({ character }) => character).join("") !== visible(node.value)) return undefined;
  const place = written[visible(beforePlace(node.value, at)).length];
  return start + (place?.offset ?? written.at(-1)?.end ?? 0);
}

/** The part of a text in front of a place; lines are those of the expression, which end with a line feed. */
function beforePlace(text: string, { line, column }: Position): string {
  const lines = text.split("\n");
  return [...lines.slice(0, line - 1), (lines[line - 1] ?? "").slice(0, column - 1)].join("\n");
}

function visible(text: string): string {
  return text.replaceAll(/\s/g, "");
}

type Written = { readonly character: string; readonly offset: number; readonly end: number };

/** The characters that a scalar writes, without blanks; an escape that is not followed here stays as it is. */
function charactersOf(raw: string, type: Scalar["type"]): readonly Written[] {
  switch (type) {
    case "BLOCK_LITERAL":
    case "BLOCK_FOLDED":
      // The first line is the header: `|`, `>-`, with or without a comment.
      return scan(raw, raw.indexOf("\n") + 1, /\S/g);
    case "QUOTE_SINGLE":
      return scan(raw.slice(0, -1), 1, /''|\S/g);
    case "QUOTE_DOUBLE":
      return scan(raw.slice(0, -1), 1, /\\[\s\S]|\S/g);
    default:
      return scan(raw, 0, /\S/g);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { "''": "'", '\\"': '"', "\\\\": "\\", "\\/": "/" };

function scan(raw: string, from: number, pattern: RegExp): readonly Written[] {
  return [...raw.slice(from).matchAll(pattern)]
    .filter(([text]) => !/^\\[\sntr]$/.test(text))
    .map(({ 0: text, index }) => ({
      character: ESCAPES[text] ?? text,
      offset: from + index,
      end: from + index + text.length,
    }));
}
