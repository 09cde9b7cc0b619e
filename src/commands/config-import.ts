import { importSchema, type ImportResult } from "../config/import/schema.ts";
import { readJsonFile } from "./json-file.ts";
import { EXIT } from "./outcome.ts";

export const IMPORT_HELP = `
Entra exports the schema under Enterprise applications → your application → Provisioning → Mappings → Show advanced
options → Review your schema here, or through Microsoft Graph:
  GET /servicePrincipals/{id}/synchronization/jobs/{job}/schema

The settings of the job and the application can be given along, in one object:
  {"schema": {…}, "synchronizationJobSettings": [{"name", "value"}, …], "secrets": [{"key", "value"}, …]}
SyncAll, SkipOutOfScopeDeletions and QuarantineTooManyDeletesThreshold are taken; addresses and tokens never are.

Examples:
  $ sosafe-bridge config import schema.json > imported.yaml
  $ az rest --url "$GRAPH/servicePrincipals/$ID/synchronization/jobs/$JOB/schema" | sosafe-bridge config import -

The file is printed, a summary with whatever had to be decided or left out goes to stderr.
Exit codes: 0 imported, 2 usage, 78 the file is missing, is no schema, or has a filter that cannot be taken.`;

/** `config import`: prints the configuration file that an exported schema amounts to. Returns the exit code. */
export async function importCommand(file: string): Promise<number> {
  const read = await readJsonFile(file);
  if (!read.ok) {
    console.error(read.message);
    return EXIT.configuration;
  }
  const result = importSchema(read.content);
  if (result.ok) process.stdout.write(result.yaml);
  console.error(summarise(result).join("\n"));
  return result.ok ? EXIT.done : EXIT.configuration;
}

/** What an import is told in, line by line. */
export function summarise(result: ImportResult): readonly string[] {
  if (!result.ok) {
    const count = result.problems.length;
    const head =
      count === 1 ? "The schema cannot be imported:" : `The schema cannot be imported, for ${count} reasons:`;
    return [head, ...result.problems.map(({ path, message }) => `  ${path}: ${message}`)];
  }
  const { taken, remarked, leftOut, remarks } = result;
  const left = leftOut === 0 ? "" : `, ${leftOut} left out`;
  return [
    `${taken} mappings taken, ${remarked} with remarks${left}`,
    ...remarks.map(({ path, message }) => `  ${path}: ${message}`),
  ];
}
