import type { App } from "../app.ts";
import { followCycle } from "./follow.ts";
import { toExitCode, toResult } from "./outcome.ts";

/** `--once` and `--resync`: one cycle, its result on stdout. Returns the exit code. */
export async function once(
  app: App,
  options: { readonly isReconcile: boolean; readonly isJson: boolean },
): Promise<number> {
  const run = await followCycle(app, options.isReconcile);
  const result = toResult(run);
  console.log(options.isJson ? JSON.stringify(result) : describe(result));
  return toExitCode(run);
}

function describe(result: ReturnType<typeof toResult>): string {
  const seconds = (result.durationMs / 1000).toFixed(1);
  const lines = [
    `${result.kind} cycle ${result.cycle}: ${result.result} in ${seconds} s`,
    `  users        ${list(result.users)}`,
    `  groups       ${list(result.groups)}`,
    `  memberships  ${list(result.memberships)}`,
    `  requests     ${result.requests.graph} to Entra, ${result.requests.scim} to SoSafe`,
    ...(result.warnings ?? []).map((warning) => `  warning      ${warning}`),
    ...(result.error ? [`  error        ${result.error.code}: ${result.error.message}`] : []),
  ];
  return lines.join("\n");
}

function list(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0
    ? "nothing"
    : parts.map(([name, count]) => `${count.toLocaleString("en")} ${name}`).join(", ");
}
