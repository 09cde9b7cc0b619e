import { describe, expect, test } from "vitest";
import { parseConfig } from "#src/config/load.ts";
import { file, linesOf, problemsOf } from "./problems.ts";

/** A list of ten copies, with an anchor. */
function tenTimes(name: string, item: string): string {
  return `${name}: &${name} [${Array.from({ length: 10 }, () => item).join()}]\n`;
}

test("a number that YAML reads otherwise is left alone where a number is meant", () => {
  expect(parseConfig(`${file()}\ntarget: { concurrency: 04 }`, "bridge.yaml").target.concurrency).toBe(4);
});

describe("one mistake is told once:", () => {
  test("a key that is misspelled is not missing, too", () => {
    expect(problemsOf(file().replace("users:", "user:")).map(({ message }) => message)).toEqual([
      "unknown key; did you mean users?",
    ]);
  });

  test("values without any", () => {
    const scope = "scope: [{ name: a, clauses: [{ attribute: country, operator: IN, values: [] }] }]";
    expect(problemsOf(file().replace("users:", `users:\n  ${scope}`))).toHaveLength(1);
  });

  test("a target that is none does not overlap with another", () => {
    const mappings = ["{ target: emails.value, source: mail }", "{ target: emails, source: mail }"];
    expect(problemsOf(file(mappings.join("\n    - ")))).toHaveLength(1);
  });
});

describe("a text that is no configuration is refused:", () => {
  test.each([
    ["malformed YAML", "users: [", 1],
    ["a tag that means nothing here", "log: !secret x", 1],
    ["two documents", "log: {}\n---\nlog: {}", 2],
  ])("%s", (_name, text, line) => {
    const [problem] = problemsOf(text);
    expect(problem).toMatchObject({ where: "bridge.yaml", line, column: expect.any(Number) });
    expect(problem?.message).toMatch(/^is not YAML from here on: \w/u);
  });

  test("keys that are there twice, up to the first place that is not YAML", () => {
    const message = "the same key is there twice";
    const twice = { where: "bridge.yaml", message, column: 1 };
    expect(problemsOf("log: {}\nlog: {}\nnotify: {}\nnotify: {}")).toEqual([
      { ...twice, line: 2 },
      { ...twice, line: 4 },
    ]);
    expect(problemsOf("log: {}\nlog: {}\nusers: }{\nnotify: {}\nnotify: {}").map(({ line }) => line)).toEqual([2, 3]);
  });

  test.each([
    '    - { target: title, expression: Join(" ", [givenName], [surname]) }',
    '    - target: title\n      expression: "Join(" ", [givenName], [surname])"',
  ])("an expression without the quotes that it needs, with what to write: %s", (mapping) => {
    const text = `users:\n  attributes:\n${mapping}\n    - { target: nickName, source: mail }`;
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.line).toBe(mapping.split("\n").length + 2);
    expect(problems[0]?.message).toContain("; an expression stands in single quotes: expression: '");
    const target = `users:\n  attributes:\n    - { target: emails[type eq "work"].value, source: mail }`;
    expect(problemsOf(target)[0]?.message).toContain("; a target with brackets stands in single quotes: target: '");
    expect(problemsOf("users: { [a]: b }")[0]?.message).toBe("a list or a block cannot be a key");
    expect(problemsOf("users: }{")[0]?.message).not.toContain("quotes");
  });

  test("nothing, a list, an alias to nowhere, a bomb of aliases", () => {
    expect(problemsOf("log: *x")[0]?.message).toMatch(/unresolved alias/i);
    expect(problemsOf("# nothing\n")).toEqual([{ where: "bridge.yaml", message: "is empty" }]);
    expect(linesOf("[a]")).toEqual(["bridge.yaml 1:1 must be a block of keys, not a list"]);
    const bomb = tenTimes("a", "1") + tenTimes("b", "*a") + tenTimes("c", "*b") + tenTimes("d", "*c");
    expect(problemsOf(bomb)[0]?.message).toMatch(/alias/i);
  });
});
