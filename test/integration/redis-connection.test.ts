import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Queue, Worker } from "bullmq";
import { describe, expect, test, vi } from "vitest";
import { ConfigError } from "#src/model/errors.ts";
import { connectionOptions, connectRedis, isSupportedVersion } from "#src/store/connection.ts";
import { createCertificate, trust } from "../sandbox/certificate.ts";
import { createMemoryLog, findFreePort, startPlainRedis } from "./plain-redis.ts";

const SAFE = ["--maxmemory-policy", "noeviction"];
const PASSWORD = "p@ss/w:rd%1";

describe("a Redis of one's own", () => {
  test("is reached with the user, password and database of the address", async () => {
    await using server = await startPlainRedis([...SAFE, "--requirepass", PASSWORD]);
    const { log, lines } = createMemoryLog();
    const url = `redis://default:${encodeURIComponent(PASSWORD)}@127.0.0.1:${server.port}/3`;
    const redis = await connectRedis({ url }, log);
    await redis.set("key", "value");
    expect(await redis.client("INFO")).toMatch(/ db=3 /u);
    await redis.quit();
    expect(lines).toEqual([]);
  });

  test.each([
    ["a wrong password", "redis://:wrong-secret@127.0.0.1"],
    ["no password", "redis://127.0.0.1"],
  ])("refuses %s at once, and the message holds no password", async (_name, base) => {
    await using server = await startPlainRedis([...SAFE, "--requirepass", PASSWORD]);
    const { log, lines } = createMemoryLog();
    const started = Date.now();
    const error: unknown = await connectRedis({ url: `${base}:${server.port}` }, log).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: "SyncError", side: "store", code: "unauthorized", retry: { kind: "halt" } });
    expect(String(error)).toContain(`127.0.0.1:${server.port}`);
    expect(String(error) + lines.join("")).not.toContain("wrong-secret");
    expect(Date.now() - started).toBeLessThan(5000);
  });

  test("that does not answer is reported as unreachable with host and port, without the password", async () => {
    const port = await findFreePort();
    const { log, lines } = createMemoryLog();
    const url = `redis://user:hidden-word@localhost:${port}`;
    const error: unknown = await connectRedis({ url, timeoutMs: 500 }, log).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: "SyncError", side: "store", code: "unreachable" });
    expect(String(error)).toContain(`localhost:${port}`);
    expect(String(error)).toContain("ECONNREFUSED");
    expect(String(error) + lines.join("")).not.toContain("hidden-word");
  });

  test("that starts a little later is waited for", async () => {
    const port = await findFreePort();
    const connecting = connectRedis({ url: `redis://127.0.0.1:${port}` }, createMemoryLog().log);
    await using server = await startPlainRedis(SAFE, { port });
    const redis = await connecting;
    expect(redis.options.port).toBe(server.port);
    expect(await redis.ping()).toBe("PONG");
    await redis.quit();
  });

  test("whose policy evicts keys is warned about", async () => {
    await using server = await startPlainRedis(["--maxmemory-policy", "allkeys-lru"]);
    const { log, lines } = createMemoryLog();
    const redis = await connectRedis({ url: `redis://127.0.0.1:${server.port}` }, log);
    await redis.quit();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"level":"warn"');
    expect(lines[0]).toContain("noeviction");
  });

  test("that goes away and comes back is logged once each, and commands in between are kept", async () => {
    const first = await startPlainRedis(SAFE);
    const { log, lines } = createMemoryLog();
    const redis = await connectRedis({ url: `redis://127.0.0.1:${first.port}` }, log);
    let attempts = 0;
    redis.on("reconnecting", () => (attempts += 1));
    await first[Symbol.asyncDispose]();
    await vi.waitUntil(() => attempts >= 3, { timeout: 10_000 });
    const waiting = redis.set("key", "value");
    await using second = await startPlainRedis(SAFE, { port: first.port });
    expect(await waiting).toBe("OK");
    expect(second.port).toBe(first.port);
    await redis.quit();
    expect(lines.map((line) => /"level":"(\w+)"/u.exec(line)?.[1])).toEqual(["error", "info"]);
  });
});

describe("a Redis behind TLS", () => {
  test("is refused until its authority is trusted, then used by connections of ours and of BullMQ", async () => {
    const certificate = await createCertificate();
    const folder = join(certificate.caFile, "..");
    const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    await writeFile(certFile, certificate.cert);
    await writeFile(keyFile, certificate.key);
    const tlsOptions = ["--tls-cert-file", certFile, "--tls-key-file", keyFile, "--tls-auth-clients", "no"];
    await using server = await startPlainRedis([...SAFE, ...tlsOptions], { usesTls: true });
    const { log } = createMemoryLog();
    const address = { url: `rediss://localhost:${server.port}` };

    await expect(connectRedis(address, log)).rejects.toMatchObject({ code: "unreachable", message: /certificate/u });

    trust(certificate.ca);
    const redis = await connectRedis(address, log);
    expect(await redis.ping()).toBe("PONG");
    const connection = connectionOptions(address);
    const queue = new Queue("tls", { connection });
    const worker = new Worker("tls", async (job) => `done ${job.name}`, { connection });
    const finished = new Promise((resolve) => worker.once("completed", (_job, result) => resolve(result)));
    await queue.add("one", {});
    expect(await finished).toBe("done one");
    await worker.close();
    await queue.close();
    await redis.quit();
    await certificate.remove();
  });
});

describe("an address", () => {
  test.each(["http://host", "redis:6379", "host:6379", "redis://", "redis://host/zero", "redis://u:hidden@h:99999999"])(
    "%s is refused as a mistake in REDIS_URL that does not repeat it",
    (url) => {
      expect(() => connectionOptions({ url })).toThrow(ConfigError);
      expect(() => connectionOptions({ url })).toThrow(/^REDIS_URL: must look like/u);
      expect(() => connectionOptions({ url })).not.toThrow(/hidden/u);
    },
  );

  test("with a query is refused rather than half understood", () => {
    expect(() => connectionOptions({ url: "redis://host?ssl=true" })).toThrow(/no query/u);
  });

  test.each([
    ["redis://host", { host: "host", port: 6379, db: 0 }],
    ["redis://[::1]:7000/2", { host: "::1", port: 7000, db: 2 }],
    ["rediss://name:9", { host: "name", port: 9, tls: { servername: "name" } }],
    ["rediss://10.0.0.1", { host: "10.0.0.1", tls: {} }],
    ["redis://:a%40b@host", { password: "a@b" }],
  ])("%s becomes what ioredis and BullMQ take", (url, expected) => {
    expect(connectionOptions({ url })).toMatchObject({ ...expected, maxRetriesPerRequest: null });
  });

  test("of a socket becomes its path", () => {
    expect(connectionOptions({ socket: "/run/redis.sock" })).toMatchObject({ path: "/run/redis.sock" });
  });
});

test.each([
  ["6.0.16", false],
  ["5.0.14", false],
  ["6.2.0", true],
  ["7.0.15", true],
  ["10.0.0", true],
])("version %s is supported: %s", (version, expected) => {
  expect(isSupportedVersion(version)).toBe(expected);
});
