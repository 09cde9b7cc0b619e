import fc from "fast-check";
import { scimPatch, type ScimPatchOperation } from "scim-patch";
import { describe, expect, it } from "vitest";
import type { AttributeChange } from "#src/model/change.ts";
import { toPath, valueAt, type ResourceData } from "#src/model/target-path.ts";
import type { Value } from "#src/model/value.ts";
import { afterNoTarget, applyChanges, toPatchBody, toSteps } from "#src/scim/patch.ts";
import { toBody } from "#src/scim/resource.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const WORK_MAIL = 'emails[type eq "work"].value';
const WORK_PHONE = 'phoneNumbers[type eq "work"].value';
const STREET = 'addresses[type eq "work"].streetAddress';
const CITY = 'addresses[type eq "work"].locality';

function operations(changes: Readonly<Record<string, Value | undefined>>, current: ResourceData): readonly unknown[] {
  return toSteps(toChanges(changes, current), current).map(({ operation }) => operation);
}

function toChanges(changes: Readonly<Record<string, Value | undefined>>, current: ResourceData): AttributeChange[] {
  return Object.entries(changes).map(([path, to]) => ({ path, from: valueAt(current, toPath(path)), to }));
}

describe("single attributes", () => {
  it("replaces what is there, adds what is not, removes what is emptied", () => {
    const current = { title: "Boss", name: { givenName: "A" }, nickName: "N", [ENTERPRISE]: { department: "IT" } };
    const wanted = {
      title: "Chief",
      locale: "de",
      nickName: undefined,
      "name.givenName": "B",
      "name.familyName": "C",
      [`${ENTERPRISE}:department`]: "HR",
      [`${ENTERPRISE}:division`]: "D",
    };
    expect(operations(wanted, current)).toEqual([
      { op: "replace", path: "title", value: "Chief" },
      { op: "add", path: "locale", value: "de" },
      { op: "remove", path: "nickName" },
      { op: "replace", path: "name.givenName", value: "B" },
      { op: "add", path: "name.familyName", value: "C" },
      { op: "replace", path: `${ENTERPRISE}:department`, value: "HR" },
      { op: "add", path: `${ENTERPRISE}:division`, value: "D" },
    ]);
  });

  it("sends active as a boolean and replaces whole lists", () => {
    expect(operations({ active: "False", roles: [{ value: "a" }] }, { active: true })).toEqual([
      { op: "replace", path: "active", value: false },
      { op: "replace", path: "roles", value: [{ value: "a" }] },
    ]);
  });
});

describe("a manager", () => {
  const manager = `${ENTERPRISE}:manager`;

  it("by id is sent as an object and removed as a whole", () => {
    const current = { [ENTERPRISE]: { department: "IT", manager: { value: "m" } } };
    expect(operations({ [`${manager}.value`]: "n" }, current)).toEqual([
      { op: "replace", path: manager, value: { value: "n" } },
    ]);
    expect(operations({ [`${manager}.value`]: "n" }, {})).toEqual([
      { op: "add", path: manager, value: { value: "n" } },
    ]);
    expect(operations({ [`${manager}.value`]: undefined }, current)).toEqual([{ op: "remove", path: manager }]);
    const changes = toChanges({ [`${manager}.value`]: undefined }, current);
    expect(applyChanges(changes, current)).toEqual({ [ENTERPRISE]: { department: "IT" } });
  });

  it("as a text is sent as it is", () => {
    const current = { [ENTERPRISE]: { manager: { value: "a@example.com", displayName: "A" } } };
    expect(operations({ [manager]: "b@example.com" }, current)).toEqual([
      { op: "replace", path: manager, value: "b@example.com" },
    ]);
    expect(operations({ [manager]: "b@example.com" }, {})).toEqual([
      { op: "add", path: manager, value: "b@example.com" },
    ]);
    expect(operations({ [manager]: undefined }, current)).toEqual([{ op: "remove", path: manager }]);
  });
});

/** The operations for one change of a list. */
function send(change: Omit<AttributeChange, "path">, path = "roles"): readonly unknown[] {
  const current = change.from === undefined ? {} : { [path]: change.from };
  return toSteps([{ path, ...change }], current).map((step) => step.operation);
}

