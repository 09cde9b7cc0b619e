import type { z } from "zod";
import type { Position } from "../expression/tree.ts";
import { findNearest } from "../model/nearest.ts";

/** Keys and indexes that lead to a value in the file. */
export type Path = readonly (string | number)[];

/** A mistake at a place in the file. */
export type Issue = {
  readonly path: Path;
  readonly message: string;
  /** Where in the text of the value it is, and what to say if that place can be shown in the file. */
  readonly inside?: Position & { readonly message: string };
};

/** Writes a path as the user would: `users.attributes[3].source`. */
export function formatPath(path: Path): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
    .join("")
    .replace(/^\./, "");
}

/** Turns what zod found into issues that name what is allowed; `keysAt` tells the keys that are known at a place. */
export function toIssues(error: z.ZodError, keysAt: (path: Path) => readonly string[]): readonly Issue[] {
  const issues = error.issues.flatMap((issue) => toIssue(issue, keysAt));
  // `user:` instead of `users:` is one mistake.
  const meant = new Set(error.issues.flatMap((issue) => meantKeys(issue, keysAt)));
  return issues.filter(({ path, message }) => message !== MISSING || !meant.has(formatPath(path)));
}

const MISSING = "is missing";

/** The keys that unknown ones were meant to be. */
function meantKeys(issue: z.core.$ZodIssue, keysAt: (path: Path) => readonly string[]): readonly string[] {
  if (issue.code !== "unrecognized_keys") return [];
  const path = toPath(issue);
  return issue.keys.flatMap((key) => {
    const nearest = findNearest(key, keysAt(path));
    return nearest === undefined ? [] : [formatPath([...path, nearest])];
  });
}

function toPath(issue: z.core.$ZodIssue): Path {
  return issue.path.map((step) => (typeof step === "number" ? step : String(step)));
}

function toIssue(issue: z.core.$ZodIssue, keysAt: (path: Path) => readonly string[]): readonly Issue[] {
  const path = toPath(issue);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: `unknown key${suggest(key, keysAt(path))}`,
      }));
    case "invalid_type":
      return [{ path, message: explainType(issue) }];
    case "invalid_value":
      return [{ path, message: explainChoice(issue.values.map(String), issue.input) }];
    default:
      return [{ path, message: issue.input === undefined ? issue.message : `${issue.message}${shown(issue.input)}` }];
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a block of keys",
  record: "a block of keys",
};

function explainType({ expected, input, message }: z.core.$ZodIssueInvalidType): string {
  if (input === undefined) return MISSING;
  const own = message.startsWith("must") ? message : `must be ${TYPES[expected] ?? expected}`;
  return `${own}, not ${describe(input)}`;
}

function explainChoice(allowed: readonly string[], input: unknown): string {
  if (input === undefined) return MISSING;
  const choice = allowed.length > 1 ? `one of ${allowed.join(", ")}` : allowed.join("");
  return `must be ${choice}, not ${describe(input)}${typeof input === "string" ? suggest(input, allowed) : ""}`;
}

function describe(input: unknown): string {
  if (input === null) return "empty";
  if (Array.isArray(input)) return "a list";
  return typeof input === "object" ? "a block of keys" : JSON.stringify(input);
}

function shown(input: unknown): string {
  return typeof input === "string" || typeof input === "number" ? `, not ${JSON.stringify(input).slice(0, 80)}` : "";
}

/** `; did you mean x?`, or nothing. A prefix stands before what is offered. */
export function suggest(word: string, candidates: Iterable<string>, prefix = ""): string {
  const nearest = findNearest(word, candidates);
  return nearest === undefined ? "" : `; did you mean ${prefix}${nearest}?`;
}
