import { existsSync } from "node:fs";
import { ConfigError } from "../model/errors.ts";
import { parseOrigin, parseSchemed, parseScimUrl } from "./address.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { createReader, type Reader, type Variables } from "./reader.ts";

/** How the bridge signs in to Entra. */
export type Credential =
  | { readonly kind: "secret"; readonly secret: string }
  | { readonly kind: "certificate"; readonly path: string }
  | { readonly kind: "federated"; readonly tokenFile: string }
  | { readonly kind: "managed" };

export type EntraEnvironment = {
  readonly tenantId: string;
  /** Empty for a system-assigned managed identity. */
  readonly clientId: string;
  readonly credential: Credential;
  readonly authorityHost: string;
  readonly graphBaseUrl: string;
};

export type ScimEnvironment = { readonly baseUrl: string; readonly token: string };

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Addresses and secrets. */
export type Environment = {
  readonly entra: EntraEnvironment;
  readonly scim: ScimEnvironment;
  /** Undefined: the embedded Redis. */
  readonly redis: { readonly url: string } | undefined;
  readonly dataDir: string;
  readonly configFile: string;
  readonly http: { readonly host: string; readonly port: number | "off" };
  /** Undefined where the user left it to us: what fits depends on the command and on the terminal. */
  readonly logLevel: LogLevel | undefined;
  readonly logFormat: "json" | "pretty" | undefined;
  readonly smtpUrl?: string | undefined;
  /** Every text that must not be shown anywhere. */
  readonly secrets: readonly string[];
};

/** For commands that talk to neither Entra nor SoSafe: whatever is missing or wrong there is undefined. */
export type LocalEnvironment = Omit<Environment, "entra" | "scim"> & {
  readonly entra: EntraEnvironment | undefined;
  readonly scim: ScimEnvironment | undefined;
};

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads the environment, and the files that `*_FILE` variables name. Throws a ConfigError that holds every problem. With
 * `need: "config"` nothing is demanded of Entra and SoSafe.
 */
export function loadEnvironment(env?: Variables, options?: { readonly need: "all" }): Environment;
export function loadEnvironment(env: Variables | undefined, options: { readonly need: "config" }): LocalEnvironment;
export function loadEnvironment(
  env: Variables = process.env,
  { need }: { readonly need: "all" | "config" } = { need: "all" },
): LocalEnvironment {
  const [entraReader, scimReader, reader] = [createReader(env), createReader(env), createReader(env)];
  const entra = readEntra(entraReader);
  const scim = readScim(scimReader);
  const local = readLocal(reader);
  const readers = need === "all" ? [entraReader, scimReader, reader] : [reader];
  const problems = readers.flatMap((each) => each.problems);
  if (problems.length > 0) throw new ConfigError(problems);
  const secrets = [entraReader, scimReader, reader].flatMap((each) => each.secrets);
  return deepFreeze({ ...local, entra, scim, secrets: [...new Set(secrets)] });
}

function readEntra(reader: Reader): EntraEnvironment | undefined {
  const credential = readCredential(reader);
  const tenantId = required(reader, "AZURE_TENANT_ID") ?? "";
  const needsClient = credential?.kind !== "managed";
  const clientId = (needsClient ? required(reader, "AZURE_CLIENT_ID") : reader.text("AZURE_CLIENT_ID")) ?? "";
  if (tenantId !== "" && !isTenant(tenantId)) {
    reader.report("AZURE_TENANT_ID", "must be the tenant's id (a GUID) or one of its domain names");
  }
  if (clientId !== "" && !GUID.test(clientId))
    reader.report("AZURE_CLIENT_ID", "must be the application (client) id, a GUID");
  const authorityHost = readOrigin(reader, "AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com");
  const graphBaseUrl = readOrigin(reader, "GRAPH_BASE_URL", "https://graph.microsoft.com");
  if (credential === undefined || reader.problems.length > 0) return undefined;
  return { tenantId, clientId, credential, authorityHost, graphBaseUrl };
}

/** `common` and its like stand for any tenant; an application signs in to one. */
function isTenant(text: string): boolean {
  return GUID.test(text) || (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(text) && text.length < 254);
}

function required(reader: Reader, name: string): string | undefined {
  return reader.text(name) ?? reader.report(name, "is not set");
}

function readOrigin(reader: Reader, name: string, fallback: string): string {
  const address = parseOrigin(reader.text(name) ?? fallback);
  if ("url" in address) return address.url;
  reader.report(name, address.problem);
  return fallback;
}

