import type { MappingLine, MappingStatus } from "./explanation.ts";
import { describeProblem } from "../eval.ts";
import { clean, hang, print, type Paint, type Style } from "./layout.ts";

/** Columns for the status, and the fewest that a value needs beside it. */
const STATUS = 26;
const LEAST_VALUE = 48;
const EXTENSION = "urn:ietf:params:scim:schemas:extension:";

type Look = { readonly sign: string; readonly paint: (style: Style) => Paint; readonly text: string };

const good = (style: Style) => style.good;
const dim = (style: Style) => style.dim;
const warn = (style: Style) => style.warn;
const bad = (style: Style) => style.bad;

const LOOKS: Readonly<Record<MappingStatus, Look>> = {
  equal: { sign: "✓", paint: good, text: "equal in SoSafe" },
  send: { sign: "→", paint: warn, text: "would be sent" },
  clear: { sign: "→", paint: warn, text: "would be cleared" },
  resync: { sign: "!", paint: warn, text: "sent with a re-sync" },
  default: { sign: "→", paint: warn, text: "default would be sent" },
  "create-only": { sign: "·", paint: dim, text: "on creation only" },
  ignored: { sign: "·", paint: dim, text: "IgnoreAttributeFlow" },
  waiting: { sign: "·", paint: dim, text: "waits for the manager" },
  empty: { sign: "·", paint: dim, text: "empty" },
  kept: { sign: "!", paint: warn, text: "kept (clearEmpty is off)" },
  "not-ours": { sign: "!", paint: warn, text: "kept (not set by us)" },
  "not-taken": { sign: "!", paint: warn, text: "SoSafe does not take it" },
  withheld: { sign: "·", paint: dim, text: "not sent" },
  "object-ignored": { sign: "✗", paint: bad, text: "IgnoreObjectFlow" },
  error: { sign: "✗", paint: bad, text: "error" },
};

/** Every mapping with what it is made of; first how many there are of each status. */
export function mappingLines(mappings: readonly MappingLine[], style: Style): readonly string[] {
  if (mappings.length === 0) return hang(style, ["  ", "none is evaluated for an object that is not in Entra"]);
  const counts = Object.entries(Object.groupBy(mappings, ({ status }) => status)).map(
    ([status, lines]) => `${lines.length} ${status}`,
  );
  const room = Math.max(...mappings.map((line) => toLabel(line).length));
  const show = style.width - room >= LEAST_VALUE + STATUS ? wideLines : narrowLines;
  return [
    ...hang(style, ["  ", `${mappings.length} mappings: ${counts.join(", ")}`], style.dim),
    ...mappings.flatMap((line) => [...show(line, style, room), ...detailLines(line, style)]),
  ];
}

/** The common beginning of extension names is left out; what remains is still unique. */
export function shorten(target: string): string {
  return target.startsWith(EXTENSION) ? target.slice(EXTENSION.length) : target;
}

/** `title ← jobTitle`; what an expression is made of needs lines of its own. */
function toLabel(line: MappingLine): string {
  return line.kind === "expression" ? shorten(line.target) : `${shorten(line.target)} ← ${toOrigin(line)}`;
}

function toOrigin({ kind, source }: MappingLine): string {
  if (kind === "direct") return source ?? "";
  return kind === "constant" ? "constant" : "default only";
}

function wideLines(line: MappingLine, style: Style, room: number): readonly string[] {
  const { sign, paint, text } = LOOKS[line.status];
  const width = style.width - STATUS;
  const head = `  ${sign} ${toLabel(line).padEnd(room)}  `;
  const [first = "", ...others] = hang({ ...style, width }, [head, describeValue(line)]);
  return [`${colourSign(first.padEnd(width), sign, paint(style))}  ${paint(style)(text)}`, ...others];
}

/** On one line where it fits, else with the status below. */
function narrowLines(line: MappingLine, style: Style): readonly string[] {
  const { sign, paint, text } = LOOKS[line.status];
  const head = `  ${sign} `;
  const base = `${toLabel(line)}: ${describeValue(line)}`;
  const isShort = head.length + base.length + 3 + text.length <= style.width;
  if (isShort) return [colourSign(`${head}${base} · ${paint(style)(text)}`, sign, paint(style))];
  const [first = "", ...others] = hang(style, [head, base]);
  return [colourSign(first, sign, paint(style)), ...others, ...hang(style, ["      ", text], paint(style))];
}

function colourSign(line: string, sign: string, paint: Paint): string {
  return line.startsWith(`  ${sign} `) ? `  ${paint(sign)}${line.slice(3)}` : line;
}

/** The value, or the old and the new one. */
function describeValue({ status, result, current }: MappingLine): string {
  switch (status) {
    case "send":
    case "resync":
    case "default":
      return current === null ? print(result) : `${print(current)} → ${print(result)}`;
    case "clear":
      return `${print(current)} → –`;
    case "not-taken":
      return `${print(result)} (SoSafe keeps ${print(current)})`;
    case "kept":
    case "not-ours":
      return `– (SoSafe keeps ${print(current)})`;
    default:
      return print(result);
  }
}

/** What an expression is made of, and where it fails. */
function detailLines(line: MappingLine, style: Style): readonly string[] {
  if (line.kind !== "expression") return [];
  const indent = "      ";
  const inputs = line.inputs.map(({ name, value }) => `[${name}] = ${print(value)}`).join(", ");
  return [
    ...(line.error === null ? hang(style, [indent, clean(line.source ?? "")], style.dim) : []),
    ...(inputs === "" ? [] : hang(style, [indent, inputs], style.dim)),
    ...errorLines(line).map((each) => `${indent}${style.bad(each)}`),
  ];
}

/** Message, the line of the expression, and a caret under the place. */
function errorLines({ error, source }: MappingLine): readonly string[] {
  if (error === null) return [];
  if (error.line === null || error.column === null) return [clean(error.message)];
  const problem = { message: error.message, line: error.line, column: error.column };
  return describeProblem(source ?? "", problem).split("\n");
}
