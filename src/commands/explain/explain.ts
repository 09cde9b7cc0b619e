import type { Hit } from "../../sync/ports.ts";
import type { Presence } from "../../sync/state.ts";
import { toAction } from "./action-part.ts";
import type { Explanation, Subject } from "./explanation.ts";
import { readFacts, type ExplainContext, type Facts } from "./facts.ts";
import { toImport } from "./import-part.ts";
import { toMappings } from "./mappings-part.ts";
import { toMatch } from "./match-part.ts";
import { readMembers } from "./members-part.ts";
import { createRedaction, REDACTED, type Redaction } from "./redaction.ts";
import { toScope } from "./scope-part.ts";
import { toVerdict } from "./verdict.ts";
import type { SyncError } from "../../model/errors.ts";

/** An explanation, and what kept the target from answering, if anything did. */
export type Explained = { readonly explanation: Explanation; readonly failure: SyncError | undefined };

/** Reads one object everywhere and explains what the sync makes of it. Writes nothing, anywhere. */
export async function explain(
  context: ExplainContext,
  subject: { readonly hit: Hit; readonly presence: Presence },
  redact: readonly string[],
): Promise<Explained> {
  const facts = await readFacts(context, subject);
  const { rules } = context;
  const kindRules = facts.hit.kind === "user" ? rules.users : rules.groups;
  const redaction = createRedaction(kindRules, redact);
  const scope = toScope(facts, rules, redaction);
  const members = facts.targetError === undefined ? await readMembers(context, facts) : undefined;
  const parts = {
    subject: toSubject(facts, redaction),
    import: toImport(facts, kindRules, redaction),
    scope,
    match: toMatch(facts, kindRules, redaction),
    mappings: toMappings(facts, kindRules, redaction),
    ...(members && { members }),
    action: toAction({ facts, rules: kindRules, scope, redaction }),
  };
  return { explanation: { verdict: toVerdict(parts), ...parts }, failure: facts.targetError };
}

function toSubject({ hit, current }: Facts, redaction: Redaction): Subject {
  const { kind, id, displayName, address, deletedAt } = hit;
  const addressName = kind === "user" ? "userPrincipalName" : "mail";
  const hide = (name: string, text: string | undefined) =>
    text !== undefined && redaction.isHiddenSource(name) ? REDACTED : (text ?? null);
  return {
    kind,
    id,
    displayName: hide("displayName", displayName),
    address: hide(addressName, address),
    presence: current.object?.presence ?? "present",
    deletedAt: deletedAt ?? null,
  };
}
