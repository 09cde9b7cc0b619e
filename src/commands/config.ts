import { loadEnvironment } from "../config/environment.ts";
import { jsonSchema } from "../config/json-schema.ts";
import { loadConfig } from "../config/load.ts";
import { effectiveConfig, printConfig } from "../config/print.ts";

/** `config print`: what is in effect, as YAML that could be the file, or as JSON. */
export async function printConfigCommand(isJson: boolean): Promise<number> {
  const environment = loadEnvironment(undefined, { need: "config" });
  const config = await loadConfig(environment.configFile);
  console.log(isJson ? JSON.stringify(effectiveConfig(config, environment)) : printConfig(config, environment));
  return 0;
}

/** `config schema`: for editors, and for checking the file elsewhere. */
export function printSchema(): number {
  console.log(JSON.stringify(jsonSchema(), undefined, 2));
  return 0;
}
