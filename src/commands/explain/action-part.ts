import type { AttributeChange } from "../../model/change.ts";
import type { KindRules } from "../../sync/rules.ts";
import { isEqual } from "../../model/value.ts";
import type { ActionName, ActionPart, Planned, ScopePart } from "./explanation.ts";
import type { Facts } from "./facts.ts";
import type { Prediction } from "./predict.ts";
import type { Redaction } from "./redaction.ts";

type Context = {
  readonly facts: Facts;
  readonly rules: KindRules;
  readonly scope: ScopePart;
  readonly redaction: Redaction;
};

/** What a sync would send now, and why. */
export function toAction(context: Context): ActionPart {
  const { facts } = context;
  const next = toPlanned(context, facts.next);
  const resync = toPlanned(context, facts.resync);
  return {
    next,
    resync: isEqual(describe(next), describe(resync)) ? null : resync,
    when: tellWhen(facts, next),
    failure: facts.escrow === undefined ? null : withoutKey(facts.escrow),
    halt: facts.halt ?? null,
  };
}

function describe({ action, changes }: Planned) {
  return { action, changes: changes.map(({ target, to }) => (to === null ? { target } : { target, to })) };
}

function withoutKey({ code, message, failures, since, retryAt }: NonNullable<Facts["escrow"]>): ActionPart["failure"] {
  return { code, message, failures, since, retryAt };
}

function toPlanned(context: Context, prediction: Prediction): Planned {
  const { decision, conflict, isAdopted, isLost } = prediction;
  if (decision.error !== undefined) return { action: "fail", reason: decision.error.message, changes: [] };
  if (conflict !== undefined) return { action: "fail", reason: `conflict: ${conflict}`, changes: [] };
  const { change } = decision;
  switch (change.kind) {
    case "create": {
      const changes = Object.entries(change.desired).map(([path, to]) => ({ path, from: undefined, to }));
      const reason = isLost ? "SoSafe no longer has the one we knew" : "SoSafe has none that matches";
      return { action: "create", reason, changes: show(context, changes) };
    }
    case "update": {
      const action: ActionName = change.effect === "update" && isAdopted ? "adopt" : change.effect;
      return { action, reason: whyUpdate(context, prediction), changes: show(context, change.changes) };
    }
    case "delete":
      return { action: "delete", reason: context.scope.reason, changes: [] };
    case "none":
      if (isAdopted) return { action: "adopt", reason: "it has every value already", changes: [] };
      return { action: "nothing", reason: whyNothing(context, prediction), changes: [] };
  }
}

function show({ redaction }: Context, changes: readonly AttributeChange[]): Planned["changes"] {
  return changes.map(({ path, from, to }) => ({
    target: path,
    from: redaction.target(path, from),
    to: redaction.target(path, to),
  }));
}

function whyUpdate({ scope }: Context, { decision, isAdopted }: Prediction): string {
  if (!decision.isIncluded) return scope.reason;
  return isAdopted ? "exactly one matches: it is adopted" : "values differ";
}

function whyNothing({ facts, rules, scope }: Context, { decision, link }: Prediction): string {
  const { change } = decision;
  if (change.kind !== "none") return "";
  switch (change.reason) {
    case "unchanged":
      return decision.isIncluded ? whyUnchanged(facts) : "it is disabled already";
    case "not-in-scope":
      return facts.stored.link === undefined ? "not in scope, and nothing of ours in SoSafe" : scope.reason;
    case "disabled-in-source":
      return "the sign-in is blocked, and there is no account: none is created for blocked people";
    case "action-off":
      return whyOff(rules, scope, link !== undefined);
    case "not-in-source":
      return "Entra does not return this object";
    case "ignored-by-mapping":
      return "a mapping gives IgnoreObjectFlow";
  }
}

function whyUnchanged({ resync }: Facts): string {
  const isSame = resync.decision.change.kind === "none";
  return isSame ? "every value is as it should be" : "as far as the sync knows, every value is as it should be";
}

function whyOff(rules: KindRules, scope: ScopePart, isLinked: boolean): string {
  const { deprovision } = scope;
  if (rules.kind === "group" && deprovision?.policy !== "ignore") return scope.reason;
  if (deprovision !== null && deprovision.policy === "ignore") return `${deprovision.key} is ignore`;
  const wanted = isLinked ? "update" : "create";
  return `${rules.kind}s.actions does not contain ${deprovision?.policy === "delete" ? "delete" : wanted}`;
}

/** When the next push of this object happens; undefined state is read by the next cycle. */
function tellWhen({ halt, escrow, stored, live, current }: Facts, next: Planned): string | null {
  if (halt !== undefined) return "once SoSafe accepts our token again; every cycle tries";
  if (next.action === "nothing") return null;
  const isUnchanged = isEqual(stored.object?.attributes, live?.attributes) && stored.isInScope === current.isInScope;
  if (escrow === undefined || !isUnchanged) return "with the next cycle";
  return Date.parse(escrow.retryAt) > Date.parse("9999-01-01")
    ? "when the object changes in Entra, or with a re-sync"
    : `at the next try, ${escrow.retryAt}`;
}
