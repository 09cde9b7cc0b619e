import type { Kind } from "../model/ids.ts";
import { parsePath, type TargetPath } from "../model/target-path.ts";
import { suggest } from "./issue.ts";
import {
  CORE_ATTRIBUTES,
  ENTERPRISE,
  ENTERPRISE_ATTRIBUTES,
  findByName,
  UNWRITABLE,
  UNWRITABLE_PARTS,
  UNWRITABLE_REFERENCE_PARTS,
  type ScimShape,
} from "./scim-attributes.ts";
import { suggestTarget } from "./target-attribute.ts";

/** What is wrong with a target attribute; undefined for one that can be written, and for those of other extensions. */
export function explainTarget(kind: Kind, text: string): string | undefined {
  const path = parsePath(text);
  if (path === undefined) return `${text} is not a target attribute such as userName or emails[type eq "work"].value`;
  if (path.schema === undefined) return explainCore(kind, path);
  return path.schema.toLowerCase() === ENTERPRISE.toLowerCase() ? explainEnterprise(kind, path) : undefined;
}

/** True for the manager of the enterprise extension, which is a reference to another account. */
export function isManagerTarget(text: string): boolean {
  const path = parsePath(text);
  if (path?.schema?.toLowerCase() !== ENTERPRISE.toLowerCase() || path.filter !== undefined) return false;
  return path.attribute.toLowerCase() === "manager" && ["value", undefined].includes(path.subAttribute?.toLowerCase());
}

/** True for a target that holds a list of values as a whole: `emails`. Undefined where that is not known. */
export function isListTarget(kind: Kind, text: string): boolean | undefined {
  const path = parsePath(text);
  if (path === undefined) return undefined;
  if (path.schema !== undefined) return path.schema.toLowerCase() === ENTERPRISE.toLowerCase() ? false : undefined;
  if (path.filter !== undefined || path.subAttribute !== undefined) return false;
  return findByName(CORE_ATTRIBUTES[kind], path.attribute)?.item.shape === "several";
}

function explainCore(kind: Kind, path: TargetPath): string | undefined {
  const { text, attribute } = path;
  const refused = findByName(UNWRITABLE[kind], attribute);
  if (refused !== undefined) return `${text} ${refused.item}`;
  const found = findByName(CORE_ATTRIBUTES[kind], attribute);
  if (found === undefined) return `${text} is no attribute of SCIM ${kind}s${suggestTarget(kind, text)}`;
  if (found.name === "members") return explainMembers(path);
  return explainShape(path, found.name, found.item);
}

function explainMembers({ text, filter, subAttribute }: TargetPath): string | undefined {
  if (filter === undefined && subAttribute === undefined) return undefined;
  if (isOneOf(UNWRITABLE_REFERENCE_PARTS, subAttribute)) return `${text} is read-only: SoSafe fills it`;
  return `${text} is a part of members, which can only be mapped as a whole: write members`;
}

function explainEnterprise(kind: Kind, path: TargetPath): string | undefined {
  const { text, attribute, subAttribute } = path;
  if (kind === "group") return `${text} belongs to users; groups have no such attribute`;
  const found = findByName(ENTERPRISE_ATTRIBUTES, attribute);
  if (found === undefined) {
    const names = Object.keys(ENTERPRISE_ATTRIBUTES).map((name) => `${ENTERPRISE}:${name}`);
    return `${text} is no attribute of the enterprise extension${suggest(text, names)}`;
  }
  if (found.name === "manager" && isOneOf(UNWRITABLE_REFERENCE_PARTS, subAttribute)) {
    return `${text} is read-only: SoSafe fills it from the manager's account`;
  }
  if (found.name === "manager" && subAttribute === undefined && path.filter === undefined) return undefined;
  return explainShape(path, `${ENTERPRISE}:${found.name}`, found.item);
}

function explainShape(path: TargetPath, name: string, item: ScimShape): string | undefined {
  const { text, filter, subAttribute } = path;
  if (item.shape === "simple") {
    return filter === undefined && subAttribute === undefined ? undefined : `${text}: ${name} has no parts`;
  }
  const isSeveral = item.shape === "several";
  if (filter !== undefined && !isSeveral) {
    return `${text}: ${name} has one value only, so there is nothing to choose from`;
  }
  if (filter !== undefined && !isOneOf(item.parts, filter.attribute)) {
    return `${text}: ${filter.attribute} is no part of ${name}${suggest(filter.attribute, item.parts)}`;
  }
  if (subAttribute !== undefined) return explainPart(path, name, item.parts) ?? explainMissing(path, name, isSeveral);
  // A list can be filled as a whole, but one element and a complex value cannot: no mapping gives an object.
  return isSeveral && filter === undefined
    ? undefined
    : `${text} has parts; name one, for instance ${text}.${item.parts[0]}`;
}

function explainPart({ text, subAttribute = "" }: TargetPath, name: string, parts: readonly string[]) {
  if (isOneOf(UNWRITABLE_PARTS, subAttribute)) return `${text} is read-only: SoSafe fills it`;
  if (isOneOf(parts, subAttribute)) return undefined;
  const near = suggest(subAttribute, parts, text.slice(0, -subAttribute.length)) || suggestTarget("user", subAttribute);
  return `${text}: ${subAttribute} is no part of ${name}${near}`;
}

function explainMissing({ text, filter, subAttribute }: TargetPath, name: string, isSeveral: boolean) {
  if (!isSeveral || filter !== undefined) return undefined;
  return `${text}: ${name} has several values; say which, for instance ${name}[type eq "work"].${subAttribute}`;
}

function isOneOf(names: readonly string[], name: string | undefined): boolean {
  return names.some((known) => known.toLowerCase() === name?.toLowerCase());
}
