import { SyncError } from "../model/errors.ts";
import type { EntraId } from "../model/ids.ts";
import type { SyncContext } from "./context.ts";
import type { RefusedMember } from "./ports.ts";
import type { Link, MemberRef } from "./state.ts";

export type MembersOutcome = {
  readonly membersAdded: number;
  readonly membersRemoved: number;
  readonly membersFailed: number;
};

/**
 * Brings the members of one linked group to what Entra says, as far as they are our people: others in the group are
 * never touched. Each chunk that the target took is recorded at once; while a request is under way the membership
 * counts as uncertain, so that after a crash it is read from the target before anything is sent again.
 */
export async function pushMembers(context: SyncContext, id: EntraId): Promise<MembersOutcome> {
  const [group] = await context.state.readStates("group", [id]);
  const link = group?.link;
  if (link === undefined) return { membersAdded: 0, membersRemoved: 0, membersFailed: 0 };
  if (await context.state.isMembershipUncertain(id)) await readMembers(context, id, link);
  const diff = await context.state.diffMembers(id, context.rules.scope.isNested);
  if (diff.add.length + diff.remove.length === 0) return { membersAdded: 0, membersRemoved: 0, membersFailed: 0 };
  await context.state.setMembershipUncertain(id, true);
  const added = await change(context, { id, link, action: "add", members: diff.add });
  const removed = await change(context, { id, link, action: "remove", members: diff.remove });
  await context.state.setMembershipUncertain(id, false);
  return { membersAdded: added.done, membersRemoved: removed.done, membersFailed: added.failed + removed.failed };
}

async function readMembers(context: SyncContext, id: EntraId, link: Link): Promise<void> {
  const resource = await context.target.read("group", link.scimId);
  if (resource === undefined) {
    await context.state.unlink("group", id);
    throw new SyncError("the group vanished from the target", {
      side: "target",
      code: "not-found",
      retry: { kind: "backoff" },
    });
  }
  if (resource.members !== undefined || (await context.state.readMeta("showsMembers")) === "yes") {
    const owners = await context.state.findOwners("user", resource.members ?? []);
    await context.state.setPushedMembers(id, [...owners.values()]);
  }
  await context.state.setMembershipUncertain(id, false);
}

type Edit = {
  readonly id: EntraId;
  readonly link: Link;
  readonly action: "add" | "remove";
  readonly members: readonly MemberRef[];
};

async function change(context: SyncContext, edit: Edit): Promise<{ readonly done: number; readonly failed: number }> {
  const { id, link, action, members } = edit;
  if (members.length === 0) return { done: 0, failed: 0 };
  const byScimId = new Map(members.map((member) => [member.scimId, member.id] as const));
  let done = 0;
  const refused = await context.target.changeMembers({
    groupId: link.scimId,
    action,
    members: members.map((member) => member.scimId),
    onDone: async (chunk) => {
      const users = chunk.map((scimId) => byScimId.get(scimId)).filter((user) => user !== undefined);
      await context.state.changePushedMembers(id, action, users);
      done += users.length;
    },
  });
  for (const member of refused) await explainRefusal(context, { group: id, user: byScimId.get(member.id), member });
  return { done, failed: refused.length };
}

/** A refused member is most often an account that somebody deleted in the target: then it is created again. */
async function explainRefusal(
  context: SyncContext,
  refusal: { readonly group: EntraId; readonly user: EntraId | undefined; readonly member: RefusedMember },
): Promise<void> {
  const { group, user, member } = refusal;
  if (user === undefined) return;
  const resource = await context.target.read("user", member.id);
  const facts = { entraId: group, member: user, reason: member.message };
  if (resource !== undefined) {
    context.log.warn(facts, "target refuses a member");
    return;
  }
  context.log.warn(facts, "a member was deleted in the target, it will be created again");
  await context.state.unlink("user", user);
  await context.state.markDirty("user", [user]);
  await context.state.markDirty("group", [group]);
}
