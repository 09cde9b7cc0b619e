import { expect, test } from "vitest";
import type { View } from "#src/app.ts";
import { explain } from "#src/commands/explain/explain.ts";
import type { Planned } from "#src/commands/explain/explanation.ts";
import { findSubject } from "#src/commands/explain/find.ts";
import { toEntraId } from "#src/model/ids.ts";
import type { ResourceData } from "#src/model/target-path.ts";
import { toSteps } from "#src/scim/patch.ts";
import { toBody } from "#src/scim/resource.ts";
import { createRandom } from "#test/sandbox/random.ts";
import { openView } from "./view.ts";
import { createWorld, type World } from "./world.ts";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ROUNDS = 5;
const PEOPLE_PER_ROUND = 16;

const MAPPINGS = [
  { target: "userName", source: "userPrincipalName" },
  { target: "active", expression: "Not([IsSoftDeleted])" },
  { target: "displayName", source: "displayName" },
  { target: "title", source: "jobTitle" },
  { target: 'emails[type eq "work"].value', source: "mail" },
  { target: 'phoneNumbers[type eq "work"].value', source: "telephoneNumber" },
  { target: "name.givenName", source: "givenName" },
  { target: "name.familyName", expression: 'IIF([surname] = "broken", Item(Split("a", ","), 5), [surname])' },
  { target: "externalId", source: "objectId" },
  { target: "userType", source: "employeeType", default: "Staff", apply: "create" },
  { target: "locale", expression: 'IIF([city] = "Nowhere", IgnoreAttributeFlow, [preferredLanguage])' },
];

test("what explain predicts is what the next cycle sends, whatever happens to people", async () => {
  await using world = await createWorld({
    target: "better-auth",
    people: 60,
    groups: 6,
    assignments: [],
    config: {
      users: {
        attributes: MAPPINGS,
        scope: [{ name: "Known", clauses: [{ attribute: "country", operator: "NOT EQUALS", value: "XX" }] }],
        deprovision: { unassigned: "disable", outOfScope: "delete", softDeleted: "disable", hardDeleted: "delete" },
      },
      groups: { attributes: [{ target: "displayName", source: "displayName" }], match: ["displayName"] },
    },
  });
  await using view = await openView(world);
  const [team = ""] = [...world.tenant.directory.groups.values()]
    .filter(({ members }) => members.size > 20)
    .map(({ id }) => id);
  world.tenant.directory.assign(team);
  const random = createRandom(20_261_124);
  const seen = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const touched =
      round === 0 ? [...world.tenant.directory.users.keys()].slice(0, PEOPLE_PER_ROUND) : bringBack(world);
    const turns = round === 0 ? 0 : PEOPLE_PER_ROUND;
    for (let turn = 0; turn < turns; turn += 1) touched.push(await stir(world, team, { random, turn }));
    for (const action of await compareRound(world, view, new Set(touched))) seen.add(action);
  }
  // A test that met none of these would prove little.
  expect([...seen].toSorted()).toEqual(
    ["adopt", "create", "delete", "disable", "fail", "nothing", "restore", "update"].toSorted(),
  );
}, 120_000);

/** Everybody in the recycle bin comes back. Returns their ids. */
function bringBack({ tenant }: World): string[] {
  const deleted = [...tenant.directory.users.values()].filter(({ presence }) => presence === "deleted");
  for (const { id } of deleted) tenant.directory.restore(id);
  return deleted.map(({ id }) => id);
}

/** Does something to somebody, in Entra or in the target: chance says to whom, the turn says what. Returns the id. */
async function stir(
  world: World,
  team: string,
  { random, turn }: { readonly random: ReturnType<typeof createRandom>; readonly turn: number },
): Promise<string> {
  const { directory } = world.tenant;
  const people = [...directory.users.values()].filter(({ presence }) => presence !== "purged");
  const person = random.pick(people);
  const { id, properties, presence } = person;
  if (presence === "deleted") {
    directory.hardDelete(id);
    return id;
  }
  const account = (await world.scim.users()).find((user) => user["externalId"] === id);
  const isMember = directory.groups.get(team)?.members.has(id) === true;
  const nickname = `n${random.below(1_000_000)}`;
  const deeds: readonly (() => unknown)[] = [
    () => directory.update(id, { jobTitle: `Title ${nickname}`, businessPhones: [], surname: `Sur${nickname}` }),
    () => directory.update(id, { userPrincipalName: `${nickname}@musterwerk.example`, jobTitle: null }),
    () => directory.update(id, { accountEnabled: properties["accountEnabled"] === false }),
    () => directory.update(id, { accountEnabled: properties["accountEnabled"] === false }),
    () => directory.update(id, { country: properties["country"] === "XX" ? "DE" : "XX" }),
    () => directory.update(id, { surname: properties["surname"] === "broken" ? nickname : "broken" }),
    () => directory.update(id, { city: "Nowhere", preferredLanguage: "xx-XX", employeeType: null }),
    () => directory.softDelete(id),
    () => directory.softDelete(id),
    () => directory.hardDelete(id),
    () => directory.hardDelete(id),
    () => (isMember ? directory.removeMember(team, id) : directory.addMember(team, id)),
    () => account && world.scim.ask("PATCH", `/Users/${account.id}`, patch("title", nickname)),
    () => account && world.scim.ask("DELETE", `/Users/${account.id}`),
    () => foundAccount(world, team, nickname),
  ];
  const made = await deeds[turn % deeds.length]?.();
  return typeof made === "string" ? made : id;
}