describe("lists as a whole", () => {
  const [a, b, x] = [{ value: "a" }, { value: "b" }, { value: "x", display: "X" }];

  it("are replaced, or removed", () => {
    expect(send({ from: [a], to: [a, b] })).toEqual([{ op: "replace", path: "roles", value: [a, b] }]);
    expect(send({ from: [a], to: undefined })).toEqual([{ op: "remove", path: "roles" }]);
  });

  it("that others share get what is new, and are replaced only when something has to go", () => {
    expect(send({ from: [x, a], to: [x, a, b], ours: [a, b] })).toEqual([{ op: "add", path: "roles", value: [b] }]);
    expect(send({ from: undefined, to: [a], ours: [a] })).toEqual([{ op: "add", path: "roles", value: [a] }]);
    expect(send({ from: [x, a], to: [x, b], ours: [b] })).toEqual([{ op: "replace", path: "roles", value: [x, b] }]);
    expect(send({ from: [x, a], to: [x], ours: [] })).toEqual([{ op: "replace", path: "roles", value: [x] }]);
    expect(send({ from: [a], to: undefined, ours: [] })).toEqual([{ op: "remove", path: "roles" }]);
  });

  it("of mail addresses have a primary one, which stays", () => {
    const first = { ...a, primary: true };
    expect(send({ from: undefined, to: [a, b] }, "emails")).toEqual([
      { op: "replace", path: "emails", value: [first, b] },
    ]);
    expect(send({ from: [{ ...b, primary: true }], to: [a, b] }, "emails")).toEqual([
      { op: "replace", path: "emails", value: [a, { ...b, primary: true }] },
    ]);
    expect(send({ from: [first], to: [first, b], ours: [b] }, "emails")).toEqual([
      { op: "add", path: "emails", value: [b] },
    ]);
    expect(send({ from: undefined, to: [a, { ...b, primary: false }] }, "emails")).toEqual([
      { op: "replace", path: "emails", value: [a, { ...b, primary: false }] },
    ]);
  });
});

describe("elements of multi-valued attributes", () => {
  it("changes an element that is there by its value path", () => {
    const current = { addresses: [{ type: "WORK", locality: "Bonn", region: "NRW" }] };
    const wanted = { [CITY]: "Cologne", [STREET]: "Ring 1", 'addresses[type eq "work"].region': undefined };
    expect(operations(wanted, current)).toEqual([
      { op: "replace", path: CITY, value: "Cologne" },
      { op: "replace", path: STREET, value: "Ring 1" },
      { op: "remove", path: 'addresses[type eq "work"].region' },
    ]);
  });

  it("adds one that is missing with all of its parts at once, the first mail address as the primary one", () => {
    const wanted = { [CITY]: "Cologne", [STREET]: "Ring 1", [WORK_MAIL]: "a@example.com" };
    expect(operations(wanted, {})).toEqual([
      { op: "add", path: "addresses", value: [{ type: "work", locality: "Cologne", streetAddress: "Ring 1" }] },
      { op: "add", path: "emails", value: [{ type: "work", value: "a@example.com", primary: true }] },
    ]);
  });

  it("adds to others in one operation, and does not claim to be primary then", () => {
    const current = { emails: [{ type: "home", value: "h@example.com", primary: true }] };
    const wanted = { [WORK_MAIL]: "a@example.com", 'emails[type eq "other"].value': "b@example.com" };
    expect(operations(wanted, current)).toEqual([
      {
        op: "add",
        path: "emails",
        value: [
          { type: "work", value: "a@example.com" },
          { type: "other", value: "b@example.com" },
        ],
      },
    ]);
  });

  it("removes an element of which nothing would be left, and only that", () => {
    const current = {
      phoneNumbers: [
        { type: "work", value: "1", primary: true },
        { type: "fax", value: "2" },
      ],
      addresses: [{ type: "work", locality: "Bonn", streetAddress: "Ring 1" }],
    };
    expect(operations({ [WORK_PHONE]: undefined, [CITY]: undefined, [STREET]: undefined }, current)).toEqual([
      { op: "remove", path: 'phoneNumbers[type eq "work"]' },
      { op: "remove", path: 'addresses[type eq "work"]' },
    ]);
  });

  it("has nothing to send to empty what is empty", () => {
    expect(operations({ [WORK_PHONE]: undefined }, {})).toEqual([]);
  });

  it("falls back to adding the element when the target does not find it, and takes a removal as done", () => {
    const current = { phoneNumbers: [{ type: "work", value: "1" }] };
    const [change] = toSteps([{ path: WORK_PHONE, from: "1", to: "2" }], current);
    const [removal] = toSteps([{ path: WORK_PHONE, from: "1", to: undefined }], current);
    expect(change && afterNoTarget(change)?.operation).toEqual({
      op: "add",
      path: "phoneNumbers",
      value: [{ type: "work", value: "2" }],
    });
    expect(removal && afterNoTarget(removal)).toBeUndefined();
  });
});

