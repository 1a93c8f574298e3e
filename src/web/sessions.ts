/** People who have signed in with a browser. Kept in memory: after a restart they sign in again. */
import { randomBytes } from "node:crypto";
import { type Caller, isOver } from "./caller.ts";

export interface Sessions {
  /** Answers the id of a new one, which nobody can guess. */
  begin(caller: Caller): string;
  /** Whose it is, as long as it lasts; null for one that there is not, or no longer. */
  callerOf(id: string): Caller | null;
  end(id: string): void;
}

/** Milliseconds: a working day. */
export const LONGEST = 8 * 3_600_000;

/** Most at a time, and most of one caller; another one ends the oldest. */
export const MOST = 10_000;
export const MOST_OF_ONE = 100;

interface Session {
  /** With the end of the session. */
  readonly caller: Caller & { readonly expiresAt: number; readonly ended: AbortSignal };
  readonly ending: AbortController;
}

export function openSessions(now: () => Date): Sessions {
  const held = new Map<string, Session>();
  const end = (id: string) => {
    held.get(id)?.ending.abort();
    held.delete(id);
  };
  const makeRoom = ({ name }: Caller) => {
    for (const [id, session] of held) if (isOver(session.caller, now())) end(id);
    const own = [...held].filter(([, { caller }]) => caller.name === name);
    for (const [id] of own.slice(0, Math.max(0, own.length + 1 - MOST_OF_ONE))) end(id);
    for (const id of [...held.keys()].slice(0, Math.max(0, held.size + 1 - MOST))) end(id);
  };
  return {
    begin(caller) {
      makeRoom(caller);
      const id = randomBytes(32).toString("base64url");
      const longest = now().getTime() + LONGEST;
      const expiresAt = Math.min(longest, caller.expiresAt ?? longest);
      const ending = new AbortController();
      const signals = [ending.signal, ...(caller.ended === null ? [] : [caller.ended])];
      const ended = AbortSignal.any(signals);
      held.set(id, { caller: { ...caller, expiresAt, ended }, ending });
      return id;
    },
    callerOf(id) {
      const session = held.get(id);
      return session !== undefined && !isOver(session.caller, now()) ? session.caller : null;
    },
    end,
  };
}
