import { z } from "zod";
import type { Kind } from "../model/ids.ts";
import { checkExpression, isRandom, isUnique } from "./check-expression.ts";
import { explainName, explainSource } from "./check-source.ts";
import { explainTarget, isListTarget } from "./check-target.ts";
import type { Issue, Path } from "./issue.ts";
import { canonicalTarget } from "./target-attribute.ts";

const text = z.string().optional().catch(undefined);

const RawMapping = z.looseObject({ target: text, source: text, expression: text, apply: text });
type RawMapping = z.output<typeof RawMapping>;

/** The mappings of one kind as they stand in the file, and the attributes to match by. */
export type Mappings = {
  readonly attributes: readonly unknown[];
  readonly match?: readonly (string | undefined)[] | undefined;
};

/** What is wrong with the mappings of one kind, one by one and taken together; `path` leads to the kind. */
export function checkMappings(kind: Kind, { attributes, match }: Mappings, path: Path): readonly Issue[] {
  const mappings = attributes.map((item) => RawMapping.safeParse(item).data);
  const issues = mappings.flatMap((mapping, index) =>
    mapping === undefined ? [] : checkMapping(kind, mapping, [...path, "attributes", index]),
  );
  // What is no target by itself is told already.
  const targets = mappings.map(({ target } = {}) =>
    target === undefined || explainTarget(kind, target.trim()) !== undefined ? undefined : target,
  );
  return [...issues, ...checkTwice(kind, targets, path), ...checkMatch(kind, { mappings, match }, path)];
}

function checkMapping(kind: Kind, mapping: RawMapping, path: Path): readonly Issue[] {
  const { target, source, expression } = mapping;
  return [
    ...(target === undefined ? [] : checkTarget(kind, target, [...path, "target"])),
    ...checkOrigin(mapping, path),
    ...(source === undefined ? [] : checkSource(kind, { source, target }, [...path, "source"])),
    ...(expression === undefined ? [] : checkExpression(kind, expression, [...path, "expression"])),
    ...checkRandom(mapping, path),
    ...checkMembers(kind, mapping, path),
  ];
}

function checkTarget(kind: Kind, target: string, path: Path): readonly Issue[] {
  const message = target.trim() === "" ? undefined : explainTarget(kind, target.trim());
  return message === undefined ? [] : [{ path, message }];
}

/** What is different every time would be sent again and again. */
function checkRandom({ expression, apply }: RawMapping, path: Path): readonly Issue[] {
  if (apply === "create" || !isRandom(expression)) return [];
  const message = "gives another value every time, and would be sent without end; with `apply: create` it is sent once";
  return [{ path: [...path, "expression"], message }];
}

function checkOrigin(mapping: RawMapping, path: Path): readonly Issue[] {
  const given = ["source", "constant", "expression"].filter((key) => mapping[key] !== undefined);
  if (given.length > 1) return [{ path, message: `has ${given.join(" and ")}: only one of them can give the value` }];
  if (given.length === 1 || mapping["default"] !== undefined) return [];
  return [{ path, message: "has no value: give one of source, constant or expression, or at least a default" }];
}

type Pair = { readonly source: string; readonly target: string | undefined };

function checkSource(kind: Kind, { source, target }: Pair, path: Path): readonly Issue[] {
  const message = source.trim() === "" ? undefined : explainSource(kind, source.trim(), target?.trim());
  return message === undefined ? [] : [{ path, message }];
}

/** Members are linked one by one, so their mapping is a switch and nothing else. */
function checkMembers(kind: Kind, mapping: RawMapping, path: Path): readonly Issue[] {
  if (kind !== "group") return [];
  if (mapping.source !== undefined && explainName(kind, mapping.source.trim()) !== undefined) return [];
  const [isTarget, isSource] = [mapping.target, mapping.source].map((name) => name?.trim().toLowerCase() === "members");
  if (isTarget === isSource) return [];
  return [{ path, message: "members can only be mapped from members, and to nothing else" }];
}

function checkTwice(kind: Kind, targets: readonly (string | undefined)[], path: Path): readonly Issue[] {
  const seen = new Map<string, number>();
  return targets.flatMap((target, index) => {
    if (target === undefined) return [];
    const key = canonicalTarget(kind, target).toLowerCase();
    const first = [...seen].find(([other]) => isSameOrPart(key, other));
    if (!seen.has(key)) seen.set(key, index);
    if (first === undefined) return [];
    const message =
      first[0] === key
        ? `${target} is mapped twice, the first time in attributes[${first[1]}]`
        : `${target} overlaps with attributes[${first[1]}], which maps ${targets[first[1]]}`;
    return [{ path: [...path, "attributes", index, "target"], message }];
  });
}

function isSameOrPart(key: string, other: string): boolean {
  if (key === other) return true;
  const [short, long] = key.length < other.length ? [key, other] : [other, key];
  return long.startsWith(`${short}.`) || long.startsWith(`${short}[`);
}

type Matching = {
  readonly mappings: readonly (RawMapping | undefined)[];
  readonly match: Mappings["match"];
};

function checkMatch(kind: Kind, { mappings, match }: Matching, path: Path): readonly Issue[] {
  if (mappings.length === 0) return [];
  const byTarget = new Map(
    mappings.map((mapping) => [canonicalTarget(kind, mapping?.target ?? "").toLowerCase(), mapping] as const),
  );
  const isDefault = match === undefined;
  const wanted = match ?? [kind === "user" ? "userName" : "displayName"];
  return wanted.flatMap((name, index) => {
    if (name === undefined) return [];
    const message =
      explainMatchTarget(kind, name) ?? explainMatch(name, byTarget.get(canonicalTarget(kind, name).toLowerCase()));
    if (message === undefined) return [];
    return [{ path: isDefault ? [...path, "attributes"] : [...path, "match", index], message }];
  });
}

/** Accounts are found by one text. */
function explainMatchTarget(kind: Kind, name: string): string | undefined {
  if (isListTarget(kind, name) !== true) return undefined;
  return `accounts cannot be matched by ${name}, which holds several values; an account is found by a single text`;
}

function explainMatch(name: string, mapping: RawMapping | undefined): string | undefined {
  const start = `accounts are matched by ${name}, but`;
  if (mapping === undefined) return `${start} no mapping has it as target`;
  if (mapping.apply === "create") return `${start} its mapping applies to creations only; an account is found first`;
  if (isRandom(mapping.expression)) return `${start} its mapping gives another value every time`;
  if (!isUnique(mapping.expression)) return undefined;
  return `${start} its mapping is SelectUniqueValue(), which chooses another value as soon as the account exists (Entra refuses it, too)`;
}
