// Writes what is made from the configuration's schema: the JSON Schema for editors and the tables of the documentation.
import { readFile, writeFile } from "node:fs/promises";
import { schemaFile, withTables } from "../src/config/documentation.ts";

const page = new URL("../docs/configuration.md", import.meta.url);
await writeFile(new URL("../config/bridge.schema.json", import.meta.url), schemaFile());
await writeFile(page, withTables(await readFile(page, "utf8")));
