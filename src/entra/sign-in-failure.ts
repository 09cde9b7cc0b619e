import { z } from "zod";
import { SyncError } from "../model/errors.ts";
import { parseRetryAfter, toNetworkError } from "./errors.ts";
import { parseJson } from "./error-body.ts";
import type { EntraOptions } from "./options.ts";

const PROBE_TIMEOUT_MS = 10_000;
const THROTTLED_MS = 30_000;

/** What msal hangs on the library's error as its cause. */
const MsalError = z.looseObject({
  name: z.string().catch(""),
  errorCode: z.string().catch(""),
  errorNo: z.coerce.string().catch(""),
  status: z.number().optional().catch(undefined),
});

/** The advice for AADSTS codes (learn.microsoft.com/entra/identity-platform/reference-error-codes). */
const ADVICE: Readonly<Record<string, string>> = {
  "7000215": "the client secret is wrong. Set AZURE_CLIENT_SECRET to the secret's value, not to its ID",
  "7000222": "the client secret has expired. Create a new one in the app registration and set AZURE_CLIENT_SECRET",
  "700016": "the app registration does not exist in this tenant. Check AZURE_CLIENT_ID and AZURE_TENANT_ID",
  "700027": "the certificate is not the one of the app registration, or has expired. Upload it there",
  "700024": "the federated token has expired. Check that the platform renews AZURE_FEDERATED_TOKEN_FILE",
  "70021": "no federated credential of the app registration fits the token. Check issuer, subject and audience",
  "700211": "no federated credential of the app registration has the issuer of the token",
  "700212": "no federated credential of the app registration has the audience of the token",
  "700213": "no federated credential of the app registration has the subject of the token",
  "7000112": "the app registration is disabled. Enable it, or use another one",
  "7000229": "the app registration has no enterprise application in this tenant. Grant admin consent",
  "90002": "the tenant does not exist. Check AZURE_TENANT_ID and, in a national cloud, AZURE_AUTHORITY_HOST",
  "900023": "the tenant is neither an id nor a domain name. Check AZURE_TENANT_ID",
  "500011": "Graph is unknown to this tenant. GRAPH_BASE_URL and AZURE_AUTHORITY_HOST must belong to the same cloud",
  "53003": "a Conditional Access policy blocks the app. Exclude it, or allow the address of this machine",
};

/**
 * Turns whatever @azure/identity threw into a SyncError: `unauthorized` (halt) with what to do, `throttled`, or
 * `unreachable`. The library's error is not kept: it may hold request data.
 */
export async function explainSignInFailure(error: unknown, options: EntraOptions): Promise<SyncError> {
  if (error instanceof SyncError) return error;
  const host = new URL(options.authorityHost).host;
  if (options.credential.kind === "managed") return explainManaged(error);
  if (error instanceof Error && error.message.includes("endpoints_resolution_error")) return probe(options);
  const msal = MsalError.safeParse(error instanceof Error ? (error.cause ?? error) : undefined).data;
  if (msal === undefined) return toNetworkError(error, host);
  // msal swallows what made a request fail: only its number, or its absence, tells refusal from network.
  const aadsts = findAadsts(msal.errorNo, error);
  if (aadsts !== undefined) return createRefused(aadsts, msal.status);
  return explainStatus(msal, error, host);
}

function findAadsts(errorNo: string, error: unknown): string | undefined {
  const known = /^\d{4,}$/.exec(errorNo)?.[0];
  return known ?? /AADSTS(\d{4,})/.exec(error instanceof Error ? error.message : "")?.[1];
}

