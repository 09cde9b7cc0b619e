import type { AttributeChange, TargetResource } from "../model/change.ts";
import type { SyncError } from "../model/errors.ts";
import type { Kind, ScimId } from "../model/ids.ts";
import { isSatisfied } from "../model/same-value.ts";
import { toPath } from "../model/target-path.ts";
import type { Attributes } from "../model/value.ts";
import type { Log } from "../log.ts";
import type { RefusedAttribute, WrittenResource } from "../sync/ports.ts";
import type { ScimClient } from "./client.ts";
import { hasCode, scimTypeOf, unexpectedResponse } from "./errors.ts";
import { ENDPOINT } from "./pages.ts";
import {
  afterNoTarget,
  afterOverwriting,
  applyChanges,
  rebase,
  takesAway,
  toPatchBody,
  toSteps,
  type Step,
} from "./patch.ts";
import { textsOf, toBody, toResource } from "./resource.ts";

export type Writer = {
  readonly create: (kind: Kind, desired: Attributes) => Promise<WrittenResource>;
  readonly update: (
    kind: Kind,
    current: TargetResource,
    changes: readonly AttributeChange[],
  ) => Promise<WrittenResource>;
};

type Context = {
  readonly client: ScimClient;
  readonly log: Log;
  readonly managed: Readonly<Record<Kind, readonly string[]>>;
  readonly read: (kind: Kind, id: ScimId) => Promise<TargetResource | undefined>;
  /** Attributes that the service does not have, with what it said: left out from then on. */
  readonly unsupported: Map<string, string>;
};

// Without these an account is of no use: when one of them is refused, so is the whole account. externalId is among them
// because services recognise a returning person by it, and answer 409 when it is missing then.
const REQUIRED = /^(?:userName|displayName|active|externalId|emails\b.*|name\b.*)$/i;
const UNKNOWN_ATTRIBUTE = new Set(["invalidpath", "invalidsyntax"]);
const MOST_NAMED = 3;

/** Creates what writes single resources. It remembers, as long as it lives, which attributes the service does not have. */
export function createWriter(deps: Omit<Context, "unsupported">): Writer {
  const context: Context = { ...deps, unsupported: new Map() };
  return {
    create: (kind, desired) => create(context, kind, desired),
    update: async (kind, resource, changes) => update(context, await onFresh(context, { kind, resource, changes })),
  };
}

/** A shared list from which something is taken has to be written as a whole: so it is read before, for nothing to be lost. */
async function onFresh(context: Context, edit: Edit): Promise<Edit> {
  if (!edit.changes.some(takesAway)) return edit;
  const resource = await context.read(edit.kind, edit.resource.id);
  if (resource === undefined) return edit;
  const changes = edit.changes.map((change) => rebase(change, resource.data));
  return { ...edit, resource, changes: changes.filter(({ from, to }) => !isSatisfied(from, to)) };
}

async function create(context: Context, kind: Kind, desired: Attributes): Promise<WrittenResource> {
  let refused = knownRefusals(context, kind, Object.keys(desired));
  for (let attempt = 0; ; attempt++) {
    const body = without(desired, refused);
    try {
      return { ...(await post(context, kind, { desired: body, all: desired })), refused };
    } catch (error) {
      if (!isAboutAttributes(error)) throw error;
      const named = attempt < MOST_NAMED ? namedPaths(error, Object.keys(body).filter(isOptional)) : [];
      if (named.length === 0) return createBare(context, { kind, desired: body, all: desired, refused, error });
      refused = [...refused, ...named.map((path) => ({ path, message: error.message }))];
      for (const path of named) remember(context, kind, { path, error });
    }
  }
}

