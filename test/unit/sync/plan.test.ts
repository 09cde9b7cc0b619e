import { describe, expect, it, test } from "vitest";
import type { Config } from "#src/model/config.ts";
import { toEntraId, toScimId } from "#src/model/ids.ts";
import { decideGroup, decideUser } from "#src/sync/plan.ts";
import { compileRules } from "#src/sync/rules.ts";
import type { Link, ObjectState, StoredObject } from "#src/sync/state.ts";

const CONFIG: Config = {
  source: { scope: "assigned", application: "SoSafe", nestedGroups: "ignore" },
  schedule: { interval: 60_000, reconcile: "off" },
  users: {
    match: ["userName"],
    actions: ["create", "update", "delete"],
    scope: [{ name: "Members", clauses: [{ attribute: "userType", operator: "EQUALS", value: "Member" }] }],
    attributes: [
      { target: "userName", source: "userPrincipalName", apply: "always" },
      { target: "active", expression: "Not([IsSoftDeleted])", apply: "always" },
      { target: "nickName", source: "mailNickname", default: "none", apply: "always" },
    ],
    deprovision: { unassigned: "disable", outOfScope: "ignore", softDeleted: "disable", hardDeleted: "delete" },
    clearEmpty: true,
  },
  groups: {
    enabled: true,
    scope: [{ name: "Real ones", clauses: [{ attribute: "displayName", operator: "NOT EQUALS", value: "Test" }] }],
    match: ["displayName"],
    attributes: [
      { target: "displayName", source: "displayName", apply: "always" },
      { target: "members", source: "members", apply: "always" },
    ],
    deprovision: { outOfScope: "delete", deleted: "delete" },
  },
  target: { rateLimit: 25, concurrency: 16, timeout: 30_000, membersPerRequest: 50, pageSize: 100, dialect: {} },
  safety: { maxDisables: 50, maxDeletes: 20, maxPercent: 10, window: 86_400_000 },
  notify: { email: [] },
  log: { retention: 1, redact: [] },
};
const RULES = compileRules(CONFIG);
const ID = toEntraId("11111111-1111-4111-8111-111111111111");

const ANNA = { userPrincipalName: "anna@example.com", userType: "Member", accountEnabled: true };
const IN_TARGET = { userName: "anna@example.com", active: true };

function present(attributes: StoredObject["attributes"] = ANNA): StoredObject {
  return { presence: "present", isComplete: true, attributes };
}
function gone(presence: "soft" | "hard"): StoredObject {
  return { presence, isComplete: false, attributes: {} };
}
function linked(data: Link["data"] = IN_TARGET): Link {
  return { scimId: toScimId("s1"), origin: "created", data, sent: data, echo: {}, isStale: false };
}
function aState(object: StoredObject | undefined, isInScope: boolean, link: Link | undefined): ObjectState {
  return { id: ID, object, isInScope, link };
}

