import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { FunctionSpec, ParameterType } from "#src/expression/evaluation.ts";
import { FUNCTIONS } from "#src/expression/function-table.ts";
import { evaluate } from "./context.ts";

type Row = { readonly name: string; readonly edge: string; readonly expression: string } & {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly result: string;
};

const TEXT = ["null", "empty", "several", "one in a list", "empty list", "object", "Boolean", "number"];
const LONG = [...TEXT, "non-ASCII", "very long"];
const NUMBER = ["zero", "negative", "fraction", "quoted", "hex", "huge", "no number"];

/** The edges that a function must have rows for, by the types of its parameters. */
const EDGES: Readonly<Record<ParameterType, readonly string[]>> = {
  any: LONG,
  condition: LONG,
  list: LONG,
  text: LONG,
  number: NUMBER,
  date: [...LONG, "no date"],
  pattern: ["null", "non-ASCII", "very long"],
  format: ["null", "empty", "too short", "blank", "culture", "case"],
  culture: ["culture"],
  choice: [],
};

/** Only an optional text: what RandomString() avoids, beside its numbers. */
const OPTIONAL_TEXT = ["null", "empty", "several", "non-ASCII"];

const rows = readRows(readFileSync(new URL("edges.txt", import.meta.url), "utf8"));

function readRows(text: string): readonly Row[] {
  const [, ...sections] = text.split(/^# /m);
  return sections.flatMap((section) => {
    const [name = "", ...lines] = section.trim().split("\n");
    return lines.map((line) => {
      const [edge = "", expression = "", attributes = "", result = ""] = line.split(" | ");
      return { name, edge, expression, attributes: z.record(z.string(), z.unknown()).parse(parse(attributes)), result };
    });
  });
}

function parse(json: string): unknown {
  return JSON.parse(json, (_, value: unknown) => {
    const [, unit, times] = typeof value === "string" ? (/^(.+)×(\d+)$/su.exec(value) ?? []) : [];
    return unit === undefined ? value : unit.repeat(Number(times));
  });
}

function expectedOf(result: string): unknown {
  return result === "nothing" || result === "ignored" || result.startsWith("error ") ? result : parse(result);
}

function resultOf(expression: string, attributes: Row["attributes"]): unknown {
  const evaluation = evaluate(expression, { attributes, taken: ["taken"] });
  if (evaluation.kind === "error") return `error ${evaluation.code}`;
  return evaluation.kind === "value" ? (evaluation.value ?? "nothing") : "ignored";
}

function edgesOf({ parameters }: FunctionSpec): readonly string[] {
  if (parameters.length === 0) return ["plain"];
  const own = parameters.flatMap(({ type, isOptional }) =>
    isOptional === true && type === "text" ? OPTIONAL_TEXT : EDGES[type],
  );
  return [...new Set(own)];
}

describe("every function at its edges", () => {
  it.each(rows)("$name, $edge: $expression of $attributes is $result", ({ expression, attributes, result }) => {
    expect(resultOf(expression, attributes)).toEqual(expectedOf(result));
  });

  it.each([...FUNCTIONS.values()])("has a row for each edge of $name", (spec) => {
    const own = rows.filter(({ name }) => name === spec.name);
    expect(edgesOf(spec).filter((edge) => !own.some((row) => row.edge === edge))).toEqual([]);
    expect(own.filter(({ expression }) => !expression.includes(`${spec.name}(`) && !expression.includes("("))).toEqual(
      [],
    );
  });

  it("knows every function that it tells of", () => {
    expect([...new Set(rows.map(({ name }) => name))].filter((name) => !FUNCTIONS.has(name))).toEqual([]);
  });
});
