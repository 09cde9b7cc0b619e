import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { TargetResource } from "#src/model/change.ts";
import { SyncError } from "#src/model/errors.ts";
import { toScimId, type Kind, type ScimId } from "#src/model/ids.ts";
import type { Attributes, Value } from "#src/model/value.ts";
import { createLog, type Log } from "#src/log.ts";
import { createTarget } from "#src/scim/target.ts";
import type { ListPage, Target } from "#src/sync/ports.ts";
import { startScim, type ScimOptions, type ScimServer } from "#test/sandbox/scim-server.ts";

export const TOKEN = "token-9d41-of-the-target";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

export const ALL: Readonly<Record<string, Value>> = {
  userName: "anna@example.com",
  active: true,
  displayName: "Anna Bauer",
  title: "Engineer",
  'emails[type eq "work"].value': "anna@example.com",
  preferredLanguage: "de-DE",
  "name.givenName": "Anna",
  "name.familyName": "Bauer",
  "name.formatted": "Dr. Anna Bauer",
  "name.honorificPrefix": "Dr.",
  "name.honorificSuffix": "MBA",
  'addresses[type eq "work"].formatted': "Ring 1, Cologne",
  'addresses[type eq "work"].streetAddress': "Ring 1",
  'addresses[type eq "work"].locality': "Cologne",
  'addresses[type eq "work"].region': "NRW",
  'addresses[type eq "work"].postalCode': "50667",
  'addresses[type eq "work"].country': "DE",
  'phoneNumbers[type eq "work"].value': "+49 221 1",
  externalId: "anna",
  nickName: "Anni",
  userType: "Member",
  locale: "de-DE",
  timezone: "Europe/Berlin",
  [`${ENTERPRISE}:employeeNumber`]: "4711",
  [`${ENTERPRISE}:costCenter`]: "C1",
  [`${ENTERPRISE}:organization`]: "Org",
  [`${ENTERPRISE}:division`]: "Div",
  [`${ENTERPRISE}:department`]: "Dep",
};
export const MANAGED = { user: Object.keys(ALL), group: ["displayName", "externalId", "members"] };

export type Fixture = {
  readonly server: ScimServer;
  readonly target: Target;
  readonly logged: () => readonly unknown[];
};

export function createFixture(
  server: ScimServer,
  options: { timeoutMs?: number; token?: string; membersPerRequest?: number; managed?: readonly string[] } = {},
): Fixture {
  const recording = createRecordingLog();
  const target = createTarget(
    {
      baseUrl: `${server.url}/?aadOptscim062020`,
      token: options.token ?? TOKEN,
      timeoutMs: options.timeoutMs ?? 5000,
      pageSize: 100,
      membersPerRequest: options.membersPerRequest ?? 50,
      managed: { ...MANAGED, user: options.managed ?? MANAGED.user },
      version: "1.2.3",
    },
    { log: recording.log, onRequest: () => {}, limiter: { take: async () => {} } },
  );
  return { server, target, logged: recording.lines };
}

export async function failure(promise: Promise<unknown>): Promise<SyncError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SyncError)) throw new Error(`expected a SyncError, got ${inspect(error)}`);
  return error;
}

export async function readList(pages: AsyncIterable<ListPage>): Promise<{ ids: ScimId[]; isComplete: boolean }> {
  const ids: ScimId[] = [];
  let isComplete = false;
  for await (const page of pages) {
    ids.push(...page.resources.map(({ id }) => id));
    isComplete = page.isComplete;
  }
  return { ids, isComplete };
}

export function person(name: string, more: Attributes = {}): Attributes {
  return { userName: `${name}@example.com`, displayName: name, active: true, ...more };
}

export async function createMany(server: ScimServer, prefix: string, count: number): Promise<readonly ScimId[]> {
  const ids: ScimId[] = [];
  for (let index = 0; index < count; index++) {
    const userName = `${prefix}${index}@example.com`;
    const { body } = await server.ask("POST", "/Users", {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName,
      displayName: userName,
      name: { givenName: prefix, familyName: String(index) },
      emails: [{ type: "work", value: userName, primary: true }],
    });
    ids.push(toScimId(String(Object.entries(Object(body)).find(([key]) => key === "id")?.[1])));
  }
  return ids;
}

/** A real log that keeps its lines, from level info. */
export function createRecordingLog(): { readonly log: Log; readonly lines: () => readonly unknown[] } {
  const lines: unknown[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const log = createLog({ level: "info", format: "json", secrets: [], destination });
  return { log, lines: () => lines };
}

type Harness = {
  readonly server: () => ScimServer;
  /** What the adapter made by the last `renew` logged, from level info. */
  readonly logged: () => readonly unknown[];
  /** Empties the server and makes a new adapter, which manages ALL attributes or the given ones of users. */
  readonly renew: (managed?: readonly string[]) => Promise<Target>;
  readonly readBack: (id: ScimId, type?: Kind) => Promise<TargetResource>;
};

/** Runs a server for the tests of a describe block, with all faults off at the beginning of each. */
export function useScim(kind: ScimOptions["kind"]): Harness {
  let running: ScimServer | undefined;
  let fixture: Fixture | undefined;
  const server = () => running ?? fail("the server is not running");
  const current = () => fixture ?? fail("there is no adapter yet");
  beforeAll(async () => {
    running = await startScim({ kind, token: TOKEN });
  });
  afterAll(() => server().close());
  afterEach(() => server().faults.clear());
  const renew = async (managed?: readonly string[]) => {
    for (const { id } of await server().users()) await server().ask("DELETE", `/Users/${id}`);
    for (const { id } of await server().groups()) await server().ask("DELETE", `/Groups/${id}`);
    server().requests.length = 0;
    fixture = createFixture(server(), managed === undefined ? {} : { managed });
    return fixture.target;
  };
  const readBack = async (id: ScimId, type: Kind = "user") => {
    const resource = await current().target.read(type, id);
    return resource ?? fail("the resource is gone");
  };
  return { server, logged: () => current().logged(), renew, readBack };
}

function fail(message: string): never {
  throw new Error(message);
}
