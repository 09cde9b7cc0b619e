import fc from "fast-check";
import { expect, it } from "vitest";
import { equalsFilter, toQuery } from "#src/scim/filter.ts";

it("escapes quotes, backslashes and control characters as JSON does", () => {
  expect(equalsFilter("userName", 'a"b\\c\n')).toBe(String.raw`userName eq "a\"b\\c\n"`);
});

it("encodes everything that means something in a URL", () => {
  expect(toQuery({ filter: 'displayName eq "R&D+1 #?"', excludedAttributes: undefined, count: 5 })).toBe(
    "filter=displayName%20eq%20%22R%26D%2B1%20%23%3F%22&count=5",
  );
});

it("arrives as it was meant, whatever the value", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (value) => {
      const arrived = new URL(`https://x/?${toQuery({ filter: equalsFilter("userName", value) })}`);
      const filter = arrived.searchParams.get("filter") ?? "";
      expect(JSON.parse(filter.slice("userName eq ".length))).toBe(value);
      expect([...arrived.searchParams.keys()]).toEqual(["filter"]);
    }),
  );
});
