import { z } from "zod";
import { trust } from "./certificate.ts";
import type { Tenant } from "./tenant.ts";

const page = z.looseObject({
  value: z.array(z.looseObject({ id: z.string() })),
  "@odata.nextLink": z.string().optional(),
  "@odata.deltaLink": z.string().optional(),
});

const grant = z.looseObject({ access_token: z.string() });

export type GraphObject = { readonly id: string; readonly [name: string]: unknown };

export type GraphPage = z.infer<typeof page>;

export type DeltaRound = {
  readonly pages: readonly GraphPage[];
  readonly objects: readonly GraphObject[];
  readonly deltaLink: string;
};

/** A bare Graph client for tests of the tenant itself: nothing of ours is between the test and the wire. */
export type GraphReader = {
  /** GET (or another request) with the access token; a path is taken below /v1.0. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  /** The page at a path or link. Throws on any status but 200. */
  readonly page: (url: string) => Promise<GraphPage>;
  /** Follows next links up to the delta link. */
  readonly round: (url: string, headers?: Record<string, string>) => Promise<DeltaRound>;
  /** POST to the token endpoint with the tenant's own credentials, some of them replaced. */
  readonly signIn: (fields?: Record<string, string>) => Promise<Response>;
};

/** Signs in at a tenant and reads from it; this process trusts the tenant's certificate from then on. */
export async function createGraphReader(tenant: Tenant): Promise<GraphReader> {
  trust(tenant.caCertificate);
  const signIn: GraphReader["signIn"] = (fields = {}) => {
    const own = { client_id: tenant.clientId, client_secret: tenant.clientSecret };
    const form = { grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default", ...own, ...fields };
    const url = `${tenant.url}/${tenant.tenantId}/oauth2/v2.0/token`;
    return fetch(url, { method: "POST", body: new URLSearchParams(form) });
  };
  const { access_token: token } = grant.parse(await (await signIn()).json());
  const ask: GraphReader["fetch"] = (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set("authorization", `Bearer ${token}`);
    return fetch(url.startsWith("https:") ? url : `${tenant.url}/v1.0${url}`, { ...init, headers });
  };
  const readPage = async (url: string, headers: Record<string, string> = {}): Promise<GraphPage> => {
    const response = await ask(url, { headers });
    const body: unknown = await response.json();
    if (response.status !== 200) throw new Error(`${response.status}: ${JSON.stringify(body)}`);
    return page.parse(body);
  };
  const round: GraphReader["round"] = async (url, headers) => {
    const pages: GraphPage[] = [];
    for (let link: string | undefined = url; link !== undefined; link = pages.at(-1)?.["@odata.nextLink"]) {
      pages.push(await readPage(link, headers));
    }
    const deltaLink = pages.at(-1)?.["@odata.deltaLink"] ?? "";
    return { pages, objects: pages.flatMap(({ value }) => value), deltaLink };
  };
  return { fetch: ask, page: readPage, round, signIn };
}
