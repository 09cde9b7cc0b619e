import fc from "fast-check";
import { expect, it } from "vitest";
import { equalsFilter, lookupFilters, toQuery } from "#src/scim/filter.ts";

it("escapes quotes, backslashes and control characters as JSON does", () => {
  expect(equalsFilter("userName", 'a"b\\c\n')).toBe(String.raw`userName eq "a\"b\\c\n"`);
});

it("names attributes of extensions in full, and asks for elements as Entra does and as the RFC says", () => {
  const number = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber";
  expect(lookupFilters(number, "7")).toEqual([`${number} eq "7"`]);
  expect(lookupFilters("userName", 'a"b')).toEqual([String.raw`userName eq "a\"b"`]);
  expect(lookupFilters('emails[type eq "work"].value', 'a"b')).toEqual([
    String.raw`emails[type eq "work"].value eq "a\"b"`,
    String.raw`emails[type eq "work" and value eq "a\"b"]`,
  ]);
  expect(lookupFilters('urn:sosafe:user:mails[kind eq "x"].value', "a")[1]).toBe(
    'urn:sosafe:user:mails[kind eq "x" and value eq "a"]',
  );
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
