import type { Log } from "../log.ts";
import type { OnRequest, Source } from "../sync/ports.ts";
import { createClient } from "./graph.ts";
import { createTokenSource } from "./credential.ts";
import { readGroupDelta, readUserDelta } from "./delta.ts";
import { findApplication, readAssignments, readUsersById } from "./directory.ts";
import { createLookup } from "./lookup.ts";
import { readManagers } from "./managers.ts";
import type { EntraOptions } from "./options.ts";

const MAX_PAGE_SIZE = 999;

export type SourceDeps = { readonly log: Log; readonly onRequest: OnRequest };

/**
 * Creates the source: Microsoft Graph, signed in with one credential of the app registration. Nothing is sent before the
 * first call. Aborted calls reject with the signal's reason, everything else with a SyncError of side `source`.
 */
export function createSource(options: EntraOptions, deps: SourceDeps): Source {
  const tokens = createTokenSource(options);
  const client = createClient(options, { ...deps, tokens });
  const pageSize = Math.min(options.pageSize ?? MAX_PAGE_SIZE, MAX_PAGE_SIZE);
  return {
    signIn: async (signal) => {
      await tokens.getToken(signal);
    },
    findApplication: (nameOrAppId, signal) => findApplication(client, nameOrAppId, signal),
    readAssignments: (servicePrincipalId, signal) => readAssignments(client, { servicePrincipalId, pageSize }, signal),
    readUsers: (query, signal) => readUserDelta(client, query, signal),
    readGroups: (query, signal) => readGroupDelta(client, query, signal),
    readUsersById: (ids, select, signal) => readUsersById(client, { ids, select }, signal),
    readManagers: (ids, signal) => readManagers(client, { ids, pageSize }, signal),
    lookup: createLookup(client),
  };
}
