import { isEmpty, isMany, isObject, isTrue, isTruthy, toItems, type Datum } from "./datum.ts";
import { EvaluationStop, type Call, type FunctionSpec, type Parameter } from "./evaluation.ts";

const EXPRESSION: Parameter = { name: "expression", type: "any" };

/** Functions that decide. Arguments that are not chosen are not evaluated, so they cannot fail either. */
export const CONDITION_FUNCTIONS: readonly FunctionSpec[] = [
  {
    name: "IIF",
    returns: { from: 1, step: 1 },
    parameters: [
      { name: "condition", type: "condition" },
      { name: "valueIfTrue", type: "any" },
      { name: "valueIfFalse", type: "any" },
    ],
    origin: "entra",
    summary: "Returns one of two values, depending on a condition; an empty attribute compares as the empty text.",
    example: {
      expression: 'IIF([country] = "USA", [state], [city])',
      attributes: { country: "DE", city: "Köln" },
      result: "Köln",
    },
    run: (call) => call.value(isTruthy(call.value(0)) ? 1 : 2),
  },
  {
    name: "Switch",
    returns: { from: 1, step: 2 },
    parameters: [
      { name: "source", type: "any" },
      { name: "defaultValue", type: "any", isOptional: true },
      { name: "key", type: "any", isRepeating: true },
      { name: "value", type: "any", isRepeating: true },
    ],
    origin: "entra",
    summary:
      'Returns the value behind the first key that equals the source, else the default; "" is the key of an empty source.',
    example: {
      expression: 'Switch([state], "other", "QLD", "Brisbane")',
      attributes: { state: "QLD" },
      result: "Brisbane",
    },
    check: (args) => (args.length % 2 === 0 ? undefined : "keys and values must come in pairs"),
    run: runSwitch,
  },
  {
    name: "Coalesce",
    returns: { from: 0, step: 1 },
    parameters: [{ name: "source", type: "any", isRepeating: true }],
    origin: "entra",
    summary: "Returns the first argument that is not null; the last one is the default. The empty text is not null.",
    example: {
      expression: 'Coalesce([mail], [userPrincipalName], "none")',
      attributes: { userPrincipalName: "a@b.c" },
      result: "a@b.c",
    },
    run: (call) => firstOf(call, (datum) => !isNull(datum)),
  },
  {
    name: "Not",
    returns: "boolean",
    parameters: [{ name: "source", type: "any" }],
    origin: "entra",
    summary: "Returns False for True, and True for everything else.",
    example: { expression: "Not([IsSoftDeleted])", attributes: { IsSoftDeleted: false }, result: true },
    run: (call) => !isTrue(call.value(0)),
  },
  {
    name: "And",
    returns: "boolean",
    parameters: [{ name: "condition", type: "condition", isRepeating: true }],
    origin: "addition",
    summary: "True when every condition is true.",
    example: { expression: 'And([a] = "1", [b] = "2")', attributes: { a: "1", b: "3" }, result: false },
    run: (call) => indexes(call).every((index) => isTruthy(call.value(index))),
  },
  {
    name: "Or",
    returns: "boolean",
    parameters: [{ name: "condition", type: "condition", isRepeating: true }],
    origin: "addition",
    summary: "True when at least one condition is true.",
    example: { expression: 'Or([a] = "1", [b] = "2")', attributes: { a: "1", b: "3" }, result: true },
    run: (call) => indexes(call).some((index) => isTruthy(call.value(index))),
  },
  {
    name: "In",
    returns: "boolean",
    parameters: [
      { name: "source", type: "any" },
      { name: "candidate", type: "any", isRepeating: true },
    ],
    origin: "addition",
    summary: "True when the source equals one of the candidates.",
    example: { expression: 'In([country], "DE", "AT", "CH")', attributes: { country: "AT" }, result: true },
    run: (call) =>
      indexes(call)
        .slice(1)
        .some((index) => call.isSame(call.value(0), call.value(index))),
  },
  {
    name: "CBool",
    returns: "boolean",
    parameters: [{ name: "expression", type: "condition" }],
    origin: "entra",
    summary: "Returns True for a true condition and for a number other than zero, else False.",
    example: { expression: "CBool([a] = [b])", attributes: { a: "x", b: "x" }, result: true },
    run: (call) => isTruthy(call.value(0)),
  },
  {
    name: "IsNull",
    returns: "boolean",
    parameters: [EXPRESSION],
    origin: "entra",
    summary: "True when there is no value; the empty text is one.",
    example: { expression: "IsNull([displayName])", result: true },
    run: (call) => isNull(call.value(0)),
  },
  {
    name: "IsNullOrEmpty",
    returns: "boolean",
    parameters: [EXPRESSION],
    origin: "entra",
    summary: "True when there is no value or the empty text.",
    example: { expression: "IsNullOrEmpty([displayName])", attributes: { displayName: "" }, result: true },
    run: (call) => isEmpty(call.value(0)),
  },
  {
    name: "IsPresent",
    returns: "boolean",
    parameters: [EXPRESSION],
    origin: "entra",
    summary: "True when there is a value other than the empty text.",
    example: { expression: "IsPresent([displayName])", attributes: { displayName: "Zoë" }, result: true },
    run: (call) => !isEmpty(call.value(0)),
  },
  {
    name: "IsString",
    returns: "boolean",
    parameters: [EXPRESSION],
    origin: "entra",
    summary: "True when there is a single value that has a text: not for nothing, lists and objects.",
    example: { expression: "IsString([displayName])", attributes: { displayName: "Zoë" }, result: true },
    run: (call) => isText(call.value(0)),
  },
  {
    name: "IgnoreFlowIfNullOrEmpty",
    returns: { from: 0, step: 1 },
    parameters: [EXPRESSION],
    origin: "entra",
    summary: "Leaves the target attribute alone when the value is null or the empty text.",
    example: {
      expression: "IgnoreFlowIfNullOrEmpty([department])",
      attributes: { department: "Sales" },
      result: "Sales",
    },
    run: (call) => {
      const datum = call.value(0);
      if (isEmpty(datum)) throw new EvaluationStop({ kind: "ignoreAttribute" });
      return datum;
    },
  },
  {
    name: "Error",
    returns: "any",
    parameters: [{ name: "message", type: "text" }],
    origin: "cloud-sync",
    summary: "Ends the evaluation with an error, so that the object is not provisioned.",
    example: {
      expression: 'IIF(IsPresent([mail]), [mail], Error("no mail address"))',
      attributes: { mail: "a@b.c" },
      result: "a@b.c",
    },
    // The text may hold attribute values, so it is not repeated.
    run: (call) => call.fail("error", "the expression ends with Error()"),
  },
  {
    name: "SelectUniqueValue",
    returns: "text",
    parameters: [
      { name: "rule", type: "text" },
      { name: "nextRule", type: "text", isRepeating: true },
    ],
    origin: "entra",
    summary: "Returns the first value that no other account of the target has; only as the outermost function.",
    example: {
      expression: "SelectUniqueValue([mail], [userPrincipalName])",
      attributes: { mail: "a@b.c" },
      result: "a@b.c",
    },
    run: runSelectUniqueValue,
  },
];

function runSwitch(call: Call): Datum {
  const source = call.value(0);
  for (let index = 2; index < call.count; index += 2) {
    if (call.isSame(source, call.value(index))) return call.value(index + 1);
  }
  return call.value(1);
}

function runSelectUniqueValue(call: Call): Datum {
  let isAnyGiven = false;
  for (const index of indexes(call)) {
    const text = call.text(index);
    if (text === undefined || text === "") continue;
    if (call.context.isTaken?.(text) !== true) return text;
    isAnyGiven = true;
  }
  return call.fail("not-unique", isAnyGiven ? "every value is taken in the target" : "no rule gives a value");
}

function firstOf(call: Call, accept: (datum: Datum) => boolean): Datum {
  for (const index of indexes(call)) {
    const datum = call.value(index);
    if (accept(datum)) return datum;
  }
  return undefined;
}

function indexes(call: Call): readonly number[] {
  return Array.from({ length: call.count }, (_, index) => index);
}

function isNull(datum: Datum): boolean {
  return datum === undefined || (isMany(datum) && datum.length === 0);
}

function isText(datum: Datum): boolean {
  const items = toItems(datum);
  return items.length === 1 && !isObject(items[0]) && !isMany(items[0]);
}
