import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { toScimId, type ScimId } from "#src/model/ids.ts";
import { createFixture, createMany, failure, person, readList, useScim } from "./fixture.ts";

describe.each(["scimmy", "better-auth"] as const)("%s", (kind) => {
  const { server, renew, readBack } = useScim(kind);

  it("finds by exact value, whatever its case and characters", async () => {
    const target = await renew();
    const created = await target.create(
      "user",
      person("o'hara+x&y=z#1", { 'emails[type eq "work"].value': "o@example.com" }),
    );
    expect(await target.find("user", "userName", "o'hara+x&y=z#1@example.com")).toMatchObject([{ id: created.id }]);
    expect(await target.find("user", "userName", "nobody@example.com")).toEqual([]);
    const group = await target.create("group", { displayName: "R & D (Köln) 100%", externalId: "g-1" });
    expect(await target.find("group", "displayName", "R & D (Köln) 100%")).toMatchObject([{ id: group.id }]);
    expect(server().requests.at(-1)?.query).toContain("excludedAttributes=members");
  });

  it("treats a refused lookup as no answer, not as no account", async () => {
    const target = await renew();
    const hits = await target.find("user", "userName", 'a"b').catch((error: unknown) => error);
    // scimmy refuses quotes in filters.
    const refusal = expect.objectContaining({ code: "rejected", retry: { kind: "never" } });
    expect(hits).toEqual(kind === "better-auth" ? [] : refusal);
  });

  it("does not believe a lookup that found somebody else", async () => {
    const target = await renew();
    const created = await target.create("user", person("carl"));
    const resource = { id: created.id, userName: "carl@example.com" };
    const answer = { totalResults: 3, Resources: [resource, { id: "x", userName: "other@example.com" }, resource] };
    server().faults.next({ kind: "answer", status: 200, body: answer });
    expect(await target.find("user", "userName", "CARL@example.com")).toEqual([
      { id: created.id, data: { userName: "carl@example.com" } },
    ]);
  });

  it("keeps a group's members in chunks, and survives ghosts", async () => {
    const target = await renew();
    const ids = await createMany(server(), "m", 250);
    const group = await target.create("group", { displayName: "Team", externalId: "g", members: ["nobody"] });
    expect(group.members ?? []).toEqual([]);
    server().requests.length = 0;
    const chunks: number[] = [];
    const onDone = async (members: readonly ScimId[]) => void chunks.push(members.length);
    expect(await target.changeMembers({ groupId: group.id, action: "add", members: ids, onDone })).toEqual([]);
    expect(chunks).toEqual([50, 50, 50, 50, 50]);
    expect(server().requests).toHaveLength(5);
    expect(new Set((await readBack(group.id, "group")).members)).toEqual(new Set(ids));

    const leaving = ids.slice(0, 120);
    expect(await target.changeMembers({ groupId: group.id, action: "remove", members: leaving, onDone })).toEqual([]);
    expect(new Set((await readBack(group.id, "group")).members)).toEqual(new Set(ids.slice(120)));
    // A second time there is nothing to remove, and that is fine.
    expect(await target.changeMembers({ groupId: group.id, action: "remove", members: leaving, onDone })).toEqual([]);

    const mixed = [...leaving.slice(0, 30), toScimId("ghost"), ...leaving.slice(30, 40)];
    const refused = await target.changeMembers({ groupId: group.id, action: "add", members: mixed, onDone });
    expect(refused.map(({ id }) => id)).toEqual(kind === "scimmy" ? [] : ["ghost"]);
    const members = new Set((await readBack(group.id, "group")).members);
    expect(leaving.slice(0, 40).every((id) => members.has(id))).toBe(true);

    const renamed = await target.update("group", group, [{ path: "displayName", from: "Team", to: "Crew" }]);
    expect(renamed.data["displayName"]).toBe("Crew");
    expect((await readBack(group.id, "group")).members).toHaveLength(members.size);
  });

  it("halves member requests that are too large, and stops at a group that is gone", async () => {
    await renew();
    const { target } = createFixture(server(), { membersPerRequest: 130 });
    const ids = await createMany(server(), "n", 130);
    const group = await target.create("group", { displayName: "Large" });
    const chunks: number[] = [];
    const onDone = async (members: readonly ScimId[]) => void chunks.push(members.length);
    expect(await target.changeMembers({ groupId: group.id, action: "add", members: ids, onDone })).toEqual([]);
    expect(chunks).toEqual(kind === "scimmy" ? [130] : [65, 65]);

    server().faults.next({ kind: "answer", status: 413 }, { method: "PATCH" });
    expect(await target.changeMembers({ groupId: group.id, action: "remove", members: ids, onDone })).toEqual([]);
    expect((await readBack(group.id, "group")).members ?? []).toEqual([]);

    await target.remove("group", group.id);
    server().requests.length = 0;
    const gone = target.changeMembers({ groupId: group.id, action: "add", members: ids, onDone });
    expect((await failure(gone)).code).toBe("not-found");
    expect(server().requests.length).toBeLessThanOrEqual(2);
  });

  it("lists everything once, page by page", async () => {
    const target = await renew();
    const ids = await createMany(server(), "p", 350);
    server().requests.length = 0;
    const list = await readList(target.list("user"));
    expect(list.ids.toSorted()).toEqual([...ids].toSorted());
    expect(list.isComplete).toBe(true);
    expect(server().requests.map(({ query }) => query)).toEqual(
      [1, 101, 201, 301].map((start) => `startIndex=${start}&count=100`),
    );
    const group = await target.create("group", { displayName: "All" });
    await target.changeMembers({
      groupId: group.id,
      action: "add",
      members: ids.slice(0, 2),
      onDone: async () => {},
    });
    for await (const { resources } of target.list("group")) {
      expect(resources.map(({ members }) => members?.toSorted())).toEqual([ids.slice(0, 2).toSorted()]);
    }

    server().faults.paging = "cursor";
    const linked = await readList(target.list("user"));
    expect([linked.ids.length, linked.isComplete]).toEqual([350, true]);
    server().faults.paging = "loop";
    const looped = await readList(target.list("user"));
    expect([looped.ids.length, looped.isComplete]).toEqual([100, false]);
    server().faults.paging = "total-mismatch";
    const short = await readList(target.list("user"));
    expect([short.ids.length, short.isComplete]).toEqual([350, false]);
  });

  it("takes a list that comes all at once, and an empty one", async () => {
    const target = await renew();
    expect(await readList(target.list("user"))).toEqual({ ids: [], isComplete: true });
    const ids = await createMany(server(), "q", 5);
    server().faults.paging = "ignored";
    const list = await readList(target.list("user"));
    expect([list.ids.length, list.isComplete]).toEqual([ids.length, true]);
  });

  it("says when it cannot list", async () => {
    const target = await renew();
    server().faults.paging = "unsupported";
    expect((await failure(readList(target.list("user")))).code).toBe("rejected");
    server().faults.groupsMissing = true;
    expect((await failure(readList(target.list("group")))).code).toBe("not-found");
    server().faults.clear();
    const group = await target.create("group", { displayName: "Hidden" });
    server().faults.hideMembers = true;
    expect((await readBack(group.id, "group")).members).toBeUndefined();
  });

  it("refuses to go on with a wrong token", async () => {
    await renew();
    const { target } = createFixture(server(), { token: "wrong-token" });
    for (const call of [target.testConnection(), target.create("user", person("x")), readList(target.list("user"))]) {
      const error = await failure(call);
      expect([error.code, error.retry.kind]).toEqual(["unauthorized", "halt"]);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("wrong-token");
    }
  });
});
