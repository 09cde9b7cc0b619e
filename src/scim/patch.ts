import type { AttributeChange } from "../model/change.ts";
import { isSatisfied, mergeElements, missingFrom, toElements } from "../model/same-value.ts";
import { toPath, valueAt, withValue, type ResourceData, type TargetPath } from "../model/target-path.ts";
import { isComplex, isList, type Value } from "../model/value.ts";
import { isMailList, isReference, toWireValue, withPrimary } from "./resource.ts";

/** One operation of a PATCH request (RFC 7644 section 3.5.2): lower-case verb, always a path, never null. */
export type Operation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: Value }
  | { readonly op: "remove"; readonly path: string };

/** An operation, and the changes that it carries out. */
export type Step = { readonly operation: Operation; readonly changes: readonly AttributeChange[] };

type Pending = { readonly path: TargetPath; readonly change: AttributeChange };
type Filter = NonNullable<TargetPath["filter"]>;

const PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/**
 * The body of a PATCH request. Its `schemas` names the message and nothing else, also when the first attribute of an
 * extension is set: a path with the URN in front "implicitly modifies" the `schemas` of the resource, and it is the service
 * that keeps them in step (RFC 7644 section 3.5.2; RFC 7643 section 3). An operation on `schemas` would be refused by some.
 */
export function toPatchBody(steps: readonly Step[]): unknown {
  return { schemas: [PATCH_SCHEMA], Operations: steps.map(({ operation }) => operation) };
}

/**
 * The operations that carry out `changes` on a resource that holds `current`. Servers disagree about value paths that
 * match nothing and about elements of which nothing is left, so neither is ever sent: a missing element is added whole,
 * an emptied one is removed whole.
 */
export function toSteps(changes: readonly AttributeChange[], current: ResourceData): readonly Step[] {
  const all = changes.map((change): Pending => {
    const path = toPath(change.path);
    return { path, change: { ...change, to: toWireValue(path, change.to) } };
  });
  const simple = all.filter(({ path }) => path.filter === undefined);
  const byElement = Map.groupBy(
    all.filter(({ path }) => path.filter !== undefined),
    ({ path }) => elementPath(path).toLowerCase(),
  );
  const elements = [...byElement.values()].map((group) => stepsOfElement(group, current));
  return [
    ...simple.map((pending) => simpleStep(pending, current)),
    ...elements.flatMap(({ steps }) => steps),
    ...additions(
      elements.flatMap(({ added }) => added ?? []),
      current,
    ),
  ];
}

function simpleStep({ path, change }: Pending, current: ResourceData): Step {
  const { to } = change;
  const name = isReference(path) ? listPath(path) : path.text;
  if (to === undefined) return { operation: { op: "remove", path: name }, changes: [change] };
  if (isList(to)) return { operation: listOperation(path, change, to), changes: [change] };
  // `replace` of something missing adds it, but not everywhere.
  const op = valueAt(current, path) === undefined ? "add" : "replace";
  const value = isReference(path) && path.subAttribute !== undefined ? { [path.subAttribute]: to } : to;
  return { operation: { op, path: name, value }, changes: [change] };
}

/**
 * A list is replaced as a whole: `add` would append to one that came up meanwhile. Only where the elements of others stay,
 * and nothing has to go, it is an `add` of the new ones: nobody is overwritten who adds at the same time.
 */
function listOperation(path: TargetPath, change: AttributeChange, to: readonly Value[]): Operation {
  const held = toElements(change.from);
  const isAddition = change.ours !== undefined && !takesAway(change);
  const [op, elements] = isAddition ? (["add", missingFrom(held, to)] as const) : (["replace", to] as const);
  const isFirst = op === "replace" || held.length === 0;
  return { op, path: path.text, value: isMailList(path) && isFirst ? withPrimary(elements, change.from) : elements };
}

/** True for a change of a shared list after which an element of before is gone. */
export function takesAway({ from, to, ours }: AttributeChange): boolean {
  const [before, after] = [toElements(from), toElements(to)];
  return ours !== undefined && before.length + missingFrom(before, after).length > after.length;
}

/** The same change of a shared list, for a resource that holds something else than was thought. */
export function rebase(change: AttributeChange, current: ResourceData): AttributeChange {
  if (change.ours === undefined) return change;
  const from = valueAt(current, toPath(change.path));
  const [before, after] = [toElements(change.from), toElements(change.to)];
  const edit = { outdated: missingFrom(after, before), wanted: missingFrom(before, after) };
  const to = mergeElements(toElements(from), edit);
  return { ...change, from, to: to.length === 0 ? undefined : to };
}