/** Creates with the required attributes only and adds the others, which finds out the culprit. */
async function createBare(
  context: Context,
  failed: {
    readonly kind: Kind;
    readonly desired: Attributes;
    readonly all: Attributes;
    readonly refused: readonly RefusedAttribute[];
    readonly error: SyncError;
  },
): Promise<WrittenResource> {
  const optional = Object.entries(failed.desired).filter(([path]) => isOptional(path));
  if (optional.length === 0) throw failed.error;
  const bare = Object.fromEntries(Object.entries(failed.desired).filter(([path]) => !isOptional(path)));
  const created = await post(context, failed.kind, { desired: bare, all: failed.all });
  const changes = optional.map(([path, to]): AttributeChange => ({ path, from: undefined, to }));
  const completed = await send(context, { kind: failed.kind, resource: created, changes });
  return { ...completed.resource, refused: [...failed.refused, ...completed.refused] };
}

/** `all` are the attributes before some were left out: none of their values may show up in an error. */
async function post(
  context: Context,
  kind: Kind,
  { desired, all }: { readonly desired: Attributes; readonly all: Attributes },
): Promise<TargetResource> {
  const answer = await context.client({
    method: "POST",
    path: ENDPOINT[kind],
    body: toBody(kind, desired),
    secrets: textsOf(all),
  });
  const resource = answer.body === undefined ? undefined : toResource(answer.body, context.managed[kind]);
  if (resource === undefined) {
    throw unexpectedResponse("target answers to a creation without an id", { method: "POST", status: answer.status });
  }
  return resource;
}

type Edit = {
  readonly kind: Kind;
  readonly resource: TargetResource;
  readonly changes: readonly AttributeChange[];
};

async function update(context: Context, edit: Edit): Promise<WrittenResource> {
  const paths = edit.changes.map(({ path }) => path);
  const known = knownRefusals(context, edit.kind, paths);
  const left = new Set(known.map(({ path }) => path));
  const changes = edit.changes.filter(({ path }) => !left.has(path));
  const sent = await send(context, { ...edit, changes });
  const [first] = sent.errors;
  // Everything refused, and not because the service lacks the attribute: the object cannot be brought up to date.
  const isHopeless = changes.length > 0 && sent.refused.length === changes.length;
  if (first !== undefined && isHopeless && !UNKNOWN_ATTRIBUTE.has(scimTypeOf(first))) throw first;
  return { ...sent.resource, refused: [...known, ...sent.refused] };
}

type Sent = {
  readonly resource: TargetResource;
  readonly refused: readonly RefusedAttribute[];
  readonly errors: readonly SyncError[];
};

async function send(context: Context, edit: Edit): Promise<Sent> {
  return sendSteps(context, edit, toSteps(edit.changes, edit.resource.data));
}

/** Sends the steps in one request; when it is refused because of attributes, in smaller ones until the culprits are left. */
async function sendSteps(context: Context, edit: Edit, steps: readonly Step[]): Promise<Sent> {
  const [first] = steps;
  if (first === undefined) return { resource: edit.resource, refused: [], errors: [] };
  try {
    const resource = await patch(context, edit, steps);
    return await sendSteps(context, { ...edit, resource }, afterOverwriting(steps, resource.data));
  } catch (error) {
    if (!isAboutAttributes(error)) throw error;
    if (steps.length === 1) return sendOther(context, edit, { step: first, error });
    return sendParts(context, edit, splitUp(steps, error));
  }
}

async function sendParts(context: Context, edit: Edit, parts: readonly (readonly Step[])[]): Promise<Sent> {
  let sent: Sent = { resource: edit.resource, refused: [], errors: [] };
  for (const part of parts) {
    const next = await sendSteps(context, { ...edit, resource: sent.resource }, part);
    sent = {
      resource: next.resource,
      refused: [...sent.refused, ...next.refused],
      errors: [...sent.errors, ...next.errors],
    };
  }
  return sent;
}

function splitUp(steps: readonly Step[], error: SyncError): readonly (readonly Step[])[] {
  const named = new Set(
    namedPaths(
      error,
      steps.map(({ operation }) => operation.path),
    ),
  );
  const suspects = steps.filter(({ operation }) => named.has(operation.path));
  const rest = steps.filter(({ operation }) => !named.has(operation.path));
  if (suspects.length > 0 && rest.length > 0) return [rest, suspects];
  const middle = Math.ceil(steps.length / 2);
  return [steps.slice(0, middle), steps.slice(middle)];
}

