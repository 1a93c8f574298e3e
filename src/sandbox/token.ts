/**
 * Bearer tokens of the practice tenant: JSON Web Tokens that carry the app and its roles, so that
 * tools that look into a token find what they know from Microsoft Entra. The key is public: this
 * tenant guards nothing, and a token outlives a restart.
 */
import { createHmac, timingSafeEqual } from "node:crypto";

/** The directory id of every practice tenant. */
export const SANDBOX_TENANT_ID = "00000000-5a4d-4000-8000-000000000001";

/** The app that a practice tenant always has, with all permissions. */
export const BUILT_IN_APP = {
  clientId: "00000000-5a4d-4000-8000-000000000002",
  clientSecret: "practice-only-client-secret",
  roles: ["APIConnectors.ReadWrite.All", "IdentityUserFlow.ReadWrite.All", "AuditLog.Read.All"],
} as const;

const KEY = "practice-only-signing-key";

/** Seconds for which a token from the sign-in is good. */
export const TOKEN_LIFETIME = 3600;

export interface Bearer {
  readonly clientId: string;
  readonly roles: readonly string[];
}

/** `expiry` in seconds since 1970; null: never. */
export function makeToken(bearer: Bearer, expiry: number | null): string {
  const claims = {
    aud: "https://graph.microsoft.com",
    appid: bearer.clientId,
    tid: SANDBOX_TENANT_ID,
    roles: bearer.roles,
    ...(expiry !== null && { exp: expiry }),
  };
  const head = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${head}.${sign(head)}`;
}

/** The words of Microsoft Graph say why a token is refused. */
export function readToken(
  token: string,
  now: Date,
): { readonly bearer: Bearer } | { readonly problem: string } {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const wanted = Buffer.from(sign(`${header}.${claims}`));
  const got = Buffer.from(signature);
  if (got.length !== wanted.length || !timingSafeEqual(got, wanted)) {
    return { problem: "Access token validation failure." };
  }
  // Signed by us, so of our making.
  const read = JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as {
    readonly appid: string;
    readonly roles: readonly string[];
    readonly exp?: number;
  };
  if (read.exp !== undefined && read.exp * 1000 <= now.getTime()) {
    return { problem: "Lifetime validation failed, the token is expired." };
  }
  return { bearer: { clientId: read.appid, roles: read.roles } };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function sign(text: string): string {
  return createHmac("sha256", KEY).update(text).digest("base64url");
}
