import { OPERATORS } from "../filter/operators.ts";
import type { Kind } from "../model/ids.ts";
import { listAttributes, type SourceAttribute } from "../model/source-attribute.ts";
import { jsonSchema, type JsonSchema } from "./json-schema.ts";
import { VARIABLES } from "./variables.ts";

/** The text of config/bridge.schema.json. */
export function schemaFile(): string {
  return `${JSON.stringify(jsonSchema(), undefined, 2)}\n`;
}

/** Fills the generated parts of docs/configuration.md, which stand between two comments each. */
export function withTables(document: string): string {
  const tables: Readonly<Record<string, () => string>> = {
    variables: variableTable,
    keys: keyTable,
    operators: operatorTable,
    "user attributes": () => attributeTable("user"),
    "group attributes": () => attributeTable("group"),
  };
  let filled = document;
  for (const [name, render] of Object.entries(tables)) filled = fill(filled, name, render());
  return filled;
}

function fill(document: string, name: string, content: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, "<!-- end -->"];
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) throw new TypeError(`the page has no place for the table of ${name}`);
  return `${document.slice(0, from)}${begin}\n\n${content}\n\n${document.slice(to)}`;
}

type Row = readonly string[];

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function variableTable(): string {
  const rows = VARIABLES.map(({ name, fallback, description, isSecret }) => [
    isSecret ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``,
    fallback === undefined ? "" : `\`${fallback}\``,
    description,
  ]);
  return table(["Variable", "Default", "Meaning"], rows);
}

function keyTable(): string {
  return table(["Key", "Type", "Default", "Meaning"], keyRows("", jsonSchema()));
}

function keyRows(prefix: string, schema: JsonSchema): readonly Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const row = [`\`${path}\``, typeOf(property), defaultOf(property), property.description ?? ""];
    const inner =
      property.items?.properties === undefined ? keyRows(path, property) : keyRows(`${path}[]`, property.items);
    return [row, ...inner];
  });
}

function typeOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.items !== undefined)
    return schema.items.properties === undefined ? `list of ${typeOf(schema.items)}` : "list";
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.type === "object") return "block";
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  return types.map((type) => (type === "string" ? "text" : type)).join(" or ");
}

function defaultOf({ default: value, type }: JsonSchema): string {
  if (value === undefined || type === "object") return "";
  const isShort = typeof value !== "object" || JSON.stringify(value).length < 60;
  return isShort ? `\`${typeof value === "string" ? value : JSON.stringify(value)}\`` : "see below";
}

function operatorTable(): string {
  const rows = OPERATORS.map(({ name, origin, summary }) => [
    `\`${name.toUpperCase().replaceAll(" ", "_")}\``,
    summary,
    origin === "entra" ? "yes" : "no",
  ]);
  return table(["Operator", "True when", "Also in Entra"], rows);
}

function attributeTable(kind: Kind): string {
  const attributes = listAttributes(kind).filter(({ name }) => !/extensionAttribute(?:[2-9]|1\d)$/.test(name));
  return table(["Name", "Graph property", "Type", "Can be used"], attributes.map(attributeRow));
}

function attributeRow({ name, property, member, type, refusal }: SourceAttribute): Row {
  const place = member === undefined ? property : `${property}.${member}`;
  const shown = name.endsWith("extensionAttribute1") ? `\`${name}\` … \`15\`` : `\`${name}\``;
  const usable = refusal === undefined;
  return [
    shown,
    place === undefined ? "computed" : `\`${place}\``,
    usable ? type : "",
    usable ? "yes" : `no: ${refusal}`,
  ];
}
