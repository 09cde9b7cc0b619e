import type { GraphClient, GraphRequest } from "./graph.ts";
import { decodePage } from "./decode.ts";
import { createUnexpected } from "./errors.ts";

/** One page of any collection, with the path for error messages. */
export type RawPage = {
  readonly value: readonly unknown[];
  readonly path: string;
  readonly nextLink: string | undefined;
  readonly deltaLink: string | undefined;
};

/**
 * Reads a collection page by page. Empty and repeated pages are fine; a link that was followed before, and a link that
 * leads elsewhere than to Graph, are `unexpected-response`.
 */
export async function* readPages(
  client: GraphClient,
  first: GraphRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<RawPage> {
  const seen = new Set<string>([first.url]);
  let request: GraphRequest | undefined = first;
  while (request !== undefined) {
    // Each page depends on the link in the one before it.
    // oxlint-disable-next-line no-await-in-loop
    const json = await client.read(request, signal);
    const path = toPath(request.url);
    const page = decodePage(json, path);
    const link = page.nextLink ?? page.deltaLink;
    if (link !== undefined && !client.isOwnLink(link)) {
      throw createUnexpected(path, "it continues on another host");
    }
    const { nextLink } = page;
    if (nextLink !== undefined && seen.has(nextLink)) throw createUnexpected(path, "its pages go round in circles");
    yield { ...page, path };
    if (nextLink !== undefined) seen.add(nextLink);
    request =
      nextLink === undefined
        ? undefined
        : { ...first, body: undefined, url: nextLink, delta: first.delta === "none" ? "none" : "continued" };
  }
}

/** The path of a URL or of a reference below the version, without query: what may be shown of a request. */
function toPath(url: string): string {
  const path = url.startsWith("/") ? url : new URL(url).pathname;
  return path.split("?")[0] ?? path;
}
