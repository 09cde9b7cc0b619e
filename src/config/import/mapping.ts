import { at, isAbsent, isObject, textOf, toCount, type Json, type Remark } from "./json.ts";
import { readSource, type Origin } from "./source.ts";

/** A mapping as it would stand in our configuration file. */
export type Mapping = Origin & {
  readonly target: string;
  readonly default?: string | number | boolean;
  readonly apply?: "create";
};

/** An attribute mapping of the schema. With a refusal it cannot be taken, and stands in the file as a comment only. */
export type ImportedMapping = {
  readonly path: string;
  readonly mapping: Mapping;
  /** Entra's matching precedence: lowest first; 0 is not used for matching. */
  readonly priority: number;
  readonly remarks: readonly Remark[];
  readonly refusal?: Remark;
};

/** Reads an attributeMapping (resource type attributeMapping of Microsoft Graph). */
export function readMapping(json: Json): ImportedMapping {
  const name = at(json, "targetAttributeName");
  const target = textOf(name);
  const bare = { path: json.path, mapping: { target: target ?? "?" }, priority: 0, remarks: [] };
  if (!isObject(json.value)) return { ...bare, refusal: { path: json.path, message: "is no attribute mapping" } };
  if (target === undefined) return { ...bare, refusal: { path: name.path, message: "is missing" } };
  const result = readSource(at(json, "source"));
  if (!result.ok) return { ...bare, refusal: result.refusal };
  const [value, flow, priority] = [readDefault(json), readFlowType(json), readPriority(json)];
  const mapping = { target, ...result.origin, ...value.part, ...flow.part };
  const remarks = [...result.remarks, ...value.remarks, ...flow.remarks, ...priority.remarks, ...noteBehavior(json)];
  const imported = { path: json.path, mapping, priority: priority.part, remarks };
  const isEmpty = Object.keys(result.origin).length === 0 && mapping.default === undefined;
  if (!isEmpty) return imported;
  const message = "has neither source nor default value, so Entra leaves the attribute alone";
  return { ...imported, refusal: { path: json.path, message } };
}

type Read<Part> = { readonly part: Part; readonly remarks: readonly Remark[] };

function readDefault(json: Json): Read<Pick<Mapping, "default">> {
  const { value, path } = at(json, "defaultValue");
  if (value === undefined || value === null || value === "") return { part: {}, remarks: [] };
  const isScalar = typeof value === "string" || typeof value === "boolean" || typeof value === "number";
  if (!isScalar || value === Infinity || value === -Infinity) {
    return { part: {}, remarks: [{ path, message: "is neither text, number nor Boolean, and is left out" }] };
  }
  return { part: { default: value }, remarks: [] };
}

const FLOW_NOTES: Readonly<Record<string, string>> = {
  multivalueaddonly: "MultiValueAddOnly: the bridge has no mapping that only adds values, so this one applies always",
  valueaddonly: "ValueAddOnly: the bridge has no mapping that never removes values, so this one applies always",
  attributeaddonly:
    "AttributeAddOnly (only if the attribute is empty in the target): the closest is to fill it when the account is created",
};

function readFlowType(json: Json): Read<Pick<Mapping, "apply">> {
  const flow = at(json, "flowType");
  const name = textOf(flow)?.toLowerCase();
  const apply = name === "objectaddonly" || name === "attributeaddonly" ? ({ apply: "create" } as const) : {};
  const isKnown = isAbsent(flow) || name === "always" || name === "objectaddonly";
  const message = FLOW_NOTES[name ?? ""] ?? "is no flow type that is known, so the mapping applies always";
  return { part: apply, remarks: isKnown ? [] : [{ path: flow.path, message }] };
}

function readPriority(json: Json): Read<number> {
  const priority = at(json, "matchingPriority");
  if (isAbsent(priority)) return { part: 0, remarks: [] };
  const count = toCount(priority.value);
  if (count !== undefined) return { part: count, remarks: [] };
  return {
    part: 0,
    remarks: [{ path: priority.path, message: "is no precedence, so accounts are not matched by this" }],
  };
}

function noteBehavior(json: Json): readonly Remark[] {
  const behavior = at(json, "flowBehavior");
  if (textOf(behavior)?.toLowerCase() !== "flowalways") return [];
  return [{ path: behavior.path, message: "FlowAlways: the bridge sends an attribute only when it has changed" }];
}
