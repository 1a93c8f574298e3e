/** Access tokens of one tenant: kept until shortly before they end, asked for once at a time. */
import type { Clock } from "../model/clock.ts";

/** A token that ends within so many milliseconds is not used any more. */
const MARGIN = 300_000;

export interface Token {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** `afresh`: the last token was refused, so nothing that is kept somewhere may be handed out. */
export type SignIn = (afresh: boolean) => Promise<Token>;

export interface Tokens {
  /** `cached` says that it served before. Throws what the sign-in throws, or the signal's reason. */
  current(signal?: AbortSignal): Promise<{ readonly text: string; readonly cached: boolean }>;
  /** Must be told of a token that Graph refused; a newer one stays. */
  forget(refused: string): void;
}

export function openTokens(signIn: SignIn, clock: Clock): Tokens {
  let token: Token | null = null;
  let coming: Promise<Token> | null = null;
  let afresh = false;

  const ask = async (): Promise<Token> => {
    try {
      token = await signIn(afresh);
      afresh = false;
      return token;
    } finally {
      coming = null;
    }
  };

  return {
    async current(signal) {
      if (token !== null && token.expiresAt - clock.now().getTime() > MARGIN) {
        return { text: token.text, cached: true };
      }
      coming ??= ask();
      return { text: (await abortable(coming, signal)).text, cached: false };
    },
    forget(refused) {
      if (token?.text !== refused) return;
      token = null;
      afresh = true;
    },
  };
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
