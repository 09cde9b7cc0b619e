import type { TargetResource } from "../model/change.ts";
import { toScimId, type Kind, type ScimId } from "../model/ids.ts";
import { member, toPath, valueAt, withValue, type ResourceData, type TargetPath } from "../model/target-path.ts";
import { isComplex, isList, type Attributes, type Value } from "../model/value.ts";

const CORE: Readonly<Record<Kind, string>> = {
  user: "urn:ietf:params:scim:schemas:core:2.0:User",
  group: "urn:ietf:params:scim:schemas:core:2.0:Group",
};

/**
 * The body of a POST: desired attributes by target path, put into place, with exactly the schemas that are used (RFC 7643
 * section 3). Members are left out: a group is created empty. A single mail address is the primary one.
 */
export function toBody(kind: Kind, desired: Attributes): ResourceData {
  const paths = Object.keys(desired)
    .map((text) => toPath(text))
    .filter((path) => path.attribute.toLowerCase() !== "members")
    .toSorted((left, right) => rank(left) - rank(right));
  const data = paths.reduce<ResourceData>(
    (body, path) => withValue(body, path, toWireValue(path, desired[path.text])),
    {},
  );
  const extensions = new Set(paths.flatMap((path) => path.schema ?? []));
  const schemas = [CORE[kind], ...[...extensions].filter((schema) => member(data, schema) !== undefined)];
  const emails = member(data, "emails");
  return { schemas, ...data, ...(isList(emails) ? { emails: withPrimary(emails) } : {}) };
}

// An element is dropped while nothing but `primary` is known of it, so that comes last.
function rank(path: TargetPath): number {
  return path.subAttribute?.toLowerCase() === "primary" ? 1 : 0;
}

/** Marks the element of a one-element list as primary, unless it says something about that itself. */
export function withPrimary(elements: readonly Value[]): readonly Value[] {
  const [only] = elements;
  if (elements.length !== 1 || !isComplex(only) || member(only, "primary") !== undefined) return elements;
  return [{ ...only, primary: true }];
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
  const slot = isComplex(value) ? path : whole;
  return withValue(kept, slot, toWireValue(slot, valueAt(answer, slot)));
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
