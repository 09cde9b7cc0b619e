import { readFile } from "node:fs/promises";
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type Document, type YAMLError } from "yaml";
import type { AttributeMapping, Config, ScopingFilter } from "../model/config.ts";
import { ConfigError, type Problem } from "../model/errors.ts";
import type { Kind } from "../model/ids.ts";
import { normaliseClause } from "./check-filter.ts";
import { checkMeaning } from "./check.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { formatPath, toIssues, type Issue, type Path } from "./issue.ts";
import { knownKeys } from "./json-schema.ts";
import { findChangedNumbers } from "./number-text.ts";
import { offsetInside } from "./place.ts";
import { ConfigFile } from "./schema.ts";
import { canonicalTarget } from "./target-attribute.ts";
import { findDoubts } from "./warnings.ts";

/** A configuration, with what is allowed in it but looks like a mistake. */
export type Loaded = { readonly config: Config; readonly warnings: readonly Problem[] };

/** Reads and checks the configuration file. Throws a ConfigError that holds every problem. */
export async function loadConfig(file: string): Promise<Config> {
  return (await loadWithWarnings(file)).config;
}

/** The same, and tells the warnings, too. */
export async function loadWithWarnings(file: string): Promise<Loaded> {
  return parseWithWarnings(await read(file), file);
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
  return parseWithWarnings(text, file).config;
}

/** The same, and tells the warnings, too, in the order of the file. */
export function parseWithWarnings(text: string, file: string): Loaded {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const origin = { file, lines, text };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) throw new ConfigError(untilBroken(faults).map((fault) => toFault(fault, origin)));
  const raw = toPlain(document, file);
  const parsed = ConfigFile.safeParse(raw, { reportInput: true });
  const issues = [
    ...(parsed.success ? [] : toIssues(parsed.error, knownKeys)),
    ...checkMeaning(raw),
    ...findChangedNumbers(document),
  ];
  const toProblems = (found: readonly Issue[]) =>
    found
      .map((issue) => locate(issue, document, origin))
      .toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0));
  if (!parsed.success || issues.length > 0) throw new ConfigError(toProblems(issues));
  const config = deepFreeze(canonicalise(parsed.data));
  return { config, warnings: toProblems(findDoubts(config)) };
}

/** What has brackets, quotes or commas in it has to be quoted in YAML. */
function hintQuotes(line: string): string {
  if (/\bexpression["']?\s*:\s*[^\s'|>]/u.test(line))
    return "; an expression stands in single quotes: expression: 'ToLower([mail])'";
  if (!/\btarget["']?\s*:\s*[^\s'"|>][^,}]*\[/u.test(line)) return "";
  return "; a target with brackets stands in single quotes: target: 'emails[type eq \"work\"].value'";
}

const FAULTS: Partial<Record<Fault["code"], string>> = {
  DUPLICATE_KEY: "the same key is there twice",
  NON_STRING_KEY: "a list or a block cannot be a key",
};

type Fault = Pick<YAMLError, "code" | "message" | "pos">;
type Origin = { readonly file: string; readonly lines: LineCounter; readonly text: string };

/** What comes after the first place that is no YAML was read wrongly, and would be told as mistakes of its own. */
function untilBroken(faults: readonly Fault[]): readonly Fault[] {
  const first = faults.findIndex((fault) => fault.code !== "DUPLICATE_KEY");
  return first === -1 ? faults : faults.slice(0, first + 1);
}

function toFault({ code, message, pos }: Fault, { file, lines, text }: Origin): Problem {
  const { line, col } = lines.linePos(pos[0]);
  const hint = hintQuotes(text.split("\n")[line - 1] ?? "");
  const said = FAULTS[code] ?? `is not YAML from here on: ${message}`;
  return { where: file, message: `${said}${hint}`, line, column: col };
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

function locate(issue: Issue, document: Document, { file, lines, text }: Origin): Problem {
  const place = formatPath(issue.path);
  const { inside } = issue;
  const exact = inside && offsetInside(document.getIn(issue.path, true), inside, text);
  const offset = exact ?? offsetOf(document, issue.path);
  const position = offset === undefined ? undefined : lines.linePos(offset);
  const found = position === undefined ? {} : { line: position.line, column: position.col };
  const message = exact === undefined ? issue.message : (inside?.message ?? issue.message);
  return { where: place === "" ? file : `${file}: ${place}`, message, ...found };
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
    users: { ...users, ...withSpelling("user", users), scope: withClauses("user", users.scope) },
    groups: { ...groups, ...withSpelling("group", groups), scope: withClauses("group", groups.scope) },
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

function withClauses(kind: Kind, filters: readonly ScopingFilter[]): readonly ScopingFilter[] {
  return filters.map(({ name, clauses }) => ({ name, clauses: clauses.map((each) => normaliseClause(kind, each)) }));
}
