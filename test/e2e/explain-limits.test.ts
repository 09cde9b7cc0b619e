import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Explanation } from "#src/commands/explain/explanation.ts";
import { plainStyle } from "#src/commands/explain/layout.ts";
import { toText } from "#src/commands/explain/text.ts";
import { ADA, createExplainStage, type ExplainStage } from "./explain-stage.ts";

let stage: ExplainStage;

beforeAll(async () => {
  stage = await createExplainStage();
  stage.directory.assign(stage.team);
  await stage.world.cycle();
});

afterAll(() => stage[Symbol.asyncDispose]());

describe("what must not be shown, and what fails", () => {
  test("Redact() and log.redact hide results, inputs, and the attributes themselves", async () => {
    const attributes = [
      { target: "userName", source: "userPrincipalName" },
      { target: "displayName", expression: "Redact(Append([displayName], [surname]))" },
      { target: "title", source: "jobTitle" },
    ];
    const scope = [{ name: "Titled", clauses: [{ attribute: "jobTitle", operator: "IS NOT NULL" }] }];
    await stage.withConfig({ users: { attributes, scope }, log: { redact: ["title"] } }, async () => {
      const { stdout } = await stage.world.command(["explain", stage.ada, "--json"]);
      const explanation: Explanation = JSON.parse(stdout);
      expect(explanation.scope.filters[0]?.clauses[0]?.actual).toBe("[Redact]");
      expect(explanation.mappings[1]).toMatchObject({
        inputs: [{ value: "[Redact]" }, { value: "[Redact]" }],
        result: "[Redact]",
        current: "[Redact]",
        isRedacted: true,
      });
      for (const printed of [stdout, toText(explanation, plainStyle(100))]) {
        for (const hidden of ['Lovelace"', "Ada Lovelace", "Countess"]) expect(printed).not.toContain(hidden);
      }
    });
  });

  test("an expression that fails, with the place; nothing else is sent then", async () => {
    const expression = 'Append("x",\n  Item(Split("a", ","), 5))';
    const attributes = [
      { target: "userName", source: "userPrincipalName" },
      { target: "title", expression },
      { target: "nickName", source: "givenName" },
    ];
    await stage.withConfig({ users: { attributes } }, async () => {
      const explanation = await stage.ask(stage.ada);
      const { mappings, action } = explanation;
      expect(mappings.find(({ target }) => target === "title")).toMatchObject({
        status: "error",
        error: { message: expect.stringContaining("Item"), line: 2, column: 3 },
      });
      expect(action.next.action).toBe("fail");
      expect(toText(explanation, plainStyle(80))).toContain('          Item(Split("a", ","), 5))\n          ^');
    });
  });

  test("names that nobody or several have: exit code 2, candidates with their ids", async () => {
    const twins = [0, 1].map(() => stage.directory.hire({ displayName: "Twin" }));
    const calls = [["Nobody"], ["twin"], ["Twin", "--json"], ["Twin", "--group"], ["Sales", "--user"], []];
    const [missing, several, json, ...others] = await Promise.all(
      calls.map((args) => stage.world.command(["explain", ...args])),
    );
    expect(missing).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("no person or group") });
    expect(several).toMatchObject({ code: 2, stderr: expect.stringMatching(/^2 have this name/u) });
    for (const id of twins) expect(several?.stdout).toContain(`${id}  user  Twin, `);
    for (const ended of [missing, several]) expect(ended?.stderr).not.toMatch(/Nobody|Twin/u);
    const { error, candidates } = JSON.parse(json?.stdout ?? "");
    expect([json?.code, error.code]).toEqual([2, "ambiguous"]);
    expect(candidates.map((hit: { id: string }) => hit.id).toSorted()).toEqual(twins.toSorted());
    for (const other of others) expect(other).toMatchObject({ code: 2, stdout: "" });
  });

  test("a user principal name means whoever has it, also where it is another one's mail", async () => {
    const secretary = stage.directory.hire({ displayName: "Secretary", mail: ADA.userPrincipalName });
    expect((await stage.ask(ADA.userPrincipalName.toUpperCase())).subject.id).toBe(stage.ada);
    stage.directory.update(secretary, { mail: null });
  });

  test("SoSafe down, or refusing the token: what is known is still told; exit code 69 or 77", async () => {
    const [down, refused, entra] = await Promise.all([
      stage.world.run(["explain", stage.ada], { SOSAFE_SCIM_URL: "http://127.0.0.1:9/scim" }),
      stage.world.run(["explain", stage.ada], { SOSAFE_SCIM_TOKEN: "wrong" }),
      stage.world.run(["explain", stage.ada], { AZURE_CLIENT_SECRET: "wrong" }),
    ]);
    expect(down).toMatchObject({ code: 69, stderr: expect.stringContaining("target unreachable") });
    expect(down.stdout).toContain('✓ assigned to "SoSafe" through group "Sales"');
    expect(down.stdout).toContain("SoSafe could not be asked, unreachable");
    expect(refused).toMatchObject({ code: 77, stdout: expect.stringContaining("could not be asked") });
    expect(entra).toMatchObject({ code: 77, stdout: "" });
    await stage.withConfig({ source: { application: "Nothing" } }, async () => {
      expect(await stage.world.command(["explain", stage.ada])).toMatchObject({ code: 78, stdout: "" });
    });
  });
});