/**
 * What puts back the elements of others, when a service took an `add` for a new list, as some do: `data`, which it answered,
 * holds what was added and nothing of what was there.
 */
export function afterOverwriting(steps: readonly Step[], data: ResourceData): readonly Step[] {
  return steps.flatMap(({ operation, changes }) => {
    const [change] = changes;
    if (operation.op !== "add" || change?.ours === undefined || change.to === undefined) return [];
    const seen = valueAt(data, toPath(change.path));
    if (change.from === undefined || !isSatisfied(seen, operation.value)) return [];
    return [{ operation: { op: "replace", path: operation.path, value: change.to } as const, changes }];
  });
}

type Added = { readonly path: TargetPath; readonly element: Value; readonly changes: readonly AttributeChange[] };

function stepsOfElement(
  group: readonly Pending[],
  current: ResourceData,
): { readonly steps: readonly Step[]; readonly added?: Added } {
  const [first] = group;
  if (first === undefined) return { steps: [] };
  const whole: TargetPath = { ...first.path, subAttribute: undefined };
  const changes = group.map(({ change }) => change);
  const before = valueAt(current, whole);
  const after = valueAt(applyAll(group, current), whole);
  if (before === undefined) {
    return after === undefined ? { steps: [] } : { steps: [], added: { path: whole, element: after, changes } };
  }
  if (after === undefined) return { steps: [{ operation: { op: "remove", path: elementPath(whole) }, changes }] };
  return { steps: group.map((pending) => elementStep(pending)) };
}

function elementStep({ path, change }: Pending): Step {
  const text = path.subAttribute === undefined ? elementPath(path) : `${elementPath(path)}.${path.subAttribute}`;
  const { to } = change;
  if (to === undefined) return { operation: { op: "remove", path: text }, changes: [change] };
  return { operation: { op: "replace", path: text, value: withType(path, to) }, changes: [change] };
}

// Replacing an element as a whole must not lose what identifies it.
function withType(path: TargetPath, value: Value): Value {
  if (path.subAttribute !== undefined || path.filter === undefined || !isComplex(value)) return value;
  return { [path.filter.attribute]: path.filter.value, ...value };
}

/** One `add` per attribute with all of its new elements. */
function additions(added: readonly Added[], current: ResourceData): readonly Step[] {
  const byAttribute = Map.groupBy(added, ({ path }) => listPath(path).toLowerCase());
  return [...byAttribute.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const elements = group.map(({ path, element }) => withType(path, element));
    const list: TargetPath = { ...first.path, filter: undefined, subAttribute: undefined };
    const isFirstMail = list.attribute.toLowerCase() === "emails" && valueAt(current, list) === undefined;
    const value = isFirstMail && elements.length === 1 ? withPrimary(elements) : elements;
    const operation: Operation = { op: "add", path: listPath(first.path), value };
    return [{ operation, changes: group.flatMap(({ changes }) => changes) }];
  });
}

/**
 * What to send when a server finds no element at a value path (`noTarget`) although we saw one: an `add` of the element
 * for a change, nothing (undefined) for a removal, which is then done.
 */
export function afterNoTarget(step: Step): Step | undefined {
  if (step.operation.op === "remove") return undefined;
  const group = step.changes.map((change): Pending => ({ path: toPath(change.path), change }));
  const { added } = stepsOfElement(group, {});
  return added === undefined ? step : additions([added], {})[0];
}

/** The resource as it must be after `changes`, when a server does not say. */
export function applyChanges(changes: readonly AttributeChange[], current: ResourceData): ResourceData {
  return applyAll(
    changes.map((change) => ({ path: toPath(change.path), change })),
    current,
  );
}

function applyAll(group: readonly Pending[], current: ResourceData): ResourceData {
  const inOrder = group.toSorted((left, right) => rank(left.path) - rank(right.path));
  return inOrder.reduce((data, { path, change }) => withValue(data, path, toWireValue(path, change.to)), current);
}

// A new element is dropped while nothing but `primary` is known of it, so that comes last.
function rank(path: TargetPath): number {
  return path.subAttribute?.toLowerCase() === "primary" ? 1 : 0;
}

function listPath(path: TargetPath): string {
  return path.schema === undefined ? path.attribute : `${path.schema}:${path.attribute}`;
}

function elementPath(path: TargetPath): string {
  return path.filter === undefined ? listPath(path) : `${listPath(path)}[${filterText(path.filter)}]`;
}

function filterText({ attribute, value }: Filter): string {
  const isBoolean = attribute.toLowerCase() === "primary";
  return `${attribute} eq ${isBoolean ? value.toLowerCase() : JSON.stringify(value)}`;
}
