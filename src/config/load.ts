import { readFile } from "node:fs/promises";
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import { findOperator } from "../filter/operators.ts";
import type { AttributeMapping, Config, ScopingFilter } from "../model/config.ts";
import { ConfigError, type Problem } from "../model/errors.ts";
import type { Kind } from "../model/ids.ts";
import { checkMeaning } from "./check.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { formatPath, toIssues, type Issue, type Path } from "./issue.ts";
import { knownKeys } from "./json-schema.ts";
import { ConfigFile } from "./schema.ts";
import { canonicalTarget } from "./target-attribute.ts";

/** Reads and checks the configuration file. Throws a ConfigError that holds every problem. */
export async function loadConfig(file: string): Promise<Config> {
  return parseConfig(await read(file), file);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const message = code === "ENOENT" ? "does not exist; CONFIG_FILE says where it is" : `cannot be read (${code})`;
    throw new ConfigError([{ where: file, message }]);
  }
}

/**
 * Checks the text of a configuration file (YAML 1.2, of which JSON is a part). `file` is what problems call it. Throws a
 * ConfigError that holds every problem.
 */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) throw new ConfigError(faults.map((fault) => toFault(fault, { file, lines })));
  const raw = toPlain(document, file);
  const parsed = ConfigFile.safeParse(raw, { reportInput: true });
  const issues = [...(parsed.success ? [] : toIssues(parsed.error, knownKeys)), ...checkMeaning(raw)];
  if (parsed.success && issues.length === 0) return deepFreeze(canonicalise(parsed.data));
  const problems = issues.map((issue) => locate(issue, document, { file, lines }));
  throw new ConfigError(problems.toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0)));
}

type Origin = { readonly file: string; readonly lines: LineCounter };

function toFault(fault: { message: string; pos: [number, number] }, { file, lines }: Origin): Problem {
  const { line, col } = lines.linePos(fault.pos[0]);
  return { where: file, message: `line ${line}, column ${col}: ${fault.message}`, line, column: col };
}

function toPlain(document: Document, file: string): unknown {
  try {
    const raw: unknown = document.toJS();
    if (raw !== null) return raw;
  } catch (error) {
    // Too many aliases: the text is well-formed, but would grow without measure.
    const message = error instanceof Error ? error.message : "cannot be understood";
    throw new ConfigError([{ where: file, message }]);
  }
  throw new ConfigError([{ where: file, message: "is empty" }]);
}

function locate(issue: Issue, document: Document, { file, lines }: Origin): Problem {
  const place = formatPath(issue.path);
  const offset = offsetOf(document, issue.path);
  const position = offset === undefined ? undefined : lines.linePos(offset);
  const found = position === undefined ? {} : { line: position.line, column: position.col };
  return { where: place === "" ? file : `${file}: ${place}`, message: issue.message, ...found };
}

/** Where a value starts; for a value that is missing, where the block begins that should hold it. */
function offsetOf(document: Document, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : keyOf(document, path.slice(0, length));
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}

/** The key of a map entry, or the item of a list. */
function keyOf(document: Document, path: Path): unknown {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (!isMap(parent)) return document.getIn(path, true);
  return parent.items.find((pair) => isPair(pair) && isScalar(pair.key) && pair.key.value === last)?.key;
}

/** Gives target attributes and operators one spelling, so that nobody behind this has to compare without case. */
function canonicalise(config: Config): Config {
  const { users, groups } = config;
  return {
    ...config,
    users: { ...users, ...withSpelling("user", users), scope: users.scope.map(withOperators) },
    groups: { ...groups, ...withSpelling("group", groups), scope: groups.scope.map(withOperators) },
  };
}

type Mapped = { readonly match: readonly string[]; readonly attributes: readonly AttributeMapping[] };

function withSpelling(kind: Kind, { match, attributes }: Mapped): Mapped {
  const spelled = attributes.map((mapping) => ({ ...mapping, target: canonicalTarget(kind, mapping.target) }));
  const targets = new Map(spelled.map(({ target }) => [target.toLowerCase(), target]));
  return {
    match: match.map((name) => targets.get(canonicalTarget(kind, name).toLowerCase()) ?? name),
    attributes: spelled,
  };
}

function withOperators(filter: ScopingFilter): ScopingFilter {
  const clauses = filter.clauses.map((clause) => ({
    ...clause,
    operator: findOperator(clause.operator)?.name ?? clause.operator,
  }));
  return { ...filter, clauses };
}
