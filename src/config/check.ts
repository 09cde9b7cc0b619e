import { z } from "zod";
import { compile } from "../expression/compile.ts";
import { compileFilter } from "../filter/filter.ts";
import { OPERATORS } from "../filter/operators.ts";
import type { Kind } from "../model/ids.ts";
import { sourceAttribute, suggestAttribute } from "../model/source-attribute.ts";
import { parsePath } from "../model/target-path.ts";
import { suggest, type Issue, type Path } from "./issue.ts";
import { canonicalTarget, isUnknownTarget, knownTargets } from "./target-attribute.ts";

/*
 * What the form of the file cannot say. These checks look at the raw document and pass over whatever has a wrong form,
 * which the schema reports: so all mistakes come at once.
 */

const list = z.array(z.unknown()).catch([]);
const text = z.string().optional().catch(undefined);

const RawMapping = z.looseObject({ target: text, source: text, expression: text });
type RawMapping = z.output<typeof RawMapping>;

const Half = z.looseObject({ attributes: list, match: z.array(text).optional().catch(undefined), scope: list });
type Half = z.output<typeof Half>;

const RawFile = z.looseObject({
  source: z
    .looseObject({ scope: z.unknown().optional(), application: z.unknown().optional() })
    .optional()
    .catch(undefined),
  users: Half.optional().catch(undefined),
  groups: Half.optional().catch(undefined),
  log: z.looseObject({ redact: list }).optional().catch(undefined),
});

/** Everything that is wrong beyond form, in the order of the file. */
export function checkMeaning(raw: unknown): readonly Issue[] {
  const parsed = RawFile.safeParse(raw);
  if (!parsed.success) return [];
  const { users, groups } = parsed.data;
  return [
    ...checkApplication(parsed.data.source),
    ...(users === undefined ? [] : [...checkHalf("user", users, ["users"]), ...checkFilters(users.scope)]),
    ...(groups === undefined ? [] : checkHalf("group", groups, ["groups"])),
  ];
}

function checkApplication(source: { scope?: unknown; application?: unknown } | undefined): readonly Issue[] {
  if ((source?.scope ?? "assigned") !== "assigned" || source?.application !== undefined) return [];
  const message = "is missing: the scope `assigned` needs the app id or display name of the enterprise application";
  return [{ path: ["source", "application"], message }];
}

function checkHalf(kind: Kind, half: Half, path: Path): readonly Issue[] {
  const mappings = half.attributes.map((item) => RawMapping.safeParse(item).data);
  const issues = mappings.flatMap((mapping, index) =>
    mapping === undefined ? [] : checkMapping(kind, mapping, [...path, "attributes", index]),
  );
  const targets = mappings.map((mapping) => mapping?.target);
  return [...issues, ...checkTwice(kind, targets, path), ...checkMatch(kind, { targets, match: half.match }, path)];
}

function checkMapping(kind: Kind, mapping: RawMapping, path: Path): readonly Issue[] {
  const { target, source, expression } = mapping;
  return [
    ...(target === undefined ? [] : checkTarget(kind, target, [...path, "target"])),
    ...checkOrigin(mapping, path),
    ...(source === undefined ? [] : checkSource(kind, source, [...path, "source"])),
    ...(expression === undefined ? [] : checkExpression(kind, expression, [...path, "expression"])),
    ...checkMembers(kind, mapping, path),
  ];
}

function checkTarget(kind: Kind, target: string, path: Path): readonly Issue[] {
  if (target.trim() === "") return [];
  if (parsePath(target.trim()) === undefined) {
    return [{ path, message: `${target} is not a target attribute such as userName or emails[type eq "work"].value` }];
  }
  const isUnknown = isUnknownTarget(kind, target.trim());
  if (!isUnknown) return [];
  return [{ path, message: `${target} is no attribute of SCIM ${kind}s${suggest(target, knownTargets(kind))}` }];
}

function checkOrigin(mapping: RawMapping, path: Path): readonly Issue[] {
  const given = ["source", "constant", "expression"].filter((key) => mapping[key] !== undefined);
  if (given.length > 1) return [{ path, message: `has ${given.join(" and ")}: only one of them can give the value` }];
  if (given.length === 1 || mapping["default"] !== undefined) return [];
  return [{ path, message: "has no value: give one of source, constant or expression, or at least a default" }];
}

function checkSource(kind: Kind, name: string, path: Path): readonly Issue[] {
  if (name.trim() === "") return [];
  const message = explainSource(kind, name.trim());
  return message === undefined ? [] : [{ path, message }];
}

/** What is wrong with the name of a source attribute. */
function explainSource(kind: Kind, name: string): string | undefined {
  const attribute = sourceAttribute(kind, name);
  if (attribute?.refusal !== undefined) return `${name} ${attribute.refusal}`;
  if (attribute !== undefined) return undefined;
  const nearest = suggestAttribute(kind, name);
  return `${name} is no attribute of ${kind}s in Entra${nearest === undefined ? "" : `; did you mean ${nearest}?`}`;
}

