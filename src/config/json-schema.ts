import { z } from "zod";
import type { Path } from "./issue.ts";
import { ConfigFile } from "./schema.ts";

/** The part of JSON Schema that is made from our schema. */
export type JsonSchema = {
  readonly type?: string | readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: JsonSchema | undefined;
  readonly anyOf?: readonly JsonSchema[] | undefined;
};

const JsonSchema: z.ZodType<JsonSchema> = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  get properties() {
    return z.record(z.string(), JsonSchema).optional();
  },
  required: z.array(z.string()).optional(),
  get items() {
    return JsonSchema.optional();
  },
  get anyOf() {
    return z.array(JsonSchema).optional();
  },
});

/** JSON Schema (draft 7, which editors know) of the configuration file. */
export function jsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(ConfigFile, { io: "input", target: "draft-7" });
  return JsonSchema.parse({ ...schema, title: "sosafe-bridge configuration" });
}

/** The keys that are known at a place of the file. */
export function knownKeys(path: Path): readonly string[] {
  let place: JsonSchema | undefined = jsonSchema();
  for (const step of path) place = typeof step === "number" ? place?.items : place?.properties?.[step];
  return Object.keys(place?.properties ?? {});
}
