import { spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { parseConfig } from "#src/config/load.ts";

type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs the command line as a user would, with an empty environment and somewhere else than in the checkout. */
async function run(args: readonly string[], input = ""): Promise<Ended> {
  const cli = new URL("../../src/cli.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [cli, ...args], { env: {}, cwd: tmpdir() });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.stdin.end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, out, err };
}

const schema = new URL("../fixtures/entra-schema.json", import.meta.url).pathname;

describe("eval, without any environment", () => {
  it("prints a result", async () => {
    const folder = await mkdtemp(join(tmpdir(), "eval-"));
    await writeFile(join(folder, "ada.json"), '{"givenName":"Ada","surname":"Lovelace"}');
    const args = ["eval", 'Join(" ", [givenName], [surname])', "--attributes", join(folder, "ada.json")];
    expect(await run(args)).toEqual({ code: 0, out: "Ada Lovelace\n", err: "" });
    expect(await run([...args, "--json"])).toEqual({ code: 0, out: '{"result":"Ada Lovelace"}\n', err: "" });
  });

  it("reads standard input, and takes --json and --now anywhere", async () => {
    const ended = await run(
      ["--json", "eval", "--now", "2025-07-30", 'DateDiff("d", [a], Now())', "--attributes", "-"],
      '{"a":"2025-07-01"}',
    );
    expect(ended).toEqual({ code: 0, out: '{"result":29}\n', err: "" });
  });

  it("ends with 1 for a wrong expression, 2 for wrong use and 78 for a wrong file", async () => {
    expect(await run(["eval", "ToLwer([a])"])).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("did you mean ToLower?"),
    });
    expect(await run(["eval", "[a]", "--now", "soon"])).toMatchObject({ code: 2, out: "" });
    expect(await run(["eval"])).toMatchObject({ code: 2, out: "" });
    expect(await run(["eval", "[a]", "--attributes", "none.json"])).toEqual({
      code: 78,
      out: "",
      err: "none.json: does not exist\n",
    });
  });

  it("has help with examples", async () => {
    expect(await run(["eval", "--help"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("$ sosafe-bridge eval 'Join("),
    });
  });
});

describe("config import, without any environment", () => {
  it("prints a file that loads on stdout, and the summary on stderr", async () => {
    const { code, out, err } = await run(["config", "import", schema]);
    expect([code, err.split("\n")[0]]).toEqual([0, "31 mappings taken, 0 with remarks"]);
    expect(parseConfig(out, "bridge.yaml").users.attributes).toHaveLength(28);
  });

  it("reads standard input", async () => {
    const ended = await run(["config", "import", "-"], await readFile(schema, "utf8"));
    expect(ended).toMatchObject({
      code: 0,
      out: expect.stringContaining("target: userName, source: userPrincipalName"),
    });
  });

  it("ends with 78 and prints nothing on stdout for what it cannot take", async () => {
    const broken = (await readFile(schema, "utf8")).replace(
      '"operatorName": "IS NOT NULL"',
      '"operatorName": "Present"',
    );
    const refused = await run(["config", "import", "-"], broken);
    expect(refused).toMatchObject({
      code: 78,
      out: "",
      err: expect.stringContaining(".clauses[1].operatorName: unknown operator Present"),
    });
    expect(await run(["config", "import", "-"], "{")).toMatchObject({
      code: 78,
      out: "",
      err: expect.stringContaining("standard input: is not JSON"),
    });
    expect(await run(["config", "import"])).toMatchObject({ code: 2, out: "" });
  });
});

describe("a word that is no command", () => {
  it.each([
    [["explian", "ada@contoso.com"], "unknown command 'explian' (did you mean explain?)"],
    [["--json", "xyzzy"], "unknown command 'xyzzy' (see sosafe-bridge --help)"],
    [["config", "prnt"], "unknown command 'prnt'"],
    [["--onec"], "unknown option '--onec'"],
  ])("%j is named", async (args, message) => {
    expect(await run(args)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
  });

  it("is not an option before a command, or help", async () => {
    expect(await run(["--json", "eval", "1"])).toMatchObject({ code: 0, out: '{"result":1}\n' });
    expect(await run(["help"])).toMatchObject({ code: 0, out: expect.stringContaining("explain") });
  });
});
