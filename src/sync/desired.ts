import { SyncError } from "../model/errors.ts";
import type { EntraId } from "../model/ids.ts";
import type { Attributes, Value } from "../model/value.ts";
import { normalise } from "./normalise.ts";
import { sourceReader, type KindRules, type Mapping } from "./rules.ts";

/** What the mappings give for one object. */
export type DesiredOutcome =
  | {
      readonly kind: "desired";
      readonly desired: Attributes;
      /** Target paths that IgnoreAttributeFlow leaves as they are. */
      readonly ignored: readonly string[];
    }
  /** A mapping said IgnoreObjectFlow. */
  | { readonly kind: "ignore" }
  | { readonly kind: "error"; readonly error: SyncError };

type Mapped =
  | { readonly kind: "value"; readonly value: Value | undefined }
  | { readonly kind: "skip" }
  | DesiredOutcome;

/**
 * Evaluates every mapping on a complete source object. Pure but for the clock and chance that expressions may ask for.
 * Default values and create-only mappings take part in a creation only (as Entra).
 */
export function toDesired(
  object: { readonly id: EntraId; readonly attributes: Attributes },
  rules: KindRules,
  occasion: "create" | "update",
): DesiredOutcome {
  const read = sourceReader(rules.kind, object);
  const desired: Record<string, Value> = {};
  const ignored: string[] = [];
  for (const mapping of rules.mappings) {
    const mapped = evaluate(mapping, read);
    if (mapped.kind === "ignore" || mapped.kind === "error") return mapped;
    if (mapped.kind === "skip") ignored.push(mapping.target);
    const given = mapped.kind === "value" ? normalise(mapping.target, mapped.value) : undefined;
    const value = given ?? (occasion === "create" ? normalise(mapping.target, mapping.default) : undefined);
    if (value !== undefined) desired[mapping.target] = value;
  }
  const missing = rules.match.find((attribute) => desired[attribute] === undefined);
  return missing === undefined ? { kind: "desired", desired, ignored } : incomplete(missing);
}

function incomplete(attribute: string): DesiredOutcome {
  const message = `the mapping for ${attribute}, by which accounts are matched, gives no value for this object`;
  return {
    kind: "error",
    error: new SyncError(message, { side: "source", code: "incomplete", retry: { kind: "never" } }),
  };
}

function evaluate(mapping: Mapping, read: (name: string) => Value | undefined): Mapped {
  switch (mapping.from.kind) {
    case "source":
      return { kind: "value", value: read(mapping.from.attribute) };
    case "constant":
      return { kind: "value", value: mapping.from.value };
    case "nothing":
      return { kind: "value", value: undefined };
    case "expression": {
      const result = mapping.from.expression.evaluate({ read, now: () => new Date(), random: Math.random });
      if (result.kind === "value") return result;
      if (result.kind === "ignoreAttribute") return { kind: "skip" };
      if (result.kind === "ignoreObject") return { kind: "ignore" };
      const message = `the expression for ${mapping.target} failed: ${result.message}`;
      return {
        kind: "error",
        error: new SyncError(message, { side: "source", code: "mapping", retry: { kind: "never" } }),
      };
    }
  }
}
