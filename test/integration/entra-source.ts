import { inspect } from "node:util";
import { createSource } from "#src/entra/client.ts";
import type { EntraOptions } from "#src/entra/options.ts";
import { createLog } from "#src/log.ts";
import { SyncError } from "#src/model/errors.ts";
import type { OnRequest, Source } from "#src/sync/ports.ts";
import type { Tenant } from "#test/sandbox/tenant.ts";

/** A source for a synthetic tenant, signed in with its secret; it hardly waits before it tries again. */
export function openSource(
  tenant: Tenant,
  options: Partial<EntraOptions> = {},
  onRequest: OnRequest = () => undefined,
): Source {
  const { tenantId, clientId, clientSecret, url } = tenant;
  const credential = { kind: "secret", secret: clientSecret } as const;
  const usual = { tenantId, clientId, credential, authorityHost: url, graphBaseUrl: url };
  const log = createLog({ level: "silent", format: "json", secrets: [] });
  return createSource({ ...usual, retryDelayMs: 1, timeoutMs: 5000, ...options }, { log, onRequest });
}

/** The SyncError that some work ends with. Throws when it ends otherwise. */
export async function failureOf(work: Promise<unknown>): Promise<SyncError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SyncError) return error;
    throw error;
  }
  throw new Error(`no failure: ${inspect(work)}`);
}

/** Everything that an iterable gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
