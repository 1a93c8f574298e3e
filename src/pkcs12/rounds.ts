/** How much hashing a file may cost: the file itself says how often, and may be hostile. */
import { TOO_MANY_ROUNDS, Unusable } from "./unusable.ts";

/**
 * For one file as a whole, since it may ask many times. Nothing else happens meanwhile, and one round
 * of SHA-512 in JavaScript takes four microseconds: under four seconds at the worst. What exports
 * certificates asks for some thousands; `openssl pkcs12 -export -iter 600000` for 600,000 thrice, two
 * of them of PBKDF2, and that fits.
 */
const MOST_ROUNDS = 850_000;

/** A round of node:crypto costs so much of one in JavaScript, or less. */
export const NATIVE_WEIGHT = 1 / 5;

export interface Rounds {
  /** Before each derivation of a key: throws Unusable once the file has asked for too many. */
  spend(count: number, weight?: number): void;
}

export function createRounds(): Rounds {
  let spent = 0;
  return {
    spend(count, weight = 1) {
      if (!(count >= 1)) throw new Error("Fewer rounds than one.");
      spent += count * weight;
      if (spent > MOST_ROUNDS) throw new Unusable(TOO_MANY_ROUNDS);
    },
  };
}
