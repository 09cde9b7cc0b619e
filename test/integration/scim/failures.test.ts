import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createTarget } from "#src/scim/target.ts";
import { startScim } from "#test/sandbox/scim-server.ts";
import { MANAGED, TOKEN, createFixture, createRecordingLog, failure, person, readList, useScim } from "./fixture.ts";

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
});
