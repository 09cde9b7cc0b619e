import type { DirectoryUser } from "./directory.ts";
import { badRequest, notFound, type Answer, type Call } from "./graph-answer.ts";
import { demandGroup, groupData, list, paged, userData } from "./graph-objects.ts";
import type { World } from "./world.ts";

/** GET /users/{id}/memberOf and /transitiveMemberOf: groups, and a directory role that our permissions do not reach. */
export function listGroupsOf(
  world: World,
  call: Call,
  from: { readonly id: string; readonly isDeep: boolean },
): Answer {
  const user = world.directory.users.get(from.id.toLowerCase());
  if (user?.presence !== "active") throw notFound(from.id);
  const found = new Set(parentsOf(world, user.id));
  // A Set that grows while it is walked is walked to its new end.
  if (from.isDeep) for (const id of found) for (const parent of parentsOf(world, id)) found.add(parent);
  const page = paged(call, [...found]);
  const groups = page.value.map((id) => ({
    "@odata.type": "#microsoft.graph.group",
    ...groupData(demandGroup(world, id), call.query),
  }));
  const role = { "@odata.type": "#microsoft.graph.directoryRole", id: ROLE_ID, displayName: null };
  return list(world, "directoryObjects", { ...page, value: [role, ...groups] });
}

const ROLE_ID = "99999999-0000-4000-8000-000000000001";

function parentsOf(world: World, id: string): readonly string[] {
  const groups = [...world.directory.groups.values()];
  return groups.filter(({ members, presence }) => presence === "active" && members.has(id)).map((group) => group.id);
}

/** GET /groups/{id}/members/microsoft.graph.group; a cast is a query for the index (advanced query capabilities). */
export function listSubgroups(world: World, call: Call, id: string): Answer {
  if (call.headers["consistencylevel"] !== "eventual" || call.query.get("$count") !== "true") {
    throw badRequest(
      "Request with $count=true and ConsistencyLevel: eventual is expected.",
      "Request_UnsupportedQuery",
    );
  }
  const groups = [...demandGroup(world, id).members.keys()].flatMap((member) => {
    const group = world.directory.groups.get(member);
    return group?.presence === "active" ? [group] : [];
  });
  const page = paged(call, groups);
  return list(world, "groups", { ...page, value: page.value.map((group) => groupData(group, call.query)) });
}

/** GET /directory/deletedItems/microsoft.graph.user; the object id stands before the user principal name. */
export function listDeletedUsers(world: World, call: Call): Answer {
  const deleted = [...world.directory.users.values()].filter((user) => user.presence === "deleted");
  const page = paged(call, deleted);
  return list(world, "users", { ...page, value: page.value.map((user) => userData(asDeleted(user), call.query)) });
}

function asDeleted(user: DirectoryUser): DirectoryUser {
  const userPrincipalName = `${user.id.replaceAll("-", "")}${String(user.properties["userPrincipalName"])}`;
  return { ...user, properties: { ...user.properties, userPrincipalName, deletedDateTime: user.deletedAt ?? null } };
}
