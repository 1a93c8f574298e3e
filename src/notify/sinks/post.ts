/** Posts JSON to an address that is a secret: no error, no log and no redirect may give it away. */
import { isLoopback, networkCode, networkReason } from "../../model/network.ts";
import type { Secret } from "../../model/secret.ts";
import type { Message } from "../message.ts";
import {
  type Attempt,
  again,
  barred,
  doubtful,
  guarded,
  type Limits,
  type ReadSecret,
  refused,
  type Sink,
  STOPPED,
  TIMEOUT,
} from "./sink.ts";

/** Milliseconds that a service may ask to wait. */
const LONGEST_WAIT = 6 * 3_600_000;

export interface Posting {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Milliseconds; TIMEOUT when left out. */
  readonly timeout?: number | undefined;
}

/** One request for each message, to an address that is all it needs. */
export function jsonSink(
  name: string,
  url: ReadSecret,
  bodyOf: (message: Message) => object,
  limits: Limits,
): Sink {
  const { answer: timeout = TIMEOUT } = limits;
  const headers = { "content-type": "application/json; charset=utf-8" };
  const send = (message: Message, address: Secret, signal: AbortSignal) =>
    post(address, { body: JSON.stringify(bodyOf(message)), headers, signal, timeout });
  return guarded(name, { read: url, send, longest: timeout }, limits);
}

export async function post(address: Secret, posting: Posting): Promise<Attempt> {
  const url = URL.parse(address.reveal().trim());
  if (url === null || !isSafe(url)) return barred(UNSAFE);
  const limit = AbortSignal.timeout(posting.timeout ?? TIMEOUT);
  try {
    const response = await fetch(url, {
      method: "POST",
      body: posting.body,
      headers: { "user-agent": "plumbline", ...posting.headers },
      redirect: "manual",
      signal: AbortSignal.any([posting.signal, limit]),
    });
    // An answer may be endless, and nothing in it is needed.
    await response.body?.cancel().catch(() => undefined);
    return attemptOf(response);
  } catch (thrown) {
    if (posting.signal.aborted) return again(STOPPED);
    if (limit.aborted) return again("It did not answer in time.");
    // Nothing but the code: the texts of fetch may quote the address.
    if (networkCode(thrown) === null) return again("The request could not be sent.");
    return again(`It cannot be reached: ${networkReason(thrown)}.`);
  }
}

const UNSAFE =
  "Its URL must be https (http on loopback alone), without user name and password. Correct the secret that holds it.";

function isSafe({ protocol, hostname, username, password }: URL): boolean {
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

/** The size of this message is the trouble (RFC 9110, 15.5.14). */
const TOO_LARGE = 413;
/**
 * The content of this message may be the trouble (RFC 9110, 15.5.1, 15.5.16 and 15.5.21), or whoever
 * takes all of them: a workflow of Teams that is turned off answers 400.
 */
const ofTheContent: ReadonlySet<number> = new Set([400, 415, 422]);

/** Whatever else is refused, an address that was revoked among it, somebody may mend within days. */
function attemptOf({ status, headers }: Response): Attempt {
  if (status >= 200 && status < 300) return { result: "delivered" };
  if (status >= 300 && status < 400) {
    return barred(`It answered ${status}, a redirect, which is never followed.`);
  }
  const reason = `It answered ${status}.`;
  const isTransient = status === 408 || status === 429 || status >= 500;
  if (isTransient) return again(reason, retryAfter(headers.get("retry-after")));
  if (status === TOO_LARGE) return refused(reason);
  return ofTheContent.has(status) ? doubtful(reason) : barred(reason);
}

/** Milliseconds; a date is relative to the clock of this machine (RFC 9110, 10.2.3). */
export function retryAfter(text: string | null, now = Date.now()): number | null {
  if (text === null) return null;
  const wait = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_WAIT) : null;
}