function explainStatus(msal: z.infer<typeof MsalError>, error: unknown, host: string): SyncError {
  const { status } = msal;
  const base = { side: "source", details: { host, reason: msal.errorCode, ...(status ? { status } : {}) } } as const;
  if (status === 429) {
    const retry = { kind: "after", ms: THROTTLED_MS } as const;
    return new SyncError(`${host} limits our sign-ins`, { ...base, code: "throttled", retry });
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 408) {
    return new SyncError(`${host} refuses the sign-in (${status} ${msal.errorCode}). Check the credentials`, {
      ...base,
      code: "unauthorized",
      retry: { kind: "halt" },
    });
  }
  if (status === undefined) return toNetworkError(error, host);
  if (status < 400) {
    return new SyncError(`${host} answers our sign-in with something else than a token (${status})`, {
      ...base,
      code: "unexpected-response",
      retry: { kind: "backoff" },
    });
  }
  return new SyncError(`${host} fails to sign us in (${status})`, {
    ...base,
    code: "unreachable",
    retry: { kind: "backoff" },
  });
}

function createRefused(aadsts: string, status: number | undefined): SyncError {
  const advice = ADVICE[aadsts] ?? "look the code up at https://login.microsoftonline.com/error";
  return new SyncError(`Entra refuses the sign-in (AADSTS${aadsts}): ${advice}`, {
    side: "source",
    code: "unauthorized",
    retry: { kind: "halt" },
    details: { aadsts, ...(status === undefined ? {} : { status }) },
  });
}

function explainManaged(error: unknown): SyncError {
  const reason = error instanceof Error ? error.name : "unknown";
  return new SyncError(
    "No token from the managed identity of this machine. Check that it has one (AZURE_CLIENT_ID chooses a user-assigned " +
      "identity, empty the system's own), and that 169.254.169.254 can be reached without proxy",
    { side: "source", code: "unauthorized", retry: { kind: "halt" }, details: { reason } },
  );
}

/** The library says the same for a wrong tenant, TLS and network: asks the sign-in service itself to tell them apart. */
async function probe(options: EntraOptions): Promise<SyncError> {
  const authority = new URL(options.authorityHost);
  const path = `/${encodeURIComponent(options.tenantId)}/v2.0/.well-known/openid-configuration`;
  try {
    const answer = await fetch(new URL(path, authority), {
      signal: AbortSignal.timeout(Math.min(options.timeoutMs ?? PROBE_TIMEOUT_MS, PROBE_TIMEOUT_MS)),
    });
    return explainDiscovery(answer, await answer.text(), authority.host);
  } catch (error) {
    return toNetworkError(error, authority.host);
  }
}

const DiscoveryError = z.looseObject({
  error: z.string().catch(""),
  error_codes: z.array(z.number()).catch([]),
  error_description: z.string().catch(""),
});

const Discovery = z.looseObject({ token_endpoint: z.string(), issuer: z.string() });

function findDiscoveryCode(text: string): string | undefined {
  const body = DiscoveryError.safeParse(parseJson(text)).data;
  if (body === undefined) return undefined;
  const described = /AADSTS(\d{4,})/.exec(body.error_description)?.[1];
  return body.error_codes[0]?.toString() ?? described ?? (body.error === "invalid_tenant" ? "90002" : undefined);
}

function explainDiscovery(answer: Response, text: string, host: string): SyncError {
  const { status } = answer;
  const base = { side: "source", details: { host, status } } as const;
  const aadsts = findDiscoveryCode(text);
  if (aadsts !== undefined) return createRefused(aadsts, status);
  // It is fine now: what the library met was over before the probe.
  if (status === 200 && Discovery.safeParse(parseJson(text)).data?.issuer.includes(host) === true) {
    return new SyncError(`${host} failed for a moment`, { ...base, code: "unreachable", retry: { kind: "backoff" } });
  }
  const ms = parseRetryAfter(answer.headers.get("retry-after"), Date.now()) ?? THROTTLED_MS;
  if (status === 429) {
    return new SyncError(`${host} limits our sign-ins`, { ...base, code: "throttled", retry: { kind: "after", ms } });
  }
  if (status >= 500) {
    return new SyncError(`${host} fails (${status})`, { ...base, code: "unreachable", retry: { kind: "backoff" } });
  }
  return new SyncError(
    `${host} answers (${status}), but not as a Microsoft sign-in service does. Check AZURE_AUTHORITY_HOST`,
    { ...base, code: "unexpected-response", retry: { kind: "backoff" } },
  );
}
