import { printScalar } from "../../expression/datum.ts";
import type { Change } from "../../model/change.ts";
import { toPath, valueAt, type TargetPath } from "../../model/target-path.ts";
import { isSatisfied, missingFrom, toElements } from "../../model/same-value.ts";
import type { Attributes, Value } from "../../model/value.ts";
import { evaluateMapping, type MappingInput, type MappingOutcome } from "../../sync/desired.ts";
import { diff } from "../../sync/diff.ts";
import { sourceReader, type KindRules, type Mapping } from "../../sync/rules.ts";
import type { Link } from "../../sync/state.ts";
import type { MappingLine, MappingStatus } from "./explanation.ts";
import type { Facts } from "./facts.ts";
import type { Prediction } from "./predict.ts";
import { inputNames, type Redaction } from "./redaction.ts";

type Context = {
  readonly facts: Facts;
  readonly rules: KindRules;
  readonly redaction: Redaction;
  readonly input: MappingInput;
  readonly link: Link | undefined;
  /** Paths that differ from what the sync remembers of the target, and would be sent if the object is. */
  readonly differing: ReadonlySet<string>;
  /** Paths that a re-sync sends. */
  readonly resent: ReadonlySet<string>;
  readonly isSent: boolean;
};

type Evaluated = { readonly mapping: Mapping; readonly outcome: MappingOutcome };

/** What every mapping gives, and what becomes of it in the target. Nothing for an object that is not in Entra. */
export function toMappings(facts: Facts, rules: KindRules, redaction: Redaction): readonly MappingLine[] {
  const { current, next } = facts;
  if (current.object?.presence !== "present") return [];
  const object = { ...current, attributes: current.object.attributes };
  const { link } = next;
  const occasion = { for: link === undefined ? "create" : "update" } as const;
  const input: MappingInput = { read: sourceReader(rules.kind, object), object, occasion };
  const evaluated = rules.mappings.map((mapping) => evaluate(mapping, input, next.decision.desired));
  const context: Context = {
    facts,
    rules,
    redaction,
    input,
    link,
    differing: findDiffering(evaluated, rules, link),
    resent: new Set(isSent(facts.resync) ? pathsOf(facts.resync.decision.change) : []),
    isSent: isSent(next),
  };
  return evaluated.map((each) => toLine(context, each));
}

function isSent({ decision, conflict }: Prediction): boolean {
  const { change, isIncluded } = decision;
  return isIncluded && conflict === undefined && (change.kind === "create" || change.kind === "update");
}

function pathsOf(change: Change): readonly string[] {
  if (change.kind === "create") return Object.keys(change.desired);
  return change.kind === "update" ? change.changes.map(({ path }) => path) : [];
}

/** The value that the decision was made with, where there is one: chance and clock would give another one now. */
function evaluate(mapping: Mapping, input: MappingInput, desired: Attributes | undefined): Evaluated {
  const outcome = evaluateMapping(mapping, input);
  const decided = desired?.[mapping.target];
  const isSame = decided === undefined || (outcome.kind !== "value" && outcome.kind !== "default");
  return { mapping, outcome: isSame ? outcome : { ...outcome, value: decided } };
}

function findDiffering(evaluated: readonly Evaluated[], rules: KindRules, link: Link | undefined): ReadonlySet<string> {
  const values = evaluated.flatMap(({ mapping, outcome }) => {
    const value = valueOf(outcome);
    return value === undefined ? [] : [[mapping.target, value] as const];
  });
  if (link === undefined) return new Set(values.map(([target]) => target));
  const skipped = evaluated.filter(({ outcome }) => outcome.kind === "skip").map(({ mapping }) => mapping.target);
  const createOnly = new Set([...rules.createOnly, ...skipped]);
  return new Set(diff(Object.fromEntries(values), link, { ...rules, createOnly }).map(({ path }) => path));
}

function valueOf(outcome: MappingOutcome): Value | undefined {
  return outcome.kind === "ignore" || outcome.kind === "error" ? undefined : outcome.value;
}

