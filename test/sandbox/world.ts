import type { Directory } from "./directory.ts";
import type { Expiry, Switches } from "./tenant-switches.ts";

/** An enterprise application: the app registration's service principal in this tenant. */
export type SandboxApplication = {
  readonly servicePrincipalId: string;
  readonly appId: string;
  readonly displayName: string;
  /** App roles that it declares beside `User`; may be changed while the tenant runs. */
  roles?: readonly SandboxRole[];
  /** It is shown without any app role. */
  hidesRoles?: boolean;
};

export type SandboxRole = { readonly id: string; readonly displayName: string; readonly value: string };

/** One entry of a delta round: an object, and for groups the slice of members that goes with it. */
export type RoundItem = { readonly id: string; readonly members?: readonly string[] };

/** A delta round as it was when it began. `from` is the version of the round before, undefined for an initial round. */
export type Round = {
  readonly kind: "users" | "groups";
  readonly from: number | undefined;
  readonly until: number;
  readonly select: readonly string[] | undefined;
  readonly ids: readonly string[] | undefined;
  readonly pages: readonly (readonly RoundItem[])[];
};

/** What the endpoints share. */
export type World = {
  readonly tenantId: string;
  readonly domain: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly application: SandboxApplication;
  readonly applications: readonly SandboxApplication[];
  readonly directory: Directory;
  readonly switches: Switches;
  /** Origin, such as https://localhost:8443. */
  readonly url: () => string;
  /** Access tokens, with the time (ms since 1970) at which each ends. */
  readonly accessTokens: Map<string, number>;
  /** Rounds with pages still to come, by their name in the page links. */
  readonly rounds: Map<string, Round>;
  /** Makes a number that was never given before, so that no two links are alike. */
  readonly count: () => number;
  /** Links of an earlier epoch have expired. */
  readonly epoch: { number: number; expiry: Expiry };
};
