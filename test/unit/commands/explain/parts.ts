import type { Explanation, MappingLine, MappingStatus } from "#src/commands/explain/explanation.ts";
import { toEntraId, toScimId } from "#src/model/ids.ts";

export const STATUSES: readonly MappingStatus[] = [
  "equal",
  "send",
  "clear",
  "resync",
  "default",
  "create-only",
  "ignored",
  "waiting",
  "empty",
  "kept",
  "not-ours",
  "not-taken",
  "withheld",
  "object-ignored",
  "error",
];

export function mapping(line: Partial<MappingLine>): MappingLine {
  return {
    target: "title",
    kind: "direct",
    source: "jobTitle",
    inputs: [{ name: "jobTitle", value: "new" }],
    result: "new",
    current: "old",
    status: "equal",
    isRedacted: false,
    error: null,
    ...line,
  };
}

/** An explanation of somebody about whom everything is to be said. */
export function explanation(parts: Partial<Explanation> = {}): Explanation {
  const id = toEntraId("00000000-0000-4000-8000-000000000001");
  return {
    verdict: "Ada Lovelace <ada@contoso.com> is in scope (assigned directly) and has an account; nothing to send",
    subject: { kind: "user", id, displayName: "Ada", address: "ada@contoso.com", presence: "present", deletedAt: null },
    import: {
      readAt: "2026-01-01T00:00:00.000Z",
      attributes: [
        { name: "id", entraName: "objectId", value: id },
        { name: "jobTitle", entraName: null, value: "A very long title that does not fit on a narrow terminal at all" },
        { name: "onPremisesExtensionAttributes.extensionAttribute5", entraName: "extensionAttribute5", value: "5" },
        { name: "mail", entraName: null, value: null },
      ],
      manager: { id, displayName: "Charles Babbage", hasAccount: false },
      roles: ["Reader"],
      copy: { state: "differs", differs: ["jobTitle", "department"] },
    },
    scope: {
      mode: "assigned",
      application: { displayName: "SoSafe", appId: "1" },
      assignments: [
        { via: "direct", groups: [], roles: ["Default access"], counts: true },
        {
          via: "nested",
          groups: [
            { id, displayName: "Outer" },
            { id, displayName: "Inner" },
          ],
          roles: [],
          counts: false,
        },
      ],
      isAssigned: true,
      isSignInAllowed: false,
      isGuest: true,
      filters: [
        {
          name: "Members",
          isMatch: false,
          clauses: [
            { attribute: "userType", operator: "EQUALS", value: "Member", actual: "Guest", isMatch: false },
            { attribute: "mail", operator: "IS NULL", value: "", actual: null, isMatch: true },
          ],
        },
      ],
      isInScope: false,
      reason: 'filter "Members" does not fit: userType EQUALS Member',
      deprovision: { key: "users.deprovision.outOfScope", policy: "disable" },
      notes: ["Something to know."],
    },
    match: {
      link: { scimId: toScimId("scim-1"), origin: "adopted" },
      state: "linked",
      lookups: [{ attribute: "userName", value: "ada@contoso.com", hits: [{ scimId: toScimId("scim-2"), owner: id }] }],
      drift: ["title"],
      error: { code: "unreachable", message: "no connection" },
    },
    mappings: STATUSES.map((status) => mapping({ status })),
    action: {
      next: { action: "disable", reason: "because", changes: [{ target: "active", from: true, to: false }] },
      resync: { action: "update", reason: "values differ", changes: [{ target: "title", from: "a", to: null }] },
      when: "with the next cycle",
      failure: { code: "conflict", message: "taken", failures: 2, since: "2026-01-01", retryAt: "2026-01-02" },
      halt: { code: "unauthorized", message: "refused", since: "2026-01-01" },
    },
    members: {
      inEntra: 9,
      inScope: 8,
      withAccount: 1,
      inTarget: null,
      toAdd: null,
      toRemove: 0,
      waiting: [{ id, reason: "not seen by the sync yet" }],
      waitingCount: 7,
    },
    ...parts,
  };
}