function checkExpression(kind: Kind, expression: string, path: Path): readonly Issue[] {
  if (expression.trim() === "") return [];
  const compiled = compile(expression);
  if (compiled.ok) {
    const messages = compiled.expression.attributes.map((name) => explainSource(kind, name));
    return messages.flatMap((message) => (message === undefined ? [] : [{ path, message }]));
  }
  return compiled.problems.map(({ message, line, column, hint }) => {
    const where = line === 1 ? `column ${column}` : `line ${line}, column ${column}`;
    return { path, message: `${message} (at ${where} of the expression)${hint === undefined ? "" : `; ${hint}`}` };
  });
}

/** Members are linked one by one, so their mapping is a switch and nothing else. */
function checkMembers(kind: Kind, mapping: RawMapping, path: Path): readonly Issue[] {
  if (kind !== "group") return [];
  const [isTarget, isSource] = [mapping.target, mapping.source].map((name) => name?.trim().toLowerCase() === "members");
  if (isTarget === isSource) return [];
  return [{ path, message: "members can only be mapped from members, and to nothing else" }];
}

function checkTwice(kind: Kind, targets: readonly (string | undefined)[], path: Path): readonly Issue[] {
  const seen = new Map<string, number>();
  return targets.flatMap((target, index) => {
    if (target === undefined) return [];
    const key = canonicalTarget(kind, target).toLowerCase();
    const first = [...seen].find(([other]) => isSameOrPart(key, other));
    if (!seen.has(key)) seen.set(key, index);
    if (first === undefined) return [];
    const message =
      first[0] === key
        ? `${target} is mapped twice, the first time in attributes[${first[1]}]`
        : `${target} overlaps with attributes[${first[1]}], which maps ${targets[first[1]]}`;
    return [{ path: [...path, "attributes", index, "target"], message }];
  });
}

function isSameOrPart(key: string, other: string): boolean {
  if (key === other) return true;
  const [short, long] = key.length < other.length ? [key, other] : [other, key];
  return long.startsWith(`${short}.`) || long.startsWith(`${short}[`);
}

type Matching = {
  readonly targets: readonly (string | undefined)[];
  readonly match: readonly (string | undefined)[] | undefined;
};

function checkMatch(kind: Kind, { targets, match }: Matching, path: Path): readonly Issue[] {
  if (targets.length === 0) return [];
  const mapped = new Set(targets.map((target) => canonicalTarget(kind, target ?? "").toLowerCase()));
  const isDefault = match === undefined;
  const wanted = match ?? [kind === "user" ? "userName" : "displayName"];
  return wanted.flatMap((name, index) => {
    if (name === undefined || mapped.has(canonicalTarget(kind, name).toLowerCase())) return [];
    const message = `accounts are matched by ${name}, but no mapping has it as target`;
    return [{ path: isDefault ? [...path, "attributes"] : [...path, "match", index], message }];
  });
}

const RawFilter = z.looseObject({ clauses: list });
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const RawClause = z.looseObject({
  attribute: z.string(),
  operator: z.string(),
  value: scalar.optional(),
  values: z.array(scalar).optional(),
});

function checkFilters(filters: readonly unknown[]): readonly Issue[] {
  return filters.flatMap((filter, index) =>
    (RawFilter.safeParse(filter).data?.clauses ?? []).flatMap((clause, position) =>
      checkClause(clause, ["users", "scope", index, "clauses", position]),
    ),
  );
}

function checkClause(raw: unknown, path: Path): readonly Issue[] {
  const clause = RawClause.safeParse(raw).data;
  if (clause === undefined || clause.attribute.trim() === "") return [];
  const compiled = compileFilter([{ name: "", clauses: [{ ...clause, operator: clause.operator.trim() }] }]);
  const problems = compiled.ok ? [] : compiled.problems;
  return [
    ...checkFilterAttribute(clause.attribute.trim(), [...path, "attribute"]),
    ...problems.map((problem) => ({
      path: [...path, ...problem.path.split(".").slice(2)],
      message: explainFilter(problem),
    })),
  ];
}

function checkFilterAttribute(name: string, path: Path): readonly Issue[] {
  const type = sourceAttribute("user", name)?.type;
  const message = explainSource("user", name);
  if (message !== undefined) return [{ path, message }];
  if (type !== "object" && type !== "reference") return [];
  return [{ path, message: `${name} has parts and cannot be compared; name one of them, for instance ${name}.…` }];
}

function explainFilter(problem: { message: string; hint?: string }): string {
  const names = problem.message.startsWith("unknown operator")
    ? `; known are ${OPERATORS.map((operator) => operator.name.toUpperCase().replaceAll(" ", "_")).join(", ")}`
    : "";
  return `${problem.message}${problem.hint === undefined ? names : `; ${problem.hint}`}`;
}
