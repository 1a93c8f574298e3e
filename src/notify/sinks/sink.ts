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
  /** It takes no message at all until somebody mends its address, its key or its rights. */
  | { readonly result: "barred"; readonly reason: string }
  /** It will never take this message, and may well take another. */
  | { readonly result: "refused"; readonly reason: string };

export interface Sink {
  readonly name: string;
  /** One try, within `LONGEST_TRY`, and over at once when it is aborted. Must never throw. */
  send(message: Message, signal: AbortSignal): Promise<Attempt>;
}

/** A secret is read at each try: one that was rotated, or comes late, needs no restart. */
export type ReadSecret = () => Promise<Secret>;

/** Milliseconds. */
export interface Limits {
  /** That a service may take to answer. */
  readonly answer?: number | undefined;
  /** That one try may take with all that it needs, the reading of its secrets among it. */
  readonly whole?: number | undefined;
}

export const TIMEOUT = 10_000;
export const LONGEST_TRY = 30_000;

/** A sink whose code failed, or whose secret cannot be read, is tried again. */
export function guarded(name: string, send: Sink["send"], limits: Limits = {}): Sink {
  const { whole = LONGEST_TRY } = limits;
  return {
    name,
    async send(message, signal) {
      const limit = AbortSignal.timeout(whole);
      const both = AbortSignal.any([signal, limit]);
      // Whoever is late is left behind; with an aborted signal it can send nothing any more.
      const brokenOff = aborted(both).then(() => again(signal.aborted ? STOPPED : LATE));
      return Promise.race([brokenOff, attempted(send, message, both)]);
    },
  };
}

export const STOPPED = "Plumbline was stopped while it was sent.";
const LATE = "It was not sent in time: its secret could not be read, or it did not answer.";

async function attempted(
  send: Sink["send"],
  message: Message,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    return await send(message, signal);
  } catch (thrown) {
    if (thrown instanceof FaultError) return again(thrown.fault.message);
    return { result: "again", reason: toFault(thrown).message, after: null, bug: thrown };
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/**
 * A read that hangs is waited for by the next try, in place of a second one: each on a dead mount
 * holds a thread, and there are few.
 */
export function oneReadAtATime(read: ReadSecret): ReadSecret {
  let pending: Promise<Secret> | null = null;
  return () => {
    pending ??= read().finally(() => {
      pending = null;
    });
    return pending;
  };
}

export function again(reason: string, after: number | null = null): Attempt {
  return { result: "again", reason, after };
}

export function barred(reason: string): Attempt {
  return { result: "barred", reason };
}

export function refused(reason: string): Attempt {
  return { result: "refused", reason };
}
