import { createHash } from "node:crypto";
import type { EntraId, Kind } from "../model/ids.ts";

/**
 * The names of all Redis keys, in one place; docs/store.md explains what each holds. Everything lives below a prefix made
 * of the tenant and the target's address: another tenant or another target is another memory, so links can never be
 * applied to accounts that they do not mean.
 */
export type Keys = ReturnType<typeof createKeys>;

/** The prefix of everything that one pair of tenant and target remembers. */
export function toPrefix(identity: { readonly tenantId: string; readonly scimUrl: string }): string {
  const hash = createHash("sha256").update(`${identity.tenantId.toLowerCase()}\n${identity.scimUrl}`).digest("hex");
  return `sosafe-bridge:${hash.slice(0, 12)}`;
}

/** Builds the key names below a prefix. */
export function createKeys(prefix: string) {
  return {
    prefix,
    meta: `${prefix}:meta`,
    streams: `${prefix}:streams`,
    seen: (stream: string) => `${prefix}:seen:${stream}`,
    freshUsers: (group: EntraId) => `${prefix}:fresh-users:${group}`,
    freshGroups: (group: EntraId) => `${prefix}:fresh-groups:${group}`,
    assigned: (kind: Kind) => `${prefix}:assigned:${kind}`,
    objects: (kind: Kind) => `${prefix}:objects:${kind}`,
    members: (group: EntraId) => `${prefix}:members:${group}`,
    subgroups: (group: EntraId) => `${prefix}:subgroups:${group}`,
    scope: (kind: Kind) => `${prefix}:scope:${kind}`,
    complete: `${prefix}:complete`,
    tries: `${prefix}:tries`,
    included: `${prefix}:included`,
    retained: `${prefix}:retained`,
    dirty: (kind: Kind) => `${prefix}:dirty:${kind}`,
    links: (kind: Kind) => `${prefix}:links:${kind}`,
    owners: (kind: Kind) => `${prefix}:owners:${kind}`,
    absent: (kind: Kind) => `${prefix}:absent:${kind}`,
    ambiguous: (kind: Kind) => `${prefix}:ambiguous:${kind}`,
    pushed: (group: EntraId) => `${prefix}:pushed:${group}`,
    uncertain: `${prefix}:uncertain`,
    reserved: (mark: string) => `${prefix}:reserved:${createHash("sha256").update(mark).digest("hex").slice(0, 32)}`,
    waiters: (user: EntraId) => `${prefix}:waiters:${user}`,
    reports: (manager: EntraId) => `${prefix}:reports:${manager}`,
    roles: `${prefix}:roles`,
    rolePrincipals: (role: string, kind: Kind) => `${prefix}:role-principals:${role}:${kind}`,
    roleUsers: (role: string) => `${prefix}:role-users:${role}`,
    escrow: `${prefix}:escrow`,
    escrowDue: `${prefix}:escrow-due`,
    run: (id: string) => `${prefix}:run:${id}`,
    runOpen: (id: string) => `${prefix}:run-open:${id}`,
    runFirst: (id: string) => `${prefix}:run-first:${id}`,
    runGroups: (id: string) => `${prefix}:run-groups:${id}`,
    openRuns: `${prefix}:open-runs`,
    instances: `${prefix}:instances`,
    temporary: (name: string) => `${prefix}:temporary:${name}`,
  };
}
