import { isIP } from "node:net";
import { Redis } from "ioredis";
import type { Log } from "../log.ts";
import { ConfigError, SyncError, type ErrorCode } from "../model/errors.ts";

/** Where Redis listens: a `redis://` or `rediss://` address, or the path of a unix socket. */
export type RedisAddress = { readonly url: string } | { readonly socket: string };

/** `timeoutMs`: how long the first connection may take, default 10 s. */
export type ConnectRedisOptions = RedisAddress & { readonly timeoutMs?: number };

/** The part of ioredis's options that we use, in a form that BullMQ takes, too. */
export type ConnectionOptions = Endpoint & {
  readonly maxRetriesPerRequest: null;
  readonly connectTimeout: number;
  readonly retryStrategy: (attempt: number) => number;
};

type Endpoint = {
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
  readonly db?: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly servername?: string };
};

const SCHEMES = ["redis:", "rediss:"];
const START_TIMEOUT_MS = 10_000;
const MAX_RECONNECT_DELAY_MS = 5000;
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR AUTH|ERR Client sent AUTH)/u;
const TLS_FAILURE = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO|EPROTO/u;

/**
 * ioredis options for an address, for connections that others open (BullMQ does). TLS trusts the system's
 * authorities and those of NODE_EXTRA_CA_CERTS. Throws a ConfigError on an address that is none; the message never
 * repeats it, because it may hold a password.
 */
export function connectionOptions(address: RedisAddress): ConnectionOptions {
  const common = {
    // BullMQ demands null: a blocked command outlives any number of reconnects.
    maxRetriesPerRequest: null,
    connectTimeout: START_TIMEOUT_MS,
    retryStrategy: (attempt: number) => Math.min(50 * 2 ** Math.min(attempt - 1, 10), MAX_RECONNECT_DELAY_MS),
  };
  return "socket" in address ? { ...common, path: address.socket } : { ...common, ...parseUrl(address.url) };
}

/**
 * Opens a connection and waits until Redis takes commands. Later outages are bridged by reconnecting, and logged once
 * when they begin and once when they end. Throws a SyncError of side `store`: `unreachable` when nothing usable
 * answers in time, `unauthorized` when the password is refused; a ConfigError when the server is too old.
 */
export async function connectRedis(options: ConnectRedisOptions, log: Log): Promise<Redis> {
  const settings = connectionOptions(options);
  const redis = new Redis({ ...settings, lazyConnect: true });
  try {
    await waitUntilReady(redis, { settings, timeoutMs: options.timeoutMs ?? START_TIMEOUT_MS });
    await checkServer(redis, log);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  logOutages(redis, { settings, log });
  return redis;
}

/** Tells whether `version`, as in `redis_version`, is at least 6.2. */
export function isSupportedVersion(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 2);
}

function parseUrl(text: string): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const database = url?.pathname.replace(/^\//u, "") ?? "";
  if (!url || !SCHEMES.includes(url.protocol) || url.hostname === "" || !/^\d{0,5}$/u.test(database)) {
    throw badUrl("must look like redis://user:password@host:6379/0, or rediss:// for TLS");
  }
  if (url.search !== "") throw badUrl("must have no query; user, password, host, port and database are all it can say");
  const host = url.hostname.replace(/^\[|\]$/gu, "");
  const port = url.port === "" ? 6379 : Number(url.port);
  return { host, port, db: Number(database), ...readCredentials(url), ...readTls(url.protocol, host) };
}

function readCredentials(url: URL): Endpoint {
  return {
    ...(url.username === "" ? {} : { username: decode(url.username) }),
    ...(url.password === "" ? {} : { password: decode(url.password) }),
  };
}

function readTls(protocol: string, host: string): Endpoint {
  if (protocol !== "rediss:") return {};
  // SNI is for names only (RFC 6066 section 3).
  return { tls: isIP(host) === 0 ? { servername: host } : {} };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badUrl("user or password holds a % that is not the start of an escape; write %25");
  }
}

function badUrl(message: string): ConfigError {
  return new ConfigError([{ where: "REDIS_URL", message }]);
}

