/**
 * Secrets in Azure Key Vault, read with its own client
 * (https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret).
 */
import type { SecretClient, SecretClientOptions } from "@azure/keyvault-secrets";
import limited from "p-limit";
import type { SecretSource } from "../model/secret.ts";
import { type Answer, problemOf } from "./key-vault-faults.ts";

export type VaultSource = Extract<SecretSource, { readonly type: "keyVault" }>;

/** A value, or the rest of a sentence that starts with the source and holds no value. */
export type FoundInVault = { readonly value: string } | { readonly problem: string };

/** Reads the value anew each time. Does not throw. */
export type ReadKeyVault = (source: VaultSource) => Promise<FoundInVault>;

/** Who signs in, and keeps the token: it is asked at each read. What `@azure/identity` gives is one. */
export interface VaultCredential {
  /** Must throw when it fails; a FaultError is told as it is. Must heed the signal. */
  getToken(
    scopes: string | string[],
    options?: { readonly abortSignal?: unknown },
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null>;
}

export interface KeyVaultOptions {
  readonly credential: VaultCredential;
  /** The https address of a vault. */
  readonly urlOf: (vault: string) => string;
  /**
   * The addresses are the operator's own, so that a vault may ask for a token of another domain than
   * its own. The credential must then refuse, or ignore, what it asks for.
   */
  readonly isForeign: boolean;
  /** Milliseconds that a read may take, with waiting, signing in and trying again. Default: 30,000. */
  readonly timeout?: number;
}

/** At the same time: a vault is shared with others and throttles all of them together. */
const MOST_READS = 16;

/** Milliseconds. Whoever is asked to wait longer is told so, and tries in the next run. */
const LONGEST_WAIT = 5_000;

/** Sends nothing yet. */
export function openKeyVault(options: KeyVaultOptions): ReadKeyVault {
  const { urlOf, timeout = 30_000 } = options;
  const clients = new Map<string, Promise<SecretClient>>();
  const clientOf = (vault: string) => {
    const url = urlOf(vault.toLowerCase());
    const client = clients.get(url) ?? openClient(url, options);
    clients.set(url, client);
    return client;
  };
  const turn = limited(MOST_READS);
  return (source) => {
    // From now on: many secrets of a vault that hangs take no longer than one.
    const late = AbortSignal.timeout(timeout);
    return turn(async () => {
      const seen: { answer: Answer | null } = { answer: null };
      try {
        const client = await clientOf(source.vault);
        return judged(await within(late, read(client, source, late, seen)));
      } catch (thrown) {
        const host = new URL(urlOf(source.vault.toLowerCase())).host;
        const spent = late.aborted ? timeout : null;
        return { problem: problemOf({ thrown, answer: seen.answer, source, host, spent }) };
      }
    });
  };
}

async function openClient(url: string, options: KeyVaultOptions): Promise<SecretClient> {
  // Here, because most services have no vault.
  const { SecretClient } = await import("@azure/keyvault-secrets");
  return new SecretClient(url, askedEachTime(options.credential), {
    // Every cloud knows this one, and later ones say nothing more of a value.
    serviceVersion: "7.4",
    disableChallengeResourceVerification: options.isForeign,
    retryOptions: { maxRetries: 2, retryDelayInMs: 500, maxRetryDelayInMs: 2_000 },
    // A redirect would take the token somewhere else.
    redirectOptions: { maxRetries: 0 },
    additionalPolicies: [{ position: "perRetry", policy: impatient }],
  });
}

/**
 * The client renews a token that is about to end behind a read that still uses it. When that fails,
 * nobody hears of it, and a rejection that nobody hears of ends the process. A token that is said to
 * have ended already is renewed by the read that waits for it.
 */
function askedEachTime(credential: VaultCredential): VaultCredential {
  return {
    async getToken(scopes, options) {
      const given = await credential.getToken(scopes, options);
      return given && { ...given, expiresOnTimestamp: 0 };
    },
  };
}

async function read(
  client: SecretClient,
  { secret, version }: VaultSource,
  abortSignal: AbortSignal,
  seen: { answer: Answer | null },
): Promise<unknown> {
  const { value } = await client.getSecret(secret, {
    abortSignal,
    ...(version !== null && { version }),
    // The client's own errors lose what some answers say.
    onResponse: ({ status, bodyAsText }) => {
      seen.answer = { status, body: bodyAsText ?? "", wait: null };
    },
  });
  return value;
}

function judged(value: unknown): FoundInVault {
  if (typeof value !== "string") {
    return {
      problem: "was answered without a value. Check what stands between here and the vault.",
    };
  }
  return value === "" ? { problem: "is empty. Put the value of the secret there." } : { value };
}

type Policy = NonNullable<SecretClientOptions["additionalPolicies"]>[number]["policy"];

/** The client waits as long as it is asked to, which may be longer than a run. */
const impatient: Policy = {
  name: "impatientPolicy",
  async sendRequest(request, next) {
    const response = await next(request);
    const { status, bodyAsText } = response;
    const wait = millisecondsOf(response.headers.get("retry-after"));
    if (status < 400 || wait === null || wait <= LONGEST_WAIT) return response;
    const answer: Answer = { status, body: bodyAsText ?? "", wait };
    throw Object.assign(new Error("The vault asks to wait."), { answer });
  },
};

/** Seconds or a date, https://www.rfc-editor.org/rfc/rfc9110#field.retry-after. */
function millisecondsOf(retryAfter: string | undefined): number | null {
  if (retryAfter === undefined) return null;
  const wait = /^\d+$/.test(retryAfter)
    ? Number(retryAfter) * 1_000
    : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(wait) ? null : wait;
}

/** The client may be slow to notice that it is to stop; nobody waits for it. */
async function within<T>(late: AbortSignal, promise: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(late.reason);
  if (late.aborted) stop();
  else late.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    late.removeEventListener("abort", stop);
  }
}
