/**
 * Imports mutated provisioning schemas. Fails when an import throws, takes more than 50 ms of processor time (the
 * best of three tries, because the first ones are not compiled yet), gives no typed answer, or gives a file that cannot be compiled to rules. Prints how
 * many had which outcome, and the slowest.
 *
 *     npx node script/fuzz-import.ts [count] [seed]
 */
import { readFileSync } from "node:fs";
import { stdout } from "node:process";
import { importSchema, type ImportResult } from "../src/config/import/schema.ts";
import { parseConfig } from "../src/config/load.ts";
import { compileRules } from "../src/sync/rules.ts";

const LIMIT_MS = 50;
const TRIES = 3;

const [count, seed] = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 1)];
const random = createRandom(seed);
const fixture: unknown = JSON.parse(
  readFileSync(new URL("../test/fixtures/entra-schema.json", import.meta.url), "utf8"),
);
const SEEDS: readonly unknown[] = [fixture, withSettings(fixture), withoutText(fixture)];

/** What a mutation puts in place of a value. */
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e21,
  "",
  " ",
  "[mail]",
  "[manager]",
  "[]",
  '"',
  "'",
  "\u0000\u001b[31m\u2028\ud800\ufeff\u0085",
  "a: b # c",
  "- x\n- y",
  "*a &b !c |",
  "${x}",
  "😀".repeat(300),
  "x".repeat(20_000),
  "Function",
  "Constant",
  "Attribute",
  "Switch",
  "IIF(",
  "ToLower(".repeat(200),
  'Replace([mail], , "(a+)+$", , "x", , )',
  "NOT EQUALS",
  "is-null",
  "&",
  "Present",
  "members",
  "userName",
  "ObjectAddOnly",
  "AttributeAddOnly",
  "Add",
  [],
  [null, 1, "x", {}],
  {},
  { __proto__: null, constructor: 1 },
  nest(300),
];

const outcomes = new Map<string, number>();
let slowest = { ms: 0, round: 0 };
let isFailed = false;

for (let round = 0; round < count; round += 1) {
  const content = mutate(structuredClone(SEEDS[round % SEEDS.length]));
  const [result, ms] = measure(content);
  if (ms > slowest.ms) slowest = { ms, round };
  if (ms > LIMIT_MS) report(round, `took ${ms.toFixed(0)} ms`);
  const outcome = classify(result, round);
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
}
stdout.write(
  `${JSON.stringify({ count, seed, outcomes: Object.fromEntries(outcomes), maxMs: Number(slowest.ms.toFixed(1)), slowestRound: slowest.round }, undefined, 2)}\n`,
);
process.exitCode = isFailed ? 1 : 0;

function measure(content: unknown): readonly [ImportResult, number] {
  let [best, result] = [Infinity, importTimed(content)];
  for (let run = 0; run < TRIES && best > LIMIT_MS; run += 1) {
    const again = run === 0 ? result : importTimed(content);
    best = Math.min(best, again.ms);
    result = again;
  }
  return [result.result, best];
}

function importTimed(content: unknown): { readonly result: ImportResult; readonly ms: number } {
  const started = process.threadCpuUsage();
  const result = importSchema(content);
  const { user, system } = process.threadCpuUsage(started);
  return { result, ms: (user + system) / 1_000 };
}

function classify(result: ImportResult, round: number): string {
  if (!result.ok) {
    const isTyped = result.problems.length > 0 && result.problems.every(({ path }) => path.startsWith("$"));
    if (!isTyped) report(round, "a refusal without reason");
    const isGate = result.problems.some(({ message }) => message.includes("does not load"));
    if (isGate) report(round, JSON.stringify(result.problems).slice(0, 2_000));
    return "refused";
  }
  compileRules(parseConfig(result.yaml, "bridge.yaml"));
  const total = result.taken + result.leftOut;
  if (total !== result.yaml.split(/^ {4}(?:# )?- \{ target: /m).length - 1) report(round, "a mapping is lost");
  return result.leftOut + result.remarked > 0 ? "imported with remarks" : "imported";
}

function report(round: number, message: string): void {
  isFailed = true;
  stdout.write(`round ${round}: ${message}\n`);
}

/** The same schema beside the settings of a job. */
function withSettings(schema: unknown): unknown {
  return {
    schema,
    synchronizationJobSettings: [{ name: "QuarantineTooManyDeletesThreshold", value: "500" }],
    secrets: {
      value: [
        { key: "SyncAll", value: "false" },
        { key: "SkipOutOfScopeDeletions", value: "True" },
      ],
    },
  };
}

/** The same schema with names and parameters only. */
function withoutText(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema, (key, value: unknown) => (key === "expression" ? undefined : value)));
}

function nest(depth: number): unknown {
  let source: unknown = { type: "Attribute", name: "mail" };
  for (let level = 0; level < depth; level += 1) {
    source = { type: "Function", name: "ToLower", parameters: [{ key: "source", value: source }] };
  }
  return source;
}

type Slot = { readonly holder: Record<string, unknown> | unknown[]; readonly key: string };

/** One to six replacements, removals, repetitions or exchanges, half of them in the mappings. */
function mutate(document: unknown): unknown {
  if (random() < 0.01) return pick(VALUES);
  const all = slotsOf(document);
  const inner = all.filter(({ path }) => path.includes("objectMappings") || path.includes("secrets"));
  for (let edit = 0; edit <= Math.floor(random() * 6); edit += 1) {
    const slot = pick(random() < 0.8 && inner.length > 0 ? inner : all);
    if (slot !== undefined) change(slot, all);
  }
  // Only what can stand in a file: no gaps in lists.
  return JSON.parse(JSON.stringify(document));
}

function change({ holder, key }: Slot, all: readonly Slot[]): void {
  const kind = Math.floor(random() * 5);
  const old: unknown = Reflect.get(holder, key);
  if (kind === 0) Reflect.deleteProperty(holder, key);
  else if (kind === 1 && Array.isArray(holder)) holder.push(structuredClone(old));
  else if (kind === 2 && typeof old === "string") Reflect.set(holder, key, garble(old));
  else if (kind === 3) {
    const other = pick(all);
    if (other !== undefined) Reflect.set(holder, key, structuredClone(Reflect.get(other.holder, other.key)));
  } else Reflect.set(holder, key, pick(VALUES));
}

function garble(text: string): string {
  const at = Math.floor(random() * (text.length + 1));
  const piece = String(pick(['"', "\\", "\n", "]", "(", ",", "#", ": ", "'", "\u2028", "é", "{", " ", "_"]));
  return random() < 0.5 ? text.slice(0, at) + piece + text.slice(at) : text.slice(0, at) + text.slice(at + 2);
}

function slotsOf(root: unknown): (Slot & { readonly path: string })[] {
  const found: (Slot & { readonly path: string })[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    const holder = Array.isArray(value) ? value : Object.assign(value, {});
    for (const [key, part] of Object.entries(value)) {
      found.push({ holder, key, path: `${path}.${key}` });
      visit(part, `${path}.${key}`);
    }
  };
  visit(root, "$");
  return found;
}

function pick<Item>(list: readonly Item[]): Item | undefined {
  return list[Math.floor(random() * list.length)];
}

/** mulberry32: small, and the same for the same seed everywhere. */
function createRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
