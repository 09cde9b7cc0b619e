import { parseArgs } from "node:util";
import { startTenant } from "./tenant.ts";

// Starts a tenant in a process of its own, says where it is in one line on stdout, and runs until it is stopped.
const { values } = parseArgs({
  options: {
    people: { type: "string", default: "250" },
    groups: { type: "string", default: "15" },
    seed: { type: "string", default: "7" },
    port: { type: "string", default: "0" },
  },
});

const tenant = await startTenant({
  people: Number(values.people),
  groups: Number(values.groups),
  seed: Number(values.seed),
  port: Number(values.port),
});

const { url, tenantId, clientId, clientSecret, application, caFile } = tenant;
console.log(`ready ${JSON.stringify({ url, tenantId, clientId, clientSecret, application, caFile })}`);

// With the server closed nothing keeps the process alive.
const stop = (): void => {
  tenant.close().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
};
process.once("SIGINT", stop).once("SIGTERM", stop);
