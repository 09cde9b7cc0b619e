import { describe, expect, it } from "vitest";
import type { FilterClause } from "#src/model/config.ts";
import { findContradictions, type Contradiction } from "#src/filter/contradiction.ts";
import { domainOf } from "#src/filter/domain.ts";
import { findRedundancies } from "#src/filter/redundancy.ts";
import { clausesOf } from "./clauses.ts";

function find(clauses: readonly FilterClause[]): readonly Contradiction[] {
  return findContradictions(clauses, (name) => domainOf("user", name));
}

const EXTENSION = "extension_0123456789abcdef0123456789abcdef_x";
const ID = "87d349ed-44d7-43e1-9a83-5f2406dee5bd";

describe("a filter is never true", () => {
  it.each([
    [1, [0], "userType|EQUALS|Member & userType|EQUALS|Guest"],
    [1, [0], "userType|EQUALS|Member & userType|NOT EQUALS|Member"],
    [1, [0], "city|IN|Köln,Bonn & city|NOT IN|Bonn,Köln,Ulm"],
    [2, [0, 1], "city|IN|Köln,Bonn & city|NOT EQUALS|Bonn & city|NOT EQUALS|Köln"],
    [2, [0], "city|EQUALS|Köln & city|IS NOT NULL & city|STARTS_WITH|B"],
    [1, [0], "city|EQUALS|Köln & city|REGEX MATCH|B.*"],
    [2, [0], "city|EQUALS|Köln & country|EQUALS|DE & city|Includes|B"],
    [1, [0], "mobile|EQUALS|1 & mobilePhone|EQUALS|2"],
    [1, [0], "city|IS NULL & city|NOT EQUALS|Ulm"],
    [1, [0], "proxyAddresses|IS NULL & proxyAddresses|IS NOT NULL"],
    [1, [0], "accountEnabled|IS TRUE & accountEnabled|IS FALSE"],
    [1, [0], "city|IS TRUE & city|IS FALSE"],
    [0, [], "accountEnabled|EQUALS|yes"],
    [0, [], "accountEnabled|Greater_Than|0"],
    [1, [0], "accountEnabled|NOT EQUALS|true & accountEnabled|NOT EQUALS|false"],
    [0, [], "accountEnabled|IS NULL"],
    [0, [], "IsSoftDeleted|IS NULL"],
    [0, [], "userPrincipalName|IS NULL"],
    [0, [], "employeeHireDate|EQUALS|soon"],
    [0, [], "employeeHireDate|EQUALS|2026-02-30"],
    [0, [], "employeeHireDate|Greater_Than|2026"],
    [0, [], "objectId|EQUALS|Ada"],
    [0, [], "objectId|Less_Than|5"],
    [1, [0], "employeeId|Greater_Than|5 & employeeId|Less_Than|6"],
    [1, [0], "employeeId|Greater_Than_OR_EQUALS|6 & employeeId|Less_Than_OR_EQUALS|5"],
    [1, [0], "employeeId|EQUALS|5 & employeeId|Greater_Than|5"],
    [1, [0], "employeeId|Greater_Than|5 & employeeId|Less_Than|2026-01-01"],
    [1, [0], "createdDateTime|Greater_Than|2026-02-01 & createdDateTime|Less_Than|2026-01-01"],
    [1, [0], "createdDateTime|EQUALS|2026-02-01 & createdDateTime|Less_Than|2026-01-01"],
    [1, [0], "createdDateTime|EQUALS|2026-02-01 & createdDateTime|NOT EQUALS|2026-02-01T00:00:00Z"],
  ])("at clause %j, with %j before it, of %s", (clause, others, line) => {
    expect(find(clausesOf(line))).toMatchObject([{ clause, others }]);
  });

  it("also where all of several values have to fit", () => {
    const all: FilterClause = { attribute: "proxyAddresses", operator: "EQUALS", value: "a", match: "all" };
    expect(find([all, ...clausesOf("proxyAddresses|EQUALS|b")])).toMatchObject([{ clause: 1, others: [0] }]);
    expect(find([all, ...clausesOf("proxyAddresses|NOT EQUALS|a")])).toMatchObject([{ clause: 1, others: [0] }]);
  });

  it("also without case", () => {
    const ada: FilterClause = { attribute: "city", operator: "EQUALS", value: "ada", caseSensitive: false };
    expect(find([ada, { ...ada, operator: "NOT EQUALS", value: "ADA" }])).toHaveLength(1);
    expect(find([ada, { ...ada, operator: "STARTS_WITH", value: "B" }])).toHaveLength(1);
  });

  it.each([
    ["accountEnabled|EQUALS|yes", "accountEnabled EQUALS yes is never true: accountEnabled is true or false"],
    ["accountEnabled|IS NULL", "accountEnabled is never without a value"],
    ["objectId|EQUALS|x", `objectId EQUALS x is never true: objectId is an object id such as ${ID}`],
    [
      "employeeHireDate|IN|a,b,c,d",
      "employeeHireDate IN a, b, c, … is never true: employeeHireDate is a date such as 2026-01-31T00:00:00Z, written year first",
    ],
    [
      "userType|EQUALS|Member & userType|EQUALS|Guest",
      "userType EQUALS Guest and clauses[0] (userType EQUALS Member) are never true of the same value",
    ],
  ])("%s, because %s", (line, reason) => {
    expect(find(clausesOf(line))[0]?.reason).toBe(reason);
  });
});

