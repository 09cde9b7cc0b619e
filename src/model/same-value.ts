import { member } from "./target-path.ts";
import { isComplex, isEqual, isList, type Value } from "./value.ts";

/**
 * Whether a target that holds `held` has what is wanted, so that there is nothing to send.
 *
 * | wanted | held | same when |
 * | ------ | ---- | --------- |
 * | a list | a list | each wanted element has one held element that covers it, and nothing else is held; in any order |
 * | an element or object | the same | all members of the wanted one are equal; services add `$ref`, `display` and others |
 * | a text | an object | the object's `value` is the text, as some services show a manager |
 *
 * `primary: false` is the same as none, and case does not count in `type` (RFC 7643 sections 2.4 and 4.1.2). It does in
 * every other text, so that a change of case is sent.
 */
export function isSatisfied(held: Value | undefined, wanted: Value | undefined): boolean {
  if (held === undefined || wanted === undefined) return held === wanted;
  if (!isList(held) && !isList(wanted)) return covers(held, wanted);
  const [have, want] = [toElements(held), toElements(wanted)];
  return have.length === want.length && missingFrom(have, want).length === 0;
}

/** Whether two values say the same to a target, whichever of them is held. */
export function isSame(left: Value | undefined, right: Value | undefined): boolean {
  return isSatisfied(left, right) && isSatisfied(right, left);
}

/** The wanted elements that no held one covers. */
export function missingFrom(held: readonly Value[], wanted: readonly Value[]): readonly Value[] {
  const partners = pair(held, wanted);
  return wanted.filter((_, index) => partners[index] === undefined);
}

/**
 * A list after `outdated` elements were taken out and `wanted` ones put in; whatever else is held stays. What covers
 * a wanted element is not outdated. The case of outdated texts does not count: services fold it when they store
 * them, and there cannot be two that differ in nothing else (RFC 7643 section 8.7.1).
 */
export function mergeElements(
  held: readonly Value[],
  change: { readonly outdated: readonly Value[]; readonly wanted: readonly Value[] },
): readonly Value[] {
  const needed = new Set(pair(held, change.wanted));
  const others = held.filter((_, index) => !needed.has(index));
  const removed = new Set(pair(others.map(inLowerCase), change.outdated.map(inLowerCase)));
  const kept = others.filter((_, index) => !removed.has(index));
  return [...held.filter((_, index) => needed.has(index)), ...kept, ...missingFrom(held, change.wanted)];
}

/** A single value is the only element of its list, an empty one has none. */
export function toElements(value: Value | undefined): readonly Value[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

function covers(held: Value, wanted: Value): boolean {
  const whole = toComplex(held);
  return Object.entries(toComplex(wanted)).every(([name, value]) => isSameMember(name, member(whole, name), value));
}

function toComplex(value: Value): { readonly [name: string]: Value } {
  return isComplex(value) ? value : { value };
}

function isSameMember(name: string, held: Value | undefined, wanted: Value): boolean {
  const key = name.toLowerCase();
  if (key === "primary") return isTrue(held) === isTrue(wanted);
  return key === "type" ? isEqual(lowered(held), lowered(wanted)) : isEqual(held, wanted);
}

function isTrue(value: Value | undefined): boolean {
  return lowered(value) === "true" || value === true;
}

function lowered(value: Value | undefined): Value | undefined {
  return value === undefined ? undefined : inLowerCase(value);
}

function inLowerCase(value: Value): Value {
  if (typeof value === "string") return value.toLowerCase();
  if (isList(value)) return value.map(inLowerCase);
  if (!isComplex(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inLowerCase(item)]));
}

/**
 * Gives each wanted element a held one of its own that covers it, to as many as possible: the index of the held one for
 * each wanted one. Several may cover the same, so a partner that was given already moves on when it can (Kuhn, 1955).
 */
function pair(held: readonly Value[], wanted: readonly Value[]): readonly (number | undefined)[] {
  const owners = new Map<number, number>();
  const give = (index: number, tried: Set<number>): boolean =>
    held.some((element, candidate) => {
      const target = wanted[index];
      if (target === undefined || tried.has(candidate) || !covers(element, target)) return false;
      tried.add(candidate);
      const owner = owners.get(candidate);
      if (owner !== undefined && !give(owner, tried)) return false;
      owners.set(candidate, index);
      return true;
    });
  for (const index of wanted.keys()) give(index, new Set());
  const partners = new Map([...owners].map(([candidate, index]) => [index, candidate] as const));
  return wanted.map((_, index) => partners.get(index));
}
