import { z } from "zod";
import { treeOf } from "./check-expression.ts";
import { checkFilters } from "./check-filter.ts";
import { checkMappings } from "./check-mapping.ts";
import { isRoles } from "./check-source.ts";
import { walk } from "../expression/tree.ts";
import type { Issue } from "./issue.ts";

/*
 * What the form of the file cannot say. These checks look at the raw document and pass over whatever has a wrong form,
 * which the schema reports: so all mistakes come at once.
 */

const list = z.array(z.unknown()).catch([]);
const text = z.string().optional().catch(undefined);

const Half = z.looseObject({ attributes: list, match: z.array(text).optional().catch(undefined), scope: list });

const RawFile = z.looseObject({
  source: z
    .looseObject({ scope: z.unknown().optional(), application: z.unknown().optional() })
    .optional()
    .catch(undefined),
  users: Half.optional().catch(undefined),
  groups: Half.optional().catch(undefined),
});

/** Everything that is wrong beyond form, in the order of the file. */
export function checkMeaning(raw: unknown): readonly Issue[] {
  const parsed = RawFile.safeParse(raw);
  if (!parsed.success) return [];
  const { source, users, groups } = parsed.data;
  return [
    ...checkApplication(source),
    ...(source?.scope === "all" ? checkRoles(users?.attributes ?? []) : []),
    ...(users === undefined
      ? []
      : [...checkMappings("user", users, ["users"]), ...checkFilters("user", users.scope, ["users", "scope"])]),
    ...(groups === undefined
      ? []
      : [...checkMappings("group", groups, ["groups"]), ...checkFilters("group", groups.scope, ["groups", "scope"])]),
  ];
}

function checkApplication(source: { scope?: unknown; application?: unknown } | undefined): readonly Issue[] {
  if ((source?.scope ?? "assigned") !== "assigned" || source?.application !== undefined) return [];
  const message = "is missing: the scope `assigned` needs the app id or display name of the enterprise application";
  return [{ path: ["source", "application"], message }];
}

const WithExpression = z.looseObject({ expression: z.string() });

/** App roles belong to assignments, which nobody looks at where everybody is in scope. */
function checkRoles(attributes: readonly unknown[]): readonly Issue[] {
  const message = "takes appRoleAssignments, which there are only with `source.scope: assigned` (as in Entra)";
  return attributes.flatMap((mapping, index) =>
    readsRoles(WithExpression.safeParse(mapping).data?.expression)
      ? [{ path: ["users", "attributes", index, "expression"], message }]
      : [],
  );
}

function readsRoles(expression: string | undefined): boolean {
  const tree = treeOf(expression);
  if (tree === undefined) return false;
  let isFound = false;
  walk(tree, (node) => {
    if (node.kind === "attribute" && isRoles("user", node.name)) isFound = true;
  });
  return isFound;
}