describe("a filter may be true", () => {
  it.each([
    "proxyAddresses|EQUALS|a & proxyAddresses|EQUALS|b",
    `${EXTENSION}|EQUALS|a & ${EXTENSION}|EQUALS|b`,
    "userPrincipalName|EQUALS|a@b.c & originalUserPrincipalName|EQUALS|a_b.c#EXT#@d.e",
    "telephoneNumber|EQUALS|1 & businessPhones|EQUALS|2",
    "city|EQUALS|a & country|EQUALS|b",
    "userType|IS NULL",
    "city|IS NULL & city|IS NULL",
    "city|NOT EQUALS|a & city|NOT EQUALS|b",
    "employeeId|Greater_Than|5 & employeeId|Less_Than|7",
    "employeeId|Greater_Than|5,1 & employeeId|Less_Than|4",
    "createdDateTime|EQUALS|2026-02-01 & createdDateTime|ENDS_WITH|Z",
    `objectId|EQUALS|${ID.toUpperCase()}`,
    "city|EQUALS|x & nonsense|RESEMBLES|x",
  ])("%s", (line) => {
    expect(find(clausesOf(line))).toEqual([]);
  });

  it("where case makes a difference", () => {
    const ada: FilterClause = { attribute: "city", operator: "EQUALS", value: "ada", caseSensitive: false };
    expect(find([ada, ...clausesOf("city|EQUALS|ADA")])).toEqual([]);
    expect(find([ada, ...clausesOf("city|REGEX MATCH|A.*")])).toEqual([]);
  });
});

describe("a clause is redundant", () => {
  it.each([
    ["userType|EQUALS|Member & userType|NOT EQUALS|Guest", [{ clause: 1, other: 0 }]],
    ["userType|IS NOT NULL & userType|EQUALS|Member", [{ clause: 0, other: 1 }]],
    ["city|REGEX MATCH|a.* & city|REGEX MATCH|a.*", [{ clause: 1, other: 0 }]],
    ["city|EQUALS|a & city|IN|a,b", [{ clause: 1, other: 0 }]],
    ["city|EQUALS|a & city|IN|a", [{ clause: 0, other: 1 }]],
    ["city|NOT EQUALS|a & city|NOT EQUALS|b", []],
    ["city|EQUALS|a & country|NOT EQUALS|b", []],
  ])("in %s: %j", (line, expected) => {
    expect(findRedundancies(clausesOf(line), (name) => domainOf("user", name))).toEqual(expected);
  });
});
