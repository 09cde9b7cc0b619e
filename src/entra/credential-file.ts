import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { SyncError } from "../model/errors.ts";
import type { EntraCredential } from "./options.ts";

/**
 * Looks at the file that a credential lives in, because the library's own messages do not tell what is wrong with it.
 * Throws `unauthorized` (halt) when it is missing, unreadable, empty, or not a certificate with its private key.
 */
export async function checkCredentialFile(credential: EntraCredential): Promise<void> {
  if (credential.kind === "certificate") {
    const name = "AZURE_CLIENT_CERTIFICATE_PATH";
    checkPem(await readText(credential.path, name), `${name} (${credential.path})`);
  } else if (credential.kind === "federated") {
    const name = "AZURE_FEDERATED_TOKEN_FILE";
    const text = await readText(credential.tokenFile, name);
    if (text.trim() === "") throw createRefused(`${name} (${credential.tokenFile}) is empty`, "empty-file");
  }
}

async function readText(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
    throw createRefused(`${name} (${path}) cannot be read: ${code}`, code);
  }
}

function checkPem(pem: string, what: string): void {
  const certificate = attempt(() => new X509Certificate(pem));
  if (certificate === undefined) throw createRefused(`${what} holds no certificate in PEM form`, "no-certificate");
  const key = attempt(() => createPrivateKey(pem));
  if (key === undefined) throw createRefused(`${what} holds no unencrypted private key in PEM form`, "no-private-key");
  if (!certificate.checkPrivateKey(key)) {
    throw createRefused(`${what}: the private key does not belong to the certificate`, "key-mismatch");
  }
  if (Date.parse(certificate.validTo) < Date.now()) {
    throw createRefused(`${what}: the certificate expired on ${certificate.validTo}`, "expired");
  }
}

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

function createRefused(message: string, reason: string): SyncError {
  return new SyncError(message, {
    side: "source",
    code: "unauthorized",
    retry: { kind: "halt" },
    details: { reason },
  });
}