describe("any change", () => {
  const text = fc.string({ minLength: 1, maxLength: 8 }).filter((value) => value.trim() !== "");
  const paths = [
    "title",
    "nickName",
    "name.givenName",
    "name.familyName",
    WORK_MAIL,
    WORK_PHONE,
    'phoneNumbers[type eq "mobile"].value',
    STREET,
    CITY,
    'addresses[type eq "home"].locality',
    `${ENTERPRISE}:department`,
    `${ENTERPRISE}:costCenter`,
    `${ENTERPRISE}:manager.value`,
    "urn:ietf:params:scim:schemas:extension:acme:2.0:User:gender",
  ];
  const attributes = fc
    .record(Object.fromEntries(paths.map((path) => [path, fc.option(text, { nil: undefined })])))
    .map((values) =>
      Object.fromEntries(Object.entries(values).flatMap(([path, to]) => (to === undefined ? [] : [[path, to]]))),
    );

  /** Undefined for paths that are empty. */
  const pick = (data: ResourceData) => Object.fromEntries(paths.map((path) => [path, valueAt(data, toPath(path))]));

  it("has the effect that was meant, as another implementation of PATCH understands it", () => {
    fc.assert(
      fc.property(attributes, attributes, (before, after) => {
        const current = { id: "1", ...toBody("user", { userName: "u", ...before }) };
        const steps = toSteps(
          toChanges(Object.fromEntries(paths.map((path) => [path, after[path]])), current),
          current,
        );
        const changed =
          steps.length === 0
            ? current
            : interpret(
                current,
                steps.map(({ operation }) => operation),
              );
        expect(pick(changed)).toEqual(Object.fromEntries(paths.map((path) => [path, after[path]])));
        const changes = steps.flatMap((step) => step.changes);
        expect(pick(applyChanges(changes, current))).toEqual(pick(changed));
      }),
      { numRuns: 500 },
    );
  });

  it("keeps to the dialect: lower-case verb, a path, each path once, no null", () => {
    fc.assert(
      fc.property(attributes, attributes, (before, after) => {
        const current = toBody("user", { userName: "u", ...before });
        const steps = toSteps(
          toChanges(Object.fromEntries(paths.map((path) => [path, after[path]])), current),
          current,
        );
        const seen = steps.map(({ operation }) => operation.path);
        expect(new Set(seen).size).toBe(seen.length);
        for (const { operation } of steps) {
          expect(["add", "replace", "remove"]).toContain(operation.op);
          expect(toPath(operation.path)).toBeDefined();
          expect(Object.hasOwn(operation, "value")).toBe(operation.op !== "remove");
        }
        expect(JSON.stringify(toPatchBody(steps))).not.toContain("null,");
      }),
    );
  });
});

/** The resource after a PATCH, by the npm package scim-patch. */
function interpret(resource: ResourceData, steps: readonly unknown[]): ResourceData {
  const meta = { resourceType: "User", created: new Date(0), lastModified: new Date(0) };
  const copy: ResourceData & { schemas: string[] } = JSON.parse(JSON.stringify(resource));
  const list: ScimPatchOperation[] = JSON.parse(JSON.stringify(steps));
  const { meta: _meta, ...rest } = scimPatch({ ...copy, meta }, list);
  return JSON.parse(JSON.stringify(rest));
}
