/** One environment variable. */
export type Variable = {
  readonly name: string;
  /** Heading under which `.env.example` and the documentation put it. */
  readonly section: "Microsoft Entra ID" | "SoSafe" | "State" | "Behaviour";
  /** What holds when it is not set, as text for the documentation. */
  readonly fallback: string | undefined;
  readonly description: string;
  /** A secret can also be given as NAME_FILE, and is never printed. */
  readonly isSecret: boolean;
};

const plain = (variable: Omit<Variable, "isSecret">): Variable => ({ ...variable, isSecret: false });
const secret = (variable: Omit<Variable, "isSecret">): Variable => ({ ...variable, isSecret: true });

/** Every variable that is read: addresses and secrets. What the bridge does is in the configuration file. */
export const VARIABLES: readonly Variable[] = [
  plain({
    name: "AZURE_TENANT_ID",
    section: "Microsoft Entra ID",
    fallback: undefined,
    description: "Tenant (directory) id of the app registration that reads Microsoft Graph.",
  }),
  plain({
    name: "AZURE_CLIENT_ID",
    section: "Microsoft Entra ID",
    fallback: undefined,
    description:
      "Application (client) id of that app registration. May be missing with a system-assigned managed identity.",
  }),
  secret({
    name: "AZURE_CLIENT_SECRET",
    section: "Microsoft Entra ID",
    fallback: undefined,
    description: "Client secret (its value, not its id). Set exactly one of this and the three that follow.",
  }),
  plain({
    name: "AZURE_CLIENT_CERTIFICATE_PATH",
    section: "Microsoft Entra ID",
    fallback: undefined,
    description: "Path of a PEM file with certificate and private key.",
  }),
  plain({
    name: "AZURE_FEDERATED_TOKEN_FILE",
    section: "Microsoft Entra ID",
    fallback: undefined,
    description: "Path of the token that workload identity federation (Kubernetes) puts there.",
  }),
  plain({
    name: "AZURE_MANAGED_IDENTITY",
    section: "Microsoft Entra ID",
    fallback: "false",
    description: "`true` signs in with the managed identity of the Azure machine.",
  }),
  plain({
    name: "AZURE_AUTHORITY_HOST",
    section: "Microsoft Entra ID",
    fallback: "https://login.microsoftonline.com",
    description: "Address of the sign-in service. National clouds have others.",
  }),
  plain({
    name: "GRAPH_BASE_URL",
    section: "Microsoft Entra ID",
    fallback: "https://graph.microsoft.com",
    description: "Address of Microsoft Graph. National clouds have others.",
  }),
  plain({
    name: "SOSAFE_SCIM_URL",
    section: "SoSafe",
    fallback: undefined,
    description: "The Tenant URL from SoSafe Manager → Extended Data → SCIM.",
  }),
  secret({
    name: "SOSAFE_SCIM_TOKEN",
    section: "SoSafe",
    fallback: undefined,
    description: "The Secret Token from the same page.",
  }),
  secret({
    name: "REDIS_URL",
    section: "State",
    fallback: "embedded",
    description: "redis:// or rediss:// address. Without it the bridge starts a Redis of its own below DATA_DIR.",
  }),
  plain({
    name: "DATA_DIR",
    section: "State",
    fallback: "./data",
    description: "Folder in which the embedded Redis keeps its files.",
  }),
  plain({
    name: "CONFIG_FILE",
    section: "Behaviour",
    fallback: "config/bridge.yaml",
    description: "The configuration file: scope, mappings, schedule, safety.",
  }),
  plain({
    name: "HTTP_HOST",
    section: "Behaviour",
    fallback: "127.0.0.1",
    description:
      "Address for a status page, health checks and metrics. Without effect in this version: nothing is served yet.",
  }),
  plain({
    name: "HTTP_PORT",
    section: "Behaviour",
    fallback: "8080",
    description: "Port of the same, from 0 to 65535, or `off`. Without effect in this version.",
  }),
  plain({
    name: "LOG_LEVEL",
    section: "Behaviour",
    fallback: "info",
    description: "trace, debug, info, warn, error, fatal or silent.",
  }),
  plain({
    name: "LOG_FORMAT",
    section: "Behaviour",
    fallback: "json, on a terminal pretty",
    description: "json or pretty.",
  }),
  secret({
    name: "SMTP_URL",
    section: "Behaviour",
    fallback: undefined,
    description:
      "Mail server for notifications: smtp:// or smtps://, with user and password if it wants them. Without effect in this version.",
  }),
];
