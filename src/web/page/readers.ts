/** Who reads the page: whoever signed in, which a cookie says, or whoever its request names. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../access.ts";
import { type Callers, withoutRole } from "../callers.ts";
import type { Limit } from "../limit.ts";
import type { Refusal } from "../refusal.ts";
import { openSessions } from "../sessions.ts";

export interface Reader {
  readonly name: string;
  /** Else a viewer. */
  readonly isOperator: boolean;
  /** By what they are known; place: whoever is on this machine need not say. */
  readonly by: "session" | "header" | "place";
}

export interface Readers {
  readerOf(request: FastifyRequest): Promise<Reader | Refusal>;
  /** Begins a session for the holder of this token; the answer is why not, or null. */
  signIn(request: FastifyRequest, reply: FastifyReply, token: string): Promise<Refusal | null>;
  signOut(request: FastifyRequest, reply: FastifyReply): void;
}

const COOKIE = "plumbline";

export function openReaders(callers: Callers, limit: Limit, now: () => Date): Readers {
  const sessions = openSessions(now);
  const idOf = ({ cookies }: FastifyRequest) => cookies[COOKIE] ?? "";
  return {
    async readerOf(request) {
      // What a proxy says of whoever is there now is newer than any session.
      const isNamed = request.headers.authorization !== undefined;
      const signedIn = isNamed ? null : sessions.callerOf(idOf(request));
      const by = signedIn !== null ? "session" : callers.isOpen ? "place" : "header";
      const caller = await limit(request, signedIn ?? (await callers.callerOf(request.headers)));
      return "error" in caller ? caller : readerOf(caller, by);
    },
    async signIn(request, reply, token) {
      const authorization = `Bearer ${token.trim()}`;
      const caller = await limit(request, await callers.callerOf({ authorization }));
      if ("error" in caller) return caller;
      const reader = readerOf(caller, "session");
      if ("error" in reader) return reader;
      sessions.end(idOf(request));
      reply.setCookie(COOKIE, sessions.begin(caller), cookieOf(request));
      return null;
    },
    signOut(request, reply) {
      sessions.end(idOf(request));
      reply.clearCookie(COOKIE, cookieOf(request));
    },
  };
}

/** Sent along by links from elsewhere, as in an alert, but by nothing that another site posts. */
function cookieOf({ headers: { origin = "" } }: FastifyRequest) {
  // A browser says so itself, wherever TLS ends.
  const secure = origin.startsWith("https:");
  return { path: "/", httpOnly: true, sameSite: "lax", secure } as const;
}

function readerOf(caller: Caller, by: Reader["by"]): Reader | Refusal {
  const { name, role } = caller;
  return role === null ? withoutRole(caller) : { name, isOperator: role === "operator", by };
}
