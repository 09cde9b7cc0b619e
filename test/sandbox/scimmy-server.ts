import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import express from "express";
import { Config, Resources, Schemas, Types } from "scimmy";
import { SCIMMYRouters } from "scimmy-routers";
import type { RealServer } from "./scim-server.ts";

// scimmy speaks the protocol; what it does not have is storage, and that is all there is here. Resources are declared
// once per process, so the rows of each server travel in the context that the routers hand to every handler.

type Row = Record<string, unknown> & { readonly id: string; readonly userName: string; readonly displayName: string };
type Rows = Map<string, Row>;
type Store = { readonly User: Rows; readonly Group: Rows };

/** The request listener of a scimmy server with its own empty storage. */
export function createScimmyListener(options: { readonly token: string }): RealServer {
  declareResources();
  const store: Store = { User: new Map(), Group: new Map() };
  const app = express();
  app.set("query parser", parseQuery);
  app.use("/scim/v2", createRouters(options.token, store));
  return { listener: app satisfies RequestListener, path: "/scim/v2" };
}

function createRouters(token: string, store: Store): unknown {
  return new SCIMMYRouters({
    type: "bearer",
    handler: (request: { header: (name: string) => string | undefined }) => {
      if (request.header("authorization") !== `Bearer ${token}`) throw new Error("wrong token");
      return "bridge";
    },
    context: () => store,
  });
}

// scimmy honours startIndex and count only when they are numbers, and Express's own parser gives it strings.
function parseQuery(text: string): Record<string, string | number> {
  return Object.fromEntries(
    [...new URLSearchParams(text)].map(([name, value]) => {
      const isNumber = (name === "startIndex" || name === "count") && /^-?\d+$/.test(value);
      return [name, isNumber ? Number(value) : value];
    }),
  );
}

function declareResources(): void {
  if (Resources.declared("User")) return;
  const users = createHandlers("User", "userName");
  Resources.declare(Resources.User);
  Resources.User.ingress(users.ingress).egress(users.egress).degress(users.degress);
  const groups = createHandlers("Group", "displayName");
  Resources.declare(Resources.Group);
  Resources.Group.ingress(groups.ingress).egress(groups.egress).degress(groups.degress);
  Resources.User.extend(Schemas.EnterpriseUser, false);
  Schemas.User.definition.extend(createExtension(), false);
  Config.set({ patch: true, filter: { supported: true, maxResults: 100 }, sort: true });
}

/** The URN of an extension that only this server has; a resource may do without it. */
export const ACME = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";

function createExtension() {
  return new Types.SchemaDefinition("AcmeUser", ACME, "What Acme knows of its people", [
    new Types.Attribute("string", "gender", { description: "How the person is addressed." }),
    new Types.Attribute("string", "degree", { description: "Academic degree." }),
    new Types.Attribute("string", "languages", { multiValued: true, description: "Languages that the person speaks." }),
  ]);
}

type Asked = { readonly id?: string; readonly filter?: { match: (rows: Row[]) => Row[] } };

function createHandlers(kind: keyof Store, unique: string) {
  return {
    ingress: (asked: Asked, data: unknown, store: Store): Row => save(store[kind], unique, { id: asked.id, data }),
    egress: (asked: Asked, store: Store): Row | Row[] => {
      if (asked.id) return find(store[kind], asked.id);
      const all = [...store[kind].values()];
      return asked.filter ? asked.filter.match(all.map(withFullNames)).map(({ id }) => find(store[kind], id)) : all;
    },
    degress: (asked: Asked, store: Store): void => {
      if (!store[kind].delete(asked.id ?? "")) throw missing(asked.id);
    },
  };
}

// In a filter of scimmy an attribute of an extension has its full name, and storage is expected to know that.
function withFullNames(row: Row): Row {
  const extensions = Object.entries(row).filter(([name]) => name.startsWith("urn:"));
  const names = extensions.flatMap(([urn, values]) =>
    Object.entries(Object(values)).map(([name, value]) => [`${urn}:${name}`, value] as const),
  );
  return { ...row, ...Object.fromEntries(names) };
}

function save(rows: Rows, unique: string, request: { id: string | undefined; data: unknown }): Row {
  const plain: Row = JSON.parse(JSON.stringify(request.data));
  const key = textOf(plain[unique]);
  const isTaken = [...rows.values()].some((row) => row.id !== request.id && textOf(row[unique]) === key);
  if (isTaken) throw new Types.Error(409, "uniqueness", `${unique} is already in use`);
  const now = new Date().toISOString();
  const old = request.id === undefined ? undefined : find(rows, request.id);
  const row = {
    ...plain,
    id: request.id ?? randomUUID(),
    meta: { created: createdOf(old) ?? now, lastModified: now },
  };
  rows.set(row.id, row);
  return row;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value.toLowerCase() : undefined;
}

function createdOf(row: Row | undefined): unknown {
  const meta = row?.["meta"];
  return typeof meta === "object" && meta !== null && "created" in meta ? meta.created : undefined;
}

function find(rows: Rows, id: string): Row {
  const row = rows.get(id);
  if (row === undefined) throw missing(id);
  return row;
}

function missing(id: string | undefined): Error {
  return new Types.Error(404, "", `Resource ${id} not found`);
}
