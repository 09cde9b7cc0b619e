import { graphError, GraphFault, type Answer, type Call } from "./graph-answer.ts";
import { answerDelta } from "./graph-delta.ts";
import {
  getApplication,
  getByIds,
  getGroup,
  getUser,
  listApplications,
  listAssignments,
  listMembers,
  listObjects,
} from "./graph-objects.ts";
import { listDeletedUsers, listGroupsOf, listSubgroups } from "./graph-relations.ts";
import { checkAccess } from "./sign-in.ts";
import type { Permission } from "./tenant-switches.ts";
import type { World } from "./world.ts";

type Route = {
  readonly method: string;
  readonly pattern: RegExp;
  readonly permission: Permission;
  readonly answer: (world: World, call: Call, part: (name: string) => string) => Answer;
};

const get = (pattern: RegExp, permission: Permission, answer: Route["answer"]): Route => ({
  method: "GET",
  pattern,
  permission,
  answer,
});

const ROUTES: readonly Route[] = [
  get(/^\/users\/delta(?:\(\))?$/u, "User.Read.All", (world, call) => answerDelta(world, call, "users")),
  get(/^\/groups\/delta(?:\(\))?$/u, "GroupMember.Read.All", (world, call) => answerDelta(world, call, "groups")),
  get(/^\/users$/u, "User.Read.All", (world, call) => listObjects(world, call, "users")),
  get(/^\/users\/(?<name>[^/]+)$/u, "User.Read.All", (world, call, part) => getUser(world, call, part("name"))),
  get(/^\/groups$/u, "GroupMember.Read.All", (world, call) => listObjects(world, call, "groups")),
  get(/^\/groups\/(?<id>[^/]+)$/u, "GroupMember.Read.All", (world, call, part) => getGroup(world, call, part("id"))),
  get(/^\/groups\/(?<id>[^/]+)\/(?<depth>members|transitiveMembers)$/u, "GroupMember.Read.All", (world, call, part) =>
    listMembers(world, call, { id: part("id"), isDeep: part("depth") === "transitiveMembers" }),
  ),
  get(/^\/users\/(?<id>[^/]+)\/(?<depth>memberOf|transitiveMemberOf)$/u, "GroupMember.Read.All", (world, call, part) =>
    listGroupsOf(world, call, { id: part("id"), isDeep: part("depth") === "transitiveMemberOf" }),
  ),
  get(/^\/groups\/(?<id>[^/]+)\/members\/microsoft\.graph\.group$/u, "GroupMember.Read.All", (world, call, part) =>
    listSubgroups(world, call, part("id")),
  ),
  get(/^\/directory\/deletedItems\/microsoft\.graph\.user$/u, "User.Read.All", listDeletedUsers),
  get(/^\/servicePrincipals$/u, "Application.Read.All", listApplications),
  get(/^\/servicePrincipals\(appId='(?<appId>[^']+)'\)$/u, "Application.Read.All", (world, call, part) =>
    getApplication(world, call, { appId: part("appId") }),
  ),
  get(/^\/servicePrincipals\/(?<id>[^/]+)$/u, "Application.Read.All", (world, call, part) =>
    getApplication(world, call, { id: part("id") }),
  ),
  get(/^\/servicePrincipals\/(?<id>[^/]+)\/appRoleAssignedTo$/u, "Application.Read.All", (world, call, part) =>
    listAssignments(world, call, part("id")),
  ),
  {
    method: "POST",
    pattern: /^\/directoryObjects\/(?:microsoft\.graph\.)?getByIds$/u,
    permission: "User.Read.All",
    answer: getByIds,
  },
];

/** Answers a call below /v1.0 as Microsoft Graph does. */
export function answerGraph(world: World, call: Call): Answer {
  const refused = checkAccess(world, call);
  if (refused !== undefined) return refused;
  const path = call.path.slice("/v1.0".length);
  for (const route of ROUTES) {
    const match = route.pattern.exec(path);
    if (match === null || route.method !== call.method) continue;
    if (world.switches.forbidden.includes(route.permission)) {
      const message = "Insufficient privileges to complete the operation.";
      return graphError({ status: 403, code: "Authorization_RequestDenied", message });
    }
    return answerRoute(() => route.answer(world, call, (name) => match.groups?.[name] ?? ""));
  }
  const segment = path.split("/")[1] ?? "";
  return graphError({ status: 400, code: "BadRequest", message: `Resource not found for the segment '${segment}'.` });
}

function answerRoute(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof GraphFault) return error.answer;
    throw error;
  }
}
