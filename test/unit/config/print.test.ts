import { describe, expect, test } from "vitest";
import { loadEnvironment } from "#src/config/environment.ts";
import { jsonSchema } from "#src/config/json-schema.ts";
import { loadConfig, parseConfig } from "#src/config/load.ts";
import { effectiveConfig, printConfig } from "#src/config/print.ts";
import { unusedKeys } from "#src/config/unused-keys.ts";

const environment = loadEnvironment({
  AZURE_TENANT_ID: "11111111-1111-1111-1111-111111111111",
  AZURE_CLIENT_ID: "22222222-2222-2222-2222-222222222222",
  AZURE_CLIENT_SECRET: "hush-hush",
  SOSAFE_SCIM_URL: "https://scim.example.com/v2",
  SOSAFE_SCIM_TOKEN: "token-of-sosafe",
  REDIS_URL: "redis://user:redis-pass@redis:6379",
  SMTP_URL: "smtp://user:mail-pass@mail",
});

const FILE = `
source: { scope: all }
schedule: { interval: 90s, reconcile: "off" }
users:
  scope: [{ name: No guests, clauses: [{ attribute: userType, operator: EQUALS, value: Member }] }]
  attributes:
    - { target: userName, source: userPrincipalName }
    - { target: title, expression: 'Join(" ", "a: b", [jobTitle])', default: null, apply: create }
target: { rateLimit: 30/m, timeout: 1m }
safety: { window: 36h, maxDeletes: 1 }
notify: { webhook: "https://hooks.example.com/services/very-secret-path", email: [ops@example.com] }
log: { retention: 7d }
`;
const config = parseConfig(FILE, "bridge.yaml");

describe("printConfig", () => {
  test("shows no secret in any form", () => {
    const shown = printConfig(config, environment) + printConfig(config, environment, { isJson: true });
    expect(shown).not.toMatch(/hush-hush|token-of-sosafe|redis-pass|mail-pass|very-secret-path/);
    expect(shown).toContain("AZURE_CLIENT_SECRET=[redacted]");
    expect(shown).toContain("REDIS_URL=redis://user:[redacted]@redis:6379");
    expect(shown).toContain("webhook: https://hooks.example.com/[redacted]");
  });

  test("gives the same as JSON", () => {
    const shown: unknown = JSON.parse(printConfig(config, environment, { isJson: true }));
    expect(shown).toEqual(effectiveConfig(config, environment));
    expect(shown).toMatchObject({ config: { schedule: { interval: "90s" } }, environment: { HTTP_PORT: "8080" } });
  });

  test("gives a file that means the same", () => {
    const { webhook: _webhook, ...notify } = config.notify;
    const again = parseConfig(printConfig(config, environment), "printed.yaml");
    const { webhook: _redacted, ...printed } = again.notify;
    expect({ ...again, notify: printed }).toEqual({ ...config, notify });
  });

  test("shows the shipped file with its defaults, also without any environment", async () => {
    const text = printConfig(await loadConfig("config/bridge.yaml"), loadEnvironment({}, { need: "config" }));
    expect(text).toContain("  interval: 1m");
    expect(text).toContain("  rateLimit: 25/s");
    expect(text).not.toContain("AZURE_");
  });
});

test("unusedKeys lists what was set but is not acted on", () => {
  expect(unusedKeys(config, environment)).toEqual([
    "safety.maxDeletes",
    "safety.window",
    "notify.email",
    "notify.webhook",
    "log.retention",
    "SMTP_URL",
  ]);
});

test.for([
  [{}, []],
  [{ HTTP_PORT: "off" }, []],
  [{ HTTP_HOST: "0.0.0.0", HTTP_PORT: "9090" }, ["HTTP_HOST", "HTTP_PORT"]],
] as const)("unusedKeys knows that no HTTP is served: %j", ([variables, expected]) => {
  const local = loadEnvironment(variables, { need: "config" });
  const plain = parseConfig(
    'users: { attributes: [{ target: userName, source: mail }] }\nsource: { application: "A" }',
    "f",
  );
  expect(unusedKeys(plain, local)).toEqual(expected);
});

describe("jsonSchema", () => {
  test("describes every key", () => {
    const bare: string[] = [];
    const visit = (schema: ReturnType<typeof jsonSchema>, path: string) => {
      for (const [key, property] of Object.entries(schema.properties ?? {})) {
        if (property.description === undefined) bare.push(`${path}${key}`);
        visit(property.items ?? property, `${path}${key}.`);
      }
    };
    visit(jsonSchema(), "");
    expect(bare).toEqual([]);
    expect(jsonSchema().properties?.["users"]?.properties?.["attributes"]?.items?.properties).toHaveProperty("target");
  });

  test("gives defaults as one writes them", () => {
    expect(jsonSchema().properties?.["schedule"]?.properties?.["interval"]?.default).toBe("1m");
    expect(jsonSchema().properties?.["target"]?.properties?.["rateLimit"]?.default).toBe("25/s");
  });
});
