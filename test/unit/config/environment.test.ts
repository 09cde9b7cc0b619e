import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadEnvironment } from "#src/config/environment.ts";
import { ConfigError } from "#src/model/errors.ts";

const TENANT = "11111111-1111-1111-1111-111111111111";
const CLIENT = "22222222-2222-2222-2222-222222222222";
const ENV = {
  AZURE_TENANT_ID: TENANT,
  AZURE_CLIENT_ID: CLIENT,
  AZURE_CLIENT_SECRET: "hush-hush",
  SOSAFE_SCIM_URL: "https://scim.example.com/scim/v2",
  SOSAFE_SCIM_TOKEN: "token-of-sosafe",
};
const NO_SECRET = { ...ENV, AZURE_CLIENT_SECRET: undefined };

function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    loadEnvironment(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ where, message }) => `${where}: ${message}`);
    throw error;
  }
  return [];
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "environment-"));
  await writeFile(join(folder, "secret"), "from-a-file\n");
  await writeFile(join(folder, "empty"), "\n");
});
afterAll(() => rm(folder, { recursive: true }));

describe("loadEnvironment", () => {
  test("needs five variables and has defaults for the others", () => {
    expect(loadEnvironment(ENV)).toEqual({
      entra: {
        tenantId: TENANT,
        clientId: CLIENT,
        credential: { kind: "secret", secret: "hush-hush" },
        authorityHost: "https://login.microsoftonline.com",
        graphBaseUrl: "https://graph.microsoft.com",
      },
      scim: { baseUrl: "https://scim.example.com/scim/v2", token: "token-of-sosafe" },
      redis: undefined,
      dataDir: "./data",
      configFile: "config/bridge.yaml",
      http: { host: "127.0.0.1", port: 8080 },
      logLevel: undefined,
      logFormat: undefined,
      secrets: ["hush-hush", "token-of-sosafe"],
    });
  });

  test("takes every other variable", () => {
    const environment = loadEnvironment({
      ...ENV,
      AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us/",
      GRAPH_BASE_URL: "https://graph.microsoft.us/",
      REDIS_URL: "rediss://user:p%40ss-word@redis:6380/1",
      DATA_DIR: "/var/lib/bridge",
      CONFIG_FILE: "my.yaml",
      HTTP_HOST: "0.0.0.0",
      HTTP_PORT: "OFF",
      LOG_LEVEL: "DEBUG",
      LOG_FORMAT: "pretty",
      SMTP_URL: "smtps://ops:mail-password@mail.example.com",
    });
    expect(environment).toMatchObject({
      entra: { authorityHost: "https://login.microsoftonline.us", graphBaseUrl: "https://graph.microsoft.us" },
      redis: { url: "rediss://user:p%40ss-word@redis:6380/1" },
      dataDir: "/var/lib/bridge",
      configFile: "my.yaml",
      http: { host: "0.0.0.0", port: "off" },
      logLevel: "debug",
      logFormat: "pretty",
      smtpUrl: "smtps://ops:mail-password@mail.example.com",
      secrets: ["hush-hush", "token-of-sosafe", "p%40ss-word", "p@ss-word", "mail-password"],
    });
  });

  test("is frozen", () => {
    expect(Object.isFrozen(loadEnvironment(ENV).entra.credential)).toBe(true);
  });

  test("takes an empty variable for one that is not set", () => {
    expect(loadEnvironment({ ...ENV, REDIS_URL: "", HTTP_PORT: " ", AZURE_CLIENT_CERTIFICATE_PATH: "" })).toEqual(
      loadEnvironment(ENV),
    );
  });

  test.each([
    ["https://scim.example.com/v2/?aadOptscim062020#x", "https://scim.example.com/v2"],
    ["https://scim.example.com//", "https://scim.example.com"],
    [" https://SCIM.example.com/v2 ", "https://scim.example.com/v2"],
    ["http://localhost:3000/scim", "http://localhost:3000/scim"],
    ["http://127.0.0.1:3000/", "http://127.0.0.1:3000"],
    ["http://[::1]:3000", "http://[::1]:3000"],
  ])("cleans the SCIM address %s to %s", (given, expected) => {
    expect(loadEnvironment({ ...ENV, SOSAFE_SCIM_URL: given }).scim.baseUrl).toBe(expected);
  });
});

