import type { DirectoryUser } from "./directory.ts";
import { badRequest } from "./graph-answer.ts";

export type Predicate = (object: DirectoryUser) => boolean;

const CLAUSE =
  /^(?:(?<name>\w+) eq '(?<value>(?:[^']|'')*)'|startsWith\((?<start>\w+),'(?<prefix>(?:[^']|'')*)'\)|(?<list>\w+)\/any\((?<it>\w):\k<it> eq '(?<item>(?:[^']|'')*)'\))$/u;
/** As many clauses as Graph takes by default. */
const MAX_CLAUSES = 15;

/** What $filter lets through: clauses of `eq`, `startsWith` and `any`, joined by `or`; case does not count. */
export function parseFilter(filter: string, names: readonly string[]): Predicate {
  // A blank inside a text is no end of a clause: texts are doubled quotes and whatever is no quote.
  const clauses = filter.split(/ or (?=(?:[^']*'[^']*')*[^']*$)/u);
  if (clauses.length > MAX_CLAUSES) throw unsupported();
  const predicates = clauses.map((clause) => parseClause(clause.trim(), names));
  return (object) => predicates.some((predicate) => predicate(object));
}

function parseClause(text: string, names: readonly string[]): Predicate {
  const parts = CLAUSE.exec(text)?.groups ?? {};
  const name = parts["name"] ?? parts["start"] ?? parts["list"] ?? "";
  if (!names.includes(name)) throw unsupported();
  const wanted = (parts["value"] ?? parts["prefix"] ?? parts["item"] ?? "").replaceAll("''", "'").toLowerCase();
  const read = ({ id, properties }: DirectoryUser): unknown => (name === "id" ? id : properties[name]);
  if (parts["list"] !== undefined) {
    return (object) => {
      const values = read(object);
      return Array.isArray(values) && values.some((value) => String(value).toLowerCase() === wanted);
    };
  }
  const fits = (value: string) => (parts["start"] === undefined ? value === wanted : value.startsWith(wanted));
  return (object) => {
    const value = read(object);
    return typeof value === "string" && fits(value.toLowerCase());
  };
}

function unsupported() {
  return badRequest("Invalid filter clause.", "Request_UnsupportedQuery");
}
