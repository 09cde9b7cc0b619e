/**
 * Compiles and evaluates random and mutated expressions. Fails when one throws, does not survive printing and parsing,
 * or ends with an internal error; reports how many had which outcome, and the slowest.
 *
 *     npx node script/fuzz-expressions.ts [count] [seed]
 */
import { readFileSync } from "node:fs";
import { stdout } from "node:process";
import { compile } from "../src/expression/compile.ts";
import type { EvaluationContext } from "../src/expression/evaluation.ts";
import { FUNCTIONS } from "../src/expression/function-table.ts";
import { parse } from "../src/expression/parser.ts";
import { print } from "../src/expression/tree.ts";

type Random = () => number;

const PIECES = [
  "(",
  ")",
  ",",
  ", ,",
  "[a]",
  "[b]",
  "[list]",
  "[none]",
  '"',
  "\\",
  '""',
  '"d"',
  "1",
  "-1",
  "&HF",
  "999999999",
  "=",
  "<>",
  "<=",
  '"(?<g>(a+)+)$"',
  '"(.*.*.*)x"',
  '"(?=a)"',
  '"[^\\\\w]{1,50}"',
  '"${g}"',
  '"yyyy-MM-dd"',
  '"9999-12-31"',
  "IgnoreAttributeFlow",
  "vbTextCompare",
  "Now()",
  "\u0000",
  "😀",
  "é",
  ...[...FUNCTIONS.keys()].map((name) => `${name}(`),
];
const LONG = `${"a".repeat(5_000)}!`;
const VALUES: Readonly<Record<string, string | readonly string[]>> = {
  a: LONG,
  b: "2024-02-29",
  list: ["x", LONG, "", "ß"],
};

const [count, seed] = [Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 1)];
const random = createRandom(seed);
const seeds = readSeeds();
const outcomes = new Map<string, number>();
let slowest = { ms: 0, text: "" };

for (let round = 0; round < count; round += 1) {
  const text = random() < 0.7 ? mutate(pick(seeds), random) : assemble(random);
  const started = performance.now();
  const outcome = run(text);
  const ms = performance.now() - started;
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  if (ms > slowest.ms) slowest = { ms, text };
}
stdout.write(
  `${JSON.stringify({ count, seed, outcomes: Object.fromEntries(outcomes), maxMs: Math.round(slowest.ms), slowest: slowest.text.slice(0, 300) }, undefined, 2)}\n`,
);

function run(text: string): string {
  const parsed = parse(text);
  if (parsed.ok) {
    const again = parse(print(parsed.tree));
    if (!again.ok || print(again.tree) !== print(parsed.tree)) throw new Error(`does not survive printing: ${text}`);
  }
  const compiled = compile(text);
  if (!compiled.ok) return "refused";
  const evaluation = compiled.expression.evaluate(createContext());
  if (evaluation.kind !== "error") return evaluation.kind;
  if (evaluation.code === "internal") throw new Error(`internal error: ${text}`);
  return `error ${evaluation.code}`;
}

function createContext(): EvaluationContext {
  return {
    read: (name) => VALUES[name] ?? (name === "none" ? undefined : "Ada Lövelace"),
    now: () => new Date(0),
    random,
  };
}

function readSeeds(): readonly string[] {
  const vectors: unknown = JSON.parse(
    readFileSync(new URL("../test/unit/expression/vectors.json", import.meta.url), "utf8"),
  );
  const documented = Array.isArray(vectors)
    ? vectors.map((vector: { expression?: unknown }) => String(vector.expression))
    : [];
  return [...documented, ...[...FUNCTIONS.values()].map((spec) => spec.example.expression)];
}

/** One to four cuts, insertions, repetitions or swaps of attributes. */
function mutate(original: string, draw: Random): string {
  let text = original;
  for (let edit = 0; edit <= Math.floor(draw() * 4); edit += 1) {
    const at = Math.floor(draw() * text.length);
    const end = at + Math.floor(draw() * 12);
    const kind = Math.floor(draw() * 5);
    if (kind === 0) text = text.slice(0, at) + text.slice(end);
    else if (kind === 1) text = text.slice(0, at) + pick(PIECES) + text.slice(at);
    else if (kind === 2) text = text.slice(0, end) + text.slice(at);
    else if (kind === 3) text = text.replace(/\[\w+\]/, pick(["[a]", "[b]", "[list]", "[none]"]));
    else text = text.replace(/"[^"]*"/, pick(PIECES));
  }
  return text;
}

function assemble(draw: Random): string {
  return Array.from({ length: 1 + Math.floor(draw() * 12) }, () => pick(PIECES)).join("");
}

function pick(items: readonly string[]): string {
  return items[Math.floor(random() * items.length)] ?? "";
}

/** mulberry32: small, and the same for the same seed everywhere. */
function createRandom(start: number): Random {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
