import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const GOOD = `source: { application: SoSafe }
users:
  attributes:
    - { target: userName, source: userPrincipalName }
`;
const DOUBTFUL = `${GOOD}    - { target: profileUrl, source: mail }\n`;
const MESSAGE = "profileUrl is not among the attributes that SoSafe takes, and may be ignored or refused";
const WARNING = `! bridge.yaml: users.attributes[1].target (line 5, column 9): ${MESSAGE}\n`;

/** Entra and SoSafe where nobody listens: what matters here is told before anything is sent. */
const NOBODY = {
  AZURE_TENANT_ID: "11111111-1111-4111-8111-111111111111",
  AZURE_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
  AZURE_CLIENT_SECRET: "no-secret",
  AZURE_AUTHORITY_HOST: "https://localhost:9",
  GRAPH_BASE_URL: "https://localhost:9",
  SOSAFE_SCIM_URL: "http://localhost:9",
  SOSAFE_SCIM_TOKEN: "no-token",
  DATA_DIR: "data",
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warnings-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(file: string, args: readonly string[]) {
  await writeFile(join(folder, "bridge.yaml"), file);
  const cli = new URL("../../src/cli.ts", import.meta.url).pathname;
  const env = { ...NOBODY, CONFIG_FILE: "bridge.yaml", PATH: process.env["PATH"] };
  const child = spawn(process.execPath, [cli, ...args], { env, cwd: folder });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, out, err };
}

describe("a configuration that looks like a mistake", () => {
  it("is printed, with the doubt on stderr", async () => {
    const { code, out, err } = await run(DOUBTFUL, ["config", "print"]);
    expect([code, err]).toEqual([0, WARNING]);
    expect(out).toContain("target: profileUrl");
    expect((await run(GOOD, ["config", "print"])).err).toBe("");
  });

  it("passes the first step of `check`, which tells the doubt once", async () => {
    const { out, err } = await run(DOUBTFUL, ["check"]);
    expect(out.split("\n").slice(0, 2)).toEqual([
      "✓ configuration          bridge.yaml",
      `                         ! users.attributes[1].target (line 5, column 9): ${MESSAGE}`,
    ]);
    expect(err).not.toContain("profileUrl");
    const json = await run(DOUBTFUL, ["check", "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({
      steps: [{ isOk: true, warnings: [`users.attributes[1].target (line 5, column 9): ${MESSAGE}`] }, {}, {}, {}],
    });
  });

  it("is logged once at the start", async () => {
    const { err } = await run(DOUBTFUL, ["--once"]);
    const lines = err.split("\n").filter((line) => line.includes("profileUrl"));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        level: "warn",
        where: "bridge.yaml: users.attributes[1].target",
        line: 5,
        column: 9,
        msg: MESSAGE,
      }),
    ]);
  });

  it("is refused by `check` with line and column when it is one", async () => {
    const { code, out } = await run(DOUBTFUL.replace("source: mail }", "source: mial }"), ["check"]);
    expect(code).toBe(78);
    expect(out).toContain(
      "✗ configuration          bridge.yaml: users.attributes[1].source (line 5, column 29): mial is no",
    );
  });
});
