import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

it("runs as a newcomer starts it: fresh clone, empty home, one command", { timeout: 400_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), "sosafe-bridge-demo-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  await run("git", ["clone", "--quiet", process.cwd(), join(directory, "clone")]);
  // As on a machine that has nothing of ours: not our Node either.
  const path = (process.env["PATH"] ?? "").split(delimiter).filter((entry) => !entry.includes("node_modules"));
  const env = { PATH: path.join(delimiter), HOME: directory, TERM: "dumb" };

  const { stdout } = await run("script/demo", ["--once"], { cwd: join(directory, "clone"), env, timeout: 390_000 });

  const table = stdout.slice(stdout.lastIndexOf("event  "));
  for (const event of ["joiner", "mover", "leaver", "restored", "hard deleted", "group renamed", "member removed"]) {
    expect(table).toMatch(new RegExp(`${event}.*\\|.*\\|\\s+\\d+\\.\\d`, "u"));
  }
});
