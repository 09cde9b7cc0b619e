import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { toScimId } from "#src/model/ids.ts";
import { toPath, valueAt, withValue, type ResourceData } from "#src/model/target-path.ts";
import { isSatisfied, missingFrom, toElements } from "#src/model/same-value.ts";
import type { Attributes, Value } from "#src/model/value.ts";
import { diff, recordFound, recordSent } from "#src/sync/diff.ts";
import type { Link } from "#src/sync/state.ts";

const RULES = {
  paths: ["userName", "nickName", 'emails[type eq "work"].value'],
  createOnly: new Set<string>(),
  additive: new Set<string>(),
  clearEmpty: true,
};

function aLink(over: Partial<Link> = {}): Link {
  return { scimId: toScimId("1"), origin: "created", data: {}, sent: {}, echo: {}, isStale: false, ...over };
}

test("an answer of the target is fresh: the account need not be read again", () => {
  expect(recordSent(aLink({ isStale: true }), [], {}).isStale).toBe(false);
});

describe("diff", () => {
  test.for([
    ["empty and empty is nothing", {}, {}, {}, {}, undefined],
    ["a value of somebody else stays when ours is empty", {}, { nickName: "Al" }, {}, {}, undefined],
    [
      "a value that we set is cleared when ours is empty",
      {},
      { nickName: "Al" },
      { nickName: "Al" },
      {},
      { from: "Al", to: undefined },
    ],
    ["equal values are nothing", { nickName: "Al" }, { nickName: "Al" }, {}, {}, undefined],
    ["another value is set", { nickName: "Al" }, { nickName: "Bo" }, { nickName: "Bo" }, {}, { from: "Bo", to: "Al" }],
    ["a missing value is set", { nickName: "Al" }, {}, {}, {}, { from: undefined, to: "Al" }],
    [
      "what the target made of our value is not sent again",
      { nickName: "Al" },
      { nickName: "al" },
      { nickName: "Al" },
      { nickName: "al" },
      undefined,
    ],
    [
      "what the target dropped is not sent again",
      { nickName: "Al" },
      {},
      { nickName: "Al" },
      { nickName: null },
      undefined,
    ],
    [
      "drift after an echo is healed",
      { nickName: "Al" },
      { nickName: "zz" },
      { nickName: "Al" },
      { nickName: "al" },
      { from: "zz", to: "Al" },
    ],
    [
      "another desired value than the echoed one is sent",
      { nickName: "Bo" },
      { nickName: "al" },
      { nickName: "Al" },
      { nickName: "al" },
      { from: "al", to: "Bo" },
    ],
  ] as const)("%s", ([, desired, data, sent, echo, change]) => {
    const changes = diff(desired, aLink({ data, sent, echo }), RULES);

    expect(changes).toEqual(change === undefined ? [] : [{ path: "nickName", ...change }]);
  });

  it("clears nothing when clearEmpty is off", () => {
    const link = aLink({ data: { nickName: "Al" }, sent: { nickName: "Al" } });

    expect(diff({}, link, { ...RULES, clearEmpty: false })).toEqual([]);
  });

  it("leaves create-only attributes alone", () => {
    const rules = { ...RULES, createOnly: new Set(["nickName"]) };

    expect(diff({ nickName: "Al" }, aLink({ data: { nickName: "Bo" } }), rules)).toEqual([]);
  });

  it("applied and recorded, leaves nothing to do, whatever the target made of it", () => {
    const text = fc.constantFrom("", "a", "A", "ß", "long value");
    const attributes = fc.record(
      { userName: text, nickName: text, 'emails[type eq "work"].value': text },
      { requiredKeys: [] },
    );
    const keep = fc.constantFrom(
      (value: string) => value,
      (value: string) => value.toLowerCase(),
      () => undefined,
    );
    fc.assert(
      fc.property(attributes, attributes, keep, (desiredRaw, currentRaw, take) => {
        const desired: Attributes = withoutEmpty(desiredRaw);
        const data = apply({}, withoutEmpty(currentRaw), (value) => value);
        const link = aLink({ data, sent: recordFound(data, desired) });
        const changes = diff(desired, link, RULES);
        const to = Object.fromEntries(changes.map((change) => [change.path, change.to]));
        const after = recordSent(link, changes, apply(data, to, take));

        expect(diff(desired, after, RULES)).toEqual([]);
      }),
    );
  });
});

