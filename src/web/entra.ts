/** Access tokens of Microsoft Entra ID: whose they are, and which app roles they carry. */
import type { JWTPayload, JWTVerifyGetKey } from "jose";
import { FaultError, failure } from "../model/fault.ts";
import { networkReason } from "../model/network.ts";
import type { Caller, Role } from "./access.ts";

export interface EntraOptions {
  readonly audience: string;
  /** Any of them is accepted. */
  readonly issuers: readonly string[];
  /** URL of the keys that sign tokens. */
  readonly keys: string;
  /** Values of the app roles. */
  readonly viewerRole: string;
  readonly operatorRole: string;
}

/** Seconds by which clocks may differ. */
const TOLERANCE = 60;

/** Milliseconds. */
const KEYS_TIMEOUT = 5_000;

/** Longest name that is taken over from a token. */
const LONGEST_NAME = 200;

type Verify = (token: string) => Promise<JWTPayload | null>;

/** Answers whose token it is; null for one that is not valid here. Nothing is loaded or fetched before. */
export function openEntra(options: EntraOptions): (token: string) => Promise<Caller | null> {
  let opening: Promise<Verify> | null = null;
  return async (token) => {
    opening ??= openVerify(options);
    const claims = await (await opening)(token);
    return claims === null ? null : callerOf(claims, options);
  };
}

/** `jose` is loaded only by whoever signs in with Entra ID. */
async function openVerify({ audience, issuers, keys: url }: EntraOptions): Promise<Verify> {
  const { createRemoteJWKSet, errors, jwtVerify } = await import("jose");
  const keys = createRemoteJWKSet(new URL(url), { timeoutDuration: KEYS_TIMEOUT });
  const unfit = [
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
    errors.JOSENotSupported,
  ];
  const keyOf: JWTVerifyGetKey = async (header, token) => {
    try {
      return await keys(header, token);
    } catch (thrown) {
      // The token names a key that there is not; anything else is about the fetch and not about it.
      if (unfit.some((kind) => thrown instanceof kind)) throw thrown;
      throw new FaultError(failure("unavailable", unavailable(thrown)), { cause: thrown });
    }
  };
  const expected = { issuer: [...issuers], audience, clockTolerance: TOLERANCE };
  const strict = { algorithms: ["RS256"], requiredClaims: ["exp"] };
  return async (token) => {
    try {
      return (await jwtVerify(token, keyOf, { ...expected, ...strict })).payload;
    } catch (thrown) {
      if (thrown instanceof errors.JOSEError) return null;
      throw thrown;
    }
  };
}

function unavailable(thrown: unknown): string {
  return `The keys of Microsoft Entra ID cannot be read: ${networkReason(thrown)}. Nobody can be recognised by its tokens until then; try again.`;
}

/** An ID token has the same audience and roles, but is for the sign-in page of an app: it has no client. */
function callerOf(claims: JWTPayload, options: EntraOptions): Caller | null {
  const client = textOf(claims["azp"]) ?? textOf(claims["appid"]);
  if (client === null) return null;
  const { exp = 0 } = claims;
  const role = roleOf(claims["roles"], options);
  return { name: nameOf(claims, client), role, expiresAt: exp * 1_000 };
}

function roleOf(roles: unknown, { viewerRole, operatorRole }: EntraOptions): Role | null {
  const held: readonly unknown[] = Array.isArray(roles) ? roles : [];
  if (held.includes(operatorRole)) return "operator";
  return held.includes(viewerRole) ? "viewer" : null;
}

/** The name that people know, with the id that nobody can choose. */
function nameOf(claims: JWTPayload, client: string): string {
  const user = ["preferred_username", "upn", "unique_name"]
    .map((claim) => textOf(claims[claim]))
    .find((name) => name !== null);
  const id = textOf(claims["oid"]) ?? textOf(claims.sub) ?? "no id";
  return `${user ?? `app ${client}`} (${id})`.slice(0, LONGEST_NAME);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
