// Writes what is made from code: the JSON Schema for editors, and the tables of the documentation.
import { readFile, writeFile } from "node:fs/promises";
import { schemaFile, withTables } from "../src/config/documentation.ts";
import { withFunctions } from "../src/expression/documentation.ts";

const page = new URL("../docs/configuration.md", import.meta.url);
const expressions = new URL("../docs/expressions.md", import.meta.url);
await writeFile(new URL("../config/bridge.schema.json", import.meta.url), schemaFile());
await writeFile(page, withTables(await readFile(page, "utf8")));
await writeFile(expressions, withFunctions(await readFile(expressions, "utf8")));
