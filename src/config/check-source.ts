import type { StaticType } from "../expression/evaluation.ts";
import type { Kind } from "../model/ids.ts";
import { sourceAttribute, suggestAttribute } from "../model/source-attribute.ts";
import { isManagerTarget } from "./check-target.ts";

const ROLES = "appRoleAssignments";

/** Functions that make something of app roles, which are objects. */
export const ROLE_FUNCTIONS: readonly string[] = [
  "SingleAppRoleAssignment",
  "AppRoleAssignments",
  "AppRoleAssignmentsComplex",
  "AssertiveAppRoleAssignmentsComplex",
];

/** True for the app roles of people, however they are spelled. */
export function isRoles(kind: Kind, name: string): boolean {
  const attribute = sourceAttribute(kind, name);
  return attribute?.refusal === undefined && attribute?.name === ROLES;
}

/** What is wrong with the name of a source attribute. */
export function explainName(kind: Kind, name: string): string | undefined {
  const attribute = sourceAttribute(kind, name);
  if (attribute?.refusal !== undefined) return `${name} ${attribute.refusal}`;
  if (attribute !== undefined) return undefined;
  const nearest = suggestAttribute(kind, name);
  return `${name} is no attribute of ${kind}s in Entra${nearest === undefined ? "" : `; did you mean ${nearest}?`}`;
}

/** What is wrong with a source attribute that is mapped as it is. */
export function explainSource(kind: Kind, name: string, target: string | undefined): string | undefined {
  const wrong = explainName(kind, name);
  if (wrong !== undefined) return wrong;
  if (isRoles(kind, name)) {
    return `${name} cannot be mapped directly (as in Entra): write an expression such as SingleAppRoleAssignment([${name}])`;
  }
  const attribute = sourceAttribute(kind, name);
  if (attribute?.type === "object") return `${name} has parts and cannot be mapped as a whole; name one of them`;
  if (attribute?.name !== "manager" || target === undefined || isManagerTarget(target)) return undefined;
  return `${name} is a reference to an account, which only the target …:enterprise:2.0:User:manager takes; use one of his attributes, for instance manager.mail`;
}

/**
 * What is wrong with a source attribute inside an expression, apart from its type; `isTested` where the expression only
 * asks whether it has a value, or which.
 */
export function explainRead(kind: Kind, name: string, isTested: boolean): string | undefined {
  const wrong = explainName(kind, name);
  if (wrong !== undefined || sourceAttribute(kind, name)?.type !== "reference") return wrong;
  if (kind === "group") return `${name} cannot be used in an expression; it can only be mapped to members`;
  if (isTested) return undefined;
  // Its value is an id of Entra, which no account of the target has.
  return `${name} is a reference to an account, and can only be tested or compared in an expression; map it with source: ${name}, or use one of his attributes, for instance [manager.mail]`;
}

/** Multi-valued attributes whose values are objects. */
const OBJECTS = new Set([ROLES, "assignedLicenses", "assignedPlans", "identities", "provisionedPlans"]);

/** The type of a source attribute. A directory extension, of whatever type, counts as text, which fits everywhere. */
export function staticTypeOf(kind: Kind, name: string): StaticType | undefined {
  const attribute = sourceAttribute(kind, name);
  switch (attribute?.type) {
    case "list":
      return OBJECTS.has(attribute.property ?? attribute.name) ? "objects" : "list";
    case "string":
    case "reference":
      return "text";
    default:
      return attribute?.type;
  }
}
