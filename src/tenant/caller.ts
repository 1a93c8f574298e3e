/** As whom this program is signed in, as far as its access token tells. */
import type { Caller } from "../model/attribution.ts";

/**
 * Claims that an audit log may name the caller by: the app (`appid`, in newer tokens `azp`), the
 * service principal or the user (`oid`), and by its name the user
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
 */
const CLAIMS = ["appid", "azp", "oid", "upn", "unique_name", "preferred_username"] as const;

/**
 * Microsoft promises nothing of what a token for Graph holds, so nothing may depend on it. Its
 * signature is not looked at: it is our own, and Graph's to check.
 */
export function callerOf(token: string | null): Caller {
  const claims = claimsIn(token?.split(".")[1] ?? "");
  const ids = CLAIMS.map((claim) => claims[claim]);
  return ids.filter((id) => typeof id === "string" && /^[^\s<>]{1,256}$/.test(id)) as Caller;
}

function claimsIn(encoded: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
}
