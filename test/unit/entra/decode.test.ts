import { describe, expect, test } from "vitest";
import {
  decodeAssignment,
  decodeGroupDelta,
  decodeManager,
  decodePage,
  decodeRecord,
  decodeUserDelta,
} from "#src/entra/decode.ts";

const PATH = "/v1.0/users/delta";
const user = (more: object = {}) => decodeUserDelta({ id: "AAAA", ...more }, PATH);
const reference = (id: string, more: object = {}) => ({ "@odata.type": "#microsoft.graph.user", id, ...more });
const gone = { "@removed": { reason: "deleted" } };
const members = (list: readonly object[]) => decodeGroupDelta({ id: "G", "members@delta": list }, PATH).members;

describe("users", () => {
  test("ids are written in small letters and annotations are no attributes", () => {
    expect(user({ "@odata.type": "#microsoft.graph.user", "@odata.id": "x", displayName: "Ada" })).toEqual({
      id: "aaaa",
      attributes: { displayName: "Ada" },
    });
  });

  test("a removed user is soft or hard deleted, and an unknown reason can be undone", () => {
    expect(user({ "@removed": { reason: "changed" } }).removed).toBe("soft");
    expect(user({ "@removed": { reason: "deleted" } }).removed).toBe("hard");
    expect(user({ "@removed": { reason: "moved" } }).removed).toBe("soft");
    expect(user({ "@removed": {} }).removed).toBe("soft");
    expect(user()).not.toHaveProperty("removed");
  });

  test("null stays null, and so does what is empty; what is absent stays absent", () => {
    const attributes = { mail: null, otherMails: [], onPremisesExtensionAttributes: { extensionAttribute1: null } };
    expect(user(attributes).attributes).toEqual({ mail: null, otherMails: null, onPremisesExtensionAttributes: null });
    expect(user({ employeeOrgData: { division: "EMEA", costCenter: null } }).attributes).toEqual({
      employeeOrgData: { division: "EMEA" },
    });
    expect(user({ accountEnabled: false, employeeId: "" }).attributes).toEqual({
      accountEnabled: false,
      employeeId: "",
    });
  });

  test("the manager is an id, null when taken away, absent when nothing is said", () => {
    expect(user({ "manager@delta": [reference("BBBB")] }).attributes).toEqual({ manager: "bbbb" });
    expect(user({ "manager@delta": [reference("BBBB", gone)] }).attributes).toEqual({ manager: null });
    expect(user({ "manager@delta": [reference("BBBB", gone), reference("CCCC")] }).attributes).toEqual({
      manager: "cccc",
    });
    expect(user({ "manager@delta": [reference("CCCC"), reference("BBBB", gone)] }).attributes).toEqual({
      manager: "cccc",
    });
    expect(user({ "manager@delta": [] }).attributes).toEqual({});
    expect(user().attributes).toEqual({});
  });

  test("an entry without id is refused, without its values in the message", () => {
    expect(() => decodeUserDelta({ displayName: "Ada" }, PATH)).toThrow(
      expect.objectContaining({ code: "unexpected-response", message: expect.not.stringContaining("Ada") }),
    );
    expect(() => decodeUserDelta(null, PATH)).toThrow(expect.objectContaining({ code: "unexpected-response" }));
  });

  test("a user read in full has no nulls", () => {
    const record = decodeRecord({ id: "A", mail: null, businessPhones: [], displayName: "Ada" }, PATH);
    expect(record).toEqual({ id: "a", attributes: { displayName: "Ada" } });
  });

  test("an expanded manager is an id", () => {
    expect(decodeManager({ id: "a", manager: { "@odata.type": "#microsoft.graph.user", id: "B" } }, PATH)).toEqual({
      id: "a",
      manager: "b",
    });
    expect(decodeManager({ id: "a" }, PATH)).toEqual({ id: "a", manager: undefined });
    expect(decodeManager({ id: "a", manager: null }, PATH)).toEqual({ id: "a", manager: undefined });
  });
});

describe("groups", () => {
  test("only people and groups are members, and an entry without type is a person", () => {
    const found = members([
      reference("u1"),
      { "@odata.type": "#microsoft.graph.group", id: "G2" },
      { "@odata.type": "#microsoft.graph.device", id: "d" },
      { "@odata.type": "#microsoft.graph.servicePrincipal", id: "s" },
      { "@odata.type": "#microsoft.graph.orgContact", id: "c" },
      { id: "u2" },
    ]);
    expect(found).toEqual([
      { id: "u1", type: "user", isRemoved: false },
      { id: "g2", type: "group", isRemoved: false },
      { id: "u2", type: "user", isRemoved: false },
    ]);
  });

  test("any @removed takes a member out, whatever the reason", () => {
    expect(members([reference("u1", gone), reference("u2", { "@removed": { reason: "changed" } })])).toEqual([
      { id: "u1", type: "user", isRemoved: true },
      { id: "u2", type: "user", isRemoved: true },
    ]);
  });

  test("a group without members@delta says nothing about members", () => {
    expect(decodeGroupDelta({ id: "G", displayName: "Sales" }, PATH)).toEqual({
      id: "g",
      attributes: { displayName: "Sales" },
      members: [],
    });
  });
});

test("a principal of an unknown kind is no assignment", () => {
  const row = { principalId: "P", appRoleId: "r", principalDisplayName: "x" };
  expect(decodeAssignment({ ...row, principalType: "Group" }, PATH)).toEqual({
    principalId: "p",
    principalType: "Group",
    appRoleId: "r",
  });
  expect(decodeAssignment({ ...row, principalType: "Robot" }, PATH)).toBeUndefined();
});

test.each([[{}], [[]], [{ value: {} }], [{ value: [], "@odata.nextLink": 5 }], [null]])("%j is no page", (json) => {
  expect(() => decodePage(json, PATH)).toThrow(expect.objectContaining({ code: "unexpected-response" }));
});
