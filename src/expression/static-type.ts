import type { ParameterType, StaticType } from "./evaluation.ts";
import { FUNCTIONS } from "./function-table.ts";
import type { CallTree, Tree } from "./tree.ts";

/** The types that a source attribute may have; undefined where nothing is known. */
export type TypeOf = (attribute: string) => StaticType | undefined;

type Types = ReadonlySet<StaticType>;

const ANY: Types = new Set<StaticType>(["text", "number", "boolean", "date", "list", "object", "objects"]);
const TEXT: Types = new Set<StaticType>(["text"]);

/** What can be converted to the type of a parameter; as arguments.ts does it. A text may hold a number or a date. */
const ACCEPTED: Readonly<Record<ParameterType, Types>> = {
  any: ANY,
  condition: ANY,
  list: ANY,
  text: new Set<StaticType>(["text", "number", "boolean", "date", "list"]),
  number: new Set<StaticType>(["text", "number"]),
  date: new Set<StaticType>(["text", "date"]),
  choice: new Set<StaticType>(["text", "number"]),
  pattern: TEXT,
  format: TEXT,
  culture: TEXT,
};

/** Why an argument can never be what a parameter needs; undefined if it may be. */
export function explainMismatch(type: ParameterType, argument: Tree, typeOf: TypeOf): string | undefined {
  if (argument.kind !== "call" && argument.kind !== "attribute") return undefined;
  const given = typesOf(argument, typeOf);
  if ([...given].some((each) => ACCEPTED[type].has(each))) return undefined;
  const names = [...given].map((each) => NAMES[each]).join(" or ");
  const subject = argument.kind === "call" ? `${argument.name}() gives` : `[${argument.name}] is`;
  return `${subject} ${names}, and ${NEEDED[type]} is needed`;
}

const NAMES: Readonly<Record<StaticType, string>> = {
  text: "a text",
  number: "a number",
  boolean: "True or False",
  date: "a date",
  list: "a list",
  object: "an object",
  objects: "a list of objects",
};

const NEEDED: Readonly<Record<ParameterType, string>> = {
  any: "a value",
  condition: "a condition",
  list: "a list",
  text: "a text",
  number: "a number",
  date: "a date",
  choice: "one of a few words",
  pattern: "a pattern",
  format: "a date and time format",
  culture: "the name of a culture",
};

/** The types that an expression may give. */
export function typesOf(tree: Tree, typeOf: TypeOf): Types {
  switch (tree.kind) {
    case "attribute": {
      const type = typeOf(tree.name);
      return type === undefined ? ANY : new Set([type]);
    }
    case "text":
      return TEXT;
    case "number":
      return new Set(["number"]);
    case "comparison":
      return new Set(["boolean"]);
    case "call":
      return typesOfCall(tree, typeOf);
    default:
      // A flow keyword ends the evaluation wherever it stands, and so fits everywhere.
      return ANY;
  }
}

function typesOfCall({ name, args }: CallTree, typeOf: TypeOf): Types {
  const returns = FUNCTIONS.get(name)?.returns ?? "any";
  if (typeof returns === "object") {
    const { from, step } = returns;
    const chosen = args.filter(
      (each, index) => index >= from && (index - from) % step === 0 && each.kind !== "omitted",
    );
    return union(chosen.map((each) => typesOf(each, typeOf)));
  }
  const source = args[0] === undefined ? ANY : typesOf(args[0], typeOf);
  switch (returns) {
    case "any":
      return ANY;
    case "each":
      return union([...source].map(toEach));
    case "element":
      return union([...source].map(toElement));
    default:
      return new Set([returns]);
  }
}

/** Of nothing that is known, anything. */
function union(types: readonly Types[]): Types {
  return types.length === 0 ? ANY : new Set(types.flatMap((each) => [...each]));
}

function toEach(type: StaticType): Types {
  return type === "list" || type === "objects" ? new Set(["list"]) : TEXT;
}

function toElement(type: StaticType): Types {
  if (type === "objects") return new Set(["object"]);
  return type === "list" ? new Set(["text", "number", "boolean"]) : new Set([type]);
}
