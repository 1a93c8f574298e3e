/** What every sink is: one way to send a message to people. */
import { FaultError, toFault } from "../../model/fault.ts";
import type { Secret } from "../../model/secret.ts";
import type { Message } from "../message.ts";

/** What became of one try. Reasons are sentences for the log: they name no address and no key. */
export type Attempt =
  /** `but`: what was left out of it. */
  | { readonly result: "delivered"; readonly but?: string }
  /**
   * `after`: milliseconds that the service asked to wait; null when it asked nothing. `bug`: what the
   * log needs of an error that nobody expected.
   */
  | {
      readonly result: "again";
      readonly reason: string;
      readonly after: number | null;
      readonly bug?: unknown;
    }
  /** Trying again would end the same. */
  | { readonly result: "refused"; readonly reason: string };

export interface Sink {
  readonly name: string;
  /** One try, within `TIMEOUT`. Must never throw. */
  send(message: Message, signal: AbortSignal): Promise<Attempt>;
}

/** A secret is read at each try: one that was rotated, or comes late, needs no restart. */
export type ReadSecret = () => Promise<Secret>;

/** Milliseconds that one try may take. */
export const TIMEOUT = 10_000;

/** A sink whose code failed, or whose secret cannot be read, is tried again. */
export function guarded(name: string, send: Sink["send"]): Sink {
  return {
    name,
    async send(message, signal) {
      try {
        return await send(message, signal);
      } catch (thrown) {
        if (thrown instanceof FaultError) return again(thrown.fault.message);
        return { result: "again", reason: toFault(thrown).message, after: null, bug: thrown };
      }
    },
  };
}

export function again(reason: string, after: number | null = null): Attempt {
  return { result: "again", reason, after };
}

export function refused(reason: string): Attempt {
  return { result: "refused", reason };
}
