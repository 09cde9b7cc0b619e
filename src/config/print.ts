import { stringify } from "yaml";
import type { Config } from "../model/config.ts";
import { formatDuration, formatRate } from "./duration.ts";
import type { Credential, Environment, LocalEnvironment } from "./environment.ts";

const REDACTED = "[redacted]";

type Shown = Environment | LocalEnvironment;

/**
 * The effective configuration as YAML that could be used as a configuration file, with the environment as a comment above
 * it; or both as JSON. Secrets and the path of the webhook, which often holds one, are redacted.
 */
export function printConfig(config: Config, environment: Shown, options: { readonly isJson?: boolean } = {}): string {
  const effective = effectiveConfig(config, environment);
  if (options.isJson === true) return `${JSON.stringify(effective, undefined, 2)}\n`;
  const lines = Object.entries(effective.environment).map(([name, value]) => `#   ${name}=${value}`);
  return ["# environment", ...lines, stringify(effective.config, { lineWidth: 0 })].join("\n");
}

/** The same as plain data: durations and rates are written as in the file. */
export function effectiveConfig(config: Config, environment: Shown) {
  return { environment: showEnvironment(environment), config: showConfig(config) };
}

function showConfig(config: Config) {
  const { schedule, target, safety, notify, log } = config;
  const webhook = notify.webhook === undefined ? {} : { webhook: `${new URL(notify.webhook).origin}/${REDACTED}` };
  return {
    ...config,
    schedule: { ...schedule, interval: formatDuration(schedule.interval) },
    target: { ...target, rateLimit: formatRate(target.rateLimit), timeout: formatDuration(target.timeout) },
    safety: { ...safety, window: formatDuration(safety.window) },
    notify: { ...notify, ...webhook },
    log: { ...log, retention: formatDuration(log.retention) },
  };
}

function showEnvironment(environment: Shown): Readonly<Record<string, string>> {
  const { entra, scim, redis, http } = environment;
  const { smtpUrl } = environment;
  const hide = (text: string) =>
    environment.secrets
      .toSorted((left, right) => right.length - left.length)
      .reduce((shown, secret) => shown.replaceAll(secret, REDACTED), text);
  return {
    ...(entra === undefined ? {} : { AZURE_TENANT_ID: entra.tenantId, AZURE_CLIENT_ID: entra.clientId }),
    ...(entra === undefined ? {} : showCredential(entra.credential)),
    ...(entra === undefined ? {} : { AZURE_AUTHORITY_HOST: entra.authorityHost, GRAPH_BASE_URL: entra.graphBaseUrl }),
    ...(scim === undefined ? {} : { SOSAFE_SCIM_URL: scim.baseUrl, SOSAFE_SCIM_TOKEN: REDACTED }),
    ...(redis === undefined ? { DATA_DIR: environment.dataDir } : { REDIS_URL: hide(redis.url) }),
    CONFIG_FILE: environment.configFile,
    HTTP_HOST: http.host,
    HTTP_PORT: String(http.port),
    LOG_LEVEL: environment.logLevel ?? "info",
    ...(environment.logFormat === undefined ? {} : { LOG_FORMAT: environment.logFormat }),
    ...(smtpUrl === undefined ? {} : { SMTP_URL: hide(smtpUrl) }),
  };
}

function showCredential(credential: Credential): Readonly<Record<string, string>> {
  switch (credential.kind) {
    case "secret":
      return { AZURE_CLIENT_SECRET: REDACTED };
    case "certificate":
      return { AZURE_CLIENT_CERTIFICATE_PATH: credential.path };
    case "federated":
      return { AZURE_FEDERATED_TOKEN_FILE: credential.tokenFile };
    case "managed":
      return { AZURE_MANAGED_IDENTITY: "true" };
  }
}