function readCredential(reader: Reader): Credential | undefined {
  const before = reader.problems.length;
  const secret = reader.secret("AZURE_CLIENT_SECRET");
  const path = readFileName(reader, "AZURE_CLIENT_CERTIFICATE_PATH");
  const tokenFile = readFileName(reader, "AZURE_FEDERATED_TOKEN_FILE");
  const isManaged = reader.choice("AZURE_MANAGED_IDENTITY", ["true", "false"]) === "true";
  const given: readonly (readonly [string, Credential])[] = [
    ...(secret === undefined ? [] : [["AZURE_CLIENT_SECRET", { kind: "secret", secret }] as const]),
    ...(path === undefined ? [] : [["AZURE_CLIENT_CERTIFICATE_PATH", { kind: "certificate", path }] as const]),
    ...(tokenFile === undefined ? [] : [["AZURE_FEDERATED_TOKEN_FILE", { kind: "federated", tokenFile }] as const]),
    ...(isManaged ? [["AZURE_MANAGED_IDENTITY", { kind: "managed" }] as const] : []),
  ];
  if (given.length > 1) {
    const names = given.map(([name]) => name);
    return reader.report(names.join(", "), "are set together; exactly one kind of credential can be used");
  }
  if (given.length === 0 && reader.problems.length === before) {
    const names =
      "AZURE_CLIENT_SECRET (or AZURE_CLIENT_SECRET_FILE), AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE, AZURE_MANAGED_IDENTITY";
    return reader.report("AZURE_CLIENT_SECRET", `no credential is set; set exactly one of ${names}`);
  }
  return given[0]?.[1];
}

function readFileName(reader: Reader, name: string): string | undefined {
  const path = reader.text(name);
  if (path === undefined || existsSync(path)) return path;
  return reader.report(name, `${path} does not exist`);
}

function readScim(reader: Reader): ScimEnvironment | undefined {
  const text = required(reader, "SOSAFE_SCIM_URL");
  const address = text === undefined ? undefined : parseScimUrl(text);
  if (address !== undefined && "problem" in address) reader.report("SOSAFE_SCIM_URL", address.problem);
  const before = reader.problems.length;
  const token = reader.secret("SOSAFE_SCIM_TOKEN");
  if (token === undefined && reader.problems.length === before) {
    reader.report("SOSAFE_SCIM_TOKEN", "is not set (nor is SOSAFE_SCIM_TOKEN_FILE)");
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    reader.report(
      "SOSAFE_SCIM_TOKEN",
      "holds blanks or characters that cannot be sent; give the token alone, in one line",
    );
  }
  if (address === undefined || "problem" in address || token === undefined) return undefined;
  return reader.problems.length > 0 ? undefined : { baseUrl: address.url, token };
}

function readLocal(reader: Reader): Omit<Environment, "entra" | "scim" | "secrets"> {
  const redis = readSecretAddress(reader, "REDIS_URL", ["redis", "rediss"]);
  const smtpUrl = readSecretAddress(reader, "SMTP_URL", ["smtp", "smtps"]);
  return {
    redis: redis === undefined ? undefined : { url: redis },
    dataDir: reader.text("DATA_DIR") ?? "./data",
    configFile: reader.text("CONFIG_FILE") ?? "config/bridge.yaml",
    http: { host: reader.text("HTTP_HOST") ?? "127.0.0.1", port: readPort(reader) },
    logLevel: reader.choice("LOG_LEVEL", LOG_LEVELS),
    logFormat: reader.choice("LOG_FORMAT", ["json", "pretty"]),
    ...(smtpUrl === undefined ? {} : { smtpUrl }),
  };
}

/** Only the password of an address is secret: its host has to be named when it cannot be reached. */
function readSecretAddress(reader: Reader, name: string, schemes: readonly string[]): string | undefined {
  const text = reader.secretText(name);
  if (text === undefined) return undefined;
  const address = parseSchemed(text, schemes);
  reader.secrets.push(...address.passwords);
  return "url" in address ? address.url : reader.report(name, address.problem);
}

function readPort(reader: Reader): number | "off" {
  const text = reader.text("HTTP_PORT") ?? "8080";
  if (text.toLowerCase() === "off") return "off";
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  reader.report("HTTP_PORT", `must be a port from 0 to 65535, or off, not ${text}`);
  return "off";
}
