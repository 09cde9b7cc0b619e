import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { ScimServer } from "#test/sandbox/scim-server.ts";
import { actualState, expectedState } from "./expected.ts";
import { createWorld, type World } from "./world.ts";

async function createCrashWorld(target: ScimServer["kind"]): Promise<World> {
  // Slow enough that a kill falls into the middle of the initial cycle.
  return createWorld({ target, scope: "all", people: 200, groups: 8, config: { target: { rateLimit: "120/s" } } });
}

async function untilUsers(world: World, count: number): Promise<void> {
  await expect
    .poll(() => world.scim.requests.filter((request) => request.method === "POST").length, { timeout: 60_000 })
    .toBeGreaterThan(count);
}

async function redisPid(world: World): Promise<number> {
  const directory = `${world.directory}/data`;
  const lock = (await readdir(directory)).find((name) => /^redis-.*\.lock$/u.test(name));
  const { redis } = JSON.parse(await readFile(`${directory}/${lock}`, "utf8"));
  return redis.pid;
}

function duplicates(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

async function expectDone(world: World): Promise<void> {
  const expected = expectedState(world, "all");
  await expect
    .poll(async () => Object.keys((await actualState(world.scim)).users).length, { timeout: 90_000, interval: 500 })
    .toBe(Object.keys(expected.users).length);
  await expect
    .poll(async () => (await actualState(world.scim)).groups, { timeout: 60_000, interval: 500 })
    .toEqual(expected.groups);
  const actual = await actualState(world.scim);
  expect(actual.users).toEqual(expected.users);
  const names = (await world.scim.users()).map((user) => String(user["userName"]).toLowerCase());
  expect(duplicates(names)).toEqual([]);
  const deletions = world.scim.requests.filter((request) => request.method === "DELETE");
  expect(deletions).toEqual([]);
}

describe.for(["better-auth", "scimmy"] as const)("kill -9 in the middle of an initial cycle to %s", (target) => {
  it("loses nothing and creates nobody twice when the daemon dies and is started again", async () => {
    await using world = await createCrashWorld(target);
    const first = world.start();
    await untilUsers(world, 60);
    expect(await first.stop("SIGKILL")).toBe("SIGKILL");

    const second = world.start();
    await expectDone(world);
    expect(await second.stop()).toBe(0);
  });

  it("loses nothing when Redis dies", async () => {
    await using world = await createCrashWorld(target);
    const daemon = world.start();
    await untilUsers(world, 60);
    process.kill(await redisPid(world), "SIGKILL");

    await expectDone(world);
    expect(await daemon.stop()).toBe(0);
  });
});

describe("kill -9 while Entra is being read", () => {
  it.for(["the daemon", "Redis"])("loses no page when %s dies", async (victim) => {
    await using world = await createWorld({ target: "better-auth", scope: "all", people: 100, groups: 6 });
    Object.assign(world.tenant.switches, { pageSize: 4, delay: 30 });
    const first = world.start();
    const pages = () => world.tenant.requests.filter((request) => request.path.endsWith("/users/delta")).length;
    await expect.poll(pages, { timeout: 60_000, interval: 10 }).toBeGreaterThan(8);
    if (victim === "Redis") process.kill(await redisPid(world), "SIGKILL");
    else await first.stop("SIGKILL");

    const daemon = victim === "Redis" ? first : world.start();
    await expectDone(world);
    expect(await daemon.stop()).toBe(0);
  });
});

describe("a daemon", () => {
  it("stops cleanly on SIGTERM in the middle of a cycle, and goes on where it was", async () => {
    await using world = await createCrashWorld("better-auth");
    const first = world.start();
    await untilUsers(world, 40);
    expect(await first.stop("SIGTERM")).toBe(0);
    const { requests } = world.scim;
    const until = requests.length;

    const second = world.start();
    await expectDone(world);
    const again = requests.slice(until).filter((request) => request.method === "POST" && request.status === 409);
    expect(again).toEqual([]);
    expect(await second.stop()).toBe(0);
  });

  it("shares the work with a second one: one cycle at a time, nobody written by both", async () => {
    await using world = await createWorld({ target: "better-auth", scope: "all", people: 120, groups: 6 });
    Object.assign(world.tenant.switches, { pageSize: 10, delay: 40 });
    const daemons = [world.start(), world.start()];
    await expectDone(world);

    // A second cycle beside the first would have begun a full round of its own.
    const fresh = world.tenant.requests.filter(
      ({ path, query }) => path.endsWith("/users/delta") && "$select" in query,
    );
    expect(fresh.length).toBe(1);
    const created = world.scim.requests.filter((request) => request.method === "POST" && request.path === "/Users");
    const names = created.map((request) => (request.body as { userName: string }).userName);
    expect(duplicates(names)).toEqual([]);
    for (const daemon of daemons) expect(await daemon.stop()).toBe(0);
  });

  it("that stops while another process follows it leaves the work to that one", async () => {
    await using world = await createCrashWorld("better-auth");
    const daemon = world.start();
    await untilUsers(world, 20);
    const following = world.run(["--resync", "--json"]);
    await untilUsers(world, 80);
    expect(await daemon.stop()).toBe(0);

    const { code, stdout, stderr } = await following;
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    await expectDone(world);
  });

  it("evaluates everybody again when the configuration changed", async () => {
    await using world = await createWorld({ target: "better-auth", scope: "all", people: 20, groups: 0 });
    await world.cycle();
    const text = await readFile(world.configFile, "utf8");
    await writeFile(world.configFile, text.replace('"source":"jobTitle"', '"constant":"Colleague"'));

    expect((await world.cycle()).users["updated"]).toBeGreaterThan(15);
    for (const user of await world.scim.users()) expect(user["title"]).toBe("Colleague");
  });

  it("serves --resync and --once of another process", async () => {
    await using world = await createWorld({ target: "better-auth", scope: "all", people: 10, groups: 2 });
    const daemon = world.start();
    await expect.poll(async () => (await world.scim.users()).length, { timeout: 30_000 }).toBeGreaterThan(5);

    const result = await world.cycle(["--resync"]);

    expect(result).toMatchObject({ kind: "reconcile", result: "ok" });
    expect(await daemon.stop()).toBe(0);
  });
});
