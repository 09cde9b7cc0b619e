import { z } from "zod";
import { badRequest } from "./graph-answer.ts";
import {
  GROUP_PROPERTIES,
  GROUP_PROPERTIES_WITHOUT_DELTA,
  isDirectoryExtension,
  USER_PROPERTIES,
  USER_PROPERTIES_WITHOUT_DELTA,
} from "./graph-properties.ts";
import type { Round } from "./world.ts";

/** Where a round begins: after the version `from`, or with everything. */
export type DeltaStart = Pick<Round, "kind" | "from" | "select" | "ids">;

const MAX_IDS = 50;

const pageToken = z.object({ epoch: z.number(), round: z.string(), page: z.int().nonnegative(), again: z.boolean() });
const deltaToken = z.object({
  epoch: z.number(),
  number: z.number(),
  from: z.int().nonnegative(),
  before: z.int().nonnegative().optional(),
  select: z.array(z.string()).optional(),
  ids: z.array(z.string()).optional(),
});

/** `before` is where the round before began: undefined when that was an initial one. */
export type DeltaToken = {
  readonly epoch: number;
  readonly from: number;
  readonly before: number | undefined;
  readonly select: readonly string[] | undefined;
  readonly ids: readonly string[] | undefined;
};

export type DeltaQuery = {
  readonly token: "fresh" | "latest" | z.infer<typeof pageToken> | DeltaToken;
  readonly select: readonly string[] | undefined;
  readonly ids: readonly string[] | undefined;
};

/**
 * Reads the options of a delta request as strictly as Graph does; throws a 400 with Graph's words. $top is ignored
 * silently, as there (delta query overview, use OData query parameters).
 */
export function parseDeltaQuery(query: URLSearchParams, kind: Round["kind"]): DeltaQuery {
  const skip = query.get("$skiptoken");
  const delta = query.get("$deltatoken");
  const token = skip ?? (delta === "" || delta === "latest" ? null : delta);
  for (const name of ["$expand", "$orderby", "$search", "$count", "$skip"]) {
    if (query.has(name)) throw badRequest(`The query parameter '${name}' is not supported for delta query.`);
  }
  if (token !== null) {
    refuseOptions(query);
    const parsed = skip === null ? parseDeltaToken(token) : parseToken(pageToken, token);
    return { token: parsed, select: undefined, ids: undefined };
  }
  const select = parseSelect(query.get("$select"), kind);
  return { token: delta === "latest" ? "latest" : "fresh", select, ids: parseIds(query.get("$filter")) };
}

/** Options are part of the token and must not be given again. */
function refuseOptions(query: URLSearchParams): void {
  const again = ["$select", "$filter"].filter((name) => query.has(name));
  if (again.length > 0) {
    throw badRequest(
      `Unsupported query: ${again.join(", ")} cannot be combined with a state token.`,
      "Request_UnsupportedQuery",
    );
  }
}

function parseDeltaToken(text: string): DeltaToken {
  const token = parseToken(deltaToken, text);
  return { ...token, before: token.before, select: token.select, ids: token.ids };
}

function parseToken<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch {
    throw badRequest("Badly formed token.");
  }
}

function parseSelect(text: string | null, kind: Round["kind"]): readonly string[] | undefined {
  if (text === null) return undefined;
  const names = text.split(",").map((name) => name.trim());
  const [known, untracked, type] =
    kind === "users"
      ? [USER_PROPERTIES, USER_PROPERTIES_WITHOUT_DELTA, "user"]
      : [GROUP_PROPERTIES, GROUP_PROPERTIES_WITHOUT_DELTA, "group"];
  const unknown = names.find((name) => !known.has(name) && !untracked.has(name) && !isDirectoryExtension(name));
  if (unknown !== undefined) throw unknownProperty(unknown, type);
  const refused = names.filter((name) => untracked.has(name));
  if (refused.length > 0) {
    throw badRequest(
      "Invalid request for delta query: for this entity set, $expand/$select is not supported for the following " +
        `properties: ${refused.join(", ")}`,
    );
  }
  return names;
}

/** What Graph answers to a property that a type does not have. */
export function unknownProperty(name: string, type: string): Error {
  return badRequest(
    `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`,
  );
}

function parseIds(filter: string | null): readonly string[] | undefined {
  if (filter === null) return undefined;
  const ids = filter.split(/\s+or\s+/iu).map((clause) => /^id\s+eq\s+'([^']+)'$/iu.exec(clause.trim())?.[1]);
  const known = ids.filter((id) => id !== undefined);
  if (known.length < ids.length) {
    throw badRequest(
      "Invalid filter clause: delta query supports only 'id eq' combined with 'or'.",
      "Request_UnsupportedQuery",
    );
  }
  if (known.length > MAX_IDS) {
    throw badRequest(`Invalid filter clause: at most ${MAX_IDS} objects can be filtered.`, "Request_UnsupportedQuery");
  }
  return known.map((id) => id.toLowerCase());
}
