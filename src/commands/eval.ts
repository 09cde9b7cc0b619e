import { compile } from "../expression/compile.ts";
import { printScalar, toItems } from "../expression/datum.ts";
import { parseDate } from "../expression/date-text.ts";
import type { Evaluation } from "../expression/evaluation.ts";
import type { ExpressionProblem } from "../expression/tree.ts";
import { createReader } from "./given-object.ts";
import { readJsonFile } from "./json-file.ts";
import { EXIT } from "./outcome.ts";

export type EvalOptions = {
  /** JSON file with source attributes, `-` for standard input. */
  readonly attributes?: string | undefined;
  /** What Now() returns, ISO 8601. */
  readonly now?: string | undefined;
  readonly isJson: boolean;
};

/** What a command prints and returns. */
export type Printed = { readonly out: string; readonly notes: readonly string[]; readonly code: number };

export const EVAL_HELP = `
The file holds one JSON object, source attribute to value, under Entra's or Microsoft Graph's names; null means empty:
  {"userPrincipalName": "ada@contoso.com", "telephoneNumber": "+49 221 5550", "mail": null}

Examples:
  $ sosafe-bridge eval 'Join(" ", [givenName], [surname])' --attributes ada.json
  $ sosafe-bridge eval 'IIF(DateDiff("d", Now(), [employeeHireDate]) > 0, "False", "True")' --attributes ada.json --now 2025-07-30
  $ echo '{"mail":"Ada@Contoso.com"}' | sosafe-bridge eval 'ToLower([mail])' --attributes - --json

Needs no configuration and no connection. With --json the result is one of
  {"result": …}   {"ignore": "attribute" | "object"}   {"error": {"code", "message", "line", "column"}}
Exit codes: 0 evaluated, 1 the expression is wrong or fails for these attributes, 2 usage, 78 the file is missing or wrong.`;

/** `eval`: evaluates one expression of the mapping language. Returns the exit code. */
export async function evalCommand(expression: string, options: EvalOptions): Promise<number> {
  const printed = await evalToText(expression, options);
  if (printed.out !== "") console.log(printed.out);
  for (const note of printed.notes) console.error(note);
  return printed.code;
}

/** The same without printing. Results go to `out`; what is meant for people only goes to `notes`. */
export async function evalToText(expression: string, options: EvalOptions): Promise<Printed> {
  const now = toMoment(options.now);
  if (now === undefined) {
    return refuse(`--now: ${options.now} is not a date such as 2025-07-30 or 2025-07-30T12:00:00Z`, EXIT.usage);
  }
  const given = await readAttributes(options.attributes);
  if (typeof given === "string") return refuse(given, EXIT.configuration);
  const compiled = compile(expression);
  if (!compiled.ok) return showProblems(expression, compiled.problems, options);
  const evaluation = compiled.expression.evaluate({ read: createReader(given), now: () => now, random: Math.random });
  return options.isJson ? showJson(evaluation) : showText(expression, evaluation);
}

/** The moment that --now names, the present without it, undefined for what is no ISO date. */
function toMoment(text: string | undefined): Date | undefined {
  if (text === undefined) return new Date();
  return /^\d{4}-\d{2}-\d{2}(?:[T ]|$)/.test(text) ? parseDate(text) : undefined;
}

async function readAttributes(file: string | undefined): Promise<Readonly<Record<string, unknown>> | string> {
  if (file === undefined) return {};
  const read = await readJsonFile(file);
  if (!read.ok) return read.message;
  return isRecord(read.content) ? read.content : `${file}: must hold a JSON object, source attribute to value`;
}

function isRecord(content: unknown): content is Readonly<Record<string, unknown>> {
  return typeof content === "object" && content !== null && !Array.isArray(content);
}

function refuse(note: string, code: number): Printed {
  return { out: "", notes: [note], code };
}

function showJson(evaluation: Evaluation): Printed {
  switch (evaluation.kind) {
    case "value":
      return { out: JSON.stringify({ result: evaluation.value ?? null }), notes: [], code: EXIT.done };
    case "ignoreAttribute":
      return { out: JSON.stringify({ ignore: "attribute" }), notes: [], code: EXIT.done };
    case "ignoreObject":
      return { out: JSON.stringify({ ignore: "object" }), notes: [], code: EXIT.done };
    case "error":
      return { out: errorJson(evaluation), notes: [], code: EXIT.someFailed };
  }
}

type Failure = { readonly code: string; readonly message: string; readonly line: number; readonly column: number };

function errorJson({ code, message, line, column }: Failure): string {
  return JSON.stringify({ error: { code, message, line, column } });
}

function showText(expression: string, evaluation: Evaluation): Printed {
  switch (evaluation.kind) {
    case "value": {
      const lines = toItems(evaluation.value).map(printScalar);
      const notes = evaluation.value === undefined || evaluation.value === "" ? [explainEmpty(evaluation.value)] : [];
      return { out: lines.join("\n"), notes, code: EXIT.done };
    }
    case "ignoreAttribute":
      return { out: "", notes: ["IgnoreAttributeFlow: the target attribute is left as it is"], code: EXIT.done };
    case "ignoreObject":
      return { out: "", notes: ["IgnoreObjectFlow: the whole object is left as it is"], code: EXIT.done };
    case "error":
      return { out: "", notes: [describeProblem(expression, evaluation)], code: EXIT.someFailed };
  }
}

function explainEmpty(value: "" | undefined): string {
  return value === "" ? "the result is the empty text" : "no value: the target attribute is empty";
}

function showProblems(expression: string, problems: readonly ExpressionProblem[], options: EvalOptions): Printed {
  const [first] = problems;
  if (options.isJson && first !== undefined) {
    return { out: errorJson({ ...first, code: "syntax" }), notes: [], code: EXIT.someFailed };
  }
  return { out: "", notes: problems.map((problem) => describeProblem(expression, problem)), code: EXIT.someFailed };
}

const WIDTH = 100;

/**
 * A problem with its place, the line of the expression around it and a caret under the place:
 *
 *     1:1: unknown function ToLwer; did you mean ToLower?
 *       ToLwer([mail])
 *       ^
 */
export function describeProblem(expression: string, problem: ExpressionProblem): string {
  const { line, column, message, hint } = problem;
  const source = (expression.split("\n")[line - 1] ?? "").replaceAll(/\p{Cc}/gu, " ");
  // A long line is cut so that the place is in view.
  const start = Math.max(0, column - 1 - WIDTH / 2);
  const shown = source.slice(start, start + WIDTH);
  const before = Array.from(shown.slice(0, column - 1 - start)).length;
  const head = `${line}:${column}: ${message}${hint === undefined ? "" : `; ${hint}`}`;
  return [head, `  ${shown.trimEnd()}`, `  ${" ".repeat(before)}^`].join("\n");
}