describe("lists", () => {
  const rules = { ...RULES, paths: ["roles"] };
  const [a, b, c] = [{ value: "a" }, { value: "b" }, { value: "c" }];

  test.for<[string, Value[], Value[], boolean]>([
    ["in another order are equal", [a, b], [b, a], false],
    ["of which the target shows more are equal", [a], [{ ...a, $ref: "x", primary: false }], false],
    ["with an element more are set", [a], [a, b], true],
    ["with an element less are set", [a, b], [a], true],
    ["in another case are set", [a], [{ value: "A" }], true],
  ])("%s", ([, roles, held, isChange]) => {
    const changes = diff({ roles }, aLink({ data: { roles: held } }), rules);

    expect(changes).toEqual(isChange ? [{ path: "roles", from: held, to: roles }] : []);
  });

  it("that the target changes are not sent again, in whatever order they come back", () => {
    const link = aLink();
    const after = recordSent(link, diff({ roles: [a, b] }, link, rules), { roles: [{ value: "B" }, { value: "A" }] });
    const turned = { ...after, data: { roles: [{ value: "A" }, { value: "B", display: "b" }] } };

    expect(diff({ roles: [b, a] }, turned, rules)).toEqual([]);
    expect(diff({ roles: [a, c] }, turned, rules)).toHaveLength(1);
  });

  it("that are found as desired are ours to clear", () => {
    const data = { roles: [{ ...b, display: "B" }, a] };
    const link = aLink({ data, sent: recordFound(data, { roles: [a, b] }) });

    expect(diff({}, link, rules)).toEqual([{ path: "roles", from: data.roles, to: undefined }]);
    expect(recordFound(data, { roles: [a] })).toEqual({});
  });

  it("of one reference are compared with the object that stands for it", () => {
    const manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
    const data = { [manager.slice(0, -8)]: { manager: { value: "m", displayName: "M" } } };

    expect(diff({ [manager]: "m" }, aLink({ data }), { ...rules, paths: [manager] })).toEqual([]);
    expect(diff({ [manager]: "n" }, aLink({ data }), { ...rules, paths: [manager] })).toHaveLength(1);
  });
});

