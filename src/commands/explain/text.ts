import type { AssignmentPath, Explanation, FilterLine, ImportPart, MatchPart, ScopePart } from "./explanation.ts";
import { describeGroups } from "./scope-part.ts";
import { clean, hang, print, rows, wrap, type Style } from "./layout.ts";
import { mappingLines } from "./text-mappings.ts";
import { actionLines, memberLines } from "./text-action.ts";

/** The explanation as text: the verdict, then one section a step, in the order in which a sync takes them. */
export function toText(explanation: Explanation, style: Style): string {
  const { verdict, subject, match, mappings, members, action, scope } = explanation;
  const sections = [
    section(style, "Import", importLines(explanation, style)),
    section(style, "Scope", scopeLines(scope, explanation, style)),
    section(style, "Match", matchLines(match, style)),
    section(style, "Mappings", mappingLines(mappings, style)),
    ...(members === undefined ? [] : [section(style, "Members", memberLines(members, style))]),
    section(style, "Action", actionLines(action, subject.kind, style)),
  ];
  const head = wrap(clean(verdict), style.width).map(style.bold);
  return [...head, ...sections.flatMap((lines) => ["", ...lines])].join("\n");
}

function section(style: Style, title: string, lines: readonly string[]): readonly string[] {
  return [style.bold(title), ...lines];
}

function importLines({ import: part, subject }: Explanation, style: Style): readonly string[] {
  if (part.attributes.length === 0) {
    const text = "nothing is read of an object that is deleted; the object id is";
    return hang(style, ["  ", `${text} ${subject.id}`]);
  }
  const filled = part.attributes.filter(({ value }) => value !== null);
  const empty = part.attributes.filter(({ value }) => value === null).map(({ name }) => name);
  const pairs = filled.map(({ name, entraName, value }): readonly [string, string] => [
    toLabel(name, entraName),
    print(value),
  ]);
  return [
    ...rows(style, [...pairs, ...relations(part)]),
    ...(empty.length === 0 ? [] : hang(style, ["  without a value: ", empty.join(", ")], style.dim)),
    ...copyLines(part, style),
  ];
}

/** Both names, or the shorter one where the other only says where it is kept. */
function toLabel(name: string, entraName: string | null): string {
  if (entraName === null) return name;
  return name.endsWith(`.${entraName}`) ? entraName : `${name} (${entraName})`;
}

function relations({ manager, roles }: ImportPart): readonly (readonly [string, string])[] {
  const name = manager?.displayName === null ? "" : `${clean(manager?.displayName ?? "")} `;
  const account = manager?.hasAccount ? "has an account" : "has no account";
  return [
    ...(manager === null ? [] : [["manager", `${name}(${manager.id}), ${account}`] as const]),
    ...(roles.length === 0 ? [] : [["app roles", clean(roles.join(", "))] as const]),
  ];
}

function copyLines({ copy }: ImportPart, style: Style): readonly string[] {
  switch (copy.state) {
    case "same":
      return hang(style, ["  ", "The sync has seen all of this."], style.dim);
    case "none":
      return hang(style, ["  ", "The sync keeps no copy of this object (yet)."], style.dim);
    case "partial":
      return hang(style, ["  ", "The sync keeps no attributes of this object: it was out of scope."], style.dim);
    case "differs": {
      const names = copy.differs.length === 0 ? "" : ` (differs: ${copy.differs.join(", ")})`;
      return hang(style, ["  ", `The sync has an older copy${names}; the next cycle reads the change.`], style.warn);
    }
  }
}

function mark(style: Style, isGood: boolean): string {
  return isGood ? style.good("✓") : style.bad("✗");
}

function scopeLines(scope: ScopePart, { subject }: Explanation, style: Style): readonly string[] {
  const isThere = subject.presence === "present";
  return [
    ...(isThere ? [] : point(style, { isGood: false, text: scope.reason })),
    ...(isThere ? assignmentLines(scope, style) : []),
    ...(scope.isSignInAllowed === null
      ? []
      : point(style, {
          isGood: scope.isSignInAllowed,
          text: scope.isSignInAllowed ? "sign-in allowed" : "sign-in blocked",
        })),
    ...(scope.isGuest ? hang(style, ["  · ", "guest of another tenant"]) : []),
    ...(isThere && scope.filters.length === 0 ? hang(style, ["  · ", "no scoping filters"]) : []),
    ...scope.filters.flatMap((filter) => filterLines(filter, style)),
    ...hang(style, ["  → ", `${scope.isInScope ? "in scope" : "not in scope"}: ${clean(scope.reason)}`], style.bold),
    ...(scope.deprovision === null
      ? []
      : hang(style, ["    ", `an account that exists: ${scope.deprovision.policy} (${scope.deprovision.key})`])),
    ...scope.notes.flatMap((note) => hang(style, ["  ! ", clean(note)], style.warn)),
  ];
}

