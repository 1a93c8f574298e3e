/** What stands for a secret in the store and in a plan: equal for equal values, and no way back. */
import { createHash, createHmac, createSecretKey, randomBytes, scrypt } from "node:crypto";
import { FaultError, failure } from "../model/fault.ts";
import type { Secret, Secrets } from "../model/secret.ts";

export type FingerprintOptions =
  /** `fingerprintKey` of plumbline.yaml: a few microseconds each. */
  | { readonly key: Secret }
  /** The store's salt: some 70 ms of a thread, once per distinct value and process. */
  | { readonly salt: () => Promise<Uint8Array> };

/** Characters. */
const SHORTEST_KEY = 16;

/** 32 MiB and some 70 ms each: guessing a password from a stolen store stays dear. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** Bytes. */
const LENGTH = 32;

/** Throws a FaultError with code `configuration` when the key is too short. */
export function fingerprinter(options: FingerprintOptions): Secrets["fingerprint"] {
  return "key" in options ? keyed(options.key) : salted(options.salt);
}

function keyed(key: Secret): Secrets["fingerprint"] {
  const text = key.reveal();
  if (text.length < SHORTEST_KEY) {
    throw new FaultError(
      failure(
        "configuration",
        `The value of fingerprintKey is shorter than ${SHORTEST_KEY} characters. Use a long random one, such as the output of: openssl rand -base64 32`,
      ),
    );
  }
  const secretKey = createSecretKey(text, "utf8");
  const scheme = `hmac-sha256:${mark("plumbline fingerprint key", text)}`;
  return async (secret) => {
    const digest = createHmac("sha256", secretKey).update(secret.reveal()).digest("base64url");
    return `${scheme}$${digest}`;
  };
}

function salted(salt: () => Promise<Uint8Array>): Secrets["fingerprint"] {
  // Known fingerprints by a keyed digest of the value, so that no plain text stays in memory.
  const known = new Map<string, Promise<string>>();
  const cacheKey = createSecretKey(randomBytes(LENGTH));
  return (secret) => {
    const value = secret.reveal();
    const entry = createHmac("sha256", cacheKey).update(value).digest("base64url");
    const found = known.get(entry);
    if (found !== undefined) return found;
    const made = salt().then((bytes) => stretch(value, bytes));
    known.set(entry, made);
    // A store that failed once may answer the next time.
    made.catch(() => known.delete(entry));
    return made;
  };
}

function stretch(value: string, salt: Uint8Array): Promise<string> {
  const scheme = `scrypt:${mark("plumbline fingerprint salt", salt)}`;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // Runs in Node's pool of threads, which bounds how many run at once.
  scrypt(value, salt, LENGTH, SCRYPT, (error, digest) => {
    if (error) reject(error);
    else resolve(`${scheme}$${digest.toString("base64url")}`);
  });
  return promise;
}

/** Tells keys and salts apart without telling them. */
function mark(domain: string, content: string | Uint8Array): string {
  return createHash("sha256").update(`${domain}\n`).update(content).digest("hex").slice(0, 8);
}