describe("secrets in files", () => {
  test.each(["AZURE_CLIENT_SECRET", "SOSAFE_SCIM_TOKEN"])("%s_FILE is read without the line break", (name) => {
    const environment = loadEnvironment({ ...ENV, [name]: undefined, [`${name}_FILE`]: join(folder, "secret") });
    expect(JSON.stringify([environment.entra.credential, environment.scim])).toContain('"from-a-file"');
    expect(environment.secrets).toContain("from-a-file");
  });

  test("addresses can come from files, too", async () => {
    await writeFile(join(folder, "redis"), "redis://:redis-password@redis\n");
    await writeFile(join(folder, "smtp"), "smtp://mail\n");
    const files = { REDIS_URL_FILE: join(folder, "redis"), SMTP_URL_FILE: join(folder, "smtp") };
    const environment = loadEnvironment({ ...ENV, ...files });
    expect(environment.redis?.url).toBe("redis://:redis-password@redis");
    expect(environment.smtpUrl).toBe("smtp://mail");
    expect(environment.secrets).toContain("redis-password");
  });

  test("the path of the federated token is the credential itself", () => {
    const tokenFile = join(folder, "secret");
    expect(loadEnvironment({ ...NO_SECRET, AZURE_FEDERATED_TOKEN_FILE: tokenFile }).entra.credential).toEqual({
      kind: "federated",
      tokenFile,
    });
  });

  test.each([
    ["twice", "secret", "AZURE_CLIENT_SECRET: is set, and so is AZURE_CLIENT_SECRET_FILE: set only one of them"],
    ["missing", "none", "AZURE_CLIENT_SECRET_FILE: "],
    ["empty", "empty", "AZURE_CLIENT_SECRET_FILE: "],
  ])("a secret that is %s is refused, once", (name, file, expected) => {
    const env = name === "twice" ? ENV : NO_SECRET;
    const problems = problemsOf({ ...env, AZURE_CLIENT_SECRET_FILE: join(folder, file) });
    expect(problems).toEqual([expect.stringContaining(expected)]);
  });
});

describe("the credential", () => {
  test("can be a certificate or a managed identity, which needs no client id", () => {
    const path = join(folder, "secret");
    expect(loadEnvironment({ ...NO_SECRET, AZURE_CLIENT_CERTIFICATE_PATH: path }).entra.credential).toEqual({
      kind: "certificate",
      path,
    });
    const managed = loadEnvironment({ ...NO_SECRET, AZURE_CLIENT_ID: "", AZURE_MANAGED_IDENTITY: "true" });
    expect(managed.entra).toMatchObject({ credential: { kind: "managed" }, clientId: "" });
  });

  test("has to be there", () => {
    const [problem, ...others] = problemsOf({ ...NO_SECRET, AZURE_MANAGED_IDENTITY: "false" });
    expect(others).toEqual([]);
    for (const name of ["CLIENT_SECRET", "CLIENT_CERTIFICATE_PATH", "FEDERATED_TOKEN_FILE", "MANAGED_IDENTITY"]) {
      expect(problem).toContain(`AZURE_${name}`);
    }
  });

  test("has to be one only", () => {
    expect(problemsOf({ ...ENV, AZURE_MANAGED_IDENTITY: "true" })).toEqual([
      "AZURE_CLIENT_SECRET, AZURE_MANAGED_IDENTITY: are set together; exactly one kind of credential can be used",
    ]);
  });
});

