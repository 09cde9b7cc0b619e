import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { createWorld, type World } from "./world.ts";

describe("bad input gets a clear message and does no harm", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ target: "better-auth", people: 5, groups: 1 });
  });
  afterAll(async () => {
    expect(world.scim.requests.filter((request) => request.method !== "GET")).toEqual([]);
    await world[Symbol.asyncDispose]();
  });

  test.for([
    ["no credentials", { AZURE_CLIENT_SECRET: undefined }, 78, /AZURE_CLIENT_SECRET/],
    ["contradictory credentials", { AZURE_MANAGED_IDENTITY: "true" }, 78, /AZURE_MANAGED_IDENTITY/],
    ["a wrong client secret", { AZURE_CLIENT_SECRET: "wrong-but-long-enough" }, 77, /secret/i],
    [
      "an unreachable Entra",
      { GRAPH_BASE_URL: "https://127.0.0.1:9", AZURE_AUTHORITY_HOST: "https://127.0.0.1:9" },
      69,
      /127\.0\.0\.1/,
    ],
    ["an unreachable SoSafe", { SOSAFE_SCIM_URL: "http://127.0.0.1:9/scim" }, 69, /127\.0\.0\.1:9|refused|reach/i],
    ["a wrong SoSafe token", { SOSAFE_SCIM_TOKEN: "not-the-right-one" }, 77, /token|401/i],
    ["http to another machine", { SOSAFE_SCIM_URL: "http://scim.example.com/v2" }, 78, /SOSAFE_SCIM_URL/],
    ["a missing configuration file", { CONFIG_FILE: "/nowhere/bridge.yaml" }, 78, /\/nowhere\/bridge\.yaml/],
    ["an unreachable Redis", { REDIS_URL: "redis://127.0.0.1:9" }, 69, /127\.0\.0\.1:9/],
  ] as const)("%s", async ([, environment, code, message]) => {
    const result = await world.run(["--once", "--json"], environment);

    expect(result.stdout + result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    expect(result.stderr).not.toMatch(/\bat .+\.ts:\d+/u);
  });

  test.for([
    ["malformed YAML", (text: string) => `${text}\n  : [`, /bridge/],
    [
      "an unknown key",
      (text: string) => text.replace('"scope":"assigned"', '"scope":"assigned","aplication":"x"'),
      /source\.aplication/,
    ],
    ["an attribute mapped twice", (text: string) => text.replace('"target":"nickName"', '"target":"title"'), /title/],
    [
      "an attribute that delta cannot select",
      (text: string) => text.replace('"source":"jobTitle"', '"source":"aboutMe"'),
      /aboutMe/,
    ],
    [
      "an unknown application",
      (text: string) => text.replace('"application":"SoSafe"', '"application":"Nobody"'),
      /Nobody/,
    ],
  ] as const)("%s", async ([, change, message]) => {
    const text = await readFile(world.configFile, "utf8");
    const changed = change(text);
    expect(changed).not.toBe(text);
    const file = `${world.directory}/bad.yaml`;
    await writeFile(file, changed);

    const result = await world.run(["--once", "--json"], { CONFIG_FILE: file });

    expect(result.stdout + result.stderr).toMatch(message);
    expect(result.code).toBe(78);
  });

  it("an unknown option, with exit code 2", async () => {
    expect((await world.run(["--resink"])).code).toBe(2);
  });

  it("a truncated answer of Entra", async () => {
    world.tenant.failNext({ count: 50, path: "/users/delta", damage: "truncate" });
    const result = await world.run(["--once", "--json"]);
    world.tenant.clearFailures();

    expect(result.code).toBe(69);
    expect(result.stdout).toMatch(/unexpected-response/);
  });
});