function toLine(context: Context, { mapping, outcome }: Evaluated): MappingLine {
  const { facts, redaction, input, link } = context;
  const { target } = mapping;
  const path = toPath(target);
  const remembered = link === undefined ? undefined : valueAt(link.data, path);
  const held = facts.targetError === undefined ? heldNow(facts, link, path) : remembered;
  const isRedacted = redaction.isHiddenTarget(target);
  // What applies to a creation only is not evaluated any more.
  const isOver = mapping.isCreateOnly && link !== undefined && outcome.kind !== "value";
  return {
    target,
    ...describeSource(mapping, isRedacted),
    inputs: inputNames(mapping).map((name) => ({ name, value: redaction.source(name, readInput(input, name)) })),
    result: redaction.target(target, valueOf(outcome)),
    current: redaction.target(target, held),
    status: isOver ? "create-only" : toStatus(context, { mapping, outcome }, remembered),
    isRedacted,
    error: outcome.kind === "error" && !isOver ? toError(mapping, input, outcome.error.message) : null,
  };
}

/** What the target showed just now: of the linked resource, or of the one to be adopted. */
function heldNow({ resource, stored }: Facts, link: Link | undefined, path: TargetPath): Value | undefined {
  if (stored.link !== undefined) return resource === undefined ? undefined : valueAt(resource.data, path);
  return link === undefined ? undefined : valueAt(link.data, path);
}

function readInput({ read, object }: MappingInput, name: string): Value | undefined {
  return name === "manager" ? (object.manager?.id ?? read(name)) : read(name);
}

function describeSource({ from }: Mapping, isRedacted: boolean): Pick<MappingLine, "kind" | "source"> {
  switch (from.kind) {
    case "source":
      return { kind: "direct", source: from.attribute };
    case "manager":
      return { kind: "direct", source: "manager" };
    case "constant":
      return { kind: "constant", source: isRedacted ? null : printScalar(from.value) };
    case "expression":
      return { kind: "expression", source: from.expression.text };
    case "nothing":
      return { kind: "none", source: null };
  }
}

function toStatus(context: Context, { mapping, outcome }: Evaluated, held: Value | undefined): MappingStatus {
  if (outcome.kind === "error") return "error";
  if (outcome.kind === "ignore") return "object-ignored";
  const { value } = outcome;
  if (outcome.kind === "skip" && value === undefined) return isIgnored(mapping, context.input) ? "ignored" : "waiting";
  if (context.differing.has(mapping.target)) return context.isSent ? toSending(outcome) : "withheld";
  if (context.resent.has(mapping.target)) return "resync";
  if (value === undefined) return whyNotCleared(context, mapping, held);
  if (mapping.isCreateOnly) return "create-only";
  return isHeld(context, mapping, { held, value }) ? "equal" : "not-taken";
}

/** As the sync compares; in a list that others share only what is missing of ours counts. */
function isHeld(
  { rules }: Context,
  { target }: Mapping,
  { held, value }: { readonly held: Value | undefined; readonly value: Value },
): boolean {
  if (!rules.additive.has(target)) return isSatisfied(held, value);
  return missingFrom(toElements(held), toElements(value)).length === 0;
}

/** An empty result that the comparison leaves alone: what is ours would be cleared if `clearEmpty` were on. */
function whyNotCleared({ link }: Context, mapping: Mapping, held: Value | undefined): MappingStatus {
  if (held === undefined || mapping.isCreateOnly) return "empty";
  return link?.sent[mapping.target] === undefined ? "not-ours" : "kept";
}

function toSending(outcome: Exclude<MappingOutcome, { kind: "ignore" | "error" }>): MappingStatus {
  if (outcome.kind === "default" || outcome.kind === "skip") return "default";
  return outcome.value === undefined ? "clear" : "send";
}

/** Whether it was IgnoreAttributeFlow that left the attribute out. */
function isIgnored({ from }: Mapping, { read }: MappingInput): boolean {
  return from.kind === "expression" && evaluateText(from.expression, read).kind === "ignoreAttribute";
}

type Expression = Extract<Mapping["from"], { kind: "expression" }>["expression"];

function evaluateText(expression: Expression, read: MappingInput["read"]) {
  return expression.evaluate({ read, now: () => new Date(), random: Math.random });
}

/** The place in the expression, where it can be told. */
function toError({ from }: Mapping, { read }: MappingInput, message: string): MappingLine["error"] {
  const result = from.kind === "expression" ? evaluateText(from.expression, read) : undefined;
  if (result?.kind !== "error") return { message, line: null, column: null };
  return { message: result.message, line: result.line, column: result.column };
}
