/**
 * Who asks, and what they may do. A token is compared by its hash and in constant time, and is kept
 * nowhere; one of Microsoft Entra ID is checked in entra.ts.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { FaultError, failure, type Position } from "../model/fault.ts";
import { isLoopback } from "../model/network.ts";
import type { Secret } from "../model/secret.ts";
import type { Caller, Role } from "./caller.ts";
import { type EntraOptions, openEntra } from "./entra.ts";

export interface AccessToken {
  readonly name: string;
  readonly role: Role;
  readonly token: Secret;
  /** The place that names it; left out: none is known. */
  readonly at?: Position | null;
}

export interface AccessOptions {
  readonly tokens: readonly AccessToken[];
  readonly entra: EntraOptions | null;
}

/**
 * Answers who sends an Authorization header like this; null for nobody that is known. Throws a
 * FaultError with code `unavailable` when that cannot be found out.
 */
export type Authenticate = (authorization: string | undefined) => Promise<Caller | null>;

export interface Access {
  readonly authenticate: Authenticate;
  /**
   * Takes these tokens in the place of those that there were; whatever went by one that is no longer
   * there ends. Throws as `openAccess` does, and then keeps the old ones.
   */
  readonly renew: (tokens: readonly AccessToken[]) => void;
}

/** Characters; about 96 random bits as base64. */
const SHORTEST = 16;

/** What a client can send after `Bearer` (https://www.rfc-editor.org/rfc/rfc6750#section-2.1). */
const SENDABLE = /^[A-Za-z0-9\-._~+/]+=*$/;

/** Throws a FaultError with code `configuration` for a token that is too weak or cannot be sent. */
export function openAccess({ tokens, entra }: AccessOptions): Access {
  let held = heldOf(tokens, []);
  const verify = entra === null ? null : openEntra(entra);
  return {
    async authenticate(authorization) {
      const token = bearerOf(authorization);
      if (token === null) return null;
      const digest = sha256(token);
      // All are compared, so that the time says nothing about which one is near.
      const [holder] = held.filter((one) => timingSafeEqual(one.digest, digest));
      if (holder === undefined) return (await verify?.(token)) ?? null;
      const { name, role, ending } = holder;
      return { name, role, expiresAt: null, ended: ending.signal };
    },
    renew(next) {
      const before = held;
      held = heldOf(next, before);
      for (const one of before) if (!held.includes(one)) one.ending.abort();
    },
  };
}

interface Held extends Pick<AccessToken, "name" | "role"> {
  readonly at: Position | null;
  readonly digest: Buffer;
  readonly ending: AbortController;
}

/** What is as it was before is the very same. */
function heldOf(tokens: readonly AccessToken[], before: readonly Held[]): readonly Held[] {
  const held = tokens.map((token) => {
    const { name, role, at = null } = token;
    const digest = digestOf(token);
    const isSame = (one: Held) =>
      one.name === name && one.role === role && one.digest.equals(digest);
    return before.find(isSame) ?? { name, role, at, digest, ending: new AbortController() };
  });
  refuseSharedTokens(held);
  return held;
}

function digestOf({ name, token, at = null }: AccessToken): Buffer {
  const value = token.reveal();
  if (value.length < SHORTEST || !SENDABLE.test(value)) {
    const message = `The token ${name} of http.access has fewer than ${SHORTEST} characters, or others than letters, digits and - . _ ~ + / =. Use a long random one, such as the output of: openssl rand -base64 32`;
    throw new FaultError(failure("configuration", message, at));
  }
  return sha256(value);
}

/** The audit could not say who it was. */
function refuseSharedTokens(held: readonly Held[]): void {
  for (const [index, { name, digest, at }] of held.entries()) {
    const other = held.slice(0, index).find((one) => one.digest.equals(digest));
    if (other === undefined) continue;
    const message = `The tokens ${other.name} and ${name} of http.access are the same one. Give each holder a token of its own.`;
    throw new FaultError(failure("configuration", message, at));
  }
}

function bearerOf(authorization = ""): string | null {
  const [, token = ""] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  return SENDABLE.test(token) ? token : null;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Throws a FaultError with code `configuration` where anybody on the network could act. */
export function refuseOpenDoor(hostname: string, access: AccessOptions | null): void {
  if (access !== null || isLoopback(hostname)) return;
  const message = `http.listen is ${hostname}, which other machines can reach, and nobody has said who may use the page and the API. Set http.listen to 127.0.0.1:8080, or add to http in plumbline.yaml: access: { tokens: [{ name: ops, role: operator, token: { env: PLUMBLINE_API_TOKEN } }] }, with a long random token in that variable (openssl rand -base64 32); or access: { entra: { tenantId: ..., audience: ... } } for tokens of Microsoft Entra ID. docs/api.md says more.`;
  throw new FaultError(failure("configuration", message));
}
