/**
 * The sign-in service of the practice tenant: client credentials at the OAuth 2.0 token endpoint, and
 * the discovery documents that MSAL asks for first.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
import type { Answer, Incoming } from "./http.ts";
import type { App, TenantState } from "./tenant-state.ts";
import { BUILT_IN_APP, makeToken, SANDBOX_TENANT_ID, TOKEN_LIFETIME } from "./token.ts";

export interface SignInParts {
  state(): TenantState;
  now(): Date;
  /** Root of the service. */
  url(): string;
}

interface Refused {
  readonly status: 400 | 401;
  readonly error: string;
  /** Number of the AADSTS error. */
  readonly number: number;
  readonly message: string;
}

/** null when the path is none of the sign-in service. */
export function answerSignIn(incoming: Incoming, parts: SignInParts): Answer | null {
  const path = (incoming.url.split("?", 1)[0] ?? "").toLowerCase();
  if (path === "/common/discovery/instance") return json(200, instanceDiscovery(parts.url()));
  const [, tenant = "", endpoint] =
    /^\/([^/]+)\/(oauth2\/v2\.0\/token|v2\.0\/\.well-known\/openid-configuration)$/.exec(path) ??
    [];
  if (endpoint === undefined) return null;
  const isToken = endpoint.endsWith("token");
  if (tenant !== SANDBOX_TENANT_ID) {
    return refused(parts, 400, "invalid_request", 90002, `Tenant '${tenant}' not found.`);
  }
  if (!isToken) return json(200, openidConfiguration(parts.url()));
  if (incoming.method !== "POST") {
    return refused(
      parts,
      400,
      "invalid_request",
      900561,
      "The endpoint only accepts POST requests.",
    );
  }
  return answerToken(new URLSearchParams(incoming.body), parts);
}

function answerToken(form: URLSearchParams, parts: SignInParts): Answer {
  const app = authenticate(form, parts);
  if ("error" in app) return refused(parts, app.status, app.error, app.number, app.message);
  const now = Math.floor(parts.now().getTime() / 1000);
  return json(200, {
    token_type: "Bearer",
    expires_in: TOKEN_LIFETIME,
    ext_expires_in: TOKEN_LIFETIME,
    access_token: makeToken(app, now + TOKEN_LIFETIME),
  });
}

function authenticate(form: URLSearchParams, { state, now }: SignInParts): App | Refused {
  if (form.get("grant_type") !== "client_credentials") {
    return {
      status: 400,
      error: "unsupported_grant_type",
      number: 70003,
      message: "The app requested an unsupported grant type. The sandbox knows client_credentials.",
    };
  }
  if (!/^\S+\/\.default$/.test(form.get("scope") ?? "")) {
    return {
      status: 400,
      error: "invalid_scope",
      number: 1002012,
      message: "The provided value for scope is not valid. It must end with /.default.",
    };
  }
  const assertion = form.get("client_assertion");
  const clientId = form.get("client_id") ?? subjectOf(assertion) ?? "";
  const app = [BUILT_IN_APP, ...state().apps].find((each) => each.clientId === clientId);
  if (app === undefined) {
    return {
      status: 400,
      error: "unauthorized_client",
      number: 700016,
      message: `Application with identifier '${clientId}' was not found in the directory.`,
    };
  }
  const isKnown =
    assertion === null
      ? form.get("client_secret") === app.clientSecret
      : isAssertion(assertion, now());
  if (isKnown) return app;
  return {
    status: 401,
    error: "invalid_client",
    number: assertion === null ? 7000215 : 700027,
    message: `Invalid client ${assertion === null ? "secret" : "assertion"} provided.`,
  };
}

/** A JSON Web Token that has not expired. Whose key signed it is not asked: there is none to ask. */
function isAssertion(assertion: string, now: Date): boolean {
  const { exp } = claimsOf(assertion) ?? {};
  return typeof exp === "number" && exp * 1000 > now.getTime();
}

function subjectOf(assertion: string | null): string | null {
  const subject = assertion === null ? null : claimsOf(assertion)?.["sub"];
  return typeof subject === "string" ? subject : null;
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | null {
  const [, claims, signature] = token.split(".");
  if (claims === undefined || signature === undefined) return null;
  try {
    const read: unknown = JSON.parse(Buffer.from(claims, "base64url").toString("utf8"));
    return typeof read === "object" && read !== null ? { ...read } : null;
  } catch {
    return null;
  }
}

function openidConfiguration(url: string) {
  const root = `${url}/${SANDBOX_TENANT_ID}`;
  return {
    token_endpoint: `${root}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt"],
    authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
    jwks_uri: `${root}/discovery/v2.0/keys`,
    issuer: `${root}/v2.0`,
    response_types_supported: ["code"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    tenant_region_scope: "WW",
    cloud_instance_name: new URL(url).host,
    msgraph_host: new URL(url).host,
  };
}

function instanceDiscovery(url: string) {
  const { host } = new URL(url);
  return {
    tenant_discovery_endpoint: `${url}/${SANDBOX_TENANT_ID}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}

function refused(
  { now }: SignInParts,
  status: number,
  error: string,
  number: number,
  message: string,
): Answer {
  const timestamp = now().toISOString().replace("T", " ");
  return json(status, {
    error,
    error_description: `AADSTS${number}: ${message}`,
    error_codes: [number],
    timestamp,
  });
}

function json(status: number, value: object): Answer {
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
  };
  return { status, headers, body: JSON.stringify(value), ending: "whole" };
}
