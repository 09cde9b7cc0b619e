import type { MappingLine, MappingStatus } from "./explanation.ts";
import { describeProblem } from "../eval.ts";
import { clean, hang, print, type Paint, type Style } from "./layout.ts";

/** From this width on, target, value and status stand side by side. */
const WIDE = 110;
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
  default: { sign: "→", paint: warn, text: "default, would be sent" },
  "create-only": { sign: "·", paint: dim, text: "on creation only, already there" },
  ignored: { sign: "·", paint: dim, text: "IgnoreAttributeFlow" },
  waiting: { sign: "·", paint: dim, text: "waits for the manager's account" },
  empty: { sign: "·", paint: dim, text: "empty, nothing to send" },
  kept: { sign: "!", paint: warn, text: "not cleared, clearEmpty is off" },
  "not-ours": { sign: "!", paint: warn, text: "not cleared, not set by us" },
  "not-taken": { sign: "!", paint: warn, text: "SoSafe does not take it" },
  withheld: { sign: "·", paint: dim, text: "not sent, see Action" },
  "object-ignored": { sign: "✗", paint: bad, text: "IgnoreObjectFlow" },
  error: { sign: "✗", paint: bad, text: "error" },
};

/** Every mapping with what it is made of; first how many there are of each status. */
export function mappingLines(mappings: readonly MappingLine[], style: Style): readonly string[] {
  if (mappings.length === 0) return hang(style, ["  ", "none is evaluated for an object that is not in Entra"]);
  const counts = Object.entries(Object.groupBy(mappings, ({ status }) => status)).map(
    ([status, lines]) => `${lines.length} ${status}`,
  );
  const room = Math.max(...mappings.map(({ target }) => shorten(target).length));
  const show = style.width >= WIDE ? wideLines : narrowLines;
  return [
    ...hang(style, ["  ", `${mappings.length} mappings: ${counts.join(", ")}`], style.dim),
    ...mappings.flatMap((line) => [...show(line, style, room), ...detailLines(line, style)]),
  ];
}

/** The common beginning of extension names is left out; what remains is still unique. */
export function shorten(target: string): string {
  return target.startsWith(EXTENSION) ? target.slice(EXTENSION.length) : target;
}

function wideLines(line: MappingLine, style: Style, room: number): readonly string[] {
  const { sign, paint, text } = LOOKS[line.status];
  const head = `  ${sign} ${shorten(line.target).padEnd(room)}  `;
  const status = ` ${text}`;
  const lines = hang({ ...style, width: style.width - STATUS }, [head, describeValue(line)]);
  return lines.map((each, index) => {
    const shown = index === 0 ? `${each.padEnd(style.width - STATUS)}${paint(style)(status)}` : each;
    return colourSign(shown, sign, paint(style));
  });
}

const STATUS = 34;

function narrowLines(line: MappingLine, style: Style): readonly string[] {
  const { sign, paint, text } = LOOKS[line.status];
  const value = `${shorten(line.target)} = ${describeValue(line)}`;
  const [first = "", ...others] = hang(style, [`  ${sign} `, value]);
  return [colourSign(first, sign, paint(style)), ...others, ...hang(style, ["      ", text], paint(style))];
}

function colourSign(line: string, sign: string, paint: Paint): string {
  return line.startsWith(`  ${sign} `) ? `  ${paint(sign)}${line.slice(3)}` : line;
}

/** The value, or the old and the new one. */
function describeValue({ status, result, current, hasDrifted }: MappingLine): string {
  const drift = hasDrifted ? ` (changed there since: ${print(current)})` : "";
  switch (status) {
    case "send":
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
      return `${print(result)}${drift}`;
  }
}

/** Where the value comes from. */
function detailLines(line: MappingLine, style: Style): readonly string[] {
  const indent = "      ";
  const inputs = line.inputs.map(({ name, value }) => `[${name}] = ${print(value)}`).join(", ");
  switch (line.kind) {
    case "direct":
      return hang(style, [indent, `from ${line.source ?? ""}`], style.dim);
    case "constant":
      return hang(style, [indent, "constant"], style.dim);
    case "none":
      return hang(style, [indent, "no source, default only"], style.dim);
    case "expression":
      return [
        ...(line.error === null ? hang(style, [indent, clean(line.source ?? "")], style.dim) : []),
        ...(inputs === "" ? [] : hang(style, [indent, inputs], style.dim)),
        ...errorLines(line).map((each) => `${indent}${style.bad(each)}`),
      ];
  }
}

/** Message, the line of the expression, and a caret under the place. */
function errorLines({ error, source }: MappingLine): readonly string[] {
  if (error === null) return [];
  if (error.line === null || error.column === null) return [clean(error.message)];
  const problem = { message: error.message, line: error.line, column: error.column };
  return describeProblem(source ?? "", problem).split("\n");
}
