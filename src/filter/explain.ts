import type { CompiledClause } from "./clause.ts";
import type { Domain } from "./domain.ts";

/** A clause in one line, as `userType EQUALS Member`; long lists of values are cut. */
export function describeClause({ attribute, spec, values }: CompiledClause): string {
  const shown = values.slice(0, 3).map((value) => value.slice(0, 60));
  const rest = values.length > shown.length ? ["…"] : [];
  return [attribute.trim(), spec.name, ...(values.length === 0 ? [] : [[...shown, ...rest].join(", ")])].join(" ");
}

/** Why a clause is never true, whatever stands beside it. */
export function explainAlone(clause: CompiledClause, domain: Domain): string {
  const { attribute, spec } = clause;
  if (spec.name === "IS NULL") return `${attribute} is never without a value`;
  const fact = FACTS[domain.values];
  return `${describeClause(clause)} is never true${fact === undefined ? "" : `: ${attribute} ${fact}`}`;
}

const FACTS: Readonly<Record<Domain["values"], string | undefined>> = {
  boolean: "is true or false",
  date: "is a date such as 2026-01-31T00:00:00Z, written year first",
  id: "is an object id such as 87d349ed-44d7-43e1-9a83-5f2406dee5bd",
  any: undefined,
};
