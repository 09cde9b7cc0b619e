import { createHash } from "node:crypto";
import type { EntraId, Kind, ObjectKey } from "../model/ids.ts";
import { parseKey, toKey } from "../model/ids.ts";
import { inBatches } from "./batches.ts";
import type { SyncContext } from "./context.ts";
import { managersFirst, type Planned } from "./managers-first.ts";
import { decideGroup, decideUser, isAdoptedOnly, type Decision } from "./plan.ts";
import { pull } from "./pull.ts";
import type { KindRules, Rules } from "./rules.ts";
import { survey } from "./survey.ts";

export type CycleKind = "initial" | "incremental" | "reconcile";

/** Counts of objects that a cycle looked at and that need nothing. */
export type Tally = { unchanged: number; skipped: number };

/** What a cycle found to do; the objects are on the list of dirty ones until they are pushed. */
export type CyclePlan = {
  readonly kind: CycleKind;
  readonly users: readonly ObjectKey[];
  readonly groups: readonly ObjectKey[];
  readonly untouched: Readonly<Record<Kind, Tally>>;
  /** Reads that were not believed. */
  readonly warnings: readonly string[];
};

/**
 * One cycle, up to the point where changes are sent:
 *
 * 1. pull: what changed in Entra goes into the store (everything, on an initial or reconcile cycle);
 * 2. survey: the target is listed and compared, on an initial or reconcile cycle;
 * 3. plan: every dirty object is decided about (every known one, on those cycles or when the rules changed).
 *
 * The daemon, `--once` and `--resync` all come through here. Sends no write to the target.
 */
export async function runCycle(context: SyncContext, isReconcile: boolean): Promise<CyclePlan> {
  const { state, rules } = context;
  const fingerprint = sourceFingerprint(rules);
  const isNewSource = (await state.readMeta("sourceFingerprint")) !== fingerprint;
  const isInitialised = (await state.readMeta("isInitialised")) === "yes" && !isNewSource;
  const wanted = isReconcile ? "reconcile" : "incremental";
  const kind = isInitialised ? wanted : "initial";
  if (isNewSource) await state.writeMeta("isInitialised", undefined);
  // A round that was interrupted goes on where it was; only another query, or a reconcile, starts from the beginning.
  const warnings = await pull(context, {
    isFresh: isNewSource || kind === "reconcile",
    hasSameQuery: !isNewSource,
    onFresh: () => state.writeMeta("sourceFingerprint", fingerprint),
  });
  if (kind !== "incremental") {
    await survey(context, "user");
    if (rules.groups.isEnabled) await survey(context, "group");
  }
  const plan = await planCycle(context, kind);
  await state.writeMeta("isInitialised", "yes");
  return { kind, ...plan, warnings };
}

async function planCycle(context: SyncContext, kind: CycleKind) {
  const { state, rules } = context;
  const fingerprint = rulesFingerprint(rules);
  const isEverything = kind !== "incremental" || (await state.readMeta("rulesFingerprint")) !== fingerprint;
  const due = (await state.readDueEscrow(new Date())).map(parseKey);
  const retries = (each: Kind) => due.filter((key) => key.kind === each).map((key) => key.id);
  // Users first: deciding about them marks the groups whose membership that changes.
  const users = await planKind(context, { kind: "user", isEverything, retries: retries("user") });
  if (rules.scope.isNested) await markAncestors(context);
  const groups = await planKind(context, { kind: "group", isEverything, retries: retries("group") });
  await state.writeMeta("rulesFingerprint", fingerprint);
  return { users: users.keys, groups: groups.keys, untouched: { user: users.tally, group: groups.tally } };
}

async function planKind(
  context: SyncContext,
  { kind, isEverything, retries }: { readonly kind: Kind; readonly isEverything: boolean; readonly retries: EntraId[] },
) {
  const { state, rules } = context;
  const known = isEverything ? await state.readKnown(kind) : [];
  const touched = [...new Set([...known, ...(await state.readDirty(kind)), ...retries])];
  // What is mapped from the manager changes with the manager.
  const reports = kind === "user" && rules.users.uses.manager ? await state.readReports(touched) : [];
  const tally: Tally = { unchanged: 0, skipped: 0 };
  const planned: Planned[] = [];
  for (const ids of inBatches([...new Set([...touched, ...reports])])) {
    planned.push(...(await planBatch(context, { kind, ids, tally })));
    context.onProgress(`planned ${kind}s`, planned.length);
  }
  return { keys: managersFirst(planned).map((id) => toKey(kind, id)), tally };
}

