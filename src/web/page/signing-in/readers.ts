/** Who reads the page: whoever signed in, which a cookie says, or whoever its request names. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../../caller.ts";
import { unknown, withoutRole } from "../../callers.ts";
import type { Guard } from "../../guard.ts";
import type { Refusal } from "../../refusal.ts";
import { openSessions } from "../../sessions.ts";

export interface Reader {
  readonly name: string;
  /** Else a viewer. */
  readonly isOperator: boolean;
  /** By what they are known; place: whoever is on this machine need not say. */
  readonly by: "session" | "header" | "place";
}

/** Somebody with a role. */
export interface Known extends Reader {
  readonly caller: Caller;
}

export interface Readers {
  readerOf(request: FastifyRequest): Promise<Known | Refusal>;
  /** Begins a session for the holder of this token. */
  signIn(request: FastifyRequest, reply: FastifyReply, token: string): Promise<Known | Refusal>;
  signOut(request: FastifyRequest, reply: FastifyReply): void;
}

export function openReaders({ callers, limits, log }: Guard, now: () => Date): Readers {
  const sessions = openSessions(now);
  const idOf = (request: FastifyRequest) => {
    const { secure, plain } = cookieNames(request);
    return request.cookies[secure] ?? request.cookies[plain] ?? "";
  };
  return {
    async readerOf(request) {
      // What a proxy says of whoever is there now is newer than any session. A password that it asks for
      // itself comes along as well, and says nothing here.
      const isNamed = /^Bearer\b/i.test(request.headers.authorization ?? "");
      const signedIn = isNamed ? null : sessions.callerOf(idOf(request));
      const by = signedIn !== null ? "session" : callers.isOpen ? "place" : "header";
      if (by === "header" && !isNamed) return (await limits.visit(request)) ?? unknown(false);
      const caller = await limits.count(
        request,
        signedIn ?? (await callers.callerOf(request.headers)),
      );
      return "error" in caller ? caller : readerOf(caller, by);
    },
    async signIn(request, reply, token) {
      const authorization = `Bearer ${token.trim()}`;
      const caller = await limits.count(request, await callers.callerOf({ authorization }));
      if ("error" in caller) return caller;
      const reader = readerOf(caller, "session");
      if ("error" in reader) {
        log.warn(`${caller.name} has no role here, and tried to sign in from ${request.ip}.`);
        return reader;
      }
      sessions.end(idOf(request));
      forget(request, reply);
      const { name, options } = cookieOf(request);
      reply.setCookie(name, sessions.begin(caller), options);
      log.info(`${reader.name} signed in from ${request.ip}, as ${caller.role}.`);
      return reader;
    },
    signOut(request, reply) {
      const caller = sessions.callerOf(idOf(request));
      if (caller !== null) log.info(`${caller.name} signed out.`);
      sessions.end(idOf(request));
      forget(request, reply);
    },
  };
}

/**
 * Cookies are not kept apart by port: two services on one host would sign each other's people out. With
 * `__Host-` a browser takes it over TLS alone, and from nobody but this very host
 * (https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-__host-prefix).
 */
function cookieNames({ socket: { localPort = 0 } }: FastifyRequest) {
  return { secure: `__Host-plumbline-${localPort}`, plain: `plumbline-${localPort}` };
}

/** Sent along by links from elsewhere, as in an alert, but by nothing that another site posts. */
const COOKIE = { path: "/", httpOnly: true, sameSite: "lax" } as const;

function cookieOf(request: FastifyRequest) {
  const { secure, plain } = cookieNames(request);
  // A browser says so itself, wherever TLS ends.
  const isSecure = (request.headers.origin ?? "").startsWith("https:");
  return { name: isSecure ? secure : plain, options: { ...COOKIE, secure: isSecure } };
}

/** Whatever it came by. */
function forget(request: FastifyRequest, reply: FastifyReply): void {
  const { secure, plain } = cookieNames(request);
  for (const name of [secure, plain]) {
    if (request.cookies[name] === undefined) continue;
    reply.clearCookie(name, { ...COOKIE, secure: name === secure });
  }
}

function readerOf(caller: Caller, by: Reader["by"]): Known | Refusal {
  const { name, role } = caller;
  return role === null
    ? withoutRole(caller)
    : { name, isOperator: role === "operator", by, caller };
}
