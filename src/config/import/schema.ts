import { ConfigError } from "../../model/errors.ts";
import { parseConfig } from "../load.ts";
import { findIssues } from "./verify.ts";
import { keptOf, readHalf, type Half } from "./half.ts";
import { at, openJson, type Json, type Remark } from "./json.ts";
import { findObjectMappings, type ObjectMappings } from "./objects.ts";
import { plan, type Plan } from "./plan.ts";
import { readSettings } from "./settings.ts";
import { write } from "./write.ts";

/** What became of a schema. */
export type ImportResult =
  | {
      readonly ok: true;
      /** A configuration file, which loads. */
      readonly yaml: string;
      readonly taken: number;
      /** Mappings that stand in the file as comments only. */
      readonly leftOut: number;
      /** Taken mappings with at least one remark. */
      readonly remarked: number;
      readonly remarks: readonly Remark[];
    }
  | { readonly ok: false; readonly problems: readonly Remark[] };

/**
 * Turns the synchronizationSchema that Entra exports into a configuration file. The schema may stand alone, or as
 * `schema` beside the settings of the job and the application. Pure and total: any JSON gives a file or problems.
 */
export function importSchema(content: unknown): ImportResult {
  const document = openJson(content);
  const schema = findSchema(document);
  if (schema === undefined) return refuse(document.path, NO_SCHEMA);
  const found = findObjectMappings(schema);
  if (found.user === undefined)
    return refuse(at(schema, "synchronizationRules").path, "has no object mapping for users");
  const settings = readSettings(document);
  const setting = { isEverybody: settings.isEverybody === true };
  const users = readHalf(found.user, setting);
  const groups = found.group === undefined ? undefined : readHalf(found.group, setting);
  const problems = findProblems(users, groups);
  if (problems.length > 0) return { ok: false, problems };
  return finish(plan({ users, groups, settings, path: document.path }), found);
}

const NO_SCHEMA =
  "is no provisioning schema: an object with synchronizationRules is expected, or one that holds it as schema. " +
  "Entra exports it under Provisioning → Mappings → Show advanced options → Review your schema here";

function findSchema(document: Json): Json | undefined {
  return [document, at(document, "schema")].find((json) => Array.isArray(at(json, "synchronizationRules").value));
}

function refuse(path: string, message: string): ImportResult {
  return { ok: false, problems: [{ path, message }] };
}

/** What makes an import impossible. */
function findProblems(users: Half, groups: Half | undefined): readonly Remark[] {
  const list = `${users.path}.attributeMappings`;
  const isEmpty = keptOf(users).length === 0 && users.problems.length === 0;
  return [
    ...users.problems,
    ...(groups?.problems ?? []),
    ...checkFilters(users),
    // What is switched off anyway may be as it is.
    ...(groups?.isEnabled ? checkFilters(groups) : []),
    ...(isEmpty ? [{ path: list, message: explainEmpty(users) }] : []),
  ];
}

function explainEmpty({ mappings }: Half): string {
  const first = mappings.find((one) => one.refusal !== undefined)?.refusal;
  const example = first === undefined ? "" : `; the first: ${first.path} ${first.message}`;
  return `holds no mapping that can be taken${example}`;
}

/** A filter decides who is provisioned, so one that is not understood, or that nobody passes, is never left out. */
function checkFilters({ kind, path: home, scope: { filters, problems } }: Half): readonly Remark[] {
  if (problems.length > 0) return problems;
  const scope = filters.map(({ name, clauses }) => ({ name, clauses: clauses.map(({ clause }) => clause) }));
  const users = { attributes: [{ target: "userName", source: "userPrincipalName" }] };
  const raw = { source: { scope: "all" }, users: kind === "user" ? { ...users, scope } : users };
  const issues = findIssues(kind === "user" ? raw : { ...raw, groups: { scope } });
  return issues.map(({ path, message }) => {
    const [, , filter, , clause, member] = path;
    const group = filters[Number(filter)];
    const place = group?.clauses[Number(clause)]?.path ?? group?.path ?? `${home}.scope`;
    return { path: `${place}${MEMBERS[String(member)] ?? ""}`, message };
  });
}

const MEMBERS: Readonly<Record<string, string>> = {
  attribute: ".sourceOperandName",
  operator: ".operatorName",
  value: ".targetOperand.values",
  values: ".targetOperand.values",
};

function finish(planned: Plan, { remarks }: ObjectMappings): ImportResult {
  const mappings = [...planned.users.mappings, ...(planned.groups?.mappings ?? [])];
  const taken = mappings.filter((one) => one.refusal === undefined);
  const own = mappings.flatMap((one) => (one.refusal === undefined ? one.remarks : [one.refusal]));
  const all = [...remarks, ...planned.remarks, ...own];
  const yaml = write({ ...planned, remarks: [...remarks, ...planned.remarks] });
  const wrong = loads(yaml);
  if (wrong !== undefined) return refuse("$", `gives a configuration that does not load: ${wrong}`);
  return {
    ok: true,
    yaml,
    taken: taken.length,
    leftOut: mappings.length - taken.length,
    remarked: taken.filter((one) => one.remarks.length > 0).length,
    remarks: all,
  };
}

/** The last gate: whatever was overlooked above, nothing is printed that would not load. */
function loads(yaml: string): string | undefined {
  try {
    parseConfig(yaml, "bridge.yaml");
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}
