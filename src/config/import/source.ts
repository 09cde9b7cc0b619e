import { FUNCTIONS } from "../../expression/function-table.ts";
import { parse } from "../../expression/parser.ts";
import { print, type Tree } from "../../expression/tree.ts";
import { at, isAbsent, isObject, items, scalarOf, textOf, type Json, type Remark } from "./json.ts";

/** Where the value of a mapping comes from, in the words of our configuration; nothing for a default value alone. */
export type Origin = { readonly source?: string; readonly constant?: string; readonly expression?: string };

export type SourceResult =
  | { readonly ok: true; readonly origin: Origin; readonly remarks: readonly Remark[] }
  | { readonly ok: false; readonly refusal: Remark };

const HERE = { line: 1, column: 1 };
const OMITTED: Tree = { kind: "omitted", at: HERE };
const MAX_DEPTH = 100;

/** Ends the reading of a source from inside its parameters; never leaves this file. */
class SourceStop extends Error {
  readonly refusal: Remark;

  constructor(refusal: Remark) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/**
 * Reads an attributeMappingSource: its text where it has one, else its name, type and parameters (resource type
 * attributeMappingSource of Microsoft Graph; published samples have either).
 */
export function readSource(json: Json): SourceResult {
  if (isAbsent(json)) return { ok: true, origin: {}, remarks: [] };
  const remarks: Remark[] = [];
  try {
    const tree = toTree(json, remarks, 0);
    return { ok: true, origin: toOrigin(tree, textOf(at(json, "expression"))), remarks };
  } catch (error) {
    if (error instanceof SourceStop) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

/** A function keeps the text that people know from the portal, unless it had to be put together. */
function toOrigin(tree: Tree, text: string | undefined): Origin {
  switch (tree.kind) {
    case "attribute":
      return { source: tree.name };
    case "text":
      return { constant: tree.value };
    case "number":
      return { constant: tree.raw.startsWith("&") ? String(tree.value) : tree.raw };
    default:
      return { expression: text !== undefined && parse(text).ok ? text : print(tree) };
  }
}

function toTree(json: Json, remarks: Remark[], depth: number): Tree {
  if (isAbsent(json)) return OMITTED;
  if (!isObject(json.value)) throw new SourceStop({ path: json.path, message: "is no source of a mapping" });
  if (depth > MAX_DEPTH) throw new SourceStop({ path: json.path, message: "is nested too deeply" });
  const written = at(json, "expression");
  const text = textOf(written);
  if (text === undefined) return fromParts(json, remarks, depth);
  const parsed = parse(text);
  if (parsed.ok) {
    remarks.push(...compareNames(json, parsed.tree));
    return parsed.tree;
  }
  const { message, line, column } = parsed.problem;
  const problem = `cannot be read: ${message} (line ${line}, column ${column})`;
  const name = textOf(at(json, "name"));
  if (name === undefined) throw new SourceStop({ path: written.path, message: problem });
  // Entra writes a constant with quotes; without them its name says the same.
  if (name !== text) remarks.push({ path: written.path, message: `${problem}; name and parameters are taken instead` });
  return fromParts(json, remarks, depth);
}

function compareNames(json: Json, tree: Tree): readonly Remark[] {
  const name = at(json, "name");
  const text = textOf(name);
  if (tree.kind !== "attribute" || text === undefined || text.toLowerCase() === tree.name.toLowerCase()) return [];
  return [{ path: name.path, message: `names ${text}, the expression [${tree.name}]; the expression is taken` }];
}

function fromParts(json: Json, remarks: Remark[], depth: number): Tree {
  const [type, name] = [at(json, "type"), at(json, "name")];
  const kind = isAbsent(type) ? "attribute" : textOf(type)?.toLowerCase();
  if (kind === "constant") return { kind: "text", value: toConstant(name), at: HERE };
  const text = textOf(name);
  if (text === undefined) throw new SourceStop({ path: name.path, message: "is missing" });
  if (kind === "attribute") return { kind: "attribute", name: text.replace(/^\[(.*)\]$/, "$1"), at: HERE };
  if (kind === "function") return toCall(json, text, { remarks, depth });
  throw new SourceStop({ path: type.path, message: "is none of Attribute, Constant and Function" });
}

function toConstant(name: Json): string {
  const text = isAbsent(name) ? "" : scalarOf(name);
  if (text === undefined) throw new SourceStop({ path: name.path, message: "is no constant" });
  return text;
}

type Course = { readonly remarks: Remark[]; readonly depth: number };

function toCall(json: Json, name: string, { remarks, depth }: Course): Tree {
  const list = at(json, "parameters");
  const given = items(list).map((item) => ({
    key: textOf(at(item, "key")) ?? "",
    tree: toTree(at(item, "value"), remarks, depth + 1),
  }));
  const placed = placeByName(name, given);
  if (placed === undefined && isOrderDoubtful(name, given.length)) {
    remarks.push({ path: list.path, message: `are taken in this order as the arguments of ${name}; please check` });
  }
  return { kind: "call", name, args: placed ?? given.map(({ tree }) => tree), at: HERE };
}

type Given = { readonly key: string; readonly tree: Tree };

/** Keys that published samples use in place of the documented parameter names. */
const OTHER_KEYS: Readonly<Record<string, string>> = { find: "oldvalue", replacement: "replacementvalue" };

/** Puts arguments where their keys say, with gaps for what is left out. Undefined when the keys do not say it. */
function placeByName(name: string, given: readonly Given[]): readonly Tree[] | undefined {
  const parameters = FUNCTIONS.get(name)?.parameters ?? [];
  if (parameters.length === 0 || parameters.some((parameter) => parameter.isRepeating)) return undefined;
  const names = parameters.map((parameter) => parameter.name.toLowerCase());
  const places = given.map(({ key }) => names.indexOf(OTHER_KEYS[key.toLowerCase()] ?? key.toLowerCase()));
  if (places.includes(-1) || new Set(places).size < places.length) return undefined;
  const length = Math.max(...places, -1) + 1;
  return Array.from({ length }, (_, index) => given[places.indexOf(index)]?.tree ?? OMITTED);
}

function isOrderDoubtful(name: string, count: number): boolean {
  const parameters = FUNCTIONS.get(name)?.parameters ?? [];
  return count < parameters.length && parameters.some((parameter) => parameter.isOptional);
}
