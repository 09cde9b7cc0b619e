import { styleText } from "node:util";
import { printScalar } from "../../expression/datum.ts";
import { isList } from "../../model/value.ts";
import type { Shown } from "./explanation.ts";

/** How text is made for a place to print: its width in characters, and colours where it takes any. */
export type Style = {
  readonly width: number;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
};
export type Paint = (text: string) => string;

const WIDTH_ELSEWHERE = 100;
const NARROWEST = 40;

/** Colours and width of a stream: none and 100 characters where it is no terminal; NO_COLOR is obeyed. */
export function createStyle(stream: NodeJS.WriteStream): Style {
  const paint =
    (format: "green" | "red" | "yellow" | "dim" | "bold"): Paint =>
    (text) =>
      styleText(format, text, { stream });
  const width = stream.isTTY ? Math.max(stream.columns, NARROWEST) : WIDTH_ELSEWHERE;
  return {
    width,
    good: paint("green"),
    bad: paint("red"),
    warn: paint("yellow"),
    dim: paint("dim"),
    bold: paint("bold"),
  };
}

/** No colours, for a given width. */
export function plainStyle(width: number): Style {
  return { width, good: asIs, bad: asIs, warn: asIs, dim: asIs, bold: asIs };
}

const asIs: Paint = (text) => text;

/** A value on one line. Control characters are taken out: they come from outside and could steer the terminal. */
export function print(value: Shown): string {
  if (value === null) return "–";
  const text = isList(value) ? value.map(printScalar).join(", ") : printScalar(value);
  return clean(text);
}

/** Text from outside without what could steer a terminal. */
export function clean(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ");
}

/** Breaks text at blanks; words that are too long are cut. */
export function wrap(text: string, width: number): readonly string[] {
  const room = Math.max(width, 10);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((each) => cut(each, room))) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function cut(word: string, room: number): readonly string[] {
  const characters = Array.from(word);
  const count = Math.max(1, Math.ceil(characters.length / room));
  return Array.from({ length: count }, (_, index) => characters.slice(index * room, (index + 1) * room).join(""));
}

export type Hanging = readonly [head: string, text: string];

/** A paragraph whose first line begins with `head` and whose others are indented as far. */
export function hang(style: Style, [head, text]: Hanging, paint: Paint = asIs): readonly string[] {
  const indent = " ".repeat(head.length);
  const lines = wrap(text, style.width - head.length);
  return lines.map((line, index) => `${index === 0 ? head : indent}${paint(line)}`);
}

/** `label  value` lines with the values below each other; a label that is too long gets a line of its own. */
export function rows(style: Style, pairs: readonly (readonly [label: string, value: string])[]): readonly string[] {
  const longest = Math.floor(style.width * 0.42);
  const room = Math.min(longest, Math.max(0, ...pairs.map(([label]) => label.length)));
  return pairs.flatMap(([label, value]) => {
    if (label.length <= room) return hang(style, [`  ${label.padEnd(room)}  `, value]);
    return [`  ${label}`, ...hang(style, [" ".repeat(room + 4), value])];
  });
}
