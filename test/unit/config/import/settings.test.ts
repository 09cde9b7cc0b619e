import { describe, expect, it } from "vitest";
import { summarise } from "#src/commands/config-import.ts";
import { remarksAt, schema, take } from "./schemas.ts";

const beside = (...list: readonly (readonly [string, unknown])[]) => ({
  schema: schema(),
  secrets: { value: list.map(([key, value]) => ({ key, value })) },
});

describe("settings beside the schema", () => {
  it.each([
    ["true", "all"],
    ["True", "all"],
    [true, "all"],
    ["false", "assigned"],
    ["maybe", "assigned"],
  ])("SyncAll %s", (value, scope) => {
    expect(take(beside(["SyncAll", value])).config.source.scope).toBe(scope);
  });

  it("SkipOutOfScopeDeletions keeps accounts and groups that leave, but not those of deleted people", () => {
    const { config } = take(beside(["SkipOutOfScopeDeletions", "True"]));
    expect(config.users.deprovision).toEqual({
      unassigned: "ignore",
      outOfScope: "ignore",
      softDeleted: "disable",
      hardDeleted: "delete",
    });
    expect(config.groups.deprovision).toEqual({ outOfScope: "ignore", deleted: "delete" });
    expect(take(beside(["SkipOutOfScopeDeletions", "False"])).config.users.deprovision.unassigned).toBe("disable");
  });

  it("QuarantineTooManyDeletesThreshold limits disabling and deletion", () => {
    const settings = { synchronizationJobSettings: [{ name: "QuarantineTooManyDeletesThreshold", value: "500" }] };
    for (const content of [
      { schema: schema(), ...settings },
      { ...schema(), ...settings },
      { schema: schema(), job: settings },
    ]) {
      expect(take(content).config.safety).toMatchObject({ maxDisables: 500, maxDeletes: 500 });
    }
  });

  it.each(["many", "-1", "1.5", "99999999999", null])("a threshold of %s is remarked on", (value) => {
    const result = take({
      schema: schema(),
      synchronizationJobSettings: [{ name: "QuarantineTooManyDeletesThreshold", value }],
    });
    expect(result.config.safety).toMatchObject({ maxDisables: 50, maxDeletes: 20 });
    expect(remarksAt(result, "$.synchronizationJobSettings[0].value")).toEqual([
      expect.stringContaining("keeps its defaults"),
    ]);
  });

  it.each([
    ["a list", { secrets: [{ key: "SyncAll", value: "true" }] }],
    ["as Graph returns it", { secrets: { value: [{ key: "SyncAll", value: "true" }] } }],
    ["as the value of the whole", { value: [{ key: "SyncAll", value: "true" }] }],
  ])("are found in %s", (_what, settings) => {
    expect(take({ schema: schema(), ...settings }).config.source.scope).toBe("all");
  });

  it("never show the secrets that are among them", () => {
    const result = take(
      beside(["SecretToken", "hunter2-token"], ["BaseAddress", "https://hunter2.example/scim"], ["Other", "hunter2"]),
    );
    const shown = [result.yaml, ...summarise(result)].join("\n");
    expect(shown).not.toContain("hunter2");
    expect(shown).toContain("set SOSAFE_SCIM_TOKEN in the environment");
    expect(remarksAt(result, "$.secrets.value[2].value")).toEqual(["Other: has no counterpart in the bridge"]);
  });
});
