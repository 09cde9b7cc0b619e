import type { Kind } from "../../model/ids.ts";
import { listAttributes, sourceAttribute } from "../../model/source-attribute.ts";
import { isComplex, isEqual, type Value } from "../../model/value.ts";
import { sourceReader, type KindRules } from "../../sync/rules.ts";
import type { ImportPart, SourceLine } from "./explanation.ts";
import type { Facts } from "./facts.ts";
import { REDACTED, type Redaction } from "./redaction.ts";

/** What Entra says of the object now, and whether the sync has seen it. */
export function toImport(facts: Facts, rules: KindRules, redaction: Redaction): ImportPart {
  const { live, manager, assignments } = facts;
  const record = live?.manager;
  const isHidden = ["manager", "manager.displayName"].some((name) => redaction.isHiddenSource(name));
  const name = record?.attributes["displayName"];
  return {
    readAt: facts.readAt.toISOString(),
    attributes: live === undefined ? [] : toLines(facts, rules, redaction),
    manager:
      record === undefined
        ? null
        : {
            id: record.id,
            displayName: isHidden ? REDACTED : textOf(name),
            hasAccount: manager?.link !== undefined,
          },
    roles: (assignments?.roles ?? []).map((role) => role.displayName),
    copy: compareCopy(facts, rules),
  };
}

/** The selected properties in the order of their names, complex ones by their parts, then what is computed. */
function toLines(facts: Facts, rules: KindRules, redaction: Redaction): readonly SourceLine[] {
  const { kind, select } = rules;
  const { current } = facts;
  const attributes = current.object?.attributes ?? {};
  const read = sourceReader(kind, { ...current, attributes });
  const names = select.filter((name) => name !== "manager").flatMap((name) => partsOf(name, attributes[name]));
  const computed = kind === "user" ? ["IsSoftDeleted", ...(isMangled(attributes) ? [ORIGINAL] : [])] : [];
  return ["id", ...names, ...computed].map((name) => ({
    name,
    entraName: entraNameOf(kind, name),
    value: redaction.source(name, read(name)),
  }));
}

const ORIGINAL = "originalUserPrincipalName";

function isMangled(attributes: Readonly<Record<string, Value>>): boolean {
  return /#ext#@/i.test(textOf(attributes["userPrincipalName"]) ?? "");
}

function textOf(value: Value | undefined): string | null {
  return typeof value === "string" ? value : null;
}

/** A complex property shows its parts that have a value; one without any is shown as a whole. */
function partsOf(name: string, value: Value | undefined): readonly string[] {
  return isComplex(value) ? Object.keys(value).map((part) => `${name}.${part}`) : [name];
}

/** What Entra's own mappings call a Graph property, where that is another name. */
function entraNameOf(kind: Kind, name: string): string | null {
  const own = sourceAttribute(kind, name);
  const others = listAttributes(kind).filter(
    (each) =>
      each.property === own?.property &&
      each.member === own?.member &&
      each.name !== name &&
      each.property !== undefined,
  );
  return others.find((each) => each.name !== ORIGINAL)?.name ?? null;
}

function compareCopy({ live, stored }: Facts, { select }: KindRules): ImportPart["copy"] {
  const { object } = stored;
  if (object === undefined || live === undefined)
    return { state: object === undefined ? "none" : "partial", differs: [] };
  if (!object.isComplete) return { state: "partial", differs: [] };
  const differs = select.filter((name) => !isEqual(object.attributes[name], live.attributes[name]));
  const isSame = differs.length === 0 && object.presence === "present";
  return { state: isSame ? "same" : "differs", differs };
}
