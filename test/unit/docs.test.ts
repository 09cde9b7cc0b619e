import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "#src/config/load.ts";
import { createKeys } from "#src/store/keys.ts";

const read = (file: string): string => readFileSync(file, "utf8");

/** Every text between backticks in the first column of a Markdown table. */
function firstColumn(markdown: string): readonly string[] {
  const cells = [...markdown.matchAll(/^\| ([^|]+) \|/gmu)].map((match) => match[1] ?? "");
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/gu)].map((match) => match[1] ?? ""));
}

function section(markdown: string, title: string): string {
  const [, rest = ""] = markdown.split(`\n## ${title}\n`);
  return rest.split("\n## ")[0] ?? "";
}

const run = promisify(execFile);

/** What the program says of itself; it needs no configuration for that, and is given none. */
async function help(...words: readonly string[]): Promise<string> {
  const env = { PATH: process.env["PATH"], HOME: tmpdir() };
  const { stdout } = await run(process.execPath, ["src/cli.ts", ...words, "--help"], { env });
  return stdout;
}

/** The subcommands that a help text lists. */
function listed(text: string): readonly string[] {
  const [, rest = ""] = text.split("\nCommands:\n");
  const lines = (rest.split("\n\n")[0] ?? "").split("\n");
  const names = lines.map((line) => /^ {2}([a-z]+)/u.exec(line)?.[1] ?? "");
  return names.filter((name) => name !== "" && name !== "help");
}

describe("the README", () => {
  const readme = read("README.md");

  let top = "";
  let configHelp = "";

  beforeAll(async () => {
    [top, configHelp] = await Promise.all([help(), help("config")]);
  }, 60_000);

  it("lists exactly the commands and flags that the command line offers", () => {
    const commands = listed(top).flatMap((name) =>
      name === "config" ? listed(configHelp).map((inner) => `config ${inner}`) : [name],
    );
    const flags = [...top.matchAll(/^ {2}(--[a-z]+) /gmu)].map((match) => match[1] ?? "");

    const documented = firstColumn(section(readme, "Commands")).map((text) => text.replace(/^sosafe-bridge ?/u, ""));
    const expected = [...commands, ...flags.filter((flag) => flag !== "--json")];
    expect(new Set(documented.filter((text) => text !== ""))).toEqual(new Set(expected));
  });

  it("names the exit codes that the command line names", () => {
    const [, codes = ""] = top.split("Exit codes:");
    const told = [...codes.matchAll(/\b(\d+) [a-zA-Z]/gu)].map((match) => match[1]);
    const rows = [...section(readme, "Exit codes").matchAll(/^\| (\d+) +\|/gmu)].map((match) => match[1]);
    expect(told.length).toBeGreaterThan(4);
    expect(new Set(rows)).toEqual(new Set(told));
  });

  it("shows a smallest configuration that is accepted", () => {
    const [, yaml = ""] = readme.split("```yaml\n");
    const config = parseConfig(yaml.split("```")[0] ?? "", "README.md");
    expect(config.users.attributes.map(({ target }) => target)).toEqual(["userName", "active"]);
  });

  it("links to files that exist", () => {
    for (const file of ["README.md", "CONTRIBUTING.md"]) {
      const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)\)/gu)].map((match) => match[1] ?? "");
      expect(links.length).toBeGreaterThan(3);
      expect(links.filter((link) => !existsSync(link))).toEqual([]);
    }
  });
});

describe("docs/store.md", () => {
  it("explains every key of src/store/keys.ts, and no other", () => {
    const names = Object.keys(createKeys("p")).filter((name) => name !== "prefix");
    const documented = firstColumn(read("docs/store.md")).filter((name) => /^[a-zA-Z]+$/u.test(name));
    expect(documented.toSorted()).toEqual(names.toSorted());
  });
});

describe("docs/errors.md", () => {
  it("explains every error code of src/model/errors.ts, and no other", () => {
    const [, rest = ""] = read("src/model/errors.ts").split("export type ErrorCode =");
    const codes = [...(rest.split("\n\n")[0] ?? "").matchAll(/\| "([a-z-]+)"/gu)].map((match) => match[1]);
    const table = read("docs/errors.md").split("## Exit codes")[0] ?? "";
    expect(codes.length).toBeGreaterThan(10);
    expect(new Set(firstColumn(table))).toEqual(new Set(codes));
  });
});

describe("docs/architecture.md", () => {
  it("names test files that exist", () => {
    const files = read("docs/architecture.md").match(/test\/[\w/.-]+\.ts/gu) ?? [];
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });
});