describe("additive lists", () => {
  const rules = { ...RULES, paths: ["roles"], additive: new Set(["roles"]) };
  const [a, b, c, x] = [{ value: "a" }, { value: "b" }, { value: "c" }, { value: "x", display: "X" }];

  test.for<[string, { desired?: Value[]; held?: Value[]; sent?: Value[] }, object | undefined]>([
    ["leave what is there alone", { held: [x] }, undefined],
    ["find what is desired already there", { desired: [a], held: [x, a] }, undefined],
    ["add what is missing", { desired: [a, b], held: [x, a], sent: [a] }, { to: [a, x, b], ours: [a, b] }],
    ["start with nothing", { desired: [a] }, { to: [a], ours: [a] }],
    ["remove what we sent", { desired: [a], held: [x, a, b], sent: [a, b] }, { to: [a, x], ours: [a] }],
    ["remove all of ours", { held: [x, a], sent: [a] }, { to: [x], ours: [] }],
    ["are empty when all was ours", { held: [a], sent: [a] }, { to: undefined, ours: [] }],
    [
      "remove ours in the case that the target gave it",
      { held: [{ value: "A" }, x], sent: [a] },
      { to: [x], ours: [] },
    ],
    ["do not remove what is gone", { held: [x], sent: [a] }, undefined],
    ["do not own what somebody else put there", { desired: [a, b], held: [a], sent: [] }, { to: [a, b], ours: [b] }],
    ["exchange", { desired: [c], held: [a, x], sent: [a] }, { to: [x, c], ours: [c] }],
  ])("%s", ([, { desired, held, sent }, change]) => {
    const link = aLink({ data: held ? { roles: held } : {}, sent: sent?.length ? { roles: sent } : {} });

    const changes = diff(desired ? { roles: desired } : {}, link, rules);

    expect(changes).toEqual(change === undefined ? [] : [{ path: "roles", from: held, ...change }]);
  });

  it("remove nothing when the source is empty and clearEmpty is off", () => {
    const link = aLink({ data: { roles: [a] }, sent: { roles: [a] } });

    expect(diff({}, link, { ...rules, clearEmpty: false })).toEqual([]);
  });

  it("own of an adopted account what was there as desired", () => {
    expect(recordFound({ roles: [x, a] }, { roles: [a, b] }, rules.additive)).toEqual({ roles: [a] });
    expect(recordFound({ roles: [x] }, { roles: [a, b] }, rules.additive)).toEqual({});
  });

  it("send an element again that went away, but not one that the target did not take", () => {
    const link = aLink({ data: { roles: [x] } });
    const after = recordSent(link, diff({ roles: [a, b] }, link, rules), { roles: [x, { value: "A" }, b] });
    const drifted = { ...after, data: { roles: [{ value: "A" }] } };

    expect(diff({ roles: [a, b] }, after, rules)).toEqual([]);
    expect(diff({ roles: [a, b] }, drifted, rules)).toEqual([
      { path: "roles", from: [{ value: "A" }], to: [{ value: "A" }, b], ours: [a, b] },
    ]);
  });

  it("keep what others put there, whatever happens, and come to rest", () => {
    const ours = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { maxLength: 4 });
    const theirs = fc.uniqueArray(fc.constantFrom("x", "y", "z"), { maxLength: 3 });
    const keep = fc.constantFrom(
      (value: string) => value,
      (value: string) => value.toUpperCase(),
    );
    const turns = fc.array(fc.record({ desired: ours, others: theirs, keep }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(turns, (history) => {
        let link = aLink();
        for (const { desired, others, keep: store } of history) {
          const foreign = others.map((value) => ({ value }));
          const mine = toElements(link.data["roles"]).filter((item) => !/[x-z]/.test(JSON.stringify(item)));
          link = { ...link, data: { roles: [...foreign, ...mine] } };
          const wanted = desired.length === 0 ? {} : { roles: desired.map((value) => ({ value })) };
          const changes = diff(wanted, link, rules);
          const data = changes.reduce((old, { path, to }) => {
            const kept = toElements(to).map((item) => (isOurs(item) ? storeAs(item, store) : item));
            return withValue(old, toPath(path), kept);
          }, link.data);
          link = recordSent(link, changes, data);

          expect(missingFrom(toElements(link.data["roles"]), foreign)).toEqual([]);
          expect(diff(wanted, link, rules)).toEqual([]);
          // Of ours there is what is desired, in one case or the other, and nothing else.
          const held = toElements(link.data["roles"]).filter(isOurs);
          expect(
            isSatisfied(
              held.map(lower),
              desired.map((value) => ({ value })),
            ),
          ).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function isOurs(item: Value): boolean {
  return /[a-d]"/i.test(JSON.stringify(item)) && !/[x-z]"/i.test(JSON.stringify(item));
}

function storeAs(item: Value, store: (value: string) => string): Value {
  return { value: store(String(Object(item).value)) };
}

function lower(item: Value): Value {
  return storeAs(item, (value) => value.toLowerCase());
}

function withoutEmpty(attributes: object): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== "" && value !== undefined));
}

function apply(data: ResourceData, values: object, take: (value: string) => string | undefined): ResourceData {
  return Object.entries(values).reduce<ResourceData>((result, [path, value]) => {
    return withValue(result, toPath(path), typeof value === "string" ? take(value) : undefined);
  }, data);
}

describe("target paths", () => {
  test.for([
    ["userName", { userName: "a" }],
    ["name.givenName", { name: { givenName: "a" } }],
    ['emails[type eq "work"].value', { emails: [{ type: "work", value: "a" }] }],
    [
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
      { "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { department: "a" } },
    ],
  ] as const)("%s is written, read and cleared without a trace", ([text, data]) => {
    const path = toPath(text);

    expect(withValue({}, path, "a")).toEqual(data);
    expect(valueAt(data, path)).toBe("a");
    expect(withValue(data, path, undefined)).toEqual({});
  });

  it("leaves other elements of a list alone", () => {
    const data = { phoneNumbers: [{ type: "mobile", value: "1" }] };

    const next = withValue(data, toPath('phoneNumbers[type eq "work"].value'), "2");

    expect(next).toEqual({
      phoneNumbers: [
        { type: "mobile", value: "1" },
        { type: "work", value: "2" },
      ],
    });
  });
});