/** With nested groups, whoever changes inside a group changes the groups around it. */
async function markAncestors({ state }: SyncContext): Promise<void> {
  const changed = new Set(await state.readDirty("group"));
  if (changed.size === 0) return;
  const children = await state.readSubgroups(await state.readKnown("group"));
  // A Set that grows while it is walked is walked to its new end.
  for (const id of changed) {
    for (const [parent, inside] of children) if (inside.includes(id)) changed.add(parent);
  }
  await state.markDirty("group", [...changed]);
}

type Batch = { readonly kind: Kind; readonly ids: readonly EntraId[]; readonly tally: Tally };

/** Returns the objects of a batch that need a push; they are dirty, the others no longer are. */
async function planBatch(context: SyncContext, { kind, ids, tally }: Batch): Promise<readonly Planned[]> {
  const { state, rules } = context;
  const tokens = await state.readDirtyTokens(kind, ids);
  const decisions = new Map<EntraId, Decision>();
  const states = await state.readStates(kind, ids);
  for (const each of states) {
    decisions.set(each.id, kind === "user" ? decideUser(each, rules) : decideGroup(each, rules));
  }
  await state.applyDecisions(kind, decisions);
  const changed: EntraId[] = [];
  const settled: EntraId[] = [];
  for (const [id, decision] of decisions) {
    if (await needsPush(context, { kind, id, decision })) changed.push(id);
    else settled.push(id);
  }
  const kindRules = kind === "user" ? rules.users : rules.groups;
  for (const id of settled) {
    const decision = decisions.get(id);
    if (decision === undefined) continue;
    count(decision, tally);
    if (!decision.isIncluded) await state.forget(kind, id, kindRules.additive);
  }
  await state.markDirty(
    kind,
    changed.filter((id) => !tokens.has(id)),
  );
  await state.clearDirty(kind, new Map(settled.flatMap((id) => (tokens.has(id) ? [[id, tokens.get(id) ?? ""]] : []))));
  const managers = new Map(states.map((each) => [each.id, each.manager?.id] as const));
  return changed.map((id) => ({ id, manager: managers.get(id) }));
}

function count(decision: Decision, tally: Tally): void {
  const { change, isIncluded } = decision;
  if (change.kind !== "none") return;
  if (change.reason === "unchanged" && isIncluded) tally.unchanged += 1;
  else if (isIncluded || isAdoptedOnly(decision)) tally.skipped += 1;
}

async function needsPush(
  context: SyncContext,
  each: { readonly kind: Kind; readonly id: EntraId; readonly decision: Decision },
): Promise<boolean> {
  const { decision } = each;
  if (decision.change.kind !== "none" || decision.error !== undefined) return true;
  if (each.kind === "user" || !decision.isIncluded || !context.rules.groups.hasMembers) return false;
  if (await context.state.isMembershipUncertain(each.id)) return true;
  const diff = await context.state.diffMembers(each.id, context.rules.scope.isNested);
  return diff.add.length + diff.remove.length + diff.unlinked > 0;
}

function sourceFingerprint({ scope, users, groups }: Rules): string {
  return hash([scope, users.select, groups.select]);
}

/** Everything that a decision depends on, besides the object itself. */
function rulesFingerprint({ scope, users, groups }: Rules): string {
  return hash([scope, describe(users), describe(groups), groups.isEnabled, groups.hasMembers]);
}

function describe(rules: KindRules): readonly unknown[] {
  return [
    rules.mappings.map((mapping) => [
      mapping.target,
      describeFrom(mapping.from),
      mapping.default,
      mapping.isCreateOnly,
    ]),
    rules.filters,
    rules.match,
    [...rules.actions].toSorted(),
    rules.deprovision,
    rules.clearEmpty,
  ];
}

function describeFrom(from: KindRules["mappings"][number]["from"]): unknown {
  return from.kind === "expression" ? from.expression.text : from;
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url");
}
