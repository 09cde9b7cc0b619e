import { z } from "zod";
import type { Escrow, Link, StoredObject, Stream } from "../sync/state.ts";
import { parseKey, toEntraId, toKey, toScimId, type ObjectKey } from "../model/ids.ts";
import type { Value } from "../model/value.ts";

/** What is read back from Redis is parsed like anything from outside: another version may have written it. */
const value: z.ZodType<Value> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(value), z.record(z.string(), value)]),
);

const storedObject = z.object({
  presence: z.enum(["present", "soft", "hard"]),
  isComplete: z.boolean(),
  attributes: z.record(z.string(), value),
});

const link = z.object({
  isBare: z.boolean().default(false),
  scimId: z.string().transform(toScimId),
  origin: z.enum(["created", "adopted"]),
  data: z.record(z.string(), value),
  sent: z.record(z.string(), value),
  echo: z.record(z.string(), value.nullable()),
  isStale: z.boolean(),
});

const stream = z.object({
  name: z.string(),
  kind: z.enum(["user", "group"]),
  ids: z.array(z.string().transform(toEntraId)).optional(),
  cursor: z.string().optional(),
  isFull: z.boolean(),
  isRunning: z.boolean(),
});

/** Parses a stored source object. Throws a ZodError on text that we did not write. */
export function parseObject(text: string | null | undefined): StoredObject | undefined {
  return text ? storedObject.parse(JSON.parse(text)) : undefined;
}

/** Parses a stored link. Throws a ZodError on text that we did not write. */
export function parseLink(text: string | null | undefined): Link | undefined {
  return text ? link.parse(JSON.parse(text)) : undefined;
}

/** Parses a stored stream. Throws a ZodError on text that we did not write. */
export function parseStream(text: string): Stream {
  const { ids, cursor, ...rest } = stream.parse(JSON.parse(text));
  return { ...rest, cursor, ...(ids && { ids }) };
}

const escrow = z.object({
  key: z.string().transform((text) => {
    const { kind, id } = parseKey(text);
    return toKey(kind, id);
  }),
  code: z.string(),
  message: z.string(),
  failures: z.number(),
  since: z.string(),
  retryAt: z.string(),
});

/** Parses a remembered failure. Throws a ZodError on text that we did not write. */
export function parseEscrow(text: string | null | undefined): Escrow | undefined {
  return text ? escrow.parse(JSON.parse(text)) : undefined;
}

/** Reads an object's key. Throws a TypeError on text that we did not write. */
export function toObjectKey(text: string): ObjectKey {
  const { kind, id } = parseKey(text);
  return toKey(kind, id);
}
