/** How the app registration proves who it is. Paths are file names; the files are read anew for each sign-in. */
export type EntraCredential =
  | { readonly kind: "secret"; readonly secret: string }
  /** PEM with the certificate and its unencrypted private key. */
  | { readonly kind: "certificate"; readonly path: string }
  /** Workload identity federation: a file that holds a token of the platform. */
  | { readonly kind: "federated"; readonly tokenFile: string }
  /** The managed identity of the machine; `clientId` chooses a user-assigned one, empty means the system's. */
  | { readonly kind: "managed" };

export type EntraOptions = {
  readonly tenantId: string;
  readonly clientId: string;
  readonly credential: EntraCredential;
  /** Address of the sign-in service; national clouds have their own. */
  readonly authorityHost: string;
  /** Address of Graph without version, https. */
  readonly graphBaseUrl: string;
  /** Longest duration of one request, milliseconds. Default 30 s. */
  readonly timeoutMs?: number;
  /** Rows per page where Graph lets the client choose (not in delta). Default 999, the most that Graph gives. */
  readonly pageSize?: number;
  /** Pause before a failed read is repeated, milliseconds; doubles each time. Default 500. */
  readonly retryDelayMs?: number;
};