describe("a wrong variable is refused:", () => {
  test.each([
    [{ AZURE_TENANT_ID: undefined }, "AZURE_TENANT_ID: is not set"],
    [{ AZURE_TENANT_ID: "common" }, "AZURE_TENANT_ID: must be the tenant's id"],
    [{ AZURE_CLIENT_ID: undefined }, "AZURE_CLIENT_ID: is not set"],
    [{ AZURE_CLIENT_ID: "SoSafe" }, "AZURE_CLIENT_ID: must be the application (client) id, a GUID"],
    [
      { AZURE_CLIENT_CERTIFICATE_PATH: "/none", AZURE_CLIENT_SECRET: undefined },
      "AZURE_CLIENT_CERTIFICATE_PATH: /none does not exist",
    ],
    [{ AZURE_MANAGED_IDENTITY: "yes" }, "AZURE_MANAGED_IDENTITY: must be one of true, false, not yes"],
    [{ AZURE_AUTHORITY_HOST: "http://localhost" }, "AZURE_AUTHORITY_HOST: must begin with https://"],
    [{ GRAPH_BASE_URL: "http://127.0.0.1" }, "GRAPH_BASE_URL: must begin with https://"],
    [{ GRAPH_BASE_URL: "https://graph.microsoft.com/v1.0" }, "GRAPH_BASE_URL: must end after the host name"],
    [{ GRAPH_BASE_URL: "graph" }, "GRAPH_BASE_URL: is not an address"],
    [{ SOSAFE_SCIM_URL: undefined }, "SOSAFE_SCIM_URL: is not set"],
    [{ SOSAFE_SCIM_URL: "scim" }, "SOSAFE_SCIM_URL: is not an address"],
    [
      { SOSAFE_SCIM_URL: "http://scim.example.com" },
      "SOSAFE_SCIM_URL: must begin with https://; http would send the token",
    ],
    [{ SOSAFE_SCIM_URL: "http://localhost.example.com" }, "SOSAFE_SCIM_URL: must begin with https://"],
    [{ SOSAFE_SCIM_URL: "https://a:b@scim.example.com" }, "SOSAFE_SCIM_URL: must not hold a user name or password"],
    [{ SOSAFE_SCIM_TOKEN: undefined }, "SOSAFE_SCIM_TOKEN: is not set"],
    [{ SOSAFE_SCIM_TOKEN: "Bearer abc" }, "SOSAFE_SCIM_TOKEN: holds blanks"],
    [{ REDIS_URL: "localhost:6379" }, "REDIS_URL: must be an address that begins with redis:// or rediss://"],
    [{ REDIS_URL: "http://user:hidden-word@x" }, "REDIS_URL: must be an address"],
    [{ SMTP_URL: "mail" }, "SMTP_URL: must be an address that begins with smtp:// or smtps://"],
    [{ HTTP_PORT: "65536" }, "HTTP_PORT: must be a port from 0 to 65535, or off, not 65536"],
    [{ HTTP_PORT: "-1" }, "HTTP_PORT: must be a port"],
    [
      { LOG_LEVEL: "debugg" },
      "LOG_LEVEL: must be one of trace, debug, info, warn, error, fatal, silent, not debugg; did you mean debug?",
    ],
    [{ LOG_FORMAT: "xml" }, "LOG_FORMAT: must be one of json, pretty, not xml"],
  ])("%o", (change, expected) => {
    const problems = problemsOf({ ...ENV, ...change });
    expect(problems).toEqual([expect.stringContaining(expected)]);
    expect(problems.join()).not.toMatch(/hush-hush|token-of-sosafe|hidden-word|abc/);
  });

  test("and all of them at once", () => {
    const names = problemsOf({ HTTP_PORT: "x", REDIS_URL: "y" }).map((problem) => problem.split(":")[0]);
    expect(names).toEqual([
      "AZURE_CLIENT_SECRET",
      "AZURE_TENANT_ID",
      "AZURE_CLIENT_ID",
      "SOSAFE_SCIM_URL",
      "SOSAFE_SCIM_TOKEN",
      "REDIS_URL",
      "HTTP_PORT",
    ]);
  });
});

describe("commands that need neither Entra nor SoSafe", () => {
  test("get what is there and no complaint about what is not", () => {
    const environment = loadEnvironment({ CONFIG_FILE: "my.yaml" }, { need: "config" });
    expect(environment).toMatchObject({ configFile: "my.yaml", entra: undefined, scim: undefined });
    expect(loadEnvironment(ENV, { need: "config" }).entra?.tenantId).toBe(TENANT);
  });

  test("still hide a secret that stands beside a mistake", () => {
    const env = { ...ENV, AZURE_TENANT_ID: "common", SOSAFE_SCIM_URL: "x" };
    expect(loadEnvironment(env, { need: "config" }).secrets).toEqual(["hush-hush", "token-of-sosafe"]);
  });

  test("are told of other mistakes", () => {
    expect(() => loadEnvironment({ HTTP_PORT: "x" }, { need: "config" })).toThrow("HTTP_PORT: must be a port");
  });
});
