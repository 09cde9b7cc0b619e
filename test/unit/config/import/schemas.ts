import { readFileSync } from "node:fs";
import { importSchema, type ImportResult } from "#src/config/import/schema.ts";
import { parseConfig } from "#src/config/load.ts";
import type { Config } from "#src/model/config.ts";

export type Json = Record<string, unknown>;

/** A fresh copy of the export in test/fixtures. */
export function fixture(): Json {
  return JSON.parse(readFileSync("test/fixtures/entra-schema.json", "utf8")) as Json;
}

export const attribute = (name: string): Json => ({ type: "Attribute", name, expression: `[${name}]`, parameters: [] });

/** A mapping as Entra exports it. */
export function mapping(targetAttributeName: string, source: unknown, extra: Json = {}): Json {
  const rest = { defaultValue: null, flowBehavior: "FlowWhenChanged", flowType: "Always", matchingPriority: 0 };
  return { ...rest, source, targetAttributeName, ...extra };
}

export const USER_NAME = mapping("userName", attribute("userPrincipalName"), { matchingPriority: 1 });
export const ACTIVE = mapping("active", { expression: "Not([IsSoftDeleted])" });
export const GROUP_NAME = mapping("displayName", attribute("displayName"), { matchingPriority: 1 });

type Parts = {
  readonly users?: readonly unknown[];
  readonly user?: Json;
  readonly groups?: readonly unknown[];
  readonly group?: Json;
  readonly rule?: Json;
};

/** A small schema: people get `userName`, `active` and these mappings, groups their name. */
export function schema({ users = [], user = {}, groups = [], group = {}, rule = {} }: Parts = {}): Json {
  const common = { enabled: true, flowTypes: "Add, Update, Delete", scope: null };
  return {
    synchronizationRules: [
      {
        sourceDirectoryName: "Azure Active Directory",
        targetDirectoryName: "customappsso",
        priority: 1,
        objectMappings: [
          { ...common, sourceObjectName: "User", attributeMappings: [USER_NAME, ACTIVE, ...users], ...user },
          { ...common, sourceObjectName: "Group", attributeMappings: [GROUP_NAME, ...groups], ...group },
        ],
        ...rule,
      },
    ],
  };
}

export const USERS = "$.synchronizationRules[0].objectMappings[0]";
export const GROUPS = "$.synchronizationRules[0].objectMappings[1]";

type Taken = Extract<ImportResult, { ok: true }>;

/** Imports, and fails the test when that is refused. */
export function take(content: unknown): Taken & { readonly config: Config } {
  const result = importSchema(content);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return { ...result, config: parseConfig(result.yaml, "bridge.yaml") };
}

/** The remarks that begin with a path, without it. */
export function remarksAt(result: Taken, path: string): readonly string[] {
  return result.remarks.filter((remark) => remark.path.startsWith(path)).map((remark) => remark.message);
}

/** The reasons for which an import is refused; fails the test when it is not. */
export function refusal(content: unknown): readonly { readonly path: string; readonly message: string }[] {
  const result = importSchema(content);
  if (result.ok) throw new Error(`was taken: ${result.yaml}`);
  return result.problems;
}
