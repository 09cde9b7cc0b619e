import type { Directory } from "./directory.ts";
import type { Resource, ScimServer } from "./scim-server.ts";

/** What the target holds, read over SCIM as any other client would; undefined where it has no such object. */
export type Mirror = {
  /** The account of an Entra user, and the group of an Entra group, by object id. */
  readonly user: (id: string) => Promise<Resource | undefined>;
  readonly group: (id: string) => Promise<Resource | undefined>;
  readonly count: () => Promise<{ readonly users: number; readonly groups: number }>;
};

/** Finds an object by name once, and reads it by its SCIM id from then on, so that it is followed through renames. */
export function createMirror(scim: ScimServer, directory: Directory): Mirror {
  const paths = new Map<string, string>();
  const read = async (id: string, folder: string, filter: readonly [attribute: string, value: unknown]) => {
    const known = paths.get(id);
    if (known !== undefined) {
      const { status, body } = await scim.ask("GET", known);
      if (status === 404) return undefined;
      if (status === 200 && isResource(body)) return body;
      throw new Error(`GET ${known} was answered with ${status}`);
    }
    const query = encodeURIComponent(`${filter[0]} eq ${JSON.stringify(filter[1])}`);
    const [found] = list((await scim.ask("GET", `${folder}?filter=${query}`)).body).filter(isResource);
    if (found !== undefined) paths.set(id, `${folder}/${found.id}`);
    return found;
  };
  const total = async (folder: string): Promise<number> => {
    const { body } = await scim.ask("GET", `${folder}?startIndex=1&count=1`);
    return isObject(body) ? Number(body["totalResults"]) : 0;
  };
  return {
    user: (id) => read(id, "/Users", ["userName", directory.users.get(id)?.properties["userPrincipalName"]]),
    group: (id) => read(id, "/Groups", ["displayName", directory.groups.get(id)?.properties["displayName"]]),
    count: async () => ({ users: await total("/Users"), groups: await total("/Groups") }),
  };
}

/** SCIM ids of a group's members. */
export function memberIds(group: Resource | undefined): readonly string[] {
  return entries(group?.["members"]).map((member) => String(member["value"]));
}

/** The objects of a multi-valued attribute. */
export function entries(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(body: unknown): readonly unknown[] {
  return isObject(body) && Array.isArray(body["Resources"]) ? body["Resources"] : [];
}

function isResource(value: unknown): value is Resource {
  return isObject(value) && typeof value["id"] === "string";
}
