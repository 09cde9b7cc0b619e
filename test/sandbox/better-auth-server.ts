import { DatabaseSync } from "node:sqlite";
import { NodeSqliteDialect } from "@better-auth/kysely-adapter/node-sqlite-dialect";
import { scim } from "@better-auth/scim";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import type { RealServer } from "./scim-server.ts";

/** The request listener of better-auth's SCIM server on an empty database in memory. */
export async function createBetterAuthListener(options: {
  readonly token: string;
  /** The origin under which the server is reached. */
  readonly origin: string;
}): Promise<RealServer> {
  const auth = betterAuth({
    baseURL: options.origin,
    secret: "only-for-tests-on-loopback-0123456789abcdef",
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    database: {
      dialect: new NodeSqliteDialect({ database: new DatabaseSync(":memory:") }),
      type: "sqlite",
      transaction: true,
    },
    plugins: [
      // @ts-expect-error the two packages' types disagree under exactOptionalPropertyTypes
      scim({
        connections: [{ id: "bridge", credentials: [{ type: "bearer", id: "bridge-token", token: options.token }] }],
      }),
    ],
  });
  const migrations = await getMigrations(auth.options);
  await migrations.runMigrations();
  const handle = toNodeHandler(auth);
  return { listener: (request, response) => void handle(request, response), path: "/api/auth/scim/v2" };
}
