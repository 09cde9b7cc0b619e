import { randomBytes, randomUUID } from "node:crypto";
import { graphError, type Answer, type Call } from "./graph-answer.ts";
import type { World } from "./world.ts";

const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

type Refusal = {
  readonly status: number;
  readonly error: string;
  readonly code: number;
  readonly message: string;
};

/** The token service: the discovery document and the client credentials grant, with Entra's own error codes. */
export function answerSignIn(world: World, call: Call): Answer | undefined {
  const match = /^\/([^/]+)\/(v2\.0\/\.well-known\/openid-configuration|oauth2\/v2\.0\/token)$/u.exec(call.path);
  if (match === null) return undefined;
  const tenant = match[1] ?? "";
  if (![world.tenantId, world.domain].includes(tenant.toLowerCase())) {
    const message = `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`;
    return refuse({ status: 400, error: "invalid_tenant", code: 90002, message });
  }
  return match[2]?.startsWith("v2.0") === true ? discover(world, tenant) : issueToken(world, call);
}

function discover(world: World, tenant: string): Answer {
  const base = `${world.url()}/${tenant}`;
  return {
    status: 200,
    body: {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      issuer: `${base}/v2.0`,
      response_types_supported: ["code", "id_token", "token"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
    },
  };
}

function issueToken(world: World, call: Call): Answer {
  const form = new URLSearchParams(typeof call.body === "string" ? call.body : "");
  const refusal = checkGrant(form) ?? checkClient(world, form);
  if (refusal !== undefined) return refuse(refusal);
  const token = randomBytes(48).toString("base64url");
  const lifetime = world.switches.tokenLifetime;
  world.accessTokens.set(token, Date.now() + lifetime * 1000);
  const body = { token_type: "Bearer", expires_in: lifetime, ext_expires_in: lifetime, access_token: token };
  return { status: 200, body };
}

function checkGrant(form: URLSearchParams): Refusal | undefined {
  const grant = form.get("grant_type");
  if (grant !== "client_credentials") {
    const message = `The app requested an unsupported grant type '${grant ?? ""}'.`;
    return { status: 400, error: "unsupported_grant_type", code: 70003, message };
  }
  const scope = form.get("scope") ?? "";
  if (scope.split(" ").some((part) => part.endsWith("/.default"))) return undefined;
  const message = `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`;
  return { status: 400, error: "invalid_scope", code: 1_002_012, message };
}

function checkClient(world: World, form: URLSearchParams): Refusal | undefined {
  const client = form.get("client_id") ?? "";
  if (client.toLowerCase() !== world.clientId) {
    const message = `Application with identifier '${client}' was not found in the directory 'Musterwerk'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`;
    return { status: 400, error: "unauthorized_client", code: 700016, message };
  }
  if (form.has("client_assertion")) return checkAssertion(world, form);
  if (form.get("client_secret") !== world.clientSecret) {
    const message = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client}'.`;
    return { status: 401, error: "invalid_client", code: 7_000_215, message };
  }
  if (!world.switches.secretExpired) return undefined;
  const message = `The provided client secret keys for app '${client}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`;
  return { status: 401, error: "invalid_client", code: 7_000_222, message };
}

/** Looks at the assertion's form and, when it is the app's own, at issuer and subject; signatures are not checked. */
function checkAssertion(world: World, form: URLSearchParams): Refusal | undefined {
  const parts = form.get("client_assertion")?.split(".") ?? [];
  const message = "Client assertion failed signature validation.";
  const refusal = { status: 401, error: "invalid_client", code: 700027, message };
  if (form.get("client_assertion_type") !== JWT_BEARER || parts.length !== 3) return refusal;
  const claims = Buffer.from(parts[1] ?? "", "base64url").toString("utf8");
  const isForeign = claims.includes('"iss"') && /"aud":"[^"]*oauth2/u.test(claims) && !claims.includes(world.clientId);
  return isForeign ? refusal : undefined;
}

function refuse(refusal: Refusal): Answer {
  const trace = randomUUID();
  const correlation = randomUUID();
  const timestamp = `${new Date().toISOString().slice(0, 19).replace("T", " ")}Z`;
  const text = `AADSTS${refusal.code}: ${refusal.message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`;
  const body = {
    error: refusal.error,
    error_description: text,
    error_codes: [refusal.code],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `https://login.microsoftonline.com/error?code=${refusal.code}`,
  };
  return { status: refusal.status, body };
}

/** The 401 for a Graph call without a good access token, or undefined when it has one. */
export function checkAccess(world: World, call: Call): Answer | undefined {
  const [, token] = /^Bearer (.+)$/iu.exec(call.headers.authorization ?? "") ?? [];
  const end = token === undefined ? undefined : world.accessTokens.get(token);
  if (end !== undefined && end > Date.now()) return undefined;
  const expired =
    end === undefined ? "CompactToken parsing failed." : "Lifetime validation failed, the token is expired.";
  const message = token === undefined ? "Access token is empty." : expired;
  const headers = {
    "www-authenticate":
      'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"',
  };
  return graphError({ status: 401, code: "InvalidAuthenticationToken", message, headers });
}
