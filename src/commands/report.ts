import { describeError } from "../log.ts";
import { ConfigError, SyncError, type Problem } from "../model/errors.ts";

/** Tells on stderr why a command ended: every problem of the configuration, or one line; a stack only for our own bugs. */
export function reportError(error: unknown): void {
  if (error instanceof ConfigError) {
    const count = error.problems.length;
    console.error(count === 1 ? "The configuration has a problem:" : `The configuration has ${count} problems:`);
    for (const problem of error.problems) console.error(`  ${describeProblem(problem)}`);
    return;
  }
  if (error instanceof SyncError) {
    console.error(`${error.side} ${error.code}: ${error.message}`);
    return;
  }
  console.error("sosafe-bridge met an error of its own. Please report it with these lines:");
  console.error(JSON.stringify(describeError(error), undefined, 2));
}

/** A problem of the configuration in one line: where it is, and what to do. */
export function describeProblem({ where, message, line, column }: Problem): string {
  const position = line === undefined ? "" : ` (line ${line}${column === undefined ? "" : `, column ${column}`})`;
  return `${where}${position}: ${message}`;
}
