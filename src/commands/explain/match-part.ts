import type { ResourceData } from "../../model/target-path.ts";
import { toPath, valueAt } from "../../model/target-path.ts";
import { isEqual } from "../../model/value.ts";
import type { KindRules } from "../../sync/rules.ts";
import type { MatchPart } from "./explanation.ts";
import type { Facts } from "./facts.ts";
import { REDACTED, type Redaction } from "./redaction.ts";

/** Which resource of the target is the object's. */
export function toMatch(facts: Facts, rules: KindRules, redaction: Redaction): MatchPart {
  const { stored, targetError, resync } = facts;
  const { link } = stored;
  return {
    link: link === undefined ? null : { scimId: link.scimId, origin: link.origin },
    state: toState(facts),
    lookups: (targetError === undefined ? resync.lookups : []).map(({ attribute, value, hits }) => ({
      attribute,
      value: redaction.isHiddenTarget(attribute) ? REDACTED : value,
      hits: hits.map(({ resource, owner }) => ({ scimId: resource.id, owner: owner ?? null })),
    })),
    drift: findDrift(facts, rules),
    error: targetError === undefined ? null : { code: targetError.code, message: targetError.message },
  };
}

function toState({ stored, resource, resync, targetError }: Facts): MatchPart["state"] {
  if (targetError !== undefined) return stored.link === undefined ? "unknown" : "linked";
  if (resync.conflict !== undefined) return "conflict";
  if (resync.isAdopted) return "adopts";
  if (stored.link !== undefined) return resource === undefined ? "gone" : "linked";
  return resync.lookups.length > 0 ? "absent" : "not-looked-for";
}

/** Paths whose value in the target is another one than we remember; what was forgotten on leaving scope is no drift. */
function findDrift({ stored, resource }: Facts, rules: KindRules): readonly string[] {
  const { link } = stored;
  if (link === undefined || resource === undefined || link.isBare === true) return [];
  return rules.paths.filter((text) => !isEqual(at(link.data, text), at(resource.data, text)));
}

function at(data: ResourceData, text: string) {
  return valueAt(data, toPath(text));
}
