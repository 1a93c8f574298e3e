/** Access tokens of Microsoft Entra ID: whose they are, and which app roles they carry. */
import type { JWTPayload, JWTVerifyGetKey } from "jose";
import { FaultError, failure } from "../model/fault.ts";
import { networkReason } from "../model/network.ts";
import type { Caller, Role } from "./caller.ts";

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

/** Milliseconds between two questions for keys that cannot be had. */
const PAUSE = 1_000;

/** Characters of a name that is taken over from a token. */
const LONGEST_NAME = 120;

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
async function openVerify(options: EntraOptions): Promise<Verify> {
  const jose = await import("jose");
  const { audience, issuers } = options;
  const keys = openKeys(options.keys, jose);
  const expected = { issuer: [...issuers], audience, clockTolerance: TOLERANCE };
  const strict = { algorithms: ["RS256"], requiredClaims: ["exp"] };
  return async (token) => {
    try {
      if (!isMeant(token, options, jose)) return null;
      return (await jose.jwtVerify(token, keys, { ...expected, ...strict })).payload;
    } catch (thrown) {
      if (thrown instanceof jose.errors.JOSEError) return null;
      throw thrown;
    }
  };
}

type Jose = typeof import("jose");

/** Whether it says at least that it is for this service: anything else is worth no question for keys. */
function isMeant(token: string, { audience, issuers }: EntraOptions, jose: Jose): boolean {
  if (token.split(".").length !== 3) return false;
  const { iss = "", aud } = jose.decodeJwt(token);
  return issuers.includes(iss) && [aud].flat().includes(audience);
}

/**
 * The keys of a directory. While they cannot be had, those that were had before still hold, and
 * tokens that anybody can make up lead to one question a second and no more.
 */
function openKeys(url: string, jose: Jose): JWTVerifyGetKey {
  const { errors } = jose;
  const remote = jose.createRemoteJWKSet(new URL(url), { timeoutDuration: KEYS_TIMEOUT });
  const unfit = [
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
    errors.JOSENotSupported,
  ];
  let failed: { readonly at: number; readonly fault: FaultError } | null = null;
  const held: JWTVerifyGetKey = (header, token) => {
    const known = remote.jwks();
    if (known === undefined) throw failed?.fault;
    return jose.createLocalJWKSet(known)(header, token);
  };
  return async (header, token) => {
    if (failed !== null && performance.now() - failed.at < PAUSE) return held(header, token);
    try {
      const key = await remote(header, token);
      failed = null;
      return key;
    } catch (thrown) {
      // The token names a key that there is not; anything else is about the fetch and not about it.
      if (unfit.some((kind) => thrown instanceof kind)) throw thrown;
      const fault = failure("unavailable", unavailable(thrown));
      failed = { at: performance.now(), fault: new FaultError(fault, { cause: thrown }) };
      return held(header, token);
    }
  };
}

function unavailable(thrown: unknown): string {
  return `The keys of Microsoft Entra ID cannot be read: ${networkReason(thrown)}. Nobody can be recognised by its tokens until then; try again.`;
}

function callerOf(claims: JWTPayload, options: EntraOptions): Caller | null {
  const client = textOf(claims["azp"]) ?? textOf(claims["appid"]);
  if (client === null || !isAccessToken(claims)) return null;
  const { exp = 0 } = claims;
  const role = roleOf(claims["roles"], options);
  return { name: nameOf(claims, client), role, expiresAt: exp * 1_000, ended: null };
}

/**
 * An ID token has the same audience and roles, but is for the sign-in page of an app. An access token
 * has a scope where a person has signed in, and else is of an application by itself, which `idtyp` says
 * where it is asked for, and its object being its subject says always
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
 */
function isAccessToken({ nonce, scp, idtyp, oid, sub }: JWTPayload): boolean {
  const isOfApplication = idtyp === "app" || (textOf(oid) !== null && oid === sub);
  return nonce === undefined && (textOf(scp) !== null || isOfApplication);
}

function roleOf(roles: unknown, { viewerRole, operatorRole }: EntraOptions): Role | null {
  const held: readonly unknown[] = Array.isArray(roles) ? roles : [];
  if (held.includes(operatorRole)) return "operator";
  return held.includes(viewerRole) ? "viewer" : null;
}

/** The name that people know, and behind it the id that nobody can choose. */
function nameOf(claims: JWTPayload, client: string): string {
  const user = ["preferred_username", "upn", "unique_name"]
    .map((claim) => textOf(claims[claim]))
    .find((name) => name !== null);
  const id = textOf(claims["oid"]) ?? textOf(claims.sub) ?? "no id";
  return `${plain(user ?? `app ${client}`)} (${plain(id)})`;
}

/** Nothing that steers a terminal or turns a line around. */
function plain(name: string): string {
  return name.replaceAll(/\p{C}/gu, "").slice(0, LONGEST_NAME);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
