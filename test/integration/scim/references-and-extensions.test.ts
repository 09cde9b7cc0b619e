import { describe, expect, it } from "vitest";
import { toPath, valueAt } from "#src/model/target-path.ts";
import type { RecordedRequest } from "#test/sandbox/scim-server.ts";
import { ACME } from "#test/sandbox/scimmy-server.ts";
import { createAccount } from "./account.ts";
import { failure, person, useScim } from "./fixture.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const MANAGER = `${ENTERPRISE}:manager`;
const REFERENCE = `${MANAGER}.value`;
const MAIL = 'emails[type eq "work"].value';
const PATHS = Object.keys(person(""));

function operationsOf(request: RecordedRequest | undefined): unknown {
  return Object(request?.body).Operations;
}

describe.each(["scimmy", "better-auth"] as const)("%s", (kind) => {
  const { server, renew, readBack } = useScim(kind);
  const found = async (id: string) => Object((await server().users()).find((user) => user.id === id));

  it("sets, changes and clears a manager by id", async () => {
    const target = await renew([...PATHS, REFERENCE]);
    const [first, second] = [await target.create("user", person("chief")), await target.create("user", person("boss"))];
    const account = await createAccount(target, person("anna"), { paths: [...PATHS, REFERENCE] });
    const turns = [
      [first.id, { op: "add", path: MANAGER, value: { value: first.id } }],
      [second.id, { op: "replace", path: MANAGER, value: { value: second.id } }],
      [undefined, { op: "remove", path: MANAGER }],
    ] as const;
    for (const [manager, operation] of turns) {
      const wanted = { ...person("anna"), ...(manager === undefined ? {} : { [REFERENCE]: manager }) };
      server().requests.length = 0;
      expect(await account.bring(wanted)).toEqual([]);
      expect(server().requests.map(operationsOf)).toEqual([[operation]]);
      expect(account.compare(wanted)).toEqual([]);
      await account.reread();
      expect(account.compare(wanted)).toEqual([]);
      expect((await found(account.id))[ENTERPRISE]?.manager?.value).toBe(manager);
    }
  });

  it("creates with a manager", async () => {
    const target = await renew([...PATHS, REFERENCE]);
    const chief = await target.create("user", person("head"));
    const wanted = { ...person("bert"), [REFERENCE]: chief.id };
    const account = await createAccount(target, wanted, { paths: [...PATHS, REFERENCE] });
    expect(server().requests.at(-1)?.body).toMatchObject({ [ENTERPRISE]: { manager: { value: chief.id } } });
    await account.reread();
    expect(account.compare(wanted)).toEqual([]);
  });

  it("sends a manager as a bare text where the mapping says so, and the rest also when that is refused", async () => {
    const target = await renew([...PATHS, "title", MANAGER]);
    const account = await createAccount(target, person("cleo"), { paths: [...PATHS, "title", MANAGER] });
    const wanted = { ...person("cleo"), title: "Engineer", [MANAGER]: "boss@example.com" };
    server().requests.length = 0;
    const refused = await account.bring(wanted);
    expect(operationsOf(server().requests[0])).toContainEqual({ op: "add", path: MANAGER, value: "boss@example.com" });
    expect(refused.map(({ path }) => path)).toEqual(kind === "scimmy" ? [MANAGER] : []);
    await account.reread();
    expect(account.compare(wanted)).toEqual([]);
    const user = await found(account.id);
    expect(user.title).toBe("Engineer");
    expect(user[ENTERPRISE]?.manager?.value).toBe(kind === "scimmy" ? undefined : "boss@example.com");

    await account.bring({ ...person("cleo"), title: "Engineer" });
    await account.reread();
    expect((await found(account.id))[ENTERPRISE]?.manager).toBeUndefined();

    const created = await target.create("user", { ...person("dirk"), title: "Chief", [MANAGER]: "boss@example.com" });
    expect(created.refused.map(({ path }) => path)).toEqual(kind === "scimmy" ? [MANAGER] : []);
    expect((await found(created.id)).title).toBe("Chief");
  });

  it("sends a change that is one of case only, and does so once", async () => {
    const paths = [...PATHS, MAIL];
    const target = await renew(paths);
    const account = await createAccount(target, { ...person("emil"), [MAIL]: "emil@example.com" }, { paths });
    await target.create("user", { ...person("other"), [MAIL]: "other@example.com" });
    const wanted = { ...person("Emil"), [MAIL]: "Emil@Example.com" };
    expect(account.compare(wanted).map(({ path }) => path)).toEqual(["userName", "displayName", MAIL]);
    expect(await account.bring(wanted)).toEqual([]);
    for (let turn = 0; turn < 2; turn += 1) {
      await account.reread();
      expect(account.compare(wanted)).toEqual([]);
    }
    const user = await found(account.id);
    expect([user.userName, user.displayName]).toEqual(["Emil@example.com", "Emil"]);
    // This one folds the case of mail addresses.
    expect(user.emails[0].value).toBe(kind === "scimmy" ? "Emil@Example.com" : "emil@example.com");
    const taken = account.bring({ ...wanted, userName: "OTHER@example.com" });
    expect((await failure(taken)).code).toBe("conflict");
  });

  it("looks people up by a value path, in the way that the service takes", async () => {
    const target = await renew([...PATHS, MAIL]);
    const { id } = await target.create("user", { ...person("finn"), [MAIL]: "finn.work@example.com" });
    await target.create("user", { ...person("gina"), 'emails[type eq "home"].value': "finn.home@example.com" });
    const look = async (value: string) => (await target.find("user", MAIL, value)).map((hit) => hit.id);
    expect(await look("finn.work@example.com")).toEqual([id]);
    expect(await look("finn.home@example.com")).toEqual([]);
    server().requests.length = 0;
    server().faults.next({ kind: "answer", status: 400, body: { scimType: "invalidFilter" } });
    const second = look("finn.work@example.com");
    expect(kind === "scimmy" ? await second : (await failure(second)).code).toEqual(
      kind === "scimmy" ? [id] : "rejected",
    );
    expect(server().requests.map(({ query }) => decodeURIComponent(query))).toEqual([
      'filter=emails[type eq "work"].value eq "finn.work@example.com"',
      'filter=emails[type eq "work" and value eq "finn.work@example.com"]',
    ]);
    expect(valueAt((await readBack(id)).data, toPath(MAIL))).toBe("finn.work@example.com");
  });
});

