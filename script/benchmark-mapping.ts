/**
 * Measures how fast people are mapped: evaluates scope and mappings of a configuration file for generated people, on one
 * core, and compares with parsing and printing the same people as JSON, which tells the machine's speed apart from ours.
 * Best of several rounds, taken in turns, in processor time. Then runs real cycles for the same people on a real Redis,
 * and tells which share of them mapping is, and how long the target's rate limit would take for these people.
 *
 *     npx node script/benchmark-mapping.ts [people] [rounds] [config]
 */
import { stdout } from "node:process";
import { loadConfig } from "../src/config/load.ts";
import { toEntraId } from "../src/model/ids.ts";
import { isComplex, toValue } from "../src/model/value.ts";
import { toDesired } from "../src/sync/desired.ts";
import { compileRules } from "../src/sync/rules.ts";
import { createPeople } from "../test/sandbox/people.ts";
import { measureCycles, type Cost } from "./benchmark-cycle.ts";

const [count, rounds] = [Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 5)];
const file = process.argv[4] ?? new URL("../config/bridge.yaml", import.meta.url).pathname;
const loaded = await loadConfig(file);
const rules = compileRules(loaded);
const { users } = rules;

const people = createPeople({ count, seed: 1 }).map(({ id, ...properties }) => {
  const attributes = toValue(properties);
  return { id: toEntraId(id), attributes: isComplex(attributes) ? attributes : {} };
});
const lines = people.map((person) => JSON.stringify(person));

const mapping: number[] = [];
const baseline: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  baseline.push(measure(throughJson));
  mapping.push(measure(throughMappings));
}

const [mappedMs, baselineMs] = [Math.min(...mapping), Math.min(...baseline)];
const cycles = await measureCycles(people, rules);
stdout.write(
  `${JSON.stringify(
    {
      config: file,
      people: count,
      mappings: users.mappings.length,
      rounds,
      usersPerSecondPerCore: Math.round(count / (mappedMs / 1_000)),
      microsecondsPerUser: Number(((mappedMs * 1_000) / count).toFixed(2)),
      baselinePerSecondPerCore: Math.round(count / (baselineMs / 1_000)),
      timesBaseline: Number((mappedMs / baselineMs).toFixed(2)),
      cycles: { initial: compare(cycles.initial), planOfEverybody: compare(cycles.plan) },
      rateLimit: {
        requestsPerSecond: loaded.target.rateLimit,
        secondsToCreateEverybody: Math.round(count / loaded.target.rateLimit),
        timesMapping: Math.round((count / loaded.target.rateLimit) * (1_000 / mappedMs)),
      },
    },
    undefined,
    2,
  )}\n`,
);

/** A cycle, in seconds, and mapping's share of it. */
function compare({ wallMs, processorMs }: Cost) {
  return {
    seconds: Number((wallMs / 1_000).toFixed(1)),
    processorSeconds: Number((processorMs / 1_000).toFixed(1)),
    shareOfMapping: Number((mappedMs / wallMs).toFixed(3)),
    shareOfMappingInProcessorTime: Number((mappedMs / processorMs).toFixed(3)),
  };
}

/** Processor time in milliseconds. Fails when not everybody went through. */
function measure(work: () => number): number {
  const started = process.threadCpuUsage();
  const done = work();
  const { user, system } = process.threadCpuUsage(started);
  if (done !== count) throw new Error(`${done} of ${count} people went through`);
  return (user + system) / 1_000;
}

/** As for a first creation; the result is looked at, so that nothing can be optimised away. */
function throughMappings(): number {
  let done = 0;
  for (const person of people) {
    const isMatch = users.isMatch(person);
    const outcome = toDesired(person, users, { for: "create" });
    if (isMatch && outcome.kind === "desired" && outcome.desired["userName"] !== undefined) done += 1;
  }
  return done;
}

function throughJson(): number {
  let done = 0;
  for (const line of lines) if (JSON.stringify(JSON.parse(line)).length === line.length) done += 1;
  return done;
}
