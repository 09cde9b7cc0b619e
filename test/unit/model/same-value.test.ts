import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { isSame, isSatisfied, mergeElements, missingFrom } from "#src/model/same-value.ts";
import type { Value } from "#src/model/value.ts";

describe("a target has what is wanted", () => {
  test.for<[string, Value | undefined, Value | undefined, boolean]>([
    ["equal texts", "a", "a", true],
    ["texts in another case", "A", "a", false],
    ["nothing and nothing", undefined, undefined, true],
    ["nothing, but a value is wanted", undefined, "a", false],
    ["a value, but nothing is wanted", "a", undefined, false],
    ["booleans", true, true, true],
    ["a boolean and its contrary", true, false, false],
    ["lists in another order", [{ value: "b" }, { value: "a" }], [{ value: "a" }, { value: "b" }], true],
    ["an element more", [{ value: "a" }, { value: "b" }], [{ value: "a" }], false],
    ["an element less", [{ value: "a" }], [{ value: "a" }, { value: "b" }], false],
    ["the same element twice", [{ value: "a" }, { value: "a" }], [{ value: "a" }], false],
    ["members that the service added", [{ value: "a", $ref: "x", display: "A", type: "t" }], [{ value: "a" }], true],
    ["a member less", [{ value: "a" }], [{ value: "a", display: "A" }], false],
    ["another member", [{ value: "a", display: "B" }], [{ value: "a", display: "A" }], false],
    ["not primary and nothing said", [{ value: "a" }], [{ value: "a", primary: false }], true],
    ["nothing said and not primary", [{ value: "a", primary: false }], [{ value: "a" }], true],
    ["primary and not primary", [{ value: "a", primary: true }], [{ value: "a", primary: false }], false],
    ["not primary and primary", [{ value: "a" }], [{ value: "a", primary: true }], false],
    ["primary as a text", [{ value: "a", primary: "True" }], [{ value: "a", primary: true }], true],
    ["types in another case", [{ value: "a", type: "work" }], [{ value: "a", type: "Work" }], true],
    ["other types", [{ value: "a", type: "work" }], [{ value: "a", type: "home" }], false],
    ["names of members in another case", [{ Value: "a" }], [{ value: "a" }], true],
    ["a plain list", ["b", "a"], ["a", "b"], true],
    ["a plain list shown as elements", [{ value: "a" }], ["a"], true],
    ["elements shown as a plain list", ["a"], [{ value: "a" }], true],
    ["one value shown as a list", ["a"], "a", true],
    ["several values where one is wanted", ["a", "b"], "a", false],
    ["a manager that is shown as an object", { value: "m", $ref: "x", displayName: "M" }, "m", true],
    ["another manager as an object", { value: "n" }, "m", false],
    // The first held one fits both, the second only the untyped one.
    [
      "a partner for each",
      [{ value: "a", type: "t" }, { value: "a" }],
      [{ value: "a" }, { value: "a", type: "t" }],
      true,
    ],
  ])("%s", ([, held, wanted, expected]) => {
    expect(isSatisfied(held, wanted)).toBe(expected);
  });

  it("is not the same while one side says more", () => {
    expect(isSame([{ value: "a", type: "t" }], [{ value: "a" }])).toBe(false);
    expect(isSame([{ value: "a" }, { value: "b" }], [{ value: "b" }, { value: "a", primary: false }])).toBe(true);
  });
});

const element = fc.record(
  { value: fc.constantFrom("a", "b", "A"), type: fc.constantFrom("x", "y"), primary: fc.boolean() },
  { requiredKeys: ["value"] },
);
const list = fc.uniqueArray(element, { maxLength: 5, selector: (item) => JSON.stringify(item) });

it("does not care for the order, nor for what services add", () => {
  fc.assert(
    fc.property(list, fc.infiniteStream(fc.nat()), (wanted, numbers) => {
      const shuffled = wanted
        .map((item) => ({ item, at: numbers.next().value ?? 0 }))
        .toSorted((left, right) => left.at - right.at)
        .map(({ item }) => ({ $ref: "https://x", display: "X", type: "z", ...item }));
      expect(isSatisfied(shuffled, wanted)).toBe(true);
      expect(isSatisfied([...shuffled, { value: "other" }], wanted)).toBe(false);
    }),
  );
});

it("merges to a list that holds what is wanted and everything of others, and lacks what is outdated", () => {
  fc.assert(
    fc.property(list, list, list, (others, outdated, wanted) => {
      const foreign = others.map((item) => ({ ...item, value: `other ${item.value}` }));
      const merged = mergeElements([...foreign, ...outdated], { outdated, wanted });
      expect(missingFrom(merged, wanted)).toEqual([]);
      expect(missingFrom(merged, foreign)).toEqual([]);
      expect(merged).toHaveLength(foreign.length + wanted.length);
    }),
  );
});

it("takes out what a service stored in another case, and nothing that is wanted", () => {
  const held = [{ value: "ADMIN" }, { value: "user" }, { value: "Guest" }];

  expect(
    mergeElements(held, { outdated: [{ value: "Admin" }, { value: "guest" }], wanted: [{ value: "Guest" }] }),
  ).toEqual([{ value: "Guest" }, { value: "user" }]);
});
