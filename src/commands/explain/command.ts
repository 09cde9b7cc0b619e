import { createView } from "../../app.ts";
import type { Hit } from "../../sync/ports.ts";
import type { Kind } from "../../model/ids.ts";
import { errorToExit, EXIT } from "../outcome.ts";
import { reportError } from "../report.ts";
import { loadTools } from "../start.ts";
import { explain } from "./explain.ts";
import { findSubject } from "./find.ts";
import { clean, createStyle } from "./layout.ts";
import { toText } from "./text.ts";

export const EXPLAIN_HELP = `
The name may be an object id, a user principal name (of a guest also the address at home), a mail or proxy address, an
employee id, or the exact display name; of a group its object id, display name or mail. People are looked for first.

Examples:
  $ sosafe-bridge explain ada@contoso.com
  $ sosafe-bridge explain 'Ada Lovelace'
  $ sosafe-bridge explain --group Sales
  $ sosafe-bridge explain ada@contoso.com --json | jq '.mappings[] | select(.status != "equal")'

Reads Entra and SoSafe as they are now and changes nothing, whether the daemon runs or not. It shows personal data, on
stdout only. docs/explain.md describes every line and every key of --json.
Exit codes: 0 explained, 2 usage, or nobody or several have this name, 69 Entra, SoSafe or Redis unreachable,
77 credentials refused, 78 configuration.`;

export type ExplainOptions = { readonly kind: Kind | undefined; readonly isJson: boolean };

/** `explain`: why somebody is in scope or not, and what each mapping gives. Returns the exit code. */
export async function explainCommand(name: string, options: ExplainOptions): Promise<number> {
  const tools = await loadTools({ isOneShot: true });
  await using view = await createView(tools);
  const found = await findSubject({ lookup: view.source.lookup, state: view.state }, name.trim(), options.kind);
  if (found.kind === "none")
    return refuse(options, { code: "not-found", message: explainMissing(options.kind), hits: [] });
  if (found.kind === "several") {
    const message = `${found.hits.length} have this name; call explain with one of their ids`;
    return refuse(options, { code: "ambiguous", message, hits: found.hits });
  }
  const { explanation, failure } = await explain(view, found, tools.config.log.redact);
  console.log(options.isJson ? JSON.stringify(explanation) : toText(explanation, createStyle(process.stdout)));
  if (failure === undefined) return EXIT.done;
  reportError(failure);
  return errorToExit(failure);
}

function explainMissing(kind: Kind | undefined): string {
  const who = kind === undefined ? "person or group" : { user: "person", group: "group" }[kind];
  return `no ${who} in this tenant has this name, in the recycle bin neither. A display name has to be the full one`;
}

type Refusal = { readonly code: string; readonly message: string; readonly hits: readonly Hit[] };

function refuse({ isJson }: ExplainOptions, { code, message, hits }: Refusal): number {
  if (isJson) {
    console.log(JSON.stringify({ error: { code, message }, ...(hits.length > 0 && { candidates: hits }) }));
    return EXIT.usage;
  }
  console.error(message);
  // The names are data, so they go where data goes.
  for (const { kind, id, displayName, address } of hits) {
    console.log(`${id}  ${kind}  ${clean([displayName, address].filter((each) => each !== undefined).join(", "))}`);
  }
  return EXIT.usage;
}
