import { parseArgs } from "node:util";
import { startScim } from "./scim-server.ts";

// node test/sandbox/scim-server-main.ts --kind better-auth --token x --port 0
// Prints `ready {"url":"…","kind":"…"}` when it listens, and runs until it is told to stop.

const { values } = parseArgs({
  options: {
    kind: { type: "string", default: "better-auth" },
    token: { type: "string", default: "secret" },
    port: { type: "string", default: "0" },
  },
});
if (values.kind !== "scimmy" && values.kind !== "better-auth") throw new Error(`--kind is scimmy or better-auth`);
const server = await startScim({ kind: values.kind, token: values.token, port: Number(values.port) });
const stop = async (): Promise<void> => server.close();
process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
console.log(`ready ${JSON.stringify({ kind: server.kind, url: server.url })}`);
