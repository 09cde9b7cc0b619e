import { isComplex, isList, type Value } from "./value.ts";

/**
 * A target attribute, as mappings and PATCH operations name it (RFC 7644 section 3.5.2, figure 7), reduced to the forms
 * that Entra's provisioning uses:
 *
 *     userName   name.givenName   emails[type eq "work"].value   addresses[type eq "work"]
 *     urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department
 */
export type TargetPath = {
  /** The path as written. */
  readonly text: string;
  /** URN of the schema extension, undefined for the core schema. */
  readonly schema: string | undefined;
  readonly attribute: string;
  /** The element of a multi-valued attribute. */
  readonly filter: { readonly attribute: string; readonly value: string } | undefined;
  readonly subAttribute: string | undefined;
};

/** A SCIM resource, or the part of it that we look at, as plain data. */
export type ResourceData = Readonly<Record<string, Value>>;

const EXTENSION = /^(urn:.+):([^:.[\]]+)((?:\[.*)?(?:\.[^.]+)?)$/i;
const CORE = /^urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group):/i;
const LOCAL =
  /^([A-Za-z$][\w$-]*)(?:\[\s*([A-Za-z$][\w$-]*)\s+eq\s+"((?:[^"\\]|\\.)*)"\s*\])?(?:\.([A-Za-z$][\w$-]*))?$/;

/** Parses a target path. Returns undefined for text that is none. */
export function parsePath(text: string): TargetPath | undefined {
  const bare = text.replace(CORE, "");
  const extension = EXTENSION.exec(bare);
  const schema = extension?.[1];
  const local = LOCAL.exec(extension ? `${extension[2]}${extension[3]}` : bare);
  const attribute = local?.[1];
  if (attribute === undefined) return undefined;
  const [, , name, value] = local ?? [];
  const filter = name === undefined || value === undefined ? undefined : { attribute: name, value: unescape(value) };
  return { text, schema, attribute, filter, subAttribute: local?.[4] };
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, "$1");
}

/** Parses a path that is known to be valid, because the configuration was checked. Throws a TypeError otherwise. */
export function toPath(text: string): TargetPath {
  const path = parsePath(text);
  if (path === undefined) throw new TypeError(`not a target attribute: ${text}`);
  return path;
}

/** True for the element that a value path's filter names. Booleans are compared by their text, case-insensitively. */
export function isElement(element: Value, filter: NonNullable<TargetPath["filter"]>): boolean {
  const value = isComplex(element) ? member(element, filter.attribute) : undefined;
  return value !== undefined && typeof value !== "object" && String(value).toLowerCase() === filter.value.toLowerCase();
}

/** The value of a member, whose name is compared case-insensitively (RFC 7643 section 2.1). */
export function member(data: ResourceData, name: string): Value | undefined {
  if (Object.hasOwn(data, name)) return data[name];
  const wanted = name.toLowerCase();
  const found = Object.keys(data).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : data[found];
}

/** Reads what a resource holds at a path; undefined when it is unassigned. */
export function valueAt(data: ResourceData, path: TargetPath): Value | undefined {
  const home = path.schema === undefined ? data : member(data, path.schema);
  if (!isComplex(home)) return undefined;
  const attribute = member(home, path.attribute);
  const holder = path.filter === undefined ? attribute : elementOf(attribute, path.filter);
  if (path.subAttribute === undefined) return emptyToUndefined(holder);
  return isComplex(holder) ? emptyToUndefined(member(holder, path.subAttribute)) : undefined;
}

function elementOf(attribute: Value | undefined, filter: NonNullable<TargetPath["filter"]>): Value | undefined {
  return isList(attribute) ? attribute.find((element) => isElement(element, filter)) : undefined;
}

function emptyToUndefined(value: Value | undefined): Value | undefined {
  return isList(value) && value.length === 0 ? undefined : value;
}

/** A copy of a resource with the value at a path set, or cleared when the value is undefined. */
export function withValue(data: ResourceData, path: TargetPath, value: Value | undefined): ResourceData {
  if (path.schema === undefined) return withAttribute(data, path, value);
  const home = member(data, path.schema);
  return withMember(data, path.schema, withAttribute(isComplex(home) ? home : {}, path, value));
}

function withAttribute(data: ResourceData, path: TargetPath, value: Value | undefined): ResourceData {
  const old = member(data, path.attribute);
  if (path.filter !== undefined) return withMember(data, path.attribute, withElement(old, path, value));
  if (path.subAttribute === undefined) return withMember(data, path.attribute, value);
  return withMember(data, path.attribute, withMember(isComplex(old) ? old : {}, path.subAttribute, value));
}

function withElement(old: Value | undefined, path: TargetPath, value: Value | undefined): Value {
  const filter = path.filter;
  if (filter === undefined) return old ?? [];
  const elements = isList(old) ? old : [];
  const index = elements.findIndex((element) => isElement(element, filter));
  const found = elements[index] ?? { [filter.attribute]: filterValue(filter) };
  const next = path.subAttribute === undefined ? value : withMember(asComplex(found), path.subAttribute, value);
  // An element of which nothing is left but what identifies it is no element any more.
  const isBare = isComplex(next) && Object.keys(next).every((name) => name === filter.attribute || name === "primary");
  const kept = next === undefined || isBare ? [] : [next];
  return index < 0 ? [...elements, ...kept] : elements.toSpliced(index, 1, ...kept);
}

function filterValue(filter: NonNullable<TargetPath["filter"]>): Value {
  return filter.attribute === "primary" ? filter.value.toLowerCase() === "true" : filter.value;
}

function asComplex(value: Value): ResourceData {
  return isComplex(value) ? value : {};
}

function withMember(data: ResourceData, name: string, value: Value | undefined): ResourceData {
  const known = Object.keys(data).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
  const isEmpty = value === undefined || (typeof value === "object" && Object.keys(value).length === 0);
  if (!isEmpty) return { ...data, [known]: value };
  const { [known]: _removed, ...rest } = data;
  return rest;
}
