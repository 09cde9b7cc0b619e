import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toEntraId, type EntraId } from "#src/model/ids.ts";
import { managersFirst } from "#src/sync/managers-first.ts";

const plan = (pairs: readonly (readonly [string, string?])[]) =>
  pairs.map(([id, manager]) => ({
    id: toEntraId(id),
    manager: manager === undefined ? undefined : toEntraId(manager),
  }));

describe("managersFirst", () => {
  it("puts managers before their reports, and keeps the order otherwise", () => {
    const planned = plan([["d", "c"], ["x"], ["c", "b"], ["b"], ["y", "gone"], ["a", "b"]]);
    expect(managersFirst(planned)).toEqual(["x", "b", "y", "c", "a", "d"]);
  });

  it("ends with circles and people who report to themselves", () => {
    expect(
      managersFirst(
        plan([
          ["a", "b"],
          ["b", "a"],
          ["c", "c"],
          ["d", "a"],
        ]),
      ).toSorted(),
    ).toEqual(["a", "b", "c", "d"]);
  });

  it("orders every tree, and loses nobody in any graph", () => {
    const someone = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(fc.array(someone, { minLength: 31, maxLength: 31 }), fc.boolean(), (managers, isTree) => {
        const planned = managers.map((manager, index) => ({
          id: toEntraId(String(index)),
          // In a tree everybody reports to somebody with a smaller number.
          manager: isTree && manager >= index ? undefined : toEntraId(String(manager)),
        }));
        const order = managersFirst(planned);
        expect(order.toSorted()).toEqual(planned.map(({ id }) => id).toSorted());
        const place = new Map<EntraId, number>(order.map((id, index) => [id, index]));
        const isBehind = planned.map(
          ({ id, manager }) => manager === undefined || (place.get(manager) ?? 0) < (place.get(id) ?? 0),
        );
        expect(isTree && isBehind.includes(false)).toBe(false);
      }),
    );
  });
});
