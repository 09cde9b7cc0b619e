import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { toScimId } from "#src/model/ids.ts";
import { toPath, valueAt, withValue, type ResourceData } from "#src/model/target-path.ts";
import type { Attributes } from "#src/model/value.ts";
import { diff, recordFound, recordSent } from "#src/sync/diff.ts";
import type { Link } from "#src/sync/state.ts";

const RULES = {
  paths: ["userName", "nickName", 'emails[type eq "work"].value'],
  createOnly: new Set<string>(),
  clearEmpty: true,
};

function aLink(over: Partial<Link> = {}): Link {
  return { scimId: toScimId("1"), origin: "created", data: {}, sent: {}, echo: {}, isStale: false, ...over };
}

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
