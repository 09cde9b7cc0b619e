import type { Kind } from "../../model/ids.ts";
import { sourceAttribute } from "../../model/source-attribute.ts";
import { toPath } from "../../model/target-path.ts";
import type { Value } from "../../model/value.ts";
import type { KindRules, Mapping } from "../../sync/rules.ts";
import type { Shown } from "./explanation.ts";

export const REDACTED = "[Redact]";

/** Decides what must not be seen: results of `Redact()` and targets in `log.redact`, and every attribute that leads there. */
export type Redaction = {
  readonly isHiddenTarget: (target: string) => boolean;
  readonly isHiddenSource: (name: string) => boolean;
  readonly target: (target: string, value: Value | undefined) => Shown;
  readonly source: (name: string, value: Value | undefined) => Shown;
};

/** `redact` are target attributes, whole paths or only their first part: `name` stands for `name.givenName`, too. */
export function createRedaction(rules: KindRules, redact: readonly string[]): Redaction {
  const named = new Set(redact.map((name) => name.toLowerCase()));
  const isNamed = (target: string) =>
    named.has(target.toLowerCase()) || named.has(toPath(target).attribute.toLowerCase());
  const isHidden = ({ target, from }: Mapping) =>
    isNamed(target) || (from.kind === "expression" && from.expression.isRedacted);
  const hidden = rules.mappings.filter(isHidden);
  const targets = new Set(hidden.map(({ target }) => target));
  const sources = new Set(hidden.flatMap((mapping) => inputNames(mapping).map((name) => toKey(rules.kind, name))));
  const isHiddenTarget = (target: string) => targets.has(target);
  const isHiddenSource = (name: string) => sources.has(toKey(rules.kind, name));
  return {
    isHiddenTarget,
    isHiddenSource,
    target: (target, value) => show(isHiddenTarget(target), value),
    source: (name, value) => show(isHiddenSource(name), value),
  };
}

function show(isHidden: boolean, value: Value | undefined): Shown {
  if (value === undefined) return null;
  return isHidden ? REDACTED : value;
}

/** Source attributes that a mapping reads, as it names them. */
export function inputNames({ from }: Mapping): readonly string[] {
  if (from.kind === "source") return [from.attribute];
  if (from.kind === "manager") return ["manager"];
  return from.kind === "expression" ? from.expression.attributes : [];
}

/** One key for all names of an attribute. */
function toKey(kind: Kind, name: string): string {
  const found = sourceAttribute(kind, name);
  if (found === undefined) return name;
  const { isOfManager, member, property, name: own } = found;
  return [isOfManager ? "manager" : "", property ?? own, member ?? ""].join("/");
}
