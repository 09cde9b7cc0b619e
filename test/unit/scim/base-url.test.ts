import { expect, it } from "vitest";
import { toBaseUrl } from "#src/scim/base-url.ts";

it.each([
  ["https://api.example.com/scim/v2", "https://api.example.com/scim/v2"],
  ["  https://api.example.com/scim/v2/ ", "https://api.example.com/scim/v2"],
  ["https://api.example.com/scim/v2/?aadOptscim062020", "https://api.example.com/scim/v2"],
  ["https://api.example.com/scim//?a=b&c#d", "https://api.example.com/scim"],
  ["https://api.example.com/", "https://api.example.com"],
  ["http://127.0.0.1:8080/scim/", "http://127.0.0.1:8080/scim"],
  ["http://localhost/scim", "http://localhost/scim"],
  ["http://[::1]:1/scim", "http://[::1]:1/scim"],
])("makes %s the base URL %s", (pasted, base) => {
  expect(toBaseUrl(pasted)).toBe(base);
});

it.each([
  "",
  "api.example.com/scim",
  "http://api.example.com/scim",
  "http://127.0.0.1.example.com/",
  "ftp://localhost/",
])("refuses %j", (text) => {
  expect(() => toBaseUrl(text)).toThrow(/^the SCIM address /);
});

it("refuses credentials, and does not repeat them", () => {
  expect(() => toBaseUrl("https://user:pa55@example.com/scim")).toThrow(/^(?!.*pa55).*credentials/);
});
