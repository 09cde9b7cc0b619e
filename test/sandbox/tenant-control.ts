import { z } from "zod";
import type { Answer, Call } from "./graph-answer.ts";
import type { Directory } from "./directory.ts";
import type { Tenant } from "./tenant.ts";

const properties = z.record(z.string(), z.unknown());
const memberType = z.enum(["user", "group", "device", "servicePrincipal", "orgContact"]);
const user = z.strictObject({ user: z.string() });
const group = z.strictObject({ group: z.string() });
const member = z.strictObject({ group: z.string(), member: z.string(), type: memberType.optional() });
const assignment = z.strictObject({ principal: z.string(), appRoleId: z.string().optional() });
const failure = z.strictObject({
  count: z.int().positive().exactOptional(),
  path: z.string().exactOptional(),
  status: z.int().exactOptional(),
  headers: z.record(z.string(), z.string()).exactOptional(),
  body: z.unknown().exactOptional(),
  damage: z.enum(["reset", "hang", "truncate"]).exactOptional(),
});
const switches = z.strictObject({
  pageSize: z.int().positive().exactOptional(),
  memberSlice: z.int().positive().exactOptional(),
  emptyPages: z.int().nonnegative().exactOptional(),
  repeatPages: z.boolean().exactOptional(),
  repeatNextLink: z.boolean().exactOptional(),
  replay: z.boolean().exactOptional(),
  ghosts: z.boolean().exactOptional(),
  lostData: z
    .union([z.boolean(), z.array(z.enum(["users", "groups", "members", "assignments", "getByIds"]))])
    .exactOptional(),
  omitManager: z.boolean().exactOptional(),
  reportPurgedMembers: z.boolean().exactOptional(),
  forbidden: z.array(z.enum(["User.Read.All", "GroupMember.Read.All", "Application.Read.All"])).exactOptional(),
  delay: z.number().nonnegative().exactOptional(),
  tokenLifetime: z.number().positive().exactOptional(),
  secretExpired: z.boolean().exactOptional(),
  failNext: failure.exactOptional(),
  clearFailures: z.boolean().exactOptional(),
  expireDeltaTokens: z.enum(["gone", "syncStateNotFound", "resyncRequired"]).exactOptional(),
  revokeAccessTokens: z.boolean().exactOptional(),
});

type Action = (tenant: Tenant, body: unknown) => object;

const ACTIONS: Readonly<Record<string, Action>> = {
  hire: ({ directory }, body) => ({ id: directory.hire(properties.parse(body ?? {})) }),
  update: ({ directory }, body) => {
    const change = user.extend({ properties }).parse(body);
    return done(() => directory.update(change.user, change.properties));
  },
  disable: onUser((directory, name) => directory.disable(name)),
  enable: onUser((directory, name) => directory.enable(name)),
  softDelete: onUser((directory, name) => directory.softDelete(name)),
  restore: onUser((directory, name) => directory.restore(name)),
  hardDelete: onUser((directory, name) => directory.hardDelete(name)),
  createGroup: ({ directory }, body) => ({ id: directory.createGroup(properties.parse(body ?? {})) }),
  renameGroup: ({ directory }, body) => {
    const change = group.extend({ displayName: z.string() }).parse(body);
    return done(() => directory.renameGroup(change.group, change.displayName));
  },
  deleteGroup: ({ directory }, body) => done(() => directory.deleteGroup(group.parse(body).group)),
  addMember: ({ directory }, body) => {
    const change = member.parse(body);
    return done(() => directory.addMember(change.group, change.member, change.type));
  },
  removeMember: ({ directory }, body) => {
    const change = member.parse(body);
    return done(() => directory.removeMember(change.group, change.member));
  },
  assign: ({ directory }, body) => {
    const change = assignment.parse(body);
    return done(() => directory.assign(change.principal, change.appRoleId));
  },
  unassign: ({ directory }, body) => {
    const change = assignment.parse(body);
    return done(() => directory.unassign(change.principal, change.appRoleId));
  },
  switches: setSwitches,
};

/** Steers a tenant over HTTP: POST /control/{action} with a JSON body, GET /control/state. */
export function answerControl(tenant: Tenant, call: Call): Answer {
  const name = call.path.slice("/control/".length);
  if (call.method === "GET" && name === "state") return { status: 200, body: describeState(tenant) };
  const action = call.method === "POST" && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) return { status: 404, body: { error: `no such control: ${call.method} ${name}` } };
  try {
    return { status: 200, body: action(tenant, call.body) };
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 400, body: { error: z.prettifyError(error) } };
    if (error instanceof RangeError) return { status: 404, body: { error: error.message } };
    throw error;
  }
}

function onUser(act: (directory: Directory, name: string) => void): Action {
  return ({ directory }, body) => done(() => act(directory, user.parse(body).user));
}

function done(act: () => void): object {
  act();
  return {};
}

function setSwitches(tenant: Tenant, body: unknown): object {
  const { failNext, clearFailures, expireDeltaTokens, revokeAccessTokens, ...rest } = switches.parse(body ?? {});
  Object.assign(tenant.switches, rest);
  if (clearFailures === true) tenant.clearFailures();
  if (failNext !== undefined) tenant.failNext(failNext);
  if (expireDeltaTokens !== undefined) tenant.expireDeltaTokens(expireDeltaTokens);
  if (revokeAccessTokens === true) tenant.revokeAccessTokens();
  return tenant.switches;
}

function describeState(tenant: Tenant): object {
  const { directory } = tenant;
  return {
    version: directory.version(),
    users: [...directory.users.values()],
    groups: directory.groups
      .values()
      .map((one) => ({ ...one, members: [...one.members.keys()] }))
      .toArray(),
    assignments: directory.assignments(),
    switches: tenant.switches,
    requests: tenant.requests.length,
  };
}
