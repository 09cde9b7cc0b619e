import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { trust } from "#test/sandbox/certificate.ts";
import { startTenant, type Tenant } from "#test/sandbox/tenant.ts";

let tenant: Tenant;

beforeAll(async () => {
  tenant = await startTenant({ people: 6, groups: 2 });
  trust(tenant.caCertificate);
});
afterAll(() => tenant.close());

const control = async (action: string, body: object = {}) => {
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(`${tenant.url}/control/${action}`, init);
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, answer };
};

describe("/control", () => {
  it("carries a person from hiring to purging, by user principal name", async () => {
    const user = "neu@musterwerk.example";
    const { answer } = await control("hire", { userPrincipalName: user, displayName: "Neu Ling" });
    const id = String(answer["id"]);
    const now = () => tenant.directory.users.get(id);
    expect(now()?.properties["displayName"]).toBe("Neu Ling");
    await control("update", { user, properties: { jobTitle: "Lehrling" } });
    expect(now()?.properties["jobTitle"]).toBe("Lehrling");
    await control("disable", { user });
    expect(now()?.properties["accountEnabled"]).toBe(false);
    await control("enable", { user });
    expect(now()?.properties["accountEnabled"]).toBe(true);
    await control("softDelete", { user });
    expect(now()?.presence).toBe("deleted");
    await control("restore", { user });
    expect(now()?.presence).toBe("active");
    await control("hardDelete", { user });
    expect(now()?.presence).toBe("purged");
  });

  it("carries a group with members and assignment", async () => {
    const [member = ""] = tenant.directory.users.keys();
    const { answer } = await control("createGroup", { displayName: "Kantine" });
    const id = String(answer["id"]);
    const now = () => tenant.directory.groups.get(id);
    await control("addMember", { group: "Kantine", member });
    expect([...(now()?.members ?? [])]).toEqual([[member, "user"]]);
    await control("assign", { principal: "Kantine" });
    const assigned = () => tenant.directory.assignments().some((row) => row.principalId === id);
    expect(assigned()).toBe(true);
    await control("unassign", { principal: "Kantine" });
    expect(assigned()).toBe(false);
    await control("removeMember", { group: id, member });
    expect(now()?.members.size).toBe(0);
    await control("renameGroup", { group: "Kantine", displayName: "Mensa" });
    expect(now()?.properties["displayName"]).toBe("Mensa");
    await control("deleteGroup", { group: "Mensa" });
    expect(now()?.presence).toBe("purged");
  });

  it("sets switches, arms failures and expires links", async () => {
    expect((await control("switches", { pageSize: 3, forbidden: ["User.Read.All"] })).answer).toMatchObject({
      pageSize: 3,
    });
    expect(tenant.switches.forbidden).toEqual(["User.Read.All"]);
    await control("switches", { failNext: { path: "/users", status: 503 } });
    expect((await fetch(`${tenant.url}/v1.0/users/delta`)).status).toBe(503);
    expect((await fetch(`${tenant.url}/v1.0/users/delta`)).status).toBe(401);
    await control("switches", { failNext: { count: 5, status: 503 } });
    await control("switches", { clearFailures: true });
    expect((await fetch(`${tenant.url}/v1.0/users/delta`)).status).toBe(401);
  });

  it("explains what it cannot do", async () => {
    expect(await control("disable", { user: "nobody" })).toEqual({
      status: 404,
      answer: { error: "not in the directory: nobody" },
    });
    expect((await control("switches", { pagesize: 3 })).status).toBe(400);
    expect((await control("explode")).status).toBe(404);
  });

  it("shows the state", async () => {
    const state = (await (await fetch(`${tenant.url}/control/state`)).json()) as Record<string, unknown>;
    expect(state["users"]).toHaveLength(tenant.directory.users.size);
    expect(state["version"]).toBe(tenant.directory.version());
  });
});

it("runs as a process of its own, says where it is, and cleans up when it is stopped", async () => {
  const args = ["test/sandbox/tenant-server.ts", "--people", "9", "--groups", "3", "--seed", "2"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const { value: line } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  const ready = JSON.parse(String(line).replace(/^ready /u, "")) as { readonly url: string; readonly caFile: string };
  await access(ready.caFile);
  // Who trusts the file and nothing else reaches the tenant.
  const script = `fetch("${ready.url}/control/state").then((r) => r.json()).then((s) => console.log(s.users.length))`;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: ready.caFile };
  const client = spawn(process.execPath, ["-e", script], { env, stdio: ["ignore", "pipe", "inherit"] });
  const { value: count } = await createInterface(client.stdout)[Symbol.asyncIterator]().next();
  expect(count).toBe("9");
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
  await expect(access(ready.caFile)).rejects.toThrow("ENOENT");
});

it("starts 500 people and 40 groups in less than a second", async () => {
  const started = performance.now();
  await using large = await startTenant({ people: 500, groups: 40 });
  expect(performance.now() - started).toBeLessThan(1000);
  expect(large.directory.users.size).toBe(500);
});
