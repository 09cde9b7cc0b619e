import type { Expression } from "../expression/compile.ts";
import { SyncError } from "../model/errors.ts";
import type { Attributes, Value } from "../model/value.ts";
import { sourceReader, type KindRules, type Mapping, type SourceObject } from "./rules.ts";

/** What the mappings give for one object. */
export type DesiredOutcome =
  | {
      readonly kind: "desired";
      readonly desired: Attributes;
      /** Target paths that are left as they are. */
      readonly ignored: readonly string[];
    }
  /** A mapping said IgnoreObjectFlow. */
  | { readonly kind: "ignore" }
  | { readonly kind: "error"; readonly error: SyncError };

/** What one mapping gives for one object, in the type of its target attribute. */
export type MappingOutcome =
  | { readonly kind: "value"; readonly value: Value | undefined }
  /** The mapping gave nothing, and a creation takes the default. */
  | { readonly kind: "default"; readonly value: Value }
  /** IgnoreAttributeFlow, or a manager whose account is still to come; a creation may take the default. */
  | { readonly kind: "skip"; readonly value: Value | undefined }
  | { readonly kind: "ignore" }
  | { readonly kind: "error"; readonly error: SyncError };

export type Occasion = {
  /** Default values and create-only mappings take part in a creation only (as Entra). */
  readonly for: "create" | "update";
  /** Whether another account of the target has this value: for SelectUniqueValue(). Without it nothing is taken. */
  readonly isTaken?: (target: string, value: string) => boolean;
};

/** Evaluates every mapping on a complete source object. Pure but for the clock and chance that expressions may ask for. */
export function toDesired(object: SourceObject, rules: KindRules, occasion: Occasion): DesiredOutcome {
  const read = sourceReader(rules.kind, object);
  const desired: Record<string, Value> = {};
  const ignored: string[] = [];
  for (const mapping of rules.mappings) {
    // Whatever it gives now must not keep the other attributes from being updated.
    if (mapping.isCreateOnly && occasion.for === "update") continue;
    const outcome = evaluateMapping(mapping, { read, object, occasion });
    if (outcome.kind === "ignore" || outcome.kind === "error") return outcome;
    if (outcome.kind === "skip") ignored.push(mapping.target);
    if (outcome.value !== undefined) desired[mapping.target] = outcome.value;
  }
  const isFindable = rules.match.some((attribute) => desired[attribute] !== undefined);
  return isFindable ? { kind: "desired", desired, ignored } : { kind: "error", error: incomplete(rules.match) };
}

function incomplete(match: readonly string[]): SyncError {
  const message = `the mapping for ${match.join(" and ")}, by which accounts are matched, gives no value for this object`;
  return new SyncError(message, { side: "source", code: "incomplete", retry: { kind: "never" } });
}

export type MappingInput = {
  readonly read: (name: string) => Value | undefined;
  readonly object: SourceObject;
  readonly occasion: Occasion;
};

/** Evaluates one mapping. */
export function evaluateMapping(mapping: Mapping, input: MappingInput): MappingOutcome {
  const raw = evaluate(mapping, input);
  if (raw.kind === "ignore" || raw.kind === "error") return raw;
  const given = raw.kind === "value" ? mapping.normalise(raw.value) : undefined;
  const isCreation = input.occasion.for === "create";
  const fallback = given === undefined && isCreation ? mapping.normalise(mapping.default) : undefined;
  if (raw.kind === "skip") return { kind: "skip", value: fallback };
  return fallback === undefined ? { kind: "value", value: given } : { kind: "default", value: fallback };
}

type Raw = { readonly kind: "value"; readonly value: Value | undefined } | { readonly kind: "skip" } | Stop;
type Stop = Extract<MappingOutcome, { kind: "ignore" | "error" }>;

function evaluate(mapping: Mapping, input: MappingInput): Raw {
  const { manager } = input.object;
  // Whoever links the manager looks at this person again.
  if (mapping.needsManager && manager?.isExpected && manager.scimId === undefined) return { kind: "skip" };
  switch (mapping.from.kind) {
    case "source":
      return { kind: "value", value: input.read(mapping.from.attribute) };
    case "manager":
      return { kind: "value", value: manager?.scimId };
    case "constant":
      return { kind: "value", value: mapping.from.value };
    case "nothing":
      return { kind: "value", value: undefined };
    case "expression":
      return evaluateExpression(mapping.target, mapping.from.expression, input);
  }
}

function evaluateExpression(target: string, expression: Expression, { read, occasion }: MappingInput): Raw {
  const isTaken = (value: string) => occasion.isTaken?.(target, value) === true;
  const result = expression.evaluate({ read, now: () => new Date(), random: Math.random, isTaken });
  if (result.kind === "value") return result;
  if (result.kind === "ignoreAttribute") return { kind: "skip" };
  if (result.kind === "ignoreObject") return { kind: "ignore" };
  const message = `the expression for ${target} failed: ${result.message}`;
  return {
    kind: "error",
    error: new SyncError(message, { side: "source", code: "mapping", retry: { kind: "never" } }),
  };
}
