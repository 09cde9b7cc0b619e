import { createView, type View } from "#src/app.ts";
import { loadEnvironment } from "#src/config/environment.ts";
import { loadConfig } from "#src/config/load.ts";
import { createLog } from "#src/log.ts";
import { trust } from "#test/sandbox/certificate.ts";
import type { World } from "./world.ts";

/** What the commands that only look work with, in this process: saves the start of a process for each question. */
export async function openView(world: World, redisUrl?: string): Promise<View> {
  const { tenant, scim, directory, configFile } = world;
  trust(tenant.caCertificate);
  const environment = loadEnvironment({
    AZURE_TENANT_ID: tenant.tenantId,
    AZURE_CLIENT_ID: tenant.clientId,
    AZURE_CLIENT_SECRET: tenant.clientSecret,
    AZURE_AUTHORITY_HOST: tenant.url,
    GRAPH_BASE_URL: tenant.url,
    SOSAFE_SCIM_URL: scim.url,
    SOSAFE_SCIM_TOKEN: scim.token,
    DATA_DIR: `${directory}/data`,
    CONFIG_FILE: configFile,
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
  });
  const log = createLog({ level: "silent", format: "json", secrets: [] });
  return createView({ environment, config: await loadConfig(configFile), log });
}
