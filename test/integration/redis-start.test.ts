import { chmod, mkdir, readdir, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ensureRedis } from "#src/store/embedded.ts";
import { createEmbeddedWorld, log, type EmbeddedWorld } from "./embedded-world.ts";
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

describe("what keeps Redis from starting is named:", () => {
  test("no redis-server on the PATH", async () => {
    const { error } = await world.startProcess({ path: join(dataDir, "nothing") });
    expect(error).toMatch(/^ConfigError: redis-server: it is not installed; run script\/setup, .*or set REDIS_URL$/u);
    expect(await world.lockFiles()).toEqual([]);
  });

  test("a redis-server that is too old", async () => {
    const bin = join(dataDir, "bin");
    await mkdir(bin);
    await writeFile(join(bin, "redis-server"), "#!/bin/sh\necho 'Redis server v=6.0.16 sha=0 bits=64'\n", {
      mode: 0o755,
    });
    const { error } = await world.startProcess({ path: bin });
    expect(error).toMatch(/^ConfigError: redis-server: version 6\.0\.16 is too old; .*6\.2/u);
  });

  test("damaged files, with what Redis says about them", async () => {
    const first = await ensureRedis({ dataDir, log });
    const client = await world.connect(first.socket);
    await client.set("key", "value");
    await client.quit();
    await first.close();
    const folder = join(dataDir, "appendonlydir");
    const files = (await readdir(folder)).filter((name) => name.endsWith(".incr.aof"));
    for (const name of files) await writeFile(join(folder, name), "this is no append-only file\n");
    const starting = ensureRedis({ dataDir, log });
    await expect(starting).rejects.toMatchObject({ side: "store", code: "unreachable" });
    await expect(starting).rejects.toThrow(/Bad file format[\s\S]*--resync/u);
    expect(await world.lockFiles()).toEqual([]);
  });

  test("a directory of somebody else", async () => {
    const uid = vi.spyOn(process, "getuid").mockReturnValue(4711);
    await expect(ensureRedis({ dataDir, log })).rejects.toThrow(/^DATA_DIR: .* belongs to user \d+, .* as user 4711/u);
    uid.mockRestore();
  });

  test("a file in place of the directory", async () => {
    const file = join(dataDir, "file");
    await writeFile(file, "");
    await expect(ensureRedis({ dataDir: file, log })).rejects.toThrow(/^DATA_DIR: /u);
    await expect(ensureRedis({ dataDir: join(file, "below"), log })).rejects.toThrow(/ENOTDIR/u);
  });
});

test("files that end in the middle of a write are used up to there", async () => {
  const first = await ensureRedis({ dataDir, log });
  const client = await world.connect(first.socket);
  await client.set("kept", "value");
  await client.set("torn", "x".repeat(100));
  await client.quit();
  await first.close();
  const folder = join(dataDir, "appendonlydir");
  for (const name of (await readdir(folder)).filter((file) => file.endsWith(".incr.aof"))) {
    await truncate(join(folder, name), (await stat(join(folder, name))).size - 50);
  }
  await using second = await ensureRedis({ dataDir, log });
  const again = await world.connect(second.socket);
  expect(await again.mget("kept", "torn")).toEqual(["value", null]);
  await again.quit();
});

test("a directory of ours that is open to others is closed to them, and that is logged", async () => {
  await chmod(dataDir, 0o755);
  const memory = createMemoryLog("warn");
  await using redis = await ensureRedis({ dataDir, log: memory.log });
  expect(redis.isOwner).toBe(true);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  expect(memory.lines).toHaveLength(1);
});
