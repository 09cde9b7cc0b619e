import type { ScimId } from "./ids.ts";
import type { Attributes, Value } from "./value.ts";
import type { ResourceData } from "./target-path.ts";

/** A resource as the target last told us, cut down to the attributes that we manage; multi-valued ones are kept whole. */
export type TargetResource = {
  readonly id: ScimId;
  readonly data: ResourceData;
  /** SCIM ids of a group's members; undefined where the answer did not hold the attribute. */
  readonly members?: readonly ScimId[];
};

/** One attribute that is to change; undefined stands for empty. */
export type AttributeChange = {
  readonly path: string;
  readonly from: Value | undefined;
  readonly to: Value | undefined;
  /**
   * Set for a list in which others keep elements of their own: those of `to` that are ours. Then `to` is the whole list,
   * and may be empty although nothing is to be cleared but ours.
   */
  readonly ours?: readonly Value[];
};

/** What has to happen to one object in the target. */
export type Change =
  | { readonly kind: "create"; readonly desired: Attributes }
  /** `effect` tells what the change to `active` amounts to. */
  | {
      readonly kind: "update";
      readonly effect: "update" | "disable" | "restore";
      readonly changes: readonly AttributeChange[];
    }
  | { readonly kind: "delete"; readonly reason: DeprovisionReason }
  | { readonly kind: "none"; readonly reason: NoChangeReason };

/** Why an object leaves the target. */
export type DeprovisionReason = "unassigned" | "outOfScope" | "softDeleted" | "hardDeleted" | "deleted";

/** Why nothing happens to an object. */
export type NoChangeReason =
  | "unchanged"
  /** Out of scope and not linked: none of our business. */
  | "not-in-scope"
  /** Disabled people are not created (as Entra). */
  | "disabled-in-source"
  /** `users.actions` or `deprovision` leaves this action out. */
  | "action-off"
  /** Known only as a reference: Graph did not return the object. */
  | "not-in-source"
  /** `IgnoreObjectFlow` in a mapping. */
  | "ignored-by-mapping";
