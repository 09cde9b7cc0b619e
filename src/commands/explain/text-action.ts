import type { Kind } from "../../model/ids.ts";
import type { ActionPart, MembersPart, Planned } from "./explanation.ts";
import { clean, hang, print, rows, type Style } from "./layout.ts";
import { shorten } from "./text-mappings.ts";
import { describePlanned } from "./verdict.ts";

/** What would be sent, when, and what stands in its way. */
export function actionLines(action: ActionPart, kind: Kind, style: Style): readonly string[] {
  const { next, resync, when, failure, halt } = action;
  return [
    ...plannedLines(when === null ? "now" : `now (${when})`, next, { kind, style }),
    ...(resync === null ? [] : plannedLines("with a re-sync", resync, { kind, style })),
    ...(failure === null
      ? []
      : [
          ...hang(style, ["  ! ", `failed before, ${failure.code}: ${clean(failure.message)}`], style.bad),
          ...hang(style, [
            "    ",
            `${failure.failures} ${failure.failures === 1 ? "time" : "times"} since ${failure.since}, next try ${failure.retryAt}`,
          ]),
        ]),
    ...(halt === null
      ? []
      : hang(style, ["  ! ", `nothing is sent since ${halt.since}, ${halt.code}: ${clean(halt.message)}`], style.bad)),
  ];
}

type Place = { readonly kind: Kind; readonly style: Style };

function plannedLines(who: string, planned: Planned, { kind, style }: Place): readonly string[] {
  const paint = planned.action === "fail" ? style.bad : style.bold;
  // What a creation sends is listed among the mappings.
  const changes = planned.action === "create" ? [] : planned.changes;
  return [
    ...hang(style, ["  → ", `${who}: ${describePlanned(planned, kind)}; ${clean(planned.reason)}`], paint),
    ...changes.flatMap(({ target, from, to }) =>
      hang(style, ["      ", `${shorten(target)}: ${print(from)} → ${print(to)}`]),
    ),
  ];
}

/** Members by numbers, and the first of those who wait. */
export function memberLines(members: MembersPart, style: Style): readonly string[] {
  const { inEntra, inScope, withAccount, inTarget, toAdd, toRemove, waiting, waitingCount } = members;
  const more = waitingCount - waiting.length;
  return [
    ...rows(style, [
      ["people in Entra", String(inEntra)],
      ["of them in scope", String(inScope)],
      ["of them with an account", String(withAccount)],
      ["of them in the group in SoSafe", show(inTarget)],
      ["to be added", show(toAdd)],
      ["to be removed", show(toRemove)],
    ]),
    ...waiting.flatMap(({ id, reason }) => hang(style, ["  · ", `waits: ${id}, ${reason}`])),
    ...(more > 0 ? hang(style, ["    ", `and ${more} more`]) : []),
  ];
}

function show(number: number | null): string {
  return number === null ? "not known" : String(number);
}
