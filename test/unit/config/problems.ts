import { parseConfig } from "#src/config/load.ts";
import { ConfigError, type Problem } from "#src/model/errors.ts";

/** The mapping that a file needs. */
export const USER_NAME = "{ target: userName, source: userPrincipalName }";

/** A small correct file, with further mappings for users. */
export function file(...mappings: readonly string[]): string {
  const lines = [USER_NAME, ...mappings].map((mapping) => `    - ${mapping}`);
  return ["source: { application: SoSafe }", "users:", "  attributes:", ...lines, ""].join("\n");
}

/** What is wrong with a text; nothing for a correct one. */
export function problemsOf(text: string): readonly Problem[] {
  try {
    parseConfig(text, "bridge.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

/** Problems as lines, such as `bridge.yaml: users.match[0] 4:10 is …`. */
export function linesOf(text: string): readonly string[] {
  return problemsOf(text).map(({ where, line, column, message }) => `${where} ${line}:${column} ${message}`);
}
