/** Whoever sends a request, once that is known. */

/** An operator may do what a viewer may. */
export type Role = "viewer" | "operator";

export interface Caller {
  /** For the audit. */
  readonly name: string;
  /** null: known, and without any role here. */
  readonly role: Role | null;
  /** Milliseconds since the epoch at which the token or the session ends by itself; null: not by itself. */
  readonly expiresAt: number | null;
  /** Aborted when the token is taken away or the session ended; null: neither can be. */
  readonly ended: AbortSignal | null;
}

/** Whether the token or the session is over by now, or was ended. */
export function isOver({ expiresAt, ended }: Caller, now: Date): boolean {
  return ended?.aborted === true || (expiresAt !== null && expiresAt <= now.getTime());
}
