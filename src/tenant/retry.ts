/** When a request may be sent again, and after how long. Pure. */
import type { Method } from "./exchange.ts";

/** A longer wait than this is not waited for: the caller hears of it instead. */
export const LONGEST_WAIT = 300_000;
/** Without advice from Graph: so many tries, and the last one begins within so many milliseconds. */
const TRIES = 3;
const PATIENCE = 5_000;
/** With advice from Graph: so many tries. */
const GUIDED_TRIES = 6;
const FIRST_DELAY = 500;
/** Nobody who means it asks for more: without an end, a tenant would rest until a restart. */
const LONGEST_ADVICE = 86_400_000;

const REPEATABLE = new Set([429, 500, 502, 503, 504]);

export interface Attempted {
  readonly method: Method;
  /** null: no answer came (network, time-out). */
  readonly status: number | null;
  /** Milliseconds that Graph asked to wait; null when it asked nothing. */
  readonly retryAfter: number | null;
  /** How often it was sent. */
  readonly tries: number;
  /** Milliseconds since it was first sent. */
  readonly elapsed: number;
  /** Milliseconds waited so far because Graph asked for it. */
  readonly waited: number;
}

/**
 * Milliseconds until the next try; null: no more. A POST is never sent twice, because Graph would
 * make two objects. `random` is from 0 up to 1.
 *
 *   answer             | Retry-After | again
 *   429, 503           | yes         | after that long, while it adds up to 5 minutes at most
 *   429, 500, 502–504  | no          | at most 3 tries within 5 s
 *   none               | -           | at most 3 tries within 5 s
 *   any other          | -           | never
 */
export function delayBeforeRetry(attempted: Attempted, random: number): number | null {
  const { method, status, retryAfter, tries, elapsed, waited } = attempted;
  if (method === "POST") return null;
  if (status !== null && !REPEATABLE.has(status)) return null;
  if (retryAfter !== null && (status === 429 || status === 503)) {
    return tries < GUIDED_TRIES && waited + retryAfter <= LONGEST_WAIT ? retryAfter : null;
  }
  if (tries >= TRIES) return null;
  const delay = Math.round(FIRST_DELAY * 2 ** (tries - 1) * (1 + random));
  return elapsed - waited + delay <= PATIENCE ? delay : null;
}

/** `Retry-After`, in seconds or as a date, as milliseconds from now, a day at most; null when there is none or it is neither. */
export function readRetryAfter(headers: Headers, now: number): number | null {
  const text = headers.get("retry-after")?.trim();
  if (!text) return null;
  const isSeconds = /^\d+(?:\.\d+)?$/.test(text);
  const milliseconds = isSeconds ? Math.ceil(Number(text) * 1000) : Date.parse(text) - now;
  if (Number.isNaN(milliseconds)) return null;
  return Math.min(Math.max(0, milliseconds), LONGEST_ADVICE);
}
