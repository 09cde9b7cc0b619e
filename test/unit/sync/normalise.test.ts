import { expect, it, test } from "vitest";
import type { Value } from "#src/model/value.ts";
import { createNormaliser } from "#src/sync/normalise.ts";

const ACME = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

test.for<[string, Value | undefined, Value | undefined]>([
  ["roles", ["a", "b"], [{ value: "a" }, { value: "b" }]],
  ["roles", "a", [{ value: "a" }]],
  ["roles", undefined, undefined],
  ["roles", [], undefined],
  ["roles", ["", "a", "a"], [{ value: "a" }]],
  ["roles", [""], undefined],
  ["roles", ["a", "A"], [{ value: "a" }, { value: "A" }]],
  ["roles", [7, true], [{ value: "7" }, { value: "True" }]],
  [
    "roles",
    [
      { value: "a", type: "t", primary: false },
      { value: "a", type: "u" },
      { value: "a", type: "t" },
    ],
    [
      { value: "a", type: "t", primary: false },
      { value: "a", type: "u" },
    ],
  ],
  ["emails", ["a@x.de", "A@X.de", "b@x.de"], [{ value: "a@x.de" }, { value: "b@x.de" }]],
  ["EMAILS", ["a@x.de"], [{ value: "a@x.de" }]],
  ["phoneNumbers", ["1", "2"], [{ value: "1" }, { value: "2" }]],
  ["ims", ["1"], [{ value: "1" }]],
  ["photos", ["1"], [{ value: "1" }]],
  ["entitlements", ["1"], [{ value: "1" }]],
  ["x509Certificates", ["1"], [{ value: "1" }]],
  ["addresses", ["Ring 1", "Ring 1"], [{ formatted: "Ring 1" }]],
  ["addresses", { locality: "Bonn" }, [{ locality: "Bonn" }]],
  ["addresses", [{ locality: "Bonn" }, { locality: "Ulm" }], [{ locality: "Bonn" }, { locality: "Ulm" }]],
  // Of a list, single-valued attributes take the first.
  ['emails[type eq "work"].value', ["a@x.de", "b@x.de"], "a@x.de"],
  ["nickName", ["a", "b"], "a"],
  ["nickName", [], undefined],
  ["nickName", "", undefined],
  ["nickName", true, "True"],
  ["nickName", 5, "5"],
  ["active", "TRUE", true],
  ["active", "perhaps", undefined],
  [`${ENTERPRISE}:department`, ["a", "b"], "a"],
  [`${ENTERPRISE}:manager.value`, ["a", "b"], "a"],
  // What an extension declares is not known: a list stays one, a text too.
  [`${ACME}:languages`, ["de", "", "de", "en"], ["de", "en"]],
  [`${ACME}:languages`, [""], undefined],
  [`${ACME}:gender`, "f", "f"],
  ["urn:sosafe:roles", ["a"], [{ value: "a" }]],
])("%s of %j is %j", ([target, value, expected]) => {
  expect(createNormaliser(target)(value)).toEqual(expected);
});

it("takes one text of the source for one element, and none for none", () => {
  expect(createNormaliser("emails")("a@x.de")).toEqual([{ value: "a@x.de" }]);
  expect(createNormaliser("emails")("")).toBeUndefined();
});
