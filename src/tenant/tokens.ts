/** Access tokens of one tenant: kept until shortly before they end, asked for once at a time. */
import type { Clock } from "../model/clock.ts";

/** A token that ends within so many milliseconds is not used any more. */
const MARGIN = 300_000;

export interface Token {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Whether a header can carry the token: visible ASCII, and no line break from a file or a paste. */
export function isCarried(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}

/**
 * `afresh`: the last token was refused, so nothing that is kept somewhere may be handed out. `signal`
 * aborts when nobody waits any more.
 */
export type SignIn = (afresh: boolean, signal: AbortSignal) => Promise<Token>;

/** A sign-in that is going on, and how many wait for it. */
interface Coming {
  readonly token: Promise<Token>;
  readonly abandon: (reason: unknown) => void;
  waiting: number;
}

export interface Tokens {
  /** `cached` says that it served before. Throws what the sign-in throws, or the signal's reason. */
  current(signal?: AbortSignal): Promise<{ readonly text: string; readonly cached: boolean }>;
  /** The one that served last; null where there is none. */
  last(): string | null;
  /** Must be told of a token that Graph refused; a newer one stays. */
  forget(refused: string): void;
}

export function openTokens(signIn: SignIn, clock: Clock): Tokens {
  let token: Token | null = null;
  let coming: Coming | null = null;
  let afresh = false;

  const ask = async (signal: AbortSignal): Promise<Token> => {
    const given = await signIn(afresh, signal);
    token = given;
    afresh = false;
    return given;
  };
  const begin = (): Coming => {
    const controller = new AbortController();
    const begun: Coming = {
      token: ask(controller.signal).finally(() => over(begun)),
      abandon(reason) {
        over(begun);
        controller.abort(reason);
      },
      waiting: 0,
    };
    return begun;
  };
  const over = (sought: Coming) => {
    if (coming === sought) coming = null;
  };

  return {
    async current(signal) {
      if (token !== null && token.expiresAt - clock.now().getTime() > MARGIN) {
        return { text: token.text, cached: true };
      }
      coming ??= begin();
      return { text: (await waitFor(coming, signal)).text, cached: false };
    },
    last: () => token?.text ?? null,
    forget(refused) {
      if (token?.text !== refused) return;
      token = null;
      afresh = true;
    },
  };
}

/** The last one who gives up ends the sign-in, so that no connection outlives its run. */
async function waitFor(coming: Coming, signal?: AbortSignal): Promise<Token> {
  coming.waiting += 1;
  try {
    return await abortable(coming.token, signal);
  } finally {
    coming.waiting -= 1;
    if (coming.waiting === 0) coming.abandon(signal?.reason);
  }
}

/** The promise goes on for others when one who waits for it gives up. */
export async function abortable<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
