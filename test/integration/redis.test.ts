import { readdir, rm, stat, symlink, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ensureRedis } from "#src/store/embedded.ts";
import { markProcess } from "#src/store/process-mark.ts";
import { probe } from "#src/store/redis-process.ts";
import {
  createEmbeddedWorld,
  end,
  findServers,
  isDead,
  kill,
  log,
  pidOf,
  type EmbeddedWorld,
} from "./embedded-world.ts";
import { createMemoryLog } from "./plain-redis.ts";

let world: EmbeddedWorld;
let dataDir: string;

beforeEach(async () => {
  world = await createEmbeddedWorld();
  dataDir = world.dataDir;
});

afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

describe("the embedded Redis", () => {
  test("listens on a socket of its own directory only, with every write kept and nothing evicted", async () => {
    const ours = join(dataDir, "made by us", "data");
    await using redis = await ensureRedis({ dataDir: ours, log });
    expect(redis.isOwner).toBe(true);
    expect((await stat(ours)).mode & 0o777).toBe(0o700);
    expect((await stat(redis.socket)).mode & 0o777).toBe(0o700);
    const client = await world.connect(redis.socket);
    expect(await client.config("GET", "port", "appendonly", "appendfsync", "maxmemory-policy", "save")).toEqual(
      expect.arrayContaining(["0", "yes", "everysec", "noeviction", ""]),
    );
    await client.quit();
  });

  test("keeps its data over a clean stop, which leaves no process, lock or socket", async () => {
    const first = await ensureRedis({ dataDir, log });
    const client = await world.connect(first.socket);
    const pid = await pidOf(client);
    await client.set("key", "value");
    await client.quit();
    await first.close();
    expect(await isDead(pid)).toBe(true);
    expect(await readdir(dataDir)).toEqual(["appendonlydir"]);

    await using second = await ensureRedis({ dataDir, log });
    const again = await world.connect(second.socket);
    expect(await again.get("key")).toBe("value");
    await again.quit();
  });

  test("is started again with its data when it is killed, and connections find it by themselves", async () => {
    const memory = createMemoryLog("info");
    await using redis = await ensureRedis({ dataDir, log: memory.log });
    const client = await world.connect(redis.socket);
    const pid = await pidOf(client);
    await client.set("key", "value");
    kill(pid, "SIGKILL");
    await vi.waitUntil(() => isDead(pid));
    expect(await client.get("key")).toBe("value");
    expect(await pidOf(client)).not.toBe(pid);
    expect(memory.lines.filter((line) => line.includes('"level":"error"'))).toHaveLength(1);
    await client.quit();
  });

  test("is shared by a second process, which leaves it running", async () => {
    await using redis = await ensureRedis({ dataDir, log });
    const other = await world.startProcess();
    expect(other).toMatchObject({ socket: redis.socket, isOwner: false });
    expect(await findServers(redis.socket)).toHaveLength(1);
    await end(other.child, "SIGTERM");
    expect(await probe(redis.socket)).toBe("ready");
    expect(redis.isOwner).toBe(true);
  });

  test("is started once when many ask at the same time", async () => {
    const started = await Promise.all(Array.from({ length: 5 }, () => world.startProcess()));
    expect(started.map((one) => one.error)).toEqual(["", "", "", "", ""]);
    expect(started.filter((one) => one.isOwner)).toHaveLength(1);
    const socket = started[0]?.socket ?? "";
    expect(await findServers(socket)).toHaveLength(1);
    await Promise.all(started.map((one) => end(one.child, "SIGTERM")));
    // Whoever was last had nobody left to hand over to, unless all went in the same instant; the next start settles it.
    await (await ensureRedis({ dataDir, log })).close();
    expect(await findServers(socket)).toHaveLength(0);
  });

  test("outlives an owner that is killed, and its next user takes it over and stops it", async () => {
    const owner = await world.startProcess();
    expect(owner.isOwner).toBe(true);
    const client = await world.connect(owner.socket);
    const pid = await pidOf(client);
    await client.set("key", "value");
    await end(owner.child, "SIGKILL");

    const next = await ensureRedis({ dataDir, log });
    expect(next.isOwner).toBe(true);
    expect(await pidOf(client)).toBe(pid);
    expect(await client.get("key")).toBe("value");
    await client.quit();
    await next.close();
    expect(await isDead(pid)).toBe(true);
    expect(await world.lockFiles()).toEqual([]);
  });

  test("ends with an owner that crashes, its data complete", async () => {
    const owner = await world.startProcess();
    const client = await world.connect(owner.socket);
    const pid = await pidOf(client);
    await client.set("key", "value");
    await client.quit();
    owner.child.stdin?.write("crash\n");
    await vi.waitUntil(() => isDead(pid), { timeout: 10_000 });
    await using next = await ensureRedis({ dataDir, log });
    const again = await world.connect(next.socket);
    expect(await again.get("key")).toBe("value");
    await again.quit();
  });

  test("stays for those who still use it when its owner ends, and the last of them stops it", async () => {
    const owner = await world.startProcess();
    const guest = await ensureRedis({ dataDir, log });
    expect(guest.isOwner).toBe(false);
    const client = await world.connect(guest.socket);
    const pid = await pidOf(client);
    await end(owner.child, "SIGTERM");
    expect(await pidOf(client)).toBe(pid);
    expect(await world.lockFiles()).toHaveLength(1);
    await client.quit();
    await guest.close();
    expect(await isDead(pid)).toBe(true);
    expect(await world.lockFiles()).toEqual([]);
  });

  test("is started by a guest when owner and Redis are both killed", async () => {
    const owner = await world.startProcess();
    await using guest = await ensureRedis({ dataDir, log });
    const client = await world.connect(guest.socket);
    await client.set("key", "value");
    const pid = await pidOf(client);
    await end(owner.child, "SIGKILL");
    kill(pid, "SIGKILL");
    await vi.waitUntil(() => isDead(pid));
    expect(await client.get("key")).toBe("value");
    expect(guest.isOwner).toBe(true);
    await client.quit();
  });

  test("is not started twice when the lock file is lost, and the owner writes the file again", async () => {
    await using redis = await ensureRedis({ dataDir, log });
    for (const name of await world.lockFiles()) await unlink(join(dataDir, name));
    const other = await world.startProcess();
    expect(await findServers(redis.socket)).toHaveLength(1);
    await end(other.child, "SIGTERM");
    expect(await probe(redis.socket)).toBe("ready");
    await vi.waitUntil(async () => (await world.lockFiles()).length > 0, { timeout: 5000 });
  });

  test("whose socket is deleted after its owner was killed is ended before another opens its files", async () => {
    const owner = await world.startProcess();
    const client = await world.connect(owner.socket);
    await client.set("key", "value");
    const pid = await pidOf(client);
    client.disconnect();
    await end(owner.child, "SIGKILL");
    await unlink(owner.socket);
    await using redis = await ensureRedis({ dataDir, log });
    expect(await isDead(pid)).toBe(true);
    const again = await world.connect(redis.socket);
    expect(await again.get("key")).toBe("value");
    await again.quit();
  });

  test("takes over the lock of a process whose number has been given to another one", async () => {
    const claim = { owner: { pid: process.pid, start: "1", space: markProcess(process.pid).space }, redis: null };
    await writeFile(join(dataDir, "redis-old.lock"), JSON.stringify(claim));
    await using redis = await ensureRedis({ dataDir, log });
    expect(redis.isOwner).toBe(true);
    expect(await world.lockFiles()).toHaveLength(1);
  });

  test("takes over the lock of a container that has gone, but not of one that still shows life", async () => {
    const file = join(dataDir, "redis-elsewhere.lock");
    await writeFile(file, JSON.stringify({ owner: { pid: 1, start: "1", space: "elsewhere" }, redis: null }));
    await expect(ensureRedis({ dataDir, log, waitMs: 200 })).rejects.toMatchObject({
      side: "store",
      code: "unreachable",
    });
    await using redis = await ensureRedis({ dataDir, log });
    expect(redis.isOwner).toBe(true);
  });

  test("has its socket elsewhere, in a private directory, when the path is too deep for one", async () => {
    const deep = join(dataDir, "d".repeat(60), "e".repeat(60));
    const redis = await ensureRedis({ dataDir: deep, log });
    expect(redis.socket.length).toBeLessThan(104);
    expect((await stat(dirname(redis.socket))).mode & 0o777).toBe(0o700);
    expect(await readdir(deep)).toContain("appendonlydir");
    const other = await world.startProcess({ directory: deep });
    expect(other).toMatchObject({ socket: redis.socket, isOwner: false });
    await end(other.child, "SIGTERM");
    await redis.close();

    await rm(dirname(redis.socket), { recursive: true });
    await symlink(dataDir, dirname(redis.socket));
    await expect(ensureRedis({ dataDir: deep, log })).rejects.toThrow(/^DATA_DIR: .*not a private directory/u);
    await unlink(dirname(redis.socket));
  });
});
