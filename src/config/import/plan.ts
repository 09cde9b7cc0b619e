import { disablesLeavers, keptOf, type Half } from "./half.ts";
import type { Remark } from "./json.ts";
import type { Settings } from "./settings.ts";

/** The parts of a configuration file beside mappings and filters, as an import decides about them. */
export type Plan = {
  readonly users: Half;
  readonly groups: Half | undefined;
  readonly isEverybody: boolean;
  readonly deprovision: Readonly<
    Partial<Record<"unassigned" | "outOfScope" | "softDeleted" | "hardDeleted", "ignore">>
  >;
  readonly areGroupsEnabled: boolean;
  readonly groupDeprovision: Readonly<Partial<Record<"outOfScope" | "deleted", "ignore">>>;
  readonly maxDeletes: number | undefined;
  /** Remarks that belong to no single mapping. */
  readonly remarks: readonly Remark[];
};

export type Found = {
  readonly users: Half;
  readonly groups: Half | undefined;
  readonly settings: Settings;
  /** Where the document begins. */
  readonly path: string;
};

/** Decides whatever the schema does not say in our words. Where Entra would do less, less is done. */
export function plan(found: Found): Plan {
  const { users, settings } = found;
  const leavers = planLeavers(found);
  const groups = planGroups(found);
  const isEverybody = settings.isEverybody === true;
  return {
    users: { ...users, actions: users.isEnabled ? users.actions : [] },
    groups: found.groups,
    isEverybody,
    deprovision: leavers.deprovision,
    areGroupsEnabled: groups.isEnabled,
    groupDeprovision: groups.deprovision,
    maxDeletes: settings.maxDeletes,
    remarks: [
      ...settings.remarks,
      ...(isEverybody ? [] : [noteApplication(found)]),
      ...users.remarks,
      ...users.scope.remarks,
      ...(users.isEnabled ? [] : [{ path: `${users.path}.enabled`, message: "is false, so people are left alone" }]),
      ...leavers.remarks,
      ...groups.remarks,
    ],
  };
}

function noteApplication({ settings, path }: Found): Remark {
  const scope = settings.isEverybody === false ? "" : "SyncAll is not given, so only those assigned are in scope. ";
  const message = `${scope}The schema does not name the enterprise application: change source.application if yours is not called SoSafe`;
  return { path, message };
}

type Leavers = Pick<Plan, "deprovision" | "remarks">;

function planLeavers({ users, settings }: Found): Leavers {
  if (!disablesLeavers(users)) {
    const message =
      "has no mapping that always gives active from IsSoftDeleted, so Entra disables nobody who leaves; neither does this file. " +
      "To disable them, map active and take users.deprovision away";
    const deprovision = { unassigned: "ignore", outOfScope: "ignore", softDeleted: "ignore" } as const;
    return { deprovision, remarks: [{ path: `${users.path}.attributeMappings`, message }] };
  }
  if (settings.skipsOutOfScope !== true) return { deprovision: {}, remarks: [] };
  const message =
    "SkipOutOfScopeDeletions: who is unassigned or fails a filter keeps the account; who is deleted in Entra does not";
  return { deprovision: { unassigned: "ignore", outOfScope: "ignore" }, remarks: [{ path: users.path, message }] };
}

type Groups = {
  readonly isEnabled: boolean;
  readonly deprovision: Plan["groupDeprovision"];
  readonly remarks: readonly Remark[];
};

function planGroups({ groups, settings, path }: Found): Groups {
  if (groups === undefined) {
    const message = "has no object mapping for groups, so they are not provisioned";
    return { isEnabled: false, deprovision: {}, remarks: [{ path, message }] };
  }
  const reasons = disablingReasons(groups);
  const isDeleting = groups.actions.includes("delete");
  const isSkipping = settings.skipsOutOfScope === true;
  return {
    isEnabled: reasons.length === 0,
    deprovision: {
      ...((!isDeleting || isSkipping) && { outOfScope: "ignore" }),
      ...(!isDeleting && { deleted: "ignore" }),
    },
    remarks: [
      ...groups.remarks,
      ...groups.scope.remarks,
      ...reasons,
      ...(reasons.length === 0 ? notePartial(groups) : []),
    ],
  };
}

/** Provisioning groups that Entra would leave alone cannot be taken back, so in doubt they are switched off. */
function disablingReasons(groups: Half): readonly Remark[] {
  const { path, actions, isEnabled } = groups;
  const isFiltered = groups.scope.remarks.length > 0;
  return [
    ...(isEnabled ? [] : [{ path: `${path}.enabled`, message: "is false, so groups are not provisioned" }]),
    ...(actions.length > 0
      ? []
      : [{ path: `${path}.flowTypes`, message: "allows nothing, so groups are not provisioned" }]),
    ...(isFiltered ? [{ path: `${path}.scope`, message: FILTERED }] : []),
    ...(keptOf(groups).length > 0
      ? []
      : [
          {
            path: `${path}.attributeMappings`,
            message: "hold nothing to match groups by, so they are not provisioned",
          },
        ]),
  ];
}

const FILTERED =
  "holds experimental filters that the bridge does not have, so groups are switched off rather than too many of them " +
  "provisioned. Set groups.enabled to true if those that are in scope otherwise are right";

function notePartial({ path, actions }: Half): readonly Remark[] {
  const missing = (["create", "update"] as const).filter((action) => !actions.includes(action));
  if (missing.length === 0) return [];
  const message = `the bridge cannot switch off to ${missing.join(" and ")} groups alone; it will do so`;
  return [{ path: `${path}.flowTypes`, message }];
}
