/**
 * Who sends a request: whoever its token belongs to or, on an address that this machine alone can
 * reach and where nobody has to say, this machine.
 */
import type { IncomingHttpHeaders } from "node:http";
import { name } from "../report/printable.ts";
import { type Access, type AccessOptions, openAccess } from "./access.ts";
import type { Caller } from "./caller.ts";
import type { WebLog } from "./log.ts";
import type { Refusal } from "./refusal.ts";
import { refuseForeignFetch, refuseForeignHost, refuseProxied } from "./same-origin.ts";

export interface Callers {
  /** Nobody has to say who they are. */
  readonly isOpen: boolean;
  /** Why nobody who asks like this is answered, whoever it is; null: somebody may be. */
  readonly refuse: (headers: IncomingHttpHeaders) => Refusal | null;
  /** By the Authorization header. Throws a FaultError `unavailable` when that cannot be found out. */
  readonly callerOf: (headers: IncomingHttpHeaders) => Promise<Caller | Refusal>;
  /** As that of the access; does nothing where nobody has to say who they are. */
  readonly renew: Access["renew"];
}

/** On a loopback address where nobody has to say so. */
const LOCAL: Caller = { name: "local", role: "operator", expiresAt: null, ended: null };

/**
 * `access`: null where everybody who reaches the port may do everything. Throws a FaultError with code
 * `configuration` for a token that cannot be used.
 */
export function openCallers(access: AccessOptions | null): Callers {
  if (access === null) {
    const refuse = (headers: IncomingHttpHeaders) =>
      refuseForeignHost(headers) ?? refuseProxied(headers) ?? refuseForeignFetch(headers);
    const callerOf = async (headers: IncomingHttpHeaders) => refuse(headers) ?? LOCAL;
    return { isOpen: true, refuse, callerOf, renew: () => undefined };
  }
  const { authenticate, renew } = openAccess(access);
  return {
    isOpen: false,
    refuse: () => null,
    callerOf: async ({ authorization }) =>
      (await authenticate(authorization)) ?? unknown(authorization !== undefined),
    renew,
  };
}

/** Somebody who is known, and may do nothing here. */
export function withoutRole({ name }: Pick<Caller, "name">): Refusal {
  return forbidden(`${name} has no role here: neither viewer nor operator.`);
}

/** A viewer who acts: the log hears of it. */
export function refuseViewer(who: string, { url }: { readonly url: string }, log: WebLog): Refusal {
  log.warn(`${who} is a viewer, and asked for ${name(url)}.`);
  return forbidden(`${who} is a viewer, and only an operator may do this.`);
}

function forbidden(message: string): Refusal {
  return { status: 403, error: "forbidden", message };
}

/** Nobody that is known; `isSaid`: they have said who they are. */
export function unknown(isSaid: boolean): Refusal {
  const message = isSaid
    ? "This token is not valid here, or no longer."
    : "Say who you are: send a token of http.access, or of Microsoft Entra ID, as Authorization: Bearer.";
  const challenge = isSaid ? 'Bearer error="invalid_token"' : "Bearer";
  return {
    ...{ status: 401, error: "unauthorised", message },
    headers: { "www-authenticate": challenge },
  };
}