describe("decideUser", () => {
  test.for([
    ["creates somebody who enters scope", present(), true, undefined, "create"],
    ["leaves somebody alone who is as desired", present(), true, linked(), "none:unchanged"],
    ["updates what differs", present({ ...ANNA, mailNickname: "anna" }), true, linked(), "update:update"],
    [
      "disables a person whose sign-in is blocked",
      present({ ...ANNA, accountEnabled: false }),
      true,
      linked(),
      "update:disable",
    ],
    [
      "restores a person whose sign-in is allowed again",
      present(),
      true,
      linked({ ...IN_TARGET, active: false }),
      "update:restore",
    ],
    [
      "does not create people who are disabled",
      present({ ...ANNA, accountEnabled: false }),
      true,
      undefined,
      "none:disabled-in-source",
    ],
    ["disables the unassigned", present(), false, linked(), "update:disable"],
    ["does not disable the unassigned twice", present(), false, linked({ active: false }), "none:unchanged"],
    [
      "follows `ignore` for people whom the filters exclude",
      present({ ...ANNA, userType: "Guest" }),
      true,
      linked(),
      "none:action-off",
    ],
    [
      "does not create people whom the filters exclude",
      present({ ...ANNA, userType: "Guest" }),
      true,
      undefined,
      "none:not-in-scope",
    ],
    ["disables the soft-deleted", gone("soft"), true, linked(), "update:disable"],
    ["deletes the hard-deleted, in scope or not", gone("hard"), false, linked(), "delete"],
    ["never touches a deleted person who was never linked", gone("hard"), true, undefined, "none:not-in-scope"],
    ["never touches a stranger", present(), false, undefined, "none:not-in-scope"],
    ["decides nothing without a copy, linked or not", undefined, true, linked(), "none:not-in-source"],
    ["decides nothing from a partial copy", { ...present(), isComplete: false }, true, linked(), "none:not-in-source"],
  ] as const)("%s", ([, object, isInScope, link, expected]) => {
    const { change } = decideUser(aState(object, isInScope, link), RULES);

    const detail = change.kind === "update" ? `:${change.effect}` : change.kind === "none" ? `:${change.reason}` : "";
    expect(change.kind + detail).toBe(expected);
  });

  it("uses default values for a creation only", () => {
    const created = decideUser(aState(present(), true, undefined), RULES);

    expect(created.desired?.["nickName"]).toBe("none");
    expect(decideUser(aState(present(), true, linked()), RULES).change.kind).toBe("none");
  });

  it("counts people as members only while they are in scope and pass the filters", () => {
    const isIncluded = (object: StoredObject, isInScope: boolean) =>
      decideUser(aState(object, isInScope, linked()), RULES).isIncluded;

    expect([isIncluded(present(), true), isIncluded(present(), false), isIncluded(gone("soft"), true)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(decideUser(aState(gone("soft"), true, linked()), RULES).isRetained).toBe(true);
    expect(decideUser(aState(present(), true, linked()), RULES).isRetained).toBe(false);
  });

  it("reports a person without a value to match by, and sends nothing", () => {
    const decision = decideUser(aState(present({ userType: "Member" }), true, undefined), RULES);

    expect(decision.change.kind).toBe("none");
    expect(decision.error?.code).toBe("incomplete");
  });

  it("keeps to the actions that are switched on", () => {
    const rules = compileRules({ ...CONFIG, users: { ...CONFIG.users, actions: ["update"] } });

    expect(decideUser(aState(present(), true, undefined), rules).change).toEqual({
      kind: "none",
      reason: "action-off",
    });
    expect(decideUser(aState(gone("hard"), true, linked()), rules).change).toEqual({
      kind: "none",
      reason: "action-off",
    });
  });
});

describe("decideGroup", () => {
  const team = present({ displayName: "Team" });

  test.for([
    ["creates a group in scope", team, true, undefined, "create"],
    ["renames", present({ displayName: "Crew" }), true, linked({ displayName: "Team" }), "update"],
    ["leaves a group alone that is as desired", team, true, linked({ displayName: "Team" }), "none"],
    ["deletes a group that left scope", team, false, linked({ displayName: "Team" }), "delete"],
    ["deletes a group that was deleted", gone("hard"), true, linked({ displayName: "Team" }), "delete"],
    ["never touches a group that was never linked", gone("hard"), false, undefined, "none"],
    ["does not create a group that the filters exclude", present({ displayName: "Test" }), true, undefined, "none"],
    [
      "deletes a group that the filters exclude from now on",
      present({ displayName: "Test" }),
      true,
      linked({ displayName: "Team" }),
      "delete",
    ],
  ] as const)("%s", ([, object, isInScope, link, expected]) => {
    expect(decideGroup(aState(object, isInScope, link), RULES).change.kind).toBe(expected);
  });

  it("tells a deleted group from one that left scope", () => {
    const deprovision = { deleted: "delete", outOfScope: "ignore" } as const;
    const rules = compileRules({ ...CONFIG, groups: { ...CONFIG.groups, deprovision } });
    const kindOf = (object: StoredObject, isInScope: boolean) =>
      decideGroup(aState(object, isInScope, linked({ displayName: "Team" })), rules).change.kind;
    expect(kindOf(gone("soft"), true)).toBe("delete");
    expect(kindOf(gone("hard"), false)).toBe("delete");
    expect(kindOf(team, false)).toBe("none");
  });
});
