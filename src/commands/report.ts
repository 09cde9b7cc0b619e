import { describeError } from "../log.ts";
import { ConfigError, SyncError } from "../model/errors.ts";

/** Tells on stderr why a command ended: every problem of the configuration, or one line; a stack only for our own bugs. */
export function reportError(error: unknown): void {
  if (error instanceof ConfigError) {
    const count = error.problems.length;
    console.error(count === 1 ? "The configuration has a problem:" : `The configuration has ${count} problems:`);
    for (const { where, message, line, column } of error.problems) {
      const position = line === undefined ? "" : ` (line ${line}${column === undefined ? "" : `, column ${column}`})`;
      console.error(`  ${where}${position}: ${message}`);
    }
    return;
  }
  if (error instanceof SyncError) {
    console.error(`${error.side} ${error.code}: ${error.message}`);
    return;
  }
  console.error("sosafe-bridge met an error of its own. Please report it with these lines:");
  console.error(JSON.stringify(describeError(error), undefined, 2));
}
