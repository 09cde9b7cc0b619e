import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { generate } from "selfsigned";

export type LocalCertificate = {
  readonly key: string;
  readonly cert: string;
  /** The authority that signed `cert`, PEM. */
  readonly ca: string;
  /** The same in a file, for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
  /** Deletes the file. */
  readonly remove: () => Promise<void>;
};

/** Makes an authority of one day and its certificate for localhost, 127.0.0.1 and ::1. */
export async function createCertificate(): Promise<LocalCertificate> {
  const shared = { keyType: "ec", algorithm: "sha256" } as const;
  // A process may trust several authorities, which OpenSSL tells apart by their names only.
  const name = `Sandbox Authority ${randomUUID()}`;
  const authority = await generate([{ name: "commonName", value: name }], {
    ...shared,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: "commonName", value: "localhost" }], {
    ...shared,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  const folder = await mkdtemp(join(tmpdir(), "sandbox-tenant-"));
  const caFile = join(folder, "ca.pem");
  await writeFile(caFile, authority.cert);
  const remove = () => rm(folder, { recursive: true, force: true });
  return { key: leaf.private, cert: leaf.cert, ca: authority.cert, caFile, remove };
}

/** Makes this process trust an authority (PEM) from now on, beside those that it trusts already. */
export function trust(caPem: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), caPem]);
}
