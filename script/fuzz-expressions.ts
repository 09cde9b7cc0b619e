/**
 * Compiles and evaluates random and mutated expressions with random values. Fails when one throws, does not survive
 * printing and parsing, ends with an internal error or none of the outcomes, gives what JSON cannot hold, or takes more
 * than 50 ms of processor time (the best of three tries, because the first ones are not compiled yet). Prints how many
 * had which outcome, and the slowest.
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
import type { Value } from "../src/model/value.ts";

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
const LIMIT_MS = 50;
const TRIES = 3;
const LONG = `${"a".repeat(5_000)}!`;

/** What an attribute may hold in a round. */
const VALUES: readonly (Value | undefined)[] = [
  undefined,
  "",
  " ",
  "Ada Lövelace",
  "True",
  true,
  false,
  0,
  -1,
  2.5,
  1e308,
  -(2 ** 63),
  "9".repeat(300),
  "&HFF",
  "2024-02-29",
  "9999-12-31T23:59:59Z",
  "CN=Doe\\, J\\C3\\B6,DC=x",
  "SABlAA==",
  LONG,
  "x".repeat(100_000),
  "ä ".repeat(60_000),
  `a${"\u0301".repeat(50_000)}`,
  "😀\ud800İıß",
  "\u0000\u001b",
  "(a+)+$",
  ".*x|.",
  "(?<g>(?:[ab]{0,30}){0,30})",
  "${g}$1$&$$",
  "yyyy-MM-dd",
  "'",
  ["x", LONG, "", "ß"],
  [1, "1", true, "True"],
  ["2024-02-29", "soon"],
  Array.from({ length: 30_000 }, (_, index) => `v${index}`),
  Array.from({ length: 30_000 }, (_, index) => index),
  Array.from({ length: 5_000 }, (_, id) => ({ id, value: `v${id % 9}`, displayName: "V" })),
  { id: "1", value: "admin" },
  { value: { value: ["x"] } },
  nest(500),
];

const [count, seed] = [Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 1)];
const random = createRandom(seed);
const seeds = readSeeds();
const outcomes = new Map<string, number>();
let slowest = { ms: 0, text: "" };
let isFailed = false;

for (let round = 0; round < count; round += 1) {
  const text = create(random());
  const given = new Map(["a", "b", "list"].map((name) => [name, VALUES[Math.floor(random() * VALUES.length)]]));
  const start = Math.floor(random() * 2 ** 31);
  const [outcome, ms] = measure(() => run(text, given, start));
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  if (outcome.startsWith("!")) report(round, `${outcome}: ${text}`);
  if (ms > LIMIT_MS) report(round, `took ${ms.toFixed(0)} ms: ${text}`);
  if (ms > slowest.ms) slowest = { ms, text };
}
stdout.write(
  `${JSON.stringify({ count, seed, outcomes: Object.fromEntries([...outcomes].toSorted(([one], [other]) => (one < other ? -1 : 1))), maxMs: Number(slowest.ms.toFixed(1)), slowest: slowest.text.slice(0, 300) }, undefined, 2)}\n`,
);
process.exitCode = isFailed ? 1 : 0;

function report(round: number, message: string): void {
  isFailed = true;
  stdout.write(`round ${round}: ${message}\n`);
}

function measure(work: () => string): readonly [string, number] {
  let [outcome, best] = ["", Infinity];
  for (let attempt = 0; attempt < TRIES && best > LIMIT_MS; attempt += 1) {
    const started = process.threadCpuUsage();
    outcome = work();
    const { user, system } = process.threadCpuUsage(started);
    best = Math.min(best, (user + system) / 1_000);
  }
  return [outcome, best];
}

/** The outcome; one that must not be begins with an exclamation mark. */
function run(text: string, given: ReadonlyMap<string, Value | undefined>, start: number): string {
  try {
    const parsed = parse(text);
    if (parsed.ok) {
      const again = parse(print(parsed.tree));
      if (!again.ok || print(again.tree) !== print(parsed.tree)) return "! does not survive printing";
    }
    const compiled = compile(text);
    if (!compiled.ok) {
      return compiled.problems.every(({ line, column }) => line > 0 && column > 0)
        ? "refused"
        : "! refused without reason";
    }
    const evaluation = compiled.expression.evaluate(createContext(given, createRandom(start)));
    if (evaluation.kind === "error") return evaluation.code === "internal" ? "! internal" : `error ${evaluation.code}`;
    if (evaluation.kind !== "value") return evaluation.kind;
    return evaluation.value === undefined || isJson(evaluation.value) ? "value" : "! no JSON";
  } catch (error) {
    return `! throws ${String(error)}`;
  }
}

/** Looks as deep as expressions can make a value; what is nested deeper came in as it goes out. */
function isJson(value: unknown, depth = 0): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value !== "object" || value === null || value instanceof Date) return false;
  return depth > 50 || Object.values(value).every((part) => isJson(part, depth + 1));
}

function createContext(given: ReadonlyMap<string, Value | undefined>, draw: Random): EvaluationContext {
  return {
    read: (name) => (given.has(name) || name === "none" ? given.get(name) : "Ada Lövelace"),
    now: () => new Date(0),
    random: draw,
    isTaken: (value) => value.length % 2 === 0,
  };
}

function nest(depth: number): Value {
  let value: Value = "x";
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
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

function create(kind: number): string {
  if (kind < 0.4) return graft(pick(seeds));
  return kind < 0.8 ? mutate(pick(seeds), random) : assemble(random);
}

/** Puts attributes of the round and other expressions in place of attributes: the result can mostly be evaluated. */
function graft(original: string): string {
  let text = original.replaceAll(/\[[\w.]+\]/g, () => pick(["[a]", "[b]", "[list]", "[none]"]));
  for (let level = 0; level < Math.floor(random() * 3); level += 1) {
    const inner = pick(seeds).replaceAll(/\[[\w.]+\]/g, () => pick(["[a]", "[b]", "[list]"]));
    text = text.replace(pick(["[a]", "[b]", "[list]", "[none]"]), () => inner);
  }
  return text;
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
