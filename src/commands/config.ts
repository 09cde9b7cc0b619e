import { loadEnvironment } from "../config/environment.ts";
import { jsonSchema } from "../config/json-schema.ts";
import { loadWithWarnings } from "../config/load.ts";
import { effectiveConfig, printConfig } from "../config/print.ts";
import { describeProblem } from "./report.ts";

/** `config print`: what is in effect, as YAML that could be the file, or as JSON. Warnings are on stderr. */
export async function printConfigCommand(isJson: boolean): Promise<number> {
  const environment = loadEnvironment(undefined, { need: "config" });
  const { config, warnings } = await loadWithWarnings(environment.configFile);
  for (const warning of warnings) console.error(`! ${describeProblem(warning)}`);
  console.log(isJson ? JSON.stringify(effectiveConfig(config, environment)) : printConfig(config, environment));
  return 0;
}

/** `config schema`: for editors, and for checking the file elsewhere. */
export function printSchema(): number {
  console.log(JSON.stringify(jsonSchema(), undefined, 2));
  return 0;
}
