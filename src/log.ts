import { Writable } from "node:stream";
import { pino, type DestinationStream, type Logger } from "pino";
import pretty from "pino-pretty";
import { SyncError } from "./model/errors.ts";

/** The logger that is passed down; below app.ts only this type is imported. */
export type Log = Logger;

export type LogOptions = {
  readonly level: string;
  readonly format: "json" | "pretty";
  /** Texts that must never appear in any line: tokens, client secrets, passwords inside URLs. */
  readonly secrets: readonly string[];
  /** File descriptor: 1 for the daemon, 2 for one-shot commands, whose stdout is data. */
  readonly fd?: 1 | 2;
  /** Where lines go instead of the file descriptor. */
  readonly destination?: DestinationStream;
};

const ERASED = "[erased]";
const SECRET_PATHS = ["authorization", "token", "secret", "password", "accessToken", "clientSecret", "client_secret"];

/**
 * Creates the logger. Secrets are erased twice: by path, and by value in the finished line, so that a message, a stack
 * or a URL that happens to hold one is safe, too. Errors are reduced to what is safe to show (no request options, no
 * bodies): got and the Graph client hang both on their errors.
 */
export function createLog(options: LogOptions): Log {
  const erase = createEraser(options.secrets);
  const raw = options.destination ?? pino.destination({ fd: options.fd ?? 1, sync: true });
  const sink = options.format === "pretty" ? prettify(raw) : raw;
  const stream: DestinationStream = { write: (line) => sink.write(erase(line)) };
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: [...SECRET_PATHS, ...SECRET_PATHS.map((path) => `*.${path}`)], censor: ERASED },
      serializers: { err: describeError },
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
}

/** Lines for people, made of the JSON lines. */
function prettify(raw: DestinationStream): DestinationStream {
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      raw.write(String(chunk));
      done();
    },
  });
  return pretty({ destination, colorize: false, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss" });
}

/** Returns a function that replaces every secret in a text, also in its JSON, URL and base64 forms. */
export function createEraser(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64"),
    ]);
  const sorted = [...new Set(forms)].toSorted((left, right) => right.length - left.length);
  return (text) => sorted.reduce((line, form) => line.replaceAll(form, ERASED), text);
}

/** What may be shown of an error: type, message, code, our details and the same of its causes. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  const details = error instanceof SyncError ? { side: error.side, ...error.details } : {};
  const stack = error instanceof SyncError ? {} : { stack: error.stack };
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { type: error.name, message: error.message, ...code, ...details, ...stack, ...cause };
}