/** A line with ✓ or ✗, wrapped. */
function point(style: Style, { isGood, text }: { readonly isGood: boolean; readonly text: string }): readonly string[] {
  const [first = "", ...others] = hang(style, ["  · ", clean(text)]);
  return [first.replace("·", mark(style, isGood)), ...others];
}

function assignmentLines(scope: ScopePart, style: Style): readonly string[] {
  if (scope.mode === "all") return point(style, { isGood: true, text: "source.scope is all: everybody" });
  const application = `"${scope.application?.displayName ?? ""}"`;
  if (scope.assignments.length === 0) return point(style, { isGood: false, text: `not assigned to ${application}` });
  return scope.assignments.flatMap((path) =>
    point(style, { isGood: path.counts, text: describePath(path, application) }),
  );
}

function describePath(path: AssignmentPath, application: string): string {
  const roles = path.roles.length === 0 ? "" : `, role ${path.roles.join(", ")}`;
  if (path.via === "direct") return `assigned to ${application} directly${roles}`;
  const [top] = path.groups;
  const ignored = path.counts ? "" : ", which does not count: source.nestedGroups is ignore";
  const nested = path.via === "nested" ? " (nested)" : "";
  return `assigned to ${application} through group ${describeGroups(path)} (${top?.id ?? ""})${nested}${roles}${ignored}`;
}

function filterLines({ name, isMatch, clauses }: FilterLine, style: Style): readonly string[] {
  return [
    ...point(style, { isGood: isMatch, text: `filter "${name}"` }),
    ...clauses.flatMap((clause) => {
      const wanted = clause.value === "" ? "" : ` ${clean(clause.value)}`;
      const text = `${clause.attribute} ${clause.operator}${wanted}, is ${clause.actual === null ? "empty" : print(clause.actual)}`;
      return point(style, { isGood: clause.isMatch, text }).map((line) => `  ${line}`);
    }),
  ];
}

const STATES: Readonly<Record<MatchPart["state"], string>> = {
  linked: "linked",
  gone: "linked, but SoSafe no longer has it; a re-sync notices",
  adopts: "not linked yet; exactly one matches and will be adopted",
  conflict: "not linked: conflict",
  absent: "not linked; SoSafe has none that matches",
  unknown: "not linked; SoSafe could not be asked",
  "not-looked-for": "not linked, and nothing is looked for",
};

function matchLines({ link, state, lookups, drift, error }: MatchPart, style: Style): readonly string[] {
  const origin = link?.origin === "created" ? "created by the bridge" : "adopted";
  const isGood = state === "linked" || state === "adopts" || state === "absent";
  const isNeutral = state === "not-looked-for" || state === "absent";
  const text = STATES[state];
  return [
    ...(isNeutral ? hang(style, ["  · ", text]) : point(style, { isGood, text })),
    ...(link === null ? [] : hang(style, ["    ", `SCIM id ${clean(link.scimId)}, ${origin}`])),
    ...lookups.flatMap(({ attribute, value, hits }) => {
      const owners = hits.map(({ scimId, owner }) => {
        const whose = owner === null ? "" : `, belongs to ${owner} (explain it by that id)`;
        return `${clean(scimId)}${whose}`;
      });
      const found = hits.length === 0 ? "none" : `${hits.length}: ${owners.join("; ")}`;
      return hang(style, ["    ", `${attribute} eq ${print(value)}: ${found}`]);
    }),
    ...(drift.length === 0
      ? []
      : hang(style, ["  ! ", `changed in SoSafe since the sync last looked: ${drift.join(", ")}`], style.warn)),
    ...(error === null
      ? []
      : hang(style, ["  ! ", `SoSafe could not be asked, ${error.code}: ${clean(error.message)}`], style.bad)),
  ];
}
