/** How much hashing a file may cost: the file itself says how often, and may be hostile. */
import { TOO_MANY_ROUNDS, Unusable } from "./unusable.ts";

/**
 * For one file as a whole, since it may ask many times: less than half a minute at the worst. What
 * exports certificates asks for some thousands, and the most demanding for under two million.
 */
const MOST_ROUNDS = 4_000_000;

export interface Rounds {
  /** Before each derivation of a key: throws Unusable once the file has asked for too many. */
  spend(count: number): void;
}

export function createRounds(): Rounds {
  let spent = 0;
  return {
    spend(count) {
      if (!(count >= 1)) throw new Error("Fewer rounds than one.");
      spent += count;
      if (spent > MOST_ROUNDS) throw new Unusable(TOO_MANY_ROUNDS);
    },
  };
}
