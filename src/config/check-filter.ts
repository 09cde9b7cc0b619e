import type { FilterClause } from "../model/config.ts";
import { z } from "zod";
import { compileClause, type FilterProblem } from "../filter/clause.ts";
import { findContradictions } from "../filter/contradiction.ts";
import { domainOf } from "../filter/domain.ts";
import { findOperator, OPERATORS } from "../filter/operators.ts";
import type { Kind } from "../model/ids.ts";
import { sourceAttribute } from "../model/source-attribute.ts";
import { explainName, isRoles } from "./check-source.ts";
import type { Issue, Path } from "./issue.ts";

const RawFilter = z.looseObject({ clauses: z.array(z.unknown()).catch([]) });
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const RawClause = z.looseObject({
  attribute: z.string(),
  operator: z.string(),
  value: scalar.optional(),
  values: z.array(scalar).min(1).optional(),
  caseSensitive: z.boolean().optional(),
  match: z.enum(["any", "all"]).optional(),
});

/** What is wrong with the scoping filters of one kind; `path` leads to their list. */
export function checkFilters(kind: Kind, filters: readonly unknown[], path: Path): readonly Issue[] {
  return filters.flatMap((filter, index) => {
    const raw = RawFilter.safeParse(filter).data?.clauses ?? [];
    const clauses = raw.map((clause) => RawClause.safeParse(clause).data);
    return checkFilter(kind, clauses, [...path, index, "clauses"]);
  });
}

/** Gives a clause the usual spelling; object ids are GUIDs, so that their case carries no meaning. */
export function normaliseClause<Clause extends FilterClause>(kind: Kind, clause: Clause): Clause {
  const [attribute, operator] = [clause.attribute.trim(), clause.operator.trim()];
  const spec = findOperator(operator);
  const isOfIds = spec?.values === "some" && domainOf(kind, attribute).values === "id";
  return {
    ...clause,
    attribute,
    operator: spec?.name ?? operator,
    ...(isOfIds && clause.caseSensitive === undefined && { caseSensitive: false }),
  };
}

type RawClause = z.output<typeof RawClause>;

function checkFilter(kind: Kind, clauses: readonly (RawClause | undefined)[], path: Path): readonly Issue[] {
  const known = clauses.map((clause) => (clause === undefined ? undefined : normaliseClause(kind, clause)));
  const issues = known.flatMap((clause, index) =>
    clause === undefined || clause.attribute === "" ? [] : checkClause(kind, clause, [...path, index]),
  );
  const whole = known.filter((clause) => clause !== undefined);
  // A clause that is wrong by itself would make everything else doubtful.
  if (issues.length > 0 || whole.length < clauses.length) return issues;
  return findContradictions(whole, (name) => domainOf(kind, name)).map(({ clause, reason }) => ({
    path: [...path, clause],
    message: `lets ${kind === "user" ? "nobody" : "no group"} pass: ${reason}`,
  }));
}

function checkClause(kind: Kind, clause: FilterClause, path: Path): readonly Issue[] {
  const refused = explainAttribute(kind, clause.attribute);
  const outcome = compileClause(clause, "");
  return [
    ...(refused === undefined ? [] : [{ path: [...path, "attribute"], message: refused }]),
    ...("problem" in outcome ? [toIssue(outcome.problem, path)] : []),
  ];
}

function toIssue(problem: FilterProblem, path: Path): Issue {
  const steps = problem.path.split(".").filter((step) => step !== "");
  return { path: [...path, ...steps], message: explainProblem(problem) };
}

/** What is wrong with an attribute in a filter. Of the manager, only who it is is known of every person. */
function explainAttribute(kind: Kind, name: string): string | undefined {
  if (kind === "user" && /^manager\./i.test(name)) {
    return `${name} cannot be used in a filter: only who the manager is is known of everybody. Use manager with IS_NULL, IS_NOT_NULL, or EQUALS and an object id`;
  }
  if (isRoles(kind, name)) return `${name} cannot be used in a filter (as in Entra); assign people instead`;
  const message = explainName(kind, name);
  if (message !== undefined) return message;
  const attribute = sourceAttribute(kind, name);
  if (attribute?.type === "object") {
    return `${name} has parts and cannot be compared; name one of them, for instance ${name}.…`;
  }
  if (attribute?.type !== "reference" || attribute.name === "manager") return undefined;
  return `${name} cannot be used in a filter (as in Entra), which looks at attributes of the ${kind} itself`;
}

function explainProblem(problem: FilterProblem): string {
  const names = problem.message.startsWith("unknown operator")
    ? `; known are ${OPERATORS.map((operator) => operator.name.toUpperCase().replaceAll(" ", "_")).join(", ")}`
    : "";
  return `${problem.message}${problem.hint === undefined ? names : `; ${problem.hint}`}`;
}