/** One step that was refused alone: the element is perhaps not there, else the service does not take the value. */
async function sendOther(
  context: Context,
  edit: Edit,
  failed: { readonly step: Step; readonly error: SyncError },
): Promise<Sent> {
  const { step, error } = failed;
  if (scimTypeOf(error) === "notarget") {
    const other = afterNoTarget(step);
    if (other === undefined) {
      const data = applyChanges(step.changes, edit.resource.data);
      return { resource: { ...edit.resource, data }, refused: [], errors: [] };
    }
    if (other.operation.path !== step.operation.path) return sendSteps(context, edit, [other]);
  }
  const paths = step.changes.map(({ path }) => path);
  for (const path of paths) remember(context, edit.kind, { path, error });
  const refused = paths.map((path) => ({ path, message: error.message }));
  return { resource: edit.resource, refused, errors: [error] };
}

async function patch(context: Context, edit: Edit, steps: readonly Step[]): Promise<TargetResource> {
  const { kind, resource } = edit;
  const changes = steps.flatMap((step) => step.changes);
  const answer = await context.client({
    method: "PATCH",
    path: `${ENDPOINT[kind]}/${encodeURIComponent(resource.id)}`,
    body: toPatchBody(steps),
    secrets: edit.changes.flatMap(({ from, to }) => [...textsOf(from), ...textsOf(to)]),
  });
  if (answer.body === undefined) return { ...resource, data: applyChanges(changes, resource.data) };
  const answered = toResource(answer.body, context.managed[kind]);
  if (answered === undefined) {
    throw unexpectedResponse("target answers to a change without an id", { method: "PATCH", status: answer.status });
  }
  return answered;
}

/** True for a refusal that may concern single attributes only. */
function isAboutAttributes(error: unknown): error is SyncError {
  const status = hasCode(error, "rejected") ? error.details["status"] : undefined;
  return status === 400 || status === 422;
}

function isOptional(path: string): boolean {
  return !REQUIRED.test(path);
}

/** Those of `paths` that the service names in its message: the longest name that occurs there. */
function namedPaths(error: SyncError, paths: readonly string[]): readonly string[] {
  const detail = String(error.details["detail"] ?? "").toLowerCase();
  const names = paths
    .flatMap((text) => namesOf(text).map((name) => ({ text, name: name.toLowerCase() })))
    .filter(({ name }) => isNamed(detail, name));
  const longest = Math.max(...names.map(({ name }) => name.length));
  return [...new Set(names.filter(({ name }) => name.length === longest).map(({ text }) => text))];
}

function namesOf(text: string): readonly string[] {
  const { attribute, subAttribute, filter } = toPath(text);
  if (subAttribute === undefined) return [text, attribute];
  return filter === undefined ? [text, `${attribute}.${subAttribute}`] : [text, attribute];
}

function isNamed(detail: string, name: string): boolean {
  const at = detail.indexOf(name);
  return at >= 0 && !/[\w-]/.test(detail.charAt(at - 1)) && !/[\w-]/.test(detail.charAt(at + name.length));
}

function knownRefusals(context: Context, kind: Kind, paths: readonly string[]): readonly RefusedAttribute[] {
  return paths.flatMap((path) => {
    const message = context.unsupported.get(`${kind} ${path}`);
    return message === undefined ? [] : [{ path, message }];
  });
}

function remember(context: Context, kind: Kind, refusal: { readonly path: string; readonly error: SyncError }): void {
  const { path, error } = refusal;
  const key = `${kind} ${path}`;
  if (!UNKNOWN_ATTRIBUTE.has(scimTypeOf(error)) || !isOptional(path) || context.unsupported.has(key)) return;
  context.unsupported.set(key, error.message);
  context.log.warn({ kind, attribute: path }, "target does not have this attribute; it is left out from now on");
}

function without(desired: Attributes, refused: readonly RefusedAttribute[]): Attributes {
  const left = new Set(refused.map(({ path }) => path));
  return Object.fromEntries(Object.entries(desired).filter(([path]) => !left.has(path)));
}
