import {
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
  type AccessToken,
  type TokenCredential,
} from "@azure/identity";
import { explainSignInFailure } from "./sign-in-failure.ts";
import { createSignInTimeout } from "./errors.ts";
import { checkCredentialFile } from "./credential-file.ts";
import type { EntraOptions } from "./options.ts";

/** A token is not used in its last five minutes, so that it cannot expire on the way. */
const EARLY_MS = 300_000;
const DEFAULT_TIMEOUT_MS = 30_000;
const MICROSOFT_AUTHORITIES = new Set([
  "login.microsoftonline.com",
  "login.microsoftonline.us",
  "login.chinacloudapi.cn",
  "login.partner.microsoftonline.cn",
]);

/** Hands out access tokens for Graph. */
export type TokenSource = {
  /** A token that is valid for some minutes. Throws a SyncError that tells what is wrong with the credentials. */
  readonly getToken: (signal?: AbortSignal) => Promise<string>;
  /** Forgets `token`, because Graph refused it; the next call signs in anew. */
  readonly drop: (token: string) => void;
};

/**
 * Creates the token source: one credential for the process (the library caches per instance), one sign-in at a time
 * (the library would send one per caller), and a timeout of its own (the library ignores both timeout and signal).
 */
export function createTokenSource(options: EntraOptions): TokenSource {
  let credential: TokenCredential | undefined;
  let cached: AccessToken | undefined;
  let inFlight: Promise<string> | undefined;

  async function signIn(): Promise<string> {
    await checkCredentialFile(options.credential);
    try {
      credential ??= createCredential(options);
      const token = await withTimeout(credential.getToken(`${trimSlash(options.graphBaseUrl)}/.default`), options);
      if (token === null) throw new TypeError("no token");
      cached = token;
      return token.token;
    } catch (error) {
      throw await explainSignInFailure(error, options);
    }
  }

  return {
    getToken: async (signal) => {
      signal?.throwIfAborted();
      if (cached !== undefined && cached.expiresOnTimestamp - Date.now() > EARLY_MS) return cached.token;
      inFlight ??= signIn().finally(() => {
        inFlight = undefined;
      });
      return untilAborted(inFlight, signal);
    },
    drop: (token) => {
      if (cached?.token !== token) return;
      cached = undefined;
      // The library has a cache of its own that cannot be emptied, except by a new instance.
      credential = undefined;
    },
  };
}

function createCredential(options: EntraOptions): TokenCredential {
  const { tenantId, clientId, credential } = options;
  const common = {
    authorityHost: trimSlash(options.authorityHost),
    disableInstanceDiscovery: !MICROSOFT_AUTHORITIES.has(new URL(options.authorityHost).hostname),
    retryOptions: { maxRetries: 0 },
  };
  switch (credential.kind) {
    case "secret":
      return new ClientSecretCredential(tenantId, clientId, credential.secret, common);
    case "certificate":
      return new ClientCertificateCredential(tenantId, clientId, { certificatePath: credential.path }, common);
    case "federated":
      return new WorkloadIdentityCredential({ ...common, tenantId, clientId, tokenFilePath: credential.tokenFile });
    case "managed":
      return new ManagedIdentityCredential({
        ...(clientId === "" ? {} : { clientId }),
        retryOptions: { maxRetries: 0 },
      });
  }
}

async function withTimeout<Result>(work: Promise<Result>, options: EntraOptions): Promise<Result> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => timeout.reject(createSignInTimeout(new URL(options.authorityHost).host)),
    options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  );
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** One caller may stop waiting; the sign-in goes on for the others. */
async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(toError(signal.reason));
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("aborted");
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