describe("better-auth, which limits the length of a manager", () => {
  const { server, renew } = useScim("better-auth");

  it("is asked once more without the manager that it names", async () => {
    const target = await renew([...PATHS, "title", REFERENCE]);
    server().requests.length = 0;
    const wanted = { ...person("hans"), title: "Chief", [REFERENCE]: "x".repeat(300) };
    const created = await target.create("user", wanted);
    expect(created.refused.map(({ path }) => path)).toEqual([REFERENCE]);
    expect(server().requests.map(({ method, status }) => [method, status])).toEqual([
      ["POST", 400],
      ["POST", 201],
    ]);
    expect(created.data["title"]).toBe("Chief");
  });
});

describe("scimmy, which declares an extension", () => {
  const { server, renew } = useScim("scimmy");
  const [gender, degree, languages] = [`${ACME}:gender`, `${ACME}:degree`, `${ACME}:languages`];
  const paths = [...PATHS, gender, degree, languages];
  const schemasOf = async (id: string) => (await server().users()).find((user) => user.id === id)?.["schemas"];
  const valuesOf = async (id: string) => (await server().users()).find((user) => user.id === id)?.[ACME];

  it("creates, changes, clears and reads custom attributes", async () => {
    const target = await renew(paths);
    const account = await createAccount(
      target,
      { ...person("anna"), [gender]: "f", [languages]: ["de", "en"] },
      { paths },
    );
    expect(server().requests[0]?.body).toMatchObject({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ACME],
      [ACME]: { gender: "f", languages: ["de", "en"] },
    });
    expect(await valuesOf(account.id)).toEqual({ gender: "f", languages: ["de", "en"] });

    const changed = { ...person("anna"), [gender]: "d", [degree]: "Dr.", [languages]: ["en", "fr"] };
    server().requests.length = 0;
    expect(await account.bring(changed)).toEqual([]);
    expect(operationsOf(server().requests[0])).toEqual([
      { op: "replace", path: gender, value: "d" },
      { op: "add", path: degree, value: "Dr." },
      { op: "replace", path: languages, value: ["en", "fr"] },
    ]);
    await account.reread();
    expect(account.compare(changed)).toEqual([]);
    expect(account.compare({ ...changed, [languages]: ["fr", "en"] })).toEqual([]);
    expect(await valuesOf(account.id)).toEqual({ gender: "d", degree: "Dr.", languages: ["en", "fr"] });

    expect(await account.bring(person("anna"))).toEqual([]);
    await account.reread();
    expect(account.compare(person("anna"))).toEqual([]);
    expect(await valuesOf(account.id)).toBeUndefined();
  });

  it("sets the first attribute of an extension without touching schemas, which the service does", async () => {
    const target = await renew(paths);
    const account = await createAccount(target, person("bert"), { paths });
    expect(Object(server().requests[0]?.body).schemas).toEqual(["urn:ietf:params:scim:schemas:core:2.0:User"]);
    expect(await schemasOf(account.id)).not.toContain(ACME);
    server().requests.length = 0;
    expect(await account.bring({ ...person("bert"), [gender]: "m" })).toEqual([]);
    expect(operationsOf(server().requests[0])).toEqual([{ op: "add", path: gender, value: "m" }]);
    expect(await valuesOf(account.id)).toEqual({ gender: "m" });
    expect(await schemasOf(account.id)).toContain(ACME);
  });

  it("finds people by an attribute of an extension", async () => {
    const number = `${ENTERPRISE}:employeeNumber`;
    const target = await renew([...paths, number]);
    const { id } = await target.create("user", { ...person("cleo"), [number]: "A-7", [gender]: "f" });
    await target.create("user", { ...person("dora"), [number]: "A-8" });
    const look = async (path: string, value: string) => (await target.find("user", path, value)).map((hit) => hit.id);
    expect(await look(number, "A-7")).toEqual([id]);
    expect(await look(gender, "f")).toEqual([id]);
    expect(await look(number, "A-9")).toEqual([]);
    const query = decodeURIComponent(server().requests.at(-1)?.query ?? "");
    expect(query).toBe(`filter=${number} eq "A-9"`);
  });
});