function patch(path: string, value: unknown): unknown {
  return { schemas: [PATCH], Operations: [{ op: "replace", path, value }] };
}

/** Somebody is hired who has an account already. */
async function foundAccount(world: World, team: string, nickname: string): Promise<string> {
  const userName = `${nickname}@musterwerk.example`;
  await world.scim.ask("POST", "/Users", { schemas: [USER], userName, active: true, title: "Old" });
  const id = world.tenant.directory.hire({ userPrincipalName: userName, mail: userName, country: "DE" });
  world.tenant.directory.addMember(team, id);
  return id;
}

type Predicted = {
  readonly id: string;
  readonly next: Planned;
  readonly before: ResourceData;
  readonly scimId: string;
};

/** Explains everybody who was touched, runs a cycle, and compares. Returns the actions that were predicted. */
async function compareRound(world: World, view: View, touched: ReadonlySet<string>): Promise<readonly string[]> {
  const predictions: Predicted[] = [];
  for (const id of touched) {
    const predicted = await predictOne(view, id);
    if (predicted !== undefined) predictions.push(predicted);
  }
  world.scim.requests.length = 0;
  await world.command(["--once", "--json"]);
  for (const predicted of predictions) {
    expect({ predicted, writes: writesOf(world, predicted) }).toEqual({ predicted, writes: expectedWrites(predicted) });
  }
  return predictions.map(({ next }) => next.action);
}

async function predictOne(view: View, id: string): Promise<Predicted | undefined> {
  const found = await findSubject({ lookup: view.source.lookup, state: view.state }, id, "user");
  if (found.kind !== "one") return undefined;
  const { explanation, failure } = await explain(view, found, []);
  expect(failure).toBeUndefined();
  const [known] = await view.state.readStates("user", [toEntraId(id)]);
  const scimId = known?.link?.scimId ?? explanation.match.lookups.at(-1)?.hits[0]?.scimId;
  const live = scimId === undefined ? undefined : await view.target.read("user", scimId);
  const isRead = known?.link === undefined || known.link.isStale || known.link.isBare === true;
  const before = (isRead ? live?.data : known.link?.data) ?? {};
  return { id, next: explanation.action.next, before, scimId: scimId ?? "none" };
}

type Write = { readonly method: string; readonly body: unknown };

/** What was sent for this person, without updates of an account that turned out to be gone. */
function writesOf(world: World, { id, scimId }: Predicted): readonly Write[] {
  return world.scim.requests
    .filter(({ method, path, body }) => {
      if (method === "GET") return false;
      if (method === "POST")
        return typeof body === "object" && body !== null && "externalId" in body && body.externalId === id;
      return path === `/Users/${scimId}`;
    })
    .filter(({ status }) => status !== 404)
    .map(({ method, body }) => ({ method, body }));
}

function expectedWrites({ next, before }: Predicted): readonly Write[] {
  const changes = next.changes.map(({ target, from, to }) => ({
    path: target,
    from: from ?? undefined,
    to: to ?? undefined,
  }));
  switch (next.action) {
    case "nothing":
    case "fail":
      return [];
    case "delete":
      return [{ method: "DELETE", body: undefined }];
    case "create": {
      const desired = Object.fromEntries(changes.flatMap(({ path, to }) => (to === undefined ? [] : [[path, to]])));
      return [{ method: "POST", body: toBody("user", desired) }];
    }
    default: {
      if (changes.length === 0) return [];
      const Operations = toSteps(changes, before).map(({ operation }) => operation);
      return [{ method: "PATCH", body: { schemas: [PATCH], Operations } }];
    }
  }
}
