import { describe, expect, it } from "vitest";
import type { AttributeChange } from "#src/model/change.ts";
import { toPath, valueAt } from "#src/model/target-path.ts";
import { ALL, MANAGED, failure, person, useScim } from "./fixture.ts";

describe.each(["scimmy", "better-auth"] as const)("%s", (kind) => {
  const { server, renew, readBack, logged } = useScim(kind);
  // The only one of SoSafe's attributes that better-auth does not know: dropped on POST, refused in PATCH.
  const stored = MANAGED.user.filter((path) => kind === "scimmy" || path !== "nickName");

  it("answers the connection test, and says who asks", async () => {
    const target = await renew();
    await target.testConnection();
    const [request] = server().requests;
    expect(request?.path).toBe("/Users");
    expect(decodeURIComponent(request?.query ?? "")).toMatch(/^filter=userName eq "[0-9a-f-]{36}"$/);
    expect(request?.headers["user-agent"]).toBe("sosafe-bridge/1.2.3");
    expect(request?.headers["accept"]).toBe("application/scim+json, application/json");
    expect(request?.hasToken).toBe(true);
  });

  it("stores all mapped attributes on creation, in one request", async () => {
    const target = await renew();
    const created = await target.create("user", ALL);
    expect(server().requests.map(({ method, status }) => [method, status])).toEqual([["POST", 201]]);
    const resource = await readBack(created.id);
    const found = Object.fromEntries(stored.map((path) => [path, valueAt(resource.data, toPath(path))]));
    expect(found).toEqual(Object.fromEntries(stored.map((path) => [path, ALL[path]])));
    expect(created.data).toEqual(resource.data);
    expect(server().requests[0]?.headers["content-type"]).toBe("application/scim+json");
  });

  it("changes, empties and sets again each attribute", async () => {
    const target = await renew();
    const others = ["userName", "active", 'emails[type eq "work"].value', "displayName"];
    let current = await readBack((await target.create("user", ALL)).id);
    for (const path of stored.filter((candidate) => !others.includes(candidate))) {
      // Formatted names are made up by one of the servers when there is none.
      const values = path === "name.formatted" ? ["Other"] : ["Other", undefined, "Third"];
      for (const to of values) {
        const change: AttributeChange = { path, from: valueAt(current.data, toPath(path)), to };
        await target.update("user", current, [change]);
        current = await readBack(current.id);
        expect([path, valueAt(current.data, toPath(path))]).toEqual([path, to]);
      }
    }
    const rest = { userName: "b@example.com", active: false, displayName: "B", [others[2] ?? ""]: "b@example.com" };
    const changes = Object.entries(rest).map(([path, to]) => ({ path, from: ALL[path], to }));
    const updated = await target.update("user", current, changes);
    current = await readBack(current.id);
    for (const [path, to] of Object.entries(rest)) expect(valueAt(current.data, toPath(path))).toBe(to);
    expect(updated.data).toEqual(current.data);
  });

  it("empties and fills all elements at once", async () => {
    const target = await renew();
    const elements = MANAGED.user.filter((path) => /^(addresses|phoneNumbers)/.test(path));
    const created = await target.create("user", ALL);
    const cleared = await target.update(
      "user",
      created,
      elements.map((path) => ({ path, from: ALL[path], to: undefined })),
    );
    expect(cleared.refused).toEqual([]);
    let current = await readBack(created.id);
    expect(current.data["addresses"]).toBeUndefined();
    expect(current.data["phoneNumbers"]).toBeUndefined();
    await target.update(
      "user",
      current,
      elements.map((path) => ({ path, from: undefined, to: ALL[path] })),
    );
    current = await readBack(created.id);
    for (const path of elements) expect(valueAt(current.data, toPath(path))).toBe(ALL[path]);
  });

  it("leaves elements of other types alone", async () => {
    const target = await renew();
    const created = await target.create("user", person("eve", { 'phoneNumbers[type eq "mobile"].value': "+49 170" }));
    const path = 'phoneNumbers[type eq "work"].value';
    for (const to of ["+49 221", undefined, "+49 222"]) {
      const current = await readBack(created.id);
      await target.update("user", current, [{ path, from: valueAt(current.data, toPath(path)), to }]);
      const next = await readBack(created.id);
      expect(valueAt(next.data, toPath(path))).toBe(to);
      expect(valueAt(next.data, toPath('phoneNumbers[type eq "mobile"].value'))).toBe("+49 170");
    }
  });

  it("adds an element that is missing although we had seen it", async () => {
    const target = await renew();
    const created = await target.create("user", ALL);
    const path = 'phoneNumbers[type eq "work"].value';
    await target.update("user", created, [{ path, from: ALL[path], to: undefined }]);
    await target.update("user", created, [
      { path, from: ALL[path], to: "+49 999" },
      { path: "title", from: ALL["title"], to: "Chief" },
    ]);
    const current = await readBack(created.id);
    expect(valueAt(current.data, toPath(path))).toBe("+49 999");
    expect(valueAt(current.data, toPath("title"))).toBe("Chief");
  });

  it("lands the other changes when one attribute is refused, and leaves it out the next time", async () => {
    const target = await renew();
    const created = await target.create("user", person("olga"));
    const changes = [
      { path: "title", from: undefined, to: "Chief" },
      { path: "nickname2", from: undefined, to: "Olly" },
      { path: "locale", from: undefined, to: "de" },
    ];
    server().requests.length = 0;
    const updated = await target.update("user", created, changes);
    expect(updated.refused.map(({ path }) => path)).toEqual(["nickname2"]);
    // All, the rest, and the one that the target named in its answer.
    expect(server().requests.map(({ status }) => status)).toEqual([400, expect.any(Number), 400]);
    const current = await readBack(created.id);
    expect([current.data["title"], current.data["locale"]]).toEqual(["Chief", "de"]);
    expect(logged()).toHaveLength(1);

    server().requests.length = 0;
    const again = await target.update("user", current, [
      { path: "title", from: "Chief", to: "Boss" },
      { path: "nickname2", from: undefined, to: "Ola" },
    ]);
    expect(again.refused.map(({ path }) => path)).toEqual(["nickname2"]);
    expect(server().requests).toHaveLength(1);
    expect(logged()).toHaveLength(1);
  });

  it("lands the other changes when one value is refused, without naming the value", async () => {
    const target = await renew();
    const created = await target.create("user", ALL);
    const mail = 'emails[type eq "work"].value';
    const changes = [
      { path: "title", from: ALL["title"], to: "Chief" },
      { path: "active", from: true, to: "perhaps" },
      { path: "locale", from: ALL["locale"], to: "en-GB" },
      { path: "userType", from: ALL["userType"], to: "Guest" },
      { path: mail, from: ALL[mail], to: "a2@example.com" },
    ];
    const updated = await target.update("user", created, changes);
    expect(updated.refused.map(({ path }) => path)).toEqual(["active"]);
    expect(updated.refused[0]?.message).not.toContain("perhaps");
    const { data } = await readBack(created.id);
    expect([data["title"], data["active"], data["locale"], data["userType"]]).toEqual([
      "Chief",
      true,
      "en-GB",
      "Guest",
    ]);
    expect(valueAt(data, toPath(mail))).toBe("a2@example.com");
    const error = await failure(target.update("user", created, [{ path: "active", from: true, to: "perhaps" }]));
    expect([error.code, error.retry.kind]).toEqual(["rejected", "never"]);
  });

  it("creates the account without the value that is refused", async () => {
    const target = await renew();
    const broken = kind === "scimmy" ? { path: "photos", value: "none" } : { path: "locale", value: "x".repeat(300) };
    const created = await target.create("user", { ...person("paul"), title: "T", [broken.path]: broken.value });
    expect(created.refused.map(({ path }) => path)).toEqual([broken.path]);
    const { data } = await readBack(created.id);
    expect([data["userName"], data["title"], data[broken.path]]).toEqual(["paul@example.com", "T", undefined]);
    expect((await server().users()).length).toBe(1);
    expect(server().requests.map(({ method }) => method)).toEqual(["POST", "POST", "GET"]);
  });

  it("creates with the required attributes and adds the others, when the target does not say what it refuses", async () => {
    const target = await renew();
    server().faults.next({ kind: "answer", status: 400 });
    const created = await target.create("user", ALL);
    expect(server().requests.map(({ method }) => method)).toEqual([
      "POST",
      "POST",
      "PATCH",
      ...(kind === "scimmy" ? [] : ["PATCH", "PATCH"]),
    ]);
    expect(created.refused.map(({ path }) => path)).toEqual(kind === "scimmy" ? [] : ["nickName"]);
    const { data } = await readBack(created.id);
    for (const path of stored) expect(valueAt(data, toPath(path))).toBe(ALL[path]);
  });

  it("leaves it to the next attempt when the others cannot be added just now", async () => {
    const target = await renew();
    server().faults.next({ kind: "answer", status: 400 }, { method: "POST" });
    server().faults.next({ kind: "answer", status: 429, headers: { "retry-after": "3" } }, { method: "PATCH" });
    expect(await failure(target.create("user", ALL))).toMatchObject({ retry: { kind: "after", ms: 3000 } });
    expect((await failure(target.create("user", ALL))).code).toBe("conflict");
  });

  it("reports a taken name as a conflict", async () => {
    const target = await renew();
    await target.create("user", person("dora"));
    const error = await failure(target.create("user", person("Dora")));
    expect([error.code, error.retry.kind, error.details["status"]]).toEqual(["conflict", "never", 409]);
    const other = await target.create("user", person("dolf"));
    const change = { path: "userName", from: "dolf@example.com", to: "dora@example.com" };
    expect((await failure(target.update("user", other, [change]))).code).toBe("conflict");
  });

  it("deletes once, and finds the rest gone", async () => {
    const target = await renew();
    const { id, ...rest } = await target.create("user", person("finn"));
    expect(await target.remove("user", id)).toBe("deleted");
    expect(await target.remove("user", id)).toBe("gone");
    expect(await target.read("user", id)).toBeUndefined();
    const change = { path: "title", from: undefined, to: "x" };
    expect((await failure(target.update("user", { id, data: rest.data }, [change]))).code).toBe("not-found");
  });

  it("gives back the work of a deletion whose answer was lost", async () => {
    const target = await renew();
    const one = await target.create("user", person("gone1"));
    server().faults.next({ kind: "answer", status: 500, commit: true }, { method: "DELETE" });
    expect(await target.remove("user", one.id)).toBe("deleted");
    const two = await target.create("user", person("gone2"));
    server().faults.next({ kind: "answer", status: 500 }, { method: "DELETE" });
    expect((await failure(target.remove("user", two.id))).code).toBe("unreachable");
  });
});
