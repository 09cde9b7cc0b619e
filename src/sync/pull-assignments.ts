import { z } from "zod";
import { SyncError } from "../model/errors.ts";
import type { SyncContext } from "./context.ts";
import type { AppRole, Assignment } from "./ports.ts";

/** What assignments say, and the roles that mappings want of them. */
export type Assigned = { readonly roles: readonly AppRole[]; readonly warnings: readonly string[] };

/**
 * Reads who is assigned to the enterprise application, completely, and with which app role where a mapping asks for
 * roles. An empty list is not believed when there was one before. Nothing is read in scope `all`.
 */
export async function pullAssignments(
  context: SyncContext,
  { isFresh }: { readonly isFresh: boolean },
): Promise<Assigned> {
  const { state, source, rules } = context;
  if (rules.scope.mode === "all") return { roles: [], warnings: [] };
  const application = await findApplication(context, isFresh);
  const rows: Assignment[] = [];
  try {
    for await (const page of source.readAssignments(application.servicePrincipalId, context.signal)) {
      rows.push(...page);
      context.onProgress("assignments", rows.length);
    }
  } catch (error) {
    // The application may have been removed and added again: look for it afresh next time.
    if (error instanceof SyncError && error.code === "not-found") await state.writeMeta("application", undefined);
    throw error;
  }
  const { roles } = rules.users.uses.roles ? await learnRoles(context, { application, rows }) : { roles: [] };
  const known = (await state.readAssigned("user")).length + (await state.readAssigned("group")).length;
  if (rows.length === 0 && known > 0) {
    const warning =
      `Entra returned no assignments at all, although there were ${known}; nobody is deprovisioned because of it. ` +
      "If it is meant, assign one account (a test user will do) and this list is believed again.";
    return { roles, warnings: [warning] };
  }
  await state.replaceAssignments(rows, roles);
  return { roles, warnings: [] };
}

/** What is remembered of the application, so that a quiet cycle need not ask for it. */
type Known = z.output<typeof known>;
const role = z.object({ id: z.string(), displayName: z.string(), value: z.string().exactOptional() });
const known = z.object({
  wanted: z.string(),
  servicePrincipalId: z.string(),
  roles: z.array(role),
  /** Roles that assignments name and that the application does not declare (any more), `default access` among them. */
  undeclared: z.array(z.string()),
});

async function findApplication(context: SyncContext, isFresh: boolean): Promise<Known> {
  const { state, rules } = context;
  const remembered = parseKnown(await state.readMeta("application"));
  const isStillWanted = remembered?.wanted === rules.scope.application;
  if (remembered === undefined || !isStillWanted || (isFresh && rules.users.uses.roles))
    return ask(context, { undeclared: [], remembered: isStillWanted ? remembered : undefined });
  return remembered;
}

function parseKnown(text: string | undefined): Known | undefined {
  try {
    return text === undefined ? undefined : known.parse(JSON.parse(text));
  } catch {
    // Written by another version: asked for again.
    return undefined;
  }
}

async function ask(
  context: SyncContext,
  { undeclared, remembered }: { readonly undeclared: readonly string[]; readonly remembered: Known | undefined },
): Promise<Known> {
  const { state, source, rules, signal } = context;
  const wanted = rules.scope.application;
  const { servicePrincipalId, roles: declared } = await source.findApplication(wanted, signal);
  // An application that had roles and declares none at all is not believed: nobody loses a role because of it.
  const isDoubtful = declared.length === 0 && remembered !== undefined && remembered.roles.length > 0;
  if (isDoubtful) context.log.warn("Entra shows no app roles of the application any more; the known ones are kept");
  const roles = isDoubtful ? remembered.roles : declared;
  const application = { wanted, servicePrincipalId, roles: [...roles], undeclared: [...undeclared] };
  await state.writeMeta("application", JSON.stringify(application));
  return application;
}

/** The declared roles; an assignment with a role that is not known yet makes us look again, once. */
async function learnRoles(
  context: SyncContext,
  { application, rows }: { readonly application: Known; readonly rows: readonly Assignment[] },
): Promise<Known> {
  const isNews = (id: string) =>
    !application.undeclared.includes(id) && !application.roles.some((each) => each.id === id);
  const news = [...new Set(rows.map((row) => row.appRoleId).filter(isNews))];
  if (news.length === 0) return application;
  return ask(context, { undeclared: [...application.undeclared, ...news], remembered: application });
}
