import { expect, test } from "vitest";
import { isEqual, type Value } from "#src/model/value.ts";

test.for<[Value | undefined, Value | undefined, boolean]>([
  [["a"], ["a"], true],
  [["a"], ["b"], false],
  [["a", "b"], ["b", "a"], false],
  [["a"], ["a", "a"], false],
  [["a"], "a", false],
  [[], undefined, false],
  [[{ a: "1", b: "2" }], [{ b: "2", a: "1" }], true],
  [{ a: "1" }, { a: "1", b: "2" }, false],
  [{ a: "1" }, { b: "1" }, false],
  ["1", 1, false],
])("%j and %j are equal: %s", ([left, right, expected]) => {
  expect(isEqual(left, right)).toBe(expected);
  expect(isEqual(right, left)).toBe(expected);
});
