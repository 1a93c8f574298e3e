/** People who have signed in with a browser. Kept in memory: after a restart they sign in again. */
import { randomBytes } from "node:crypto";
import type { Caller } from "./access.ts";

export interface Sessions {
  /** Answers the id of a new one, which nobody can guess. */
  begin(caller: Caller): string;
  /** Whose it is; null for one that there is not, or no longer. */
  callerOf(id: string): Caller | null;
  end(id: string): void;
}

/** Milliseconds: a working day. */
export const LONGEST = 8 * 3_600_000;

/** Most at a time; another one ends the oldest. */
export const MOST = 10_000;

export function openSessions(now: () => Date): Sessions {
  const held = new Map<string, { readonly caller: Caller; readonly until: number }>();
  const forget = () => {
    for (const [id, { until }] of held) {
      if (until > now().getTime() && held.size < MOST) continue;
      held.delete(id);
    }
  };
  return {
    begin(caller) {
      forget();
      const id = randomBytes(32).toString("base64url");
      const longest = now().getTime() + LONGEST;
      held.set(id, { caller, until: Math.min(longest, caller.expiresAt ?? longest) });
      return id;
    },
    callerOf(id) {
      const session = held.get(id);
      return session !== undefined && session.until > now().getTime() ? session.caller : null;
    },
    end: (id) => {
      held.delete(id);
    },
  };
}
