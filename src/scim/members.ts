import type { ScimId } from "../model/ids.ts";
import type { SyncError } from "../model/errors.ts";
import type { MemberEdit, RefusedMember } from "../sync/ports.ts";
import type { ScimClient } from "./client.ts";
import { hasCode, scimTypeOf } from "./errors.ts";
import { ENDPOINT } from "./pages.ts";
import { toPatchBody, type Operation } from "./patch.ts";

type Context = {
  readonly client: ScimClient;
  readonly membersPerRequest: number;
  /** Whether the group is still there, asked when a request was answered with 404. */
  readonly isThere: (id: ScimId) => Promise<boolean>;
};

type Progress = { taken: number; readonly refused: RefusedMember[] };

// So many refusals and not one success: it is not about these members, and the rest would be refused as well.
const HOPELESS = 10;

/** Edits a group's members; see `Target.changeMembers`. A chunk that is refused is halved until the culprits are alone. */
export async function changeMembers(context: Context, edit: MemberEdit): Promise<readonly RefusedMember[]> {
  const progress: Progress = { taken: 0, refused: [] };
  for (let start = 0; start < edit.members.length; start += context.membersPerRequest) {
    await sendChunk(
      context,
      { ...edit, members: edit.members.slice(start, start + context.membersPerRequest) },
      progress,
    );
  }
  return progress.refused;
}

async function sendChunk(context: Context, edit: MemberEdit, progress: Progress): Promise<void> {
  const { groupId, members } = edit;
  const last = progress.refused.at(-1);
  if (last !== undefined && progress.taken === 0 && progress.refused.length >= HOPELESS) {
    progress.refused.push(...members.map((id) => ({ id, message: last.message })));
    return;
  }
  const error = await trySend(context, edit);
  if (error === undefined) {
    progress.taken += members.length;
    await edit.onDone(members);
    return;
  }
  // Halving a request to a group that is gone would ask for every single member.
  if (error.code === "not-found" && !(await context.isThere(groupId))) throw error;
  const [only] = members;
  if (members.length === 1 && only !== undefined) {
    progress.refused.push({ id: only, message: error.message });
    return;
  }
  const middle = Math.ceil(members.length / 2);
  await sendChunk(context, { ...edit, members: members.slice(0, middle) }, progress);
  await sendChunk(context, { ...edit, members: members.slice(middle) }, progress);
}

/** Undefined when the target took the chunk, the error when a smaller one may fare better; throws everything else. */
async function trySend(context: Context, edit: MemberEdit): Promise<SyncError | undefined> {
  try {
    await context.client({
      method: "PATCH",
      path: `${ENDPOINT.group}/${encodeURIComponent(edit.groupId)}`,
      body: toPatchBody(toOperations(edit).map((operation) => ({ operation, changes: [] }))),
    });
    return undefined;
  } catch (error) {
    if (!hasCode(error, "rejected", "too-large", "not-found")) throw error;
    // Some services find nothing to remove where the member is gone already (RFC 7644 leaves that open).
    const isGone = edit.action === "remove" && edit.members.length === 1 && scimTypeOf(error) === "notarget";
    return isGone ? undefined : error;
  }
}

function toOperations({ action, members }: MemberEdit): readonly Operation[] {
  if (action === "add") return [{ op: "add", path: "members", value: members.map((value) => ({ value })) }];
  return members.map((id) => ({ op: "remove", path: `members[value eq ${JSON.stringify(id)}]` }));
}
