import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { toScimId } from "#src/model/ids.ts";
import { createTarget } from "#src/scim/target.ts";
import { startScim } from "#test/sandbox/scim-server.ts";
import { MANAGED, TOKEN, createFixture, createRecordingLog, failure, person, readList, useScim } from "./fixture.ts";

const LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

function failOnDone(): Promise<never> {
  return Promise.reject(new Error("nothing is done"));
}

describe("failures of the target", () => {
  const { server } = useScim("scimmy");

  const NAME = "Secret-Person-Name";
  const create = async (timeoutMs?: number) => {
    const fixture = createFixture(server(), timeoutMs === undefined ? {} : { timeoutMs });
    const error = await failure(fixture.target.create("user", person(NAME, { title: "Secret-Title" })));
    const shown = inspect(error, { depth: 10, showHidden: true });
    expect(shown).not.toContain(TOKEN);
    expect(shown).not.toMatch(/secret-/i);
    return error;
  };

  it.each([
    [{ status: 429, headers: { "retry-after": "7" } }, "throttled", { kind: "after", ms: 7000 }],
    [{ status: 503, headers: { "retry-after": "2" } }, "throttled", { kind: "after", ms: 2000 }],
    [{ status: 503 }, "unreachable", { kind: "backoff" }],
    [{ status: 500 }, "unreachable", { kind: "backoff" }],
    [
      { status: 502, headers: { "content-type": "text/html" }, body: "<html>bad gateway</html>" },
      "unreachable",
      { kind: "backoff" },
    ],
    [
      { status: 200, headers: { "content-type": "text/html" }, body: "<html>log in</html>" },
      "unexpected-response",
      { kind: "backoff" },
    ],
    [{ status: 302, headers: { location: "https://example.com/" } }, "unexpected-response", { kind: "backoff" }],
    [{ status: 201, body: "" }, "unexpected-response", { kind: "backoff" }],
    [{ status: 401 }, "unauthorized", { kind: "halt" }],
    [{ status: 403 }, "forbidden", { kind: "never" }],
    [{ status: 404 }, "not-found", { kind: "never" }],
    [{ status: 409 }, "conflict", { kind: "never" }],
    [{ status: 412 }, "unexpected-response", { kind: "backoff" }],
    [{ status: 413 }, "too-large", { kind: "never" }],
  ])("turns %j into %s", async (answer, code, retry) => {
    server().faults.next({ kind: "answer", ...answer });
    const error = await create();
    expect([error.side, error.code, error.retry]).toEqual(["target", code, retry]);
    expect(error.details["status"]).toBe(answer.status);
  });

  it("waits some seconds when it is told to slow down but not for how long", async () => {
    server().faults.next({ kind: "answer", status: 429 });
    const { retry } = await create();
    expect(retry.kind === "after" && retry.ms >= 1000 && retry.ms <= 5000).toBe(true);
  });

  it("repeats nothing of the refused values in its message", async () => {
    const detail = `title "Secret-Title" of ${NAME}@example.com is bad, said ${TOKEN}`;
    server().faults.next(
      { kind: "answer", status: 400, body: { scimType: "invalidValue", detail, status: 400 } },
      { times: 9 },
    );
    const error = await create();
    expect(error.details).toMatchObject({
      status: 400,
      scimType: "invalidValue",
      detail: 'title "…" of … is bad, said …',
    });
  });

  it("halts when lists and lookups are forbidden", async () => {
    const { target } = createFixture(server());
    const calls = [
      () => target.testConnection(),
      () => target.find("user", "userName", "a"),
      () => readList(target.list("user")),
    ];
    for (const call of calls) {
      server().faults.next({ kind: "answer", status: 403 });
      expect(await failure(call())).toMatchObject({ code: "unauthorized", retry: { kind: "halt" } });
    }
  });

  it("knows whether a lost answer may have been work done", async () => {
    server().faults.next({ kind: "reset", commit: true });
    expect(await create()).toMatchObject({ code: "unreachable", details: { sent: true } });
    expect(await server().users()).toHaveLength(1);
    await server().ask("DELETE", `/Users/${(await server().users())[0]?.id}`);

    server().faults.next({ kind: "hang", commit: true });
    expect(await create(500)).toMatchObject({ code: "unreachable", details: { sent: true, code: "ETIMEDOUT" } });
    await server().ask("DELETE", `/Users/${(await server().users())[0]?.id}`);

    for (const kind of ["truncate", "no-id"] as const) {
      server().faults.next({ kind });
      expect(await create()).toMatchObject({ code: "unexpected-response", retry: { kind: "backoff" } });
      await server().ask("DELETE", `/Users/${(await server().users())[0]?.id}`);
    }
  });

  it("knows that nothing was sent when nobody listens", async () => {
    const closed = await startScim({ kind: "scimmy", token: TOKEN });
    await closed.close();
    const { target } = createFixture(closed);
    expect(await failure(target.create("user", person("x")))).toMatchObject({
      code: "unreachable",
      retry: { kind: "backoff" },
      details: { sent: false, code: "ECONNREFUSED" },
    });
  });

  it("sends each request once, counts it, and asks the limiter first", async () => {
    const order: string[] = [];
    const target = createTarget(
      {
        baseUrl: server().url,
        token: TOKEN,
        timeoutMs: 5000,
        pageSize: 100,
        membersPerRequest: 50,
        managed: MANAGED,
      },
      {
        log: createRecordingLog().log,
        limiter: { take: async () => void order.push("take") },
        onRequest: ({ method, status }) => void order.push(`${method} ${status}`),
      },
    );
    server().faults.next({ kind: "answer", status: 500 });
    await failure(target.testConnection());
    await target.testConnection();
    expect(order).toEqual(["take", "GET 500", "take", "GET 200"]);
  });

  it("stops when it is told to", async () => {
    server().faults.next({ kind: "hang" });
    const { target } = createFixture(server());
    await expect(target.testConnection(AbortSignal.timeout(100))).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("encodes ids that mean something in a URL", async () => {
    const { target } = createFixture(server());
    const id = toScimId("a/b?c d");
    server().requests.length = 0;
    server().faults.next({ kind: "answer", status: 200, body: { id } });
    expect(await target.read("user", id)).toMatchObject({ id });
    server().faults.next({ kind: "answer", status: 204 }, { times: 2 });
    await target.changeMembers({ groupId: id, action: "add", members: [toScimId("x")], onDone: async () => {} });
    await target.remove("group", id);
    const paths = server().requests.map(({ path }) => path);
    expect(paths).toEqual(["/Users/a%2Fb%3Fc%20d", "/Groups/a%2Fb%3Fc%20d", "/Groups/a%2Fb%3Fc%20d"]);
  });

  it("does not take another resource for the one that was asked for", async () => {
    const { target } = createFixture(server());
    server().faults.next({ kind: "answer", status: 200, body: { id: "other" } });
    expect((await failure(target.read("user", toScimId("this")))).code).toBe("unexpected-response");
  });

  it("gives up on members when the target refuses each of them", async () => {
    const { target } = createFixture(server());
    const members = Array.from({ length: 200 }, (_, index) => toScimId(`u${index}`));
    server().requests.length = 0;
    server().faults.next({ kind: "answer", status: 400, body: { detail: "no" } }, { times: 1000 });
    const refused = await target.changeMembers({ groupId: toScimId("g"), action: "add", members, onDone: failOnDone });
    expect(refused.map(({ id }) => id)).toEqual(members);
    expect(server().requests.length).toBeLessThan(40);
  });

  it("passes on that it is to slow down in the middle of a group, with what was done before", async () => {
    const { target } = createFixture(server());
    const members = Array.from({ length: 120 }, (_, index) => toScimId(`u${index}`));
    server().faults.next({ kind: "answer", status: 204 });
    server().faults.next({ kind: "answer", status: 429, headers: { "retry-after": "5" } });
    const done: string[] = [];
    const onDone = async (chunk: readonly string[]) => void done.push(...chunk);
    const edit = target.changeMembers({ groupId: toScimId("g"), action: "add", members, onDone });
    expect(await failure(edit)).toMatchObject({ code: "throttled", retry: { kind: "after", ms: 5000 } });
    expect(done).toEqual(members.slice(0, 50));
  });

  it.each([
    [
      "comes in smaller pages than asked for",
      [
        [3, "ab"],
        [3, "c"],
      ],
      true,
    ],
    [
      "shows an entry twice",
      [
        [3, "ab"],
        [3, "bc"],
      ],
      false,
    ],
    [
      "shrinks under way",
      [
        [4, "ab"],
        [3, "c"],
      ],
      false,
    ],
    [
      "grows under way",
      [
        [3, "ab"],
        [4, "c"],
        [4, "d"],
      ],
      false,
    ],
    [
      "ends too early",
      [
        [3, "ab"],
        [3, ""],
      ],
      false,
    ],
    [
      "does not say how long it is",
      [
        [undefined, "ab"],
        [undefined, ""],
      ],
      false,
    ],
  ] as const)("judges a list that %s", async (_, pages, isComplete) => {
    const { target } = createFixture(server());
    server().requests.length = 0;
    for (const [totalResults, ids] of pages) {
      const body = { schemas: [LIST], totalResults, Resources: Array.from(ids, (id) => ({ id })) };
      server().faults.next({ kind: "answer", status: 200, body });
    }
    const list = await readList(target.list("user"));
    expect(list.isComplete).toBe(isComplete);
    expect(server().requests.map(({ query }) => query)).toContain("startIndex=3&count=100");
    expect(server().requests).toHaveLength(pages.length);
  });

  it.each([{}, { Resources: "none" }, { totalResults: "many" }, { schemas: ["x"], id: "1" }])(
    "does not take %j for a list",
    async (body) => {
      const { target } = createFixture(server());
      server().faults.next({ kind: "answer", status: 200, body });
      expect((await failure(target.testConnection())).code).toBe("unexpected-response");
    },
  );
});
