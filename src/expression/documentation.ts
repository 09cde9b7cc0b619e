import type { Value } from "../model/value.ts";
import { describeCall } from "./check.ts";
import { isMany, printScalar } from "./datum.ts";
import type { FunctionSpec } from "./evaluation.ts";
import { FUNCTIONS } from "./function-table.ts";

const BEGIN = "<!-- begin functions -->";
const END = "<!-- end functions -->";

/** Fills the table of functions in docs/expressions.md. Throws a TypeError for a page without a place for it. */
export function withFunctions(page: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) throw new TypeError("the page has no place for the table of functions");
  return `${page.slice(0, from)}${BEGIN}\n\n${functionTable()}\n\n${page.slice(to)}`;
}

const ORIGINS: Readonly<Record<FunctionSpec["origin"], string>> = {
  entra: "Entra",
  "cloud-sync": "Cloud Sync, Connect",
  addition: "addition",
};

function functionTable(): string {
  const head = ["Function", "What it does", "Example", "Result", "Origin"];
  const specs = [...FUNCTIONS.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return [head, head.map(() => "---"), ...specs.map(toRow)].map(toLine).join("\n");
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function toRow(spec: FunctionSpec): readonly string[] {
  return [code(describeCall(spec)), spec.summary, showExample(spec), showResult(spec), ORIGINS[spec.origin]];
}

function showExample({ example }: FunctionSpec): string {
  const given = Object.entries(example.attributes ?? {}).map(([name, value]) => code(`[${name}] = ${show(value)}`));
  return given.length === 0 ? code(example.expression) : `${code(example.expression)} with ${given.join(", ")}`;
}

function showResult({ example }: FunctionSpec): string {
  return example.result === undefined ? "different every time" : code(show(example.result));
}

/** Texts in quotes, lists in braces, Booleans as they are printed for the target. */
function show(value: Value): string {
  if (typeof value === "string") return `"${value}"`;
  return isMany(value) ? `{ ${value.map(show).join(", ")} }` : printScalar(value);
}

function code(text: string): string {
  return `\`${text}\``;
}
