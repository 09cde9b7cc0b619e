import type { TargetResource } from "../model/change.ts";
import { toScimId, type Kind, type ScimId } from "../model/ids.ts";
import { isSatisfied, toElements } from "../model/same-value.ts";
import { member, toPath, valueAt, withValue, type ResourceData, type TargetPath } from "../model/target-path.ts";
import { isComplex, isList, type Attributes, type Value } from "../model/value.ts";

const CORE: Readonly<Record<Kind, string>> = {
  user: "urn:ietf:params:scim:schemas:core:2.0:User",
  group: "urn:ietf:params:scim:schemas:core:2.0:Group",
};

/**
 * The body of a POST: desired attributes by target path, put into place. Those of an extension are nested below its URN,
 * and `schemas` names the extensions that have a value and no others (RFC 7643 sections 3 and 3.3). Members are left out:
 * a group is created empty. One mail address is the primary one.
 */
export function toBody(kind: Kind, desired: Attributes): ResourceData {
  const data = Object.keys(desired)
    .map((text) => toPath(text))
    .filter((path) => path.attribute.toLowerCase() !== "members")
    .toSorted((left, right) => rank(left) - rank(right))
    .reduce<ResourceData>((body, path) => withValue(body, path, toBodyValue(path, desired[path.text])), {});
  // No attribute has a colon in its name, and every URN has.
  const extensions = Object.keys(data).filter((name) => name.includes(":"));
  const emails = member(data, "emails");
  return {
    schemas: [CORE[kind], ...extensions],
    ...data,
    ...(isList(emails) && emails.length === 1 ? { emails: withPrimary(emails) } : {}),
  };
}

// An element is dropped while nothing but `primary` is known of it, so that comes last.
function rank(path: TargetPath): number {
  return path.subAttribute?.toLowerCase() === "primary" ? 1 : 0;
}

function toBodyValue(path: TargetPath, value: Value | undefined): Value | undefined {
  const wire = toWireValue(path, value);
  return isList(wire) && isMailList(path) ? withPrimary(wire) : wire;
}

/** True for `emails` as a whole. */
export function isMailList(path: TargetPath): boolean {
  return path.attribute.toLowerCase() === "emails" && path.filter === undefined && path.subAttribute === undefined;
}

/**
 * Marks one mail address as the primary one, unless they say something about that themselves: the one that is primary in
 * `current`, else the first. Services that need one take any, if they are not told.
 */
export function withPrimary(elements: readonly Value[], current?: Value): readonly Value[] {
  if (elements.some((element) => !isComplex(element) || member(element, "primary") !== undefined)) return elements;
  const old = toElements(current).find((element) => isComplex(element) && member(element, "primary") === true);
  const found = elements.findIndex((element) => isSatisfied(old, element));
  return elements.map((element, index) =>
    isComplex(element) && index === Math.max(found, 0) ? { ...element, primary: true } : element,
  );
}

/** The value as JSON wants it: `active` and `primary` are booleans (RFC 7643 sections 4.1.1 and 2.4), whatever gave them. */
export function toWireValue(path: TargetPath, value: Value | undefined): Value | undefined {
  const name = (path.subAttribute ?? path.attribute).toLowerCase();
  return name === "active" || name === "primary" ? toBoolean(value) : value;
}

function toBoolean(value: Value | undefined): Value | undefined {
  if (typeof value !== "string") return value;
  const text = value.toLowerCase();
  return text === "true" || text === "false" ? text === "true" : value;
}

/**
 * Cuts an answer down to what is managed: attributes in the spelling of `managed`, complex ones to the managed
 * sub-attributes, multi-valued ones whole. Returns undefined when the answer has no `id`.
 */
export function toResource(answer: ResourceData, managed: readonly string[]): TargetResource | undefined {
  const id = member(answer, "id");
  if (typeof id !== "string" || id === "") return undefined;
  const data = managed
    .map((text) => toPath(text))
    .filter((path) => path.attribute.toLowerCase() !== "members")
    .reduce<ResourceData>((kept, path) => keep(kept, answer, path), {});
  const members = toMembers(member(answer, "members"));
  return { id: toScimId(id), data, ...(members === undefined ? {} : { members }) };
}

function keep(kept: ResourceData, answer: ResourceData, path: TargetPath): ResourceData {
  const whole: TargetPath = { ...path, filter: undefined, subAttribute: undefined };
  const value = valueAt(answer, whole);
  const isScalar = value !== undefined && typeof value !== "object";
  // A manager that is shown as a bare text: it stands for the value.
  if (isReference(path) && isScalar) return withValue(kept, path, value);
  const slot = isComplex(value) ? path : whole;
  return withValue(kept, slot, toWireValue(slot, valueAt(answer, slot)));
}

/**
 * True for the `value` of a complex attribute that has one only, such as `urn:…:User:manager.value`: a reference to
 * another resource (RFC 7643 section 2.3.7), which is sent as a whole.
 */
export function isReference(path: TargetPath): boolean {
  return path.filter === undefined && path.subAttribute?.toLowerCase() === "value";
}

function toMembers(value: Value | undefined): readonly ScimId[] | undefined {
  if (!isList(value)) return undefined;
  const ids = value.map((entry) => (isComplex(entry) ? member(entry, "value") : entry));
  return [...new Set(ids.filter((id) => typeof id === "string"))].map((id) => toScimId(id));
}

/** Every text inside a value: what must not show up in an error message. */
export function textsOf(value: Value | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  if (typeof value !== "object") return [];
  return (isList(value) ? value : Object.values(value)).flatMap((item) => textsOf(item));
}
