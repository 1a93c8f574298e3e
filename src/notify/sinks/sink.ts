/** What every sink is: one way to send a message to people. */
import { FaultError, toFault } from "../../model/fault.ts";
import type { Secret } from "../../model/secret.ts";
import type { Message } from "../message.ts";

/** What became of one try. Reasons are sentences for the log: they name no address and no key. */
export type Attempt =
  /** `but`: what was left out of it. */
  { readonly result: "delivered"; readonly but?: string } | Failed;

/** `done`: what of it is not sent again, beyond what was not any more. */
export type Failed = { readonly reason: string; readonly done?: readonly string[] } & (
  | {
      readonly result: "again";
      /** Milliseconds for which the service asked to be left alone; null when it asked nothing. */
      readonly after: number | null;
      /** What the log needs of an error that nobody expected. */
      readonly bug?: unknown;
    }
  /** It was sent whole, and nobody knows whether it was taken. */
  | { readonly result: "unanswered" }
  /** It takes no message at all until somebody mends its address, its key or its rights. */
  | { readonly result: "barred" }
  /** It takes either this message or none at all: the next one that it takes tells which. */
  | { readonly result: "doubtful" }
  /** It will never take this message, and may well take another. */
  | { readonly result: "refused" }
);

export interface Sink {
  readonly name: string;
  /** Milliseconds that a try may take. */
  readonly longest: number;
  /** One try, over at once when it is aborted. Must never throw. */
  send(message: Message, signal: AbortSignal): Promise<Attempt>;
}

/** A secret is read at each try: one that was rotated, or comes late, needs no restart. */
export type ReadSecret = () => Promise<Secret>;

/** Milliseconds. */
export interface Limits {
  /** That a service may take to answer. */
  readonly answer?: number | undefined;
  /** That the reading of the secrets may take. */
  readonly reading?: number | undefined;
}

export const TIMEOUT = 10_000;
export const LONGEST_READING = 20_000;

/** How a sink sends, once its secrets are read. */
export interface Work<Secrets> {
  readonly read: () => Promise<Secrets>;
  readonly send: (message: Message, secrets: Secrets, signal: AbortSignal) => Promise<Attempt>;
  /** Milliseconds that it may take to send. */
  readonly longest: number;
}

/** A sink whose code failed, or whose secret cannot be read, is tried again. */
export function guarded<Secrets>(
  name: string,
  { read, send, longest }: Work<Secrets>,
  { reading = LONGEST_READING }: Limits,
): Sink {
  return {
    name,
    longest: reading + longest,
    async send(message, signal) {
      try {
        const secrets = await unless(AbortSignal.any([signal, AbortSignal.timeout(reading)]), read);
        if (secrets === null) return again(signal.aborted ? STOPPED : UNREAD);
        return await send(message, secrets.value, signal);
      } catch (thrown) {
        if (thrown instanceof FaultError) return again(thrown.fault.message);
        return { ...again(toFault(thrown).message), bug: thrown };
      }
    },
  };
}

export const STOPPED = "Plumbline was stopped while it was sent.";
const UNREAD = "Its secret could not be read in time.";

/** null: it was aborted first, and what is read then is left behind. */
function unless<Value>(
  signal: AbortSignal,
  read: () => Promise<Value>,
): Promise<{ readonly value: Value } | null> {
  const { promise: aborted, resolve } = Promise.withResolvers<null>();
  if (signal.aborted) resolve(null);
  signal.addEventListener("abort", () => resolve(null), { once: true });
  return Promise.race([aborted, read().then((value) => ({ value }))]);
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

export function again(reason: string, after: number | null = null) {
  return { result: "again", reason, after } as const;
}

export function unanswered(reason: string): Attempt {
  return { result: "unanswered", reason };
}

export function barred(reason: string): Attempt {
  return { result: "barred", reason };
}

export function doubtful(reason: string): Attempt {
  return { result: "doubtful", reason };
}

export function refused(reason: string): Attempt {
  return { result: "refused", reason };
}
