import type { Value } from "../model/value.ts";
import { isMany, isObject, printScalar, toItems, type Datum } from "./datum.ts";
import type { Call, FunctionSpec, Parameter } from "./evaluation.ts";

const ATTRIBUTE: Parameter = { name: "attribute", type: "list" };
const ROLES: Parameter = { name: "source", type: "list" };
const ROLE_EXAMPLE = { appRoleAssignments: [{ id: "1", value: "admin", displayName: "Admin" }] };
const ROLE_RESULT = [{ value: "admin", display: "Admin" }];

/** Functions of multi-valued attributes, and of app roles, which are objects with id, value and displayName. */
export const LIST_FUNCTIONS: readonly FunctionSpec[] = [
  {
    name: "Split",
    returns: "list",
    parameters: [
      { name: "source", type: "text" },
      { name: "delimiter", type: "text" },
    ],
    origin: "entra",
    summary: "Cuts a text into the values between the delimiters, without the blanks around each.",
    example: { expression: 'Split("a, b", ",")', result: ["a", "b"] },
    run: runSplit,
  },
  {
    name: "Count",
    returns: "number",
    parameters: [ATTRIBUTE],
    origin: "entra",
    summary: "Number of values; 0 for nothing, 1 for a single value.",
    example: { expression: "Count([proxyAddresses])", attributes: { proxyAddresses: ["a", "b"] }, result: 2 },
    run: (call) => toItems(call.value(0)).length,
  },
  {
    name: "Item",
    returns: "element",
    parameters: [ATTRIBUTE, { name: "index", type: "number" }],
    origin: "entra",
    summary: "One value of several, counted from 1; nothing for an empty attribute, an error behind the end.",
    example: { expression: "Item([proxyAddresses], 2)", attributes: { proxyAddresses: ["a", "b"] }, result: "b" },
    run: runItem,
  },
  {
    name: "RemoveDuplicates",
    returns: { from: 0, step: 1 },
    parameters: [ATTRIBUTE],
    origin: "entra",
    summary: "Each value once, in the order of first appearance; case counts.",
    example: { expression: "RemoveDuplicates([tags])", attributes: { tags: ["a", "b", "a"] }, result: ["a", "b"] },
    run: (call) => {
      const datum = call.value(0);
      return isMany(datum) ? removeDuplicates(datum) : datum;
    },
  },
  {
    name: "SingleAppRoleAssignment",
    returns: "text",
    parameters: [ROLES],
    origin: "entra",
    summary: "The value of the assigned app role; of several the first in alphabetical order.",
    example: { expression: "SingleAppRoleAssignment([appRoleAssignments])", attributes: ROLE_EXAMPLE, result: "admin" },
    run: (call) => roleValues(call).toSorted(byCodeUnits)[0],
  },
  {
    name: "AppRoleAssignments",
    returns: "list",
    parameters: [ROLES],
    origin: "entra",
    summary: "The values of all assigned app roles.",
    example: { expression: "AppRoleAssignments([appRoleAssignments])", attributes: ROLE_EXAMPLE, result: ["admin"] },
    run: (call) => roleValues(call),
  },
  {
    name: "AppRoleAssignmentsComplex",
    returns: "objects",
    parameters: [ROLES],
    origin: "entra",
    summary: "All assigned app roles as elements of the SCIM attribute roles; those that others gave stay.",
    example: {
      expression: "AppRoleAssignmentsComplex([appRoleAssignments])",
      attributes: ROLE_EXAMPLE,
      result: ROLE_RESULT,
    },
    run: toRoles,
  },
  {
    name: "AssertiveAppRoleAssignmentsComplex",
    returns: "objects",
    parameters: [ROLES],
    origin: "entra",
    summary: "All assigned app roles as elements of the SCIM attribute roles, which hold no others.",
    example: {
      expression: "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])",
      attributes: ROLE_EXAMPLE,
      result: ROLE_RESULT,
    },
    run: toRoles,
  },
  {
    name: "DNComponent",
    returns: "text",
    parameters: [
      { name: "dn", type: "text" },
      { name: "componentNumber", type: "number" },
    ],
    origin: "cloud-sync",
    summary:
      "The value of one component of a distinguished name, counted from 1 on the left; the empty text if there are not as many.",
    example: { expression: 'DNComponent("cn=Joe,dc=contoso,dc=com", 1)', result: "Joe" },
    run: (call) => dnComponents(call.text(0) ?? "")[Math.trunc(call.number(1)) - 1] ?? "",
  },
];

function runSplit(call: Call): Datum {
  const text = call.text(0);
  const delimiter = call.text(1) ?? "";
  if (text === undefined) return undefined;
  return (delimiter === "" ? [text] : text.split(delimiter)).map((part) => part.trim());
}

function runItem(call: Call): Datum {
  const items = toItems(call.value(0));
  const index = Math.trunc(call.number(1));
  if (items.length === 0) return undefined;
  if (index < 1 || index > items.length) call.fail("out-of-bounds", `there is no value ${index} of ${items.length}`, 1);
  return items[index - 1];
}

function removeDuplicates(values: readonly Value[]): readonly Value[] {
  const [scalars, texts] = [new Set<Value>(), new Set<string>()];
  return values.filter((value) =>
    typeof value === "object" ? isNew(texts, toKey(value)) : isNew<Value>(scalars, value),
  );
}

function isNew<Item>(seen: Set<Item>, item: Item): boolean {
  return !seen.has(item) && seen.add(item).size > 0;
}

/** The same text for equal objects: the order of members does not count. */
function toKey(value: Value): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(byName))
      : part,
  );
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return byCodeUnits(left, right);
}

type Role = { readonly value: string; readonly display: Value | undefined };

/** Roles without any text are none. */
function rolesOf(call: Call): readonly Role[] {
  return toItems(call.value(0))
    .map((role) => (isObject(role) ? role : { value: printScalar(role) }))
    .map((role) => ({
      value: printScalar(role["value"] ?? role["displayName"] ?? role["id"] ?? ""),
      display: role["displayName"],
    }))
    .filter(({ value }) => value !== "");
}

function roleValues(call: Call): readonly string[] {
  return rolesOf(call).map(({ value }) => value);
}

function toRoles(call: Call): Datum {
  return rolesOf(call).map(({ value, display }) => ({ value, ...(display === undefined ? {} : { display }) }));
}

function byCodeUnits(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** RFC 4514: components end at commas that are not escaped. */
function dnComponents(dn: string): readonly string[] {
  const components = dn.match(/(?:[^,\\]|\\[\s\S])+/g) ?? [];
  return components.map((component) =>
    component
      .slice(component.indexOf("=") + 1)
      .trim()
      .replaceAll(/((?:\\[0-9A-F]{2})+)|\\([\s\S])/gi, (_, bytes?: string, character?: string) =>
        bytes === undefined ? (character ?? "") : Buffer.from(bytes.replaceAll("\\", ""), "hex").toString("utf8"),
      ),
  );
}
