import { loadEnvironment } from "../config/environment.ts";
import { jsonSchema, loadConfig } from "../config/load.ts";
import { printConfig } from "../config/print.ts";

/** `config print`: what is in effect, as YAML or JSON. */
export async function printConfigCommand(isJson: boolean): Promise<number> {
  const environment = loadEnvironment(undefined, { need: "config" });
  const config = await loadConfig(environment.configFile);
  process.stdout.write(printConfig(config, environment, { isJson }));
  return 0;
}

/** `config schema`: for editors, and for checking the file elsewhere. */
export function printSchema(): number {
  console.log(JSON.stringify(jsonSchema(), undefined, 2));
  return 0;
}
