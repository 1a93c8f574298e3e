// The secrets that are seeded, and how each is written into a file or its surroundings.
import type { Canary } from "../test/canaries.ts";

/**
 * Letters and digits alone, so that no way of escaping hides it; longer than the 40 letters up to
 * which a message may name a key, so that a whole one that slipped into the place of a key is no key.
 * Either half gives it away: a message that cuts a value short gives it away too.
 */
function seeded(name: string, value: string): Canary {
  const half = Math.floor(value.length / 2);
  return { name, value, cores: [value.slice(0, half), value.slice(half)] };
}

/** Written in the file by somebody who took a place for a secret to be the place of its value. */
export const literal = seeded("literal", "Lq8Zr2Xw5Bn7Vd3Kt9Hs4Mf6Jp0Gc1YeU8Ra2Wq5Tz7Nb3Xk");

/** The value of every environment variable. */
export const environment = seeded(
  "environment variable",
  "Ev4Wm9Tb2Qx7Lk3Rz8Hd5Nf1Jc6PgS0uY4Ka9Vt2Xw7Bq3Mz",
);

/** The content of every file of secrets. */
export const filed = seeded("file", "Fk3Nz8Vr5Tq1Hb7Wx2Md9Lc4Jg6SpY0eR3Ua8Kt5Zw1Xn7Qv");

/** Names of environment variables that hold secrets in the examples. */
export const variableNames = [
  "FRAUD_CHECK_PASSWORD",
  "FRAUD_FUNCTION_KEY",
  "FRAUD_PFX_PASSPHRASE",
  "PLUMBLINE_CLIENT_SECRET",
  "PLUMBLINE_FINGERPRINT_KEY",
  "PLUMBLINE_APP_PASSPHRASE",
  "SANDBOX_TOKEN",
  "DATABASE_URL",
];
