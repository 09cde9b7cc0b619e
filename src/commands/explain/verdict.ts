import type { Explanation, Planned } from "./explanation.ts";

type Parts = Omit<Explanation, "verdict">;

/** The whole explanation in one sentence. */
export function toVerdict(parts: Parts): string {
  return `${describeSubject(parts)} ${describeScope(parts)} and ${describeAccount(parts)}; ${describeAction(parts)}`;
}

function describeSubject({ subject }: Parts): string {
  const name = subject.displayName ?? subject.id;
  if (subject.kind === "group") return `Group "${name}"`;
  return subject.address === null ? name : `${name} <${subject.address}>`;
}

function describeScope({ scope, subject }: Parts): string {
  if (subject.presence !== "present") return `is ${scope.reason}`;
  return `${scope.isInScope ? "is in scope" : "is not in scope"} (${scope.reason})`;
}

function describeAccount({ match, subject }: Parts): string {
  const one = subject.kind === "user" ? "account" : "group in SoSafe";
  switch (match.state) {
    case "linked":
      return `has ${subject.kind === "user" ? "an" : "a"} ${one}`;
    case "gone":
      return `had ${subject.kind === "user" ? "an" : "a"} ${one}, which is gone`;
    case "adopts":
      return `matches an existing ${one}`;
    case "conflict":
      return `cannot have the ${one} that matches`;
    case "absent":
      return `has no ${one} yet`;
    case "unknown":
      return `may have ${subject.kind === "user" ? "an" : "a"} ${one} (SoSafe does not answer)`;
    case "not-looked-for":
      return `has no ${one} of ours`;
  }
}

function describeAction({ action, subject, members }: Parts): string {
  const { next, resync, halt } = action;
  const held = halt === null ? "" : ", but nothing is sent at present";
  const later =
    next.action === "nothing" && resync !== null ? `; a re-sync would ${describePlanned(resync, subject.kind)}` : "";
  const edits = (members?.toAdd ?? 0) + (members?.toRemove ?? 0);
  if (next.action === "nothing" && edits > 0)
    return `nothing to send but members: ${edits} of them to add or remove${held}`;
  return `${next.action === "nothing" ? "nothing to send" : `the next sync will ${describePlanned(next, subject.kind)}`}${later}${held}`;
}

/** `update 2 attributes` */
export function describePlanned({ action, changes }: Planned, kind: "user" | "group"): string {
  const one = kind === "user" ? "account" : "group";
  switch (action) {
    case "create":
      return `create the ${one}`;
    case "adopt":
      return changes.length === 0
        ? `adopt the ${one}`
        : `adopt the ${one}, update ${count(changes.length, "attribute")}`;
    case "update":
      return `update ${count(changes.length, "attribute")}`;
    case "disable":
      return `disable the ${one}`;
    case "restore":
      return `enable the ${one} again`;
    case "delete":
      return `delete the ${one}`;
    case "fail":
      return "fail";
    case "nothing":
      return "nothing to send";
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
