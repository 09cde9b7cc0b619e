import type { FilterClause } from "#src/model/config.ts";

/** Clauses from one line: `city|IN|Köln,Bonn & city|IS NULL`. */
export function clausesOf(line: string): readonly FilterClause[] {
  return line.split(" & ").map((part) => {
    const [attribute = "", operator = "", values] = part.split("|");
    return { attribute, operator, ...(values === undefined ? {} : { values: values.split(",") }) };
  });
}
