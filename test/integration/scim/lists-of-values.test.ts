import { describe, expect, it } from "vitest";
import type { ScimId } from "#src/model/ids.ts";
import { toElements } from "#src/model/same-value.ts";
import type { Attributes } from "#src/model/value.ts";
import { createNormaliser } from "#src/sync/normalise.ts";
import { createAccount } from "./account.ts";
import { person, useScim } from "./fixture.ts";

const LISTS = ["emails", "phoneNumbers", "addresses", "roles"];
const PATHS = [...Object.keys(person("")), ...LISTS];

/**
 * What mappings make of a person whose source has these values. Each test has its own person, because better-auth
 * remembers the addresses of accounts that are gone.
 */
function listsOf(name: string): (values: Readonly<Record<string, readonly string[]>>) => Attributes {
  return (values) => {
    const lists = Object.entries(values).flatMap(([path, texts]) => {
      const value = createNormaliser(path)(texts);
      return value === undefined ? [] : [[path, value] as const];
    });
    return { ...person(name), ...Object.fromEntries(lists) };
  };
}

describe.each(["scimmy", "better-auth"] as const)("%s", (kind) => {
  const { server, renew, readBack } = useScim(kind);

  /** The texts in a list as the server holds it, sorted. */
  async function held(id: ScimId, path: string): Promise<readonly string[]> {
    const { data } = await readBack(id);
    const holder = path === "addresses" ? "formatted" : "value";
    return toElements(data[path])
      .map((element) => String(Object(element)[holder]))
      .toSorted();
  }

  it("keeps every value of a list, and finds nothing to do afterwards", async () => {
    const target = await renew(PATHS);
    const withLists = listsOf("anna");
    const first = {
      emails: ["a@example.com", "b@example.com"],
      phoneNumbers: ["+49 1", "+49 2", "+49 3"],
      addresses: ["Ring 1", "Weg 2"],
      roles: ["admin", "user"],
    };
    const account = await createAccount(target, withLists(first), { paths: PATHS });
    expect(server().requests).toHaveLength(1);
    expect(account.compare(withLists(first))).toEqual([]);
    await account.reread();
    expect(account.compare(withLists(first))).toEqual([]);
    for (const [path, texts] of Object.entries(first)) {
      expect(await held(account.id, path)).toEqual(texts.toSorted());
      const turned = { ...first, [path]: texts.toReversed() };
      expect(account.compare(withLists(turned))).toEqual([]);
    }

    const second = {
      emails: ["c@example.com", "b@example.com"],
      phoneNumbers: ["+49 3"],
      addresses: ["Weg 2", "Platz 3"],
      roles: ["user", "guest", "admin"],
    };
    server().requests.length = 0;
    expect(await account.bring(withLists(second))).toEqual([]);
    expect(server().requests.map(({ method }) => method)).toEqual(["PATCH"]);
    expect(account.compare(withLists(second))).toEqual([]);
    await account.reread();
    expect(account.compare(withLists(second))).toEqual([]);
    for (const [path, texts] of Object.entries(second)) {
      expect(await held(account.id, path)).toEqual(texts.toSorted());
    }
  });

  it("empties a list", async () => {
    const target = await renew(PATHS);
    const withLists = listsOf("bert");
    const lists = { phoneNumbers: ["+49 1", "+49 2"], addresses: ["Ring 1"], roles: ["admin"] };
    const account = await createAccount(target, withLists(lists), { paths: PATHS });
    expect(await account.bring(withLists({}))).toEqual([]);
    await account.reread();
    expect(account.compare(withLists({}))).toEqual([]);
    for (const path of Object.keys(lists)) expect(await held(account.id, path)).toEqual([]);
  });

  it("has one primary mail address, the same one as long as it is there", async () => {
    const target = await renew(PATHS);
    const withLists = listsOf("cleo");
    const account = await createAccount(target, withLists({ emails: ["a@example.com", "b@example.com"] }), {
      paths: PATHS,
    });
    const primaries = async () => {
      const { data } = await readBack(account.id);
      return toElements(data["emails"])
        .filter((mail) => Object(mail).primary === true)
        .map((mail) => Object(mail).value);
    };
    expect(await primaries()).toEqual(["a@example.com"]);
    await account.bring(withLists({ emails: ["c@example.com", "a@example.com"] }));
    expect(await primaries()).toEqual(["a@example.com"]);
    await account.bring(withLists({ emails: ["b@example.com", "c@example.com"] }));
    expect(await primaries()).toEqual(["b@example.com"]);
  });

  it("takes from a shared list only what we put there", async () => {
    const target = await renew(PATHS);
    const withLists = listsOf("dora");
    const account = await createAccount(target, withLists({ roles: ["admin", "user"] }), {
      paths: PATHS,
      additive: ["roles"],
    });
    const foreign = { op: "add", path: "roles", value: [{ value: "theirs", display: "Theirs" }] };
    const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    const path = `/Users/${account.id}`;
    expect((await server().ask("PATCH", path, { schemas, Operations: [foreign] })).status).toBe(200);
    await account.reread();
    expect(account.compare(withLists({ roles: ["user", "admin"] }))).toEqual([]);

    const turns: readonly (readonly [readonly string[], object])[] = [
      [["admin", "user", "guest"], { op: "add", path: "roles", value: [{ value: "guest" }] }],
      [
        ["user", "guest"],
        { op: "replace", path: "roles", value: expect.arrayContaining([{ value: "theirs", display: "Theirs" }]) },
      ],
      // Somebody else put this one there: it is found as desired, but does not become ours.
      [["theirs", "user", "guest"], {}],
      [["theirs", "other"], { op: "replace" }],
      [[], { op: "replace" }],
    ];
    for (const [roles, operation] of turns) {
      server().requests.length = 0;
      const changes = account.compare(withLists({ roles }));
      expect(await account.bring(withLists({ roles }))).toEqual([]);
      const request = server().requests.find(({ method }) => method === "PATCH");
      expect(Object(request?.body).Operations ?? [{}]).toEqual([expect.objectContaining(operation)]);
      expect(changes).toHaveLength(request === undefined ? 0 : 1);
      await account.reread();
      expect(account.compare(withLists({ roles }))).toEqual([]);
      expect(await held(account.id, "roles")).toEqual([...new Set([...roles, "theirs"])].toSorted());
    }
  });

  it("does not lose what somebody put into a shared list meanwhile, or restore what was taken out", async () => {
    const target = await renew(PATHS);
    const withLists = listsOf("finn");
    const account = await createAccount(target, withLists({ roles: ["admin", "user"] }), {
      paths: PATHS,
      additive: ["roles"],
    });
    const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    const meanwhile = async (roles: readonly string[]) => {
      const Operations = [{ op: "replace", path: "roles", value: roles.map((value) => ({ value })) }];
      expect((await server().ask("PATCH", `/Users/${account.id}`, { schemas, Operations })).status).toBe(200);
      server().requests.length = 0;
    };
    await meanwhile(["admin", "user", "theirs", "x"]);
    await account.bring(withLists({ roles: ["user", "guest"] }));
    expect(server().requests.map(({ method }) => method)).toEqual(["GET", "PATCH"]);
    expect(await held(account.id, "roles")).toEqual(["guest", "theirs", "user", "x"]);
    expect(account.compare(withLists({ roles: ["user", "guest"] }))).toEqual([]);

    await meanwhile(["user", "guest", "theirs"]);
    await account.bring(withLists({ roles: ["user"] }));
    expect(await held(account.id, "roles")).toEqual(["theirs", "user"]);
    await meanwhile(["theirs"]);
    await account.bring(withLists({}));
    expect(server().requests.map(({ method }) => method)).toEqual(["GET"]);
    expect(await held(account.id, "roles")).toEqual(["theirs"]);
    expect(account.compare(withLists({}))).toEqual([]);
  });

  it("puts back what was in a shared list when the target takes an addition for a new list", async () => {
    const target = await renew(PATHS);
    const withLists = listsOf("gina");
    const account = await createAccount(target, withLists({ roles: ["theirs"] }), {
      paths: PATHS,
      additive: ["roles"],
    });
    const answered = { id: account.id, ...withLists({ roles: ["theirs", "admin"] }), roles: [{ value: "admin" }] };
    server().requests.length = 0;
    server().faults.next({ kind: "answer", status: 200, body: answered }, { method: "PATCH" });
    await account.bring(withLists({ roles: ["theirs", "admin"] }));
    expect(server().requests.map(({ body }) => Object(body).Operations[0].op)).toEqual(["add", "replace"]);
    expect(await held(account.id, "roles")).toEqual(["admin", "theirs"]);
  });

  it("asks once, and not each time, to store a value as it is", async () => {
    const target = await renew(PATHS);
    const withLists = listsOf("hans");
    const wanted = withLists({ emails: ["Anna@Example.com", "b@example.com"], roles: ["Admin"] });
    const account = await createAccount(
      target,
      withLists({ emails: ["anna@example.com", "b@example.com"], roles: ["admin"] }),
      { paths: PATHS },
    );
    expect(account.compare(wanted).map(({ path }) => path)).toEqual(["emails", "roles"]);
    await account.bring(wanted);
    for (let turn = 0; turn < 2; turn += 1) {
      await account.reread();
      expect(account.compare(wanted)).toEqual([]);
    }
    // This one has its own opinion about mail addresses.
    expect(await held(account.id, "emails")).toContain(kind === "scimmy" ? "Anna@Example.com" : "anna@example.com");
    expect(await held(account.id, "roles")).toEqual(["Admin"]);
  });
});
