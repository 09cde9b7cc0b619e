import type { Config } from "../model/config.ts";
import type { LocalEnvironment } from "./environment.ts";
import { ConfigFile } from "./schema.ts";

/**
 * What the user set, as opposed to left at its default, but what this version does not act on: `safety.maxDeletes`,
 * `SMTP_URL`. Worth a warning at the start.
 */
export function unusedKeys(config: Config, environment: Pick<LocalEnvironment, "smtpUrl" | "http">): readonly string[] {
  const defaults = ConfigFile.parse({ users: { attributes: [{ target: "userName", default: "" }] } });
  return [
    ...differences("safety", config.safety, defaults.safety),
    ...differences("notify", config.notify, defaults.notify),
    // What is redacted is redacted in explain, too.
    ...differences("log", { ...config.log, redact: [] }, defaults.log),
    ...differences("target", { dialect: config.target.dialect }, { dialect: defaults.target.dialect }),
    ...(environment.smtpUrl === undefined ? [] : ["SMTP_URL"]),
    ...(environment.http.host === "127.0.0.1" ? [] : ["HTTP_HOST"]),
    // `off` is what happens anyway.
    ...([8080, "off"].includes(environment.http.port) ? [] : ["HTTP_PORT"]),
  ];
}

function differences(section: string, values: object, defaults: object): readonly string[] {
  const usual = new Map<string, unknown>(Object.entries(defaults));
  return Object.entries(values)
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(usual.get(key)))
    .map(([key]) => `${section}.${key}`);
}