/** Keeps trying until the deadline, because both may just be starting; what cannot pass by itself ends it at once. */
async function waitUntilReady(redis: Redis, { settings, timeoutMs }: StartOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let last: Error | undefined;
  const onError = (error: Error): void => {
    last = error;
    if (isFinal(error)) reject(error);
  };
  redis.on("error", onError);
  redis.once("ready", resolve);
  const timer = setTimeout(reject, timeoutMs);
  // Its rejection tells no more than the error event, which comes with every attempt.
  redis.connect().catch(() => undefined);
  try {
    await promise;
  } catch {
    throw startFailure(last, settings);
  } finally {
    clearTimeout(timer);
    redis.off("error", onError);
    redis.off("ready", resolve);
    // From here on somebody always listens, or ioredis prints each error itself.
    redis.on("error", () => undefined);
  }
}

type StartOptions = { readonly settings: ConnectionOptions; readonly timeoutMs: number };

function isFinal(error: Error): boolean {
  return isRefusal(error) || TLS_FAILURE.test(codeOf(error));
}

function isRefusal(error: Error): boolean {
  return REFUSED.test(error.message);
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

function startFailure(cause: Error | undefined, settings: ConnectionOptions): SyncError {
  const place = describe(settings);
  if (cause && isRefusal(cause)) {
    const message = `Redis at ${place} refuses the user or the password of REDIS_URL: ${wordsOf(cause, settings)}`;
    return storeError("unauthorized", message);
  }
  const reason = cause ? wordsOf(cause, settings) : "no answer in time";
  return storeError("unreachable", `Redis at ${place} cannot be reached: ${reason}`);
}

function storeError(code: ErrorCode, message: string): SyncError {
  return new SyncError(message, {
    side: "store",
    code,
    retry: code === "unauthorized" ? { kind: "halt" } : { kind: "backoff" },
  });
}

/** Where the server is, without user and password. */
function describe(settings: ConnectionOptions): string {
  if (settings.path !== undefined) return settings.path;
  const host = settings.host ?? "localhost";
  return `${host.includes(":") ? `[${host}]` : host}:${settings.port}`;
}

/** What an error says; old servers repeat the arguments of commands that they do not know, the password among them. */
function wordsOf(error: Error, settings: ConnectionOptions): string {
  // Node gathers the failures of all addresses of a name, and leaves the message of the whole empty.
  const text = error.message === "" ? codeOf(error) || error.name : error.message;
  return settings.password === undefined ? text : text.replaceAll(settings.password, "[erased]");
}

/** Old servers lack commands that the queue needs. Another eviction policy loses state under pressure: worth a warning. */
async function checkServer(redis: Redis, log: Log): Promise<void> {
  const info = await redis.info().catch((error: unknown) => {
    log.warn({ err: error }, "Redis does not tell its version and memory policy");
    return "";
  });
  const version = readField(info, "redis_version");
  if (version !== undefined && !isSupportedVersion(version)) {
    const message = `Redis ${version} is too old: 6.2 or newer is needed`;
    throw new ConfigError([{ where: "REDIS_URL", message }]);
  }
  const policy = readField(info, "maxmemory_policy");
  if (policy !== undefined && policy !== "noeviction") {
    log.warn({ policy }, "Redis may evict state when memory is short: set maxmemory-policy to noeviction");
  }
}

function readField(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\s*$`, "mu").exec(info)?.[1];
}

function logOutages(
  redis: Redis,
  { settings, log }: { readonly settings: ConnectionOptions; readonly log: Log },
): void {
  const place = describe(settings);
  let isOut = false;
  const begin = (reason: string): void => {
    // `end` follows when somebody closed the connection on purpose; reconnecting is what makes it an outage.
    if (isOut) return;
    isOut = true;
    log.error({ redis: place, reason }, "Redis is gone, reconnecting");
  };
  redis.on("error", (error: Error) => begin(wordsOf(error, settings)));
  redis.on("reconnecting", () => begin("the connection was closed"));
  redis.on("ready", () => {
    if (isOut) log.info({ redis: place }, "Redis is back");
    isOut = false;
  });
}
