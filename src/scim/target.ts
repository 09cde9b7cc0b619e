import { randomUUID } from "node:crypto";
import type { TargetResource } from "../model/change.ts";
import type { Kind, ScimId } from "../model/ids.ts";
import { member, toPath, valueAt } from "../model/target-path.ts";
import type { Log } from "../log.ts";
import type { Limiter, OnRequest, Target } from "../sync/ports.ts";
import { toBaseUrl } from "./base-url.ts";
import { createClient, type ScimAnswer, type ScimClient } from "./client.ts";
import { hasCode, unexpectedResponse } from "./errors.ts";
import { equalsFilter, lookupFilters, toQuery } from "./filter.ts";
import { changeMembers } from "./members.ts";
import { ENDPOINT, readPages, toKnown, toListAnswer } from "./pages.ts";
import { createWriter } from "./write.ts";

export type TargetOptions = {
  /** The SCIM base URL; a pasted Tenant URL with query or trailing slash will do. */
  readonly baseUrl: string;
  readonly token: string;
  /** Longest duration of one request, in milliseconds. */
  readonly timeoutMs: number;
  readonly pageSize: number;
  readonly membersPerRequest: number;
  /** The target paths that are mapped; answers are cut down to them. */
  readonly managed: Readonly<Record<Kind, readonly string[]>>;
  /** Ours, for User-Agent. */
  readonly version?: string;
};

export type TargetDeps = { readonly log: Log; readonly onRequest: OnRequest; readonly limiter: Limiter };

type Lookup = { readonly kind: Kind; readonly attribute: string; readonly value: string };

/**
 * Creates the adapter to a SCIM 2.0 service (RFC 7643, RFC 7644). Errors are as `Target` says. Throws an Error with a
 * plain message when the base URL cannot be used.
 */
export function createTarget(options: TargetOptions, deps: TargetDeps): Target {
  const { managed, pageSize, membersPerRequest, version = "0" } = options;
  const baseUrl = toBaseUrl(options.baseUrl);
  const client = createClient({ baseUrl, token: options.token, timeoutMs: options.timeoutMs, version }, deps);
  const read = (kind: Kind, id: ScimId) => readOne(client, { kind, id, managed: managed[kind] });
  const isThere = async (id: ScimId) => (await read("group", id)) !== undefined;
  const writer = createWriter({ client, log: deps.log, managed, read });
  return {
    testConnection: (signal) => testConnection(client, signal),
    list: (kind, signal) => readPages(client, { kind, pageSize, managed: managed[kind] }, signal),
    find: (kind, attribute, value) => find(client, { kind, attribute, value }, managed[kind]),
    read,
    create: writer.create,
    update: writer.update,
    remove: (kind, id) => remove(client, { kind, id }, () => read(kind, id)),
    changeMembers: (edit) => changeMembers({ client, membersPerRequest, isThere }, edit),
  };
}

/** As Entra's Test Connection: a user that cannot exist is looked for, and an empty list has to come back. */
async function testConnection(client: ScimClient, signal: AbortSignal | undefined): Promise<void> {
  const path = `${ENDPOINT.user}?${toQuery({ filter: equalsFilter("userName", randomUUID()) })}`;
  toListAnswer(await client({ method: "GET", path, isGeneral: true, signal }));
}

async function find(
  client: ScimClient,
  { kind, attribute, value }: Lookup,
  managed: readonly string[],
): Promise<readonly TargetResource[]> {
  const answer = await ask(client, { kind, filters: lookupFilters(attribute, value), value });
  const wanted = toPath(attribute);
  // Services ignore filters, or compare another attribute: only what really fits counts.
  const hits = toListAnswer(answer)
    .entries.filter((entry) => isSame(valueAt(entry, wanted), value))
    .map((entry) => toKnown(entry, managed, answer.status));
  return [...new Map(hits.map((hit) => [hit.id, hit])).values()];
}

/** The answer to the first filter that the service does not refuse. */
async function ask(
  client: ScimClient,
  query: { readonly kind: Kind; readonly filters: readonly string[]; readonly value: string },
): Promise<ScimAnswer> {
  const [filter, ...others] = query.filters;
  // As Entra: members of a group are of no interest here, and there may be very many.
  const excludedAttributes = query.kind === "group" ? "members" : undefined;
  const path = `${ENDPOINT[query.kind]}?${toQuery({ excludedAttributes, filter })}`;
  try {
    return await client({ method: "GET", path, isGeneral: true, secrets: [query.value] });
  } catch (error) {
    if (others.length === 0 || !hasCode(error, "rejected")) throw error;
    return ask(client, { ...query, filters: others });
  }
}

function isSame(found: unknown, value: string): boolean {
  return typeof found === "string" && found.toLowerCase() === value.toLowerCase();
}

async function readOne(
  client: ScimClient,
  wanted: { readonly kind: Kind; readonly id: ScimId; readonly managed: readonly string[] },
): Promise<TargetResource | undefined> {
  try {
    const answer = await client({ method: "GET", path: toLocation(wanted) });
    if (answer.body !== undefined && member(answer.body, "id") === wanted.id) {
      return toKnown(answer.body, wanted.managed, answer.status);
    }
    throw unexpectedResponse("target answers with another resource", { method: "GET", status: answer.status });
  } catch (error) {
    if (hasCode(error, "not-found")) return undefined;
    throw error;
  }
}

function toLocation({ kind, id }: { readonly kind: Kind; readonly id: ScimId }): string {
  return `${ENDPOINT[kind]}/${encodeURIComponent(id)}`;
}

async function remove(
  client: ScimClient,
  wanted: { readonly kind: Kind; readonly id: ScimId },
  readAgain: () => Promise<TargetResource | undefined>,
): Promise<"deleted" | "gone"> {
  try {
    await client({ method: "DELETE", path: toLocation(wanted) });
    return "deleted";
  } catch (error) {
    if (hasCode(error, "not-found")) return "gone";
    // The answer got lost: the deletion may have happened, and some services fail when there is nothing to delete.
    const isUnknown = hasCode(error, "unreachable", "unexpected-response") && error.details["sent"] === true;
    if (isUnknown && (await readAgain()) === undefined) return "deleted";
    throw error;
  }
}
