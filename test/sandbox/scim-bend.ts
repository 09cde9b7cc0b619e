import type { Faults } from "./scim-faults.ts";
import type { Answer } from "./scim-server.ts";

type Asked = { readonly method: string; readonly path: string; readonly url: URL };

const ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error";

/**
 * Applies the lasting switches. Without `real`: an answer that needs no real server, or undefined. With it: the changed
 * answer, or undefined when nothing is to be changed.
 */
export function bendAnswer(faults: Faults, asked: Asked, real: Answer | undefined): Answer | undefined {
  if (real === undefined) return refuse(faults, asked);
  const isList = asked.method === "GET" && /^\/(Users|Groups)$/.test(asked.path);
  const isGroup = asked.path.startsWith("/Groups");
  if (real.status >= 300 || real.body === "") return undefined;
  const hides = faults.hideMembers && isGroup;
  const bendsPages = isList && faults.paging !== undefined && !asked.url.searchParams.has("filter");
  if (!hides && !bendsPages) return undefined;
  const body: Record<string, unknown> = JSON.parse(real.body);
  const shown = hides ? withoutMembers(body) : body;
  return { ...real, body: JSON.stringify(bendsPages ? bendPage(faults, asked.url, shown) : shown) };
}

function refuse(faults: Faults, asked: Asked): Answer | undefined {
  if (faults.groupsMissing && asked.path.startsWith("/Groups")) return error(404, "no such endpoint");
  const isList = asked.method === "GET" && /^\/(Users|Groups)$/.test(asked.path);
  const filter = asked.url.searchParams.get("filter");
  const isPlainList = isList && filter === null;
  if (isList && faults.blindTo !== undefined && filter?.includes(faults.blindTo)) return emptyList();
  return isPlainList && faults.paging === "unsupported" ? error(501, "listing is not implemented") : undefined;
}

function emptyList(): Answer {
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"];
  const body = JSON.stringify({ schemas, totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] });
  return { status: 200, headers: { "content-type": "application/scim+json" }, body };
}

function error(status: number, detail: string): Answer {
  const body = JSON.stringify({ schemas: [ERROR_SCHEMA], status: String(status), detail });
  return { status, headers: { "content-type": "application/scim+json" }, body };
}

function withoutMembers(body: Record<string, unknown>): Record<string, unknown> {
  const { members: _members, ...rest } = body;
  if (!Array.isArray(rest["Resources"])) return rest;
  return { ...rest, Resources: rest["Resources"].map((resource) => withoutMembers({ ...resource })) };
}

/** The URL that the real server is asked instead, so that paging fails the way the switch says. */
export function listTarget(faults: Faults, url: URL): URL {
  const target = new URL(url);
  if (url.searchParams.has("filter")) return target;
  const { searchParams } = target;
  if (faults.paging === "loop") searchParams.set("startIndex", "1");
  if (faults.paging === "ignored") {
    searchParams.set("startIndex", "1");
    searchParams.set("count", "100");
  }
  if (faults.paging === "cursor") {
    searchParams.set("startIndex", searchParams.get("cursor") || "1");
    searchParams.delete("cursor");
  }
  return target;
}

function bendPage(faults: Faults, url: URL, body: Record<string, unknown>): Record<string, unknown> {
  const total = Number(body["totalResults"]);
  if (faults.paging === "total-mismatch") return { ...body, totalResults: total + 3 };
  if (faults.paging !== "cursor") return body;
  const { startIndex: _index, ...page } = body;
  const received = Array.isArray(page["Resources"]) ? page["Resources"].length : 0;
  const next = Number(url.searchParams.get("cursor") || "1") + received;
  return next > total || received === 0 ? page : { ...page, nextCursor: String(next) };
}
