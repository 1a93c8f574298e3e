/**
 * The one way to take a URL's query apart and put it together, so that a definition and a live
 * connector are compared alike.
 */

/** What is added to a key that comes again, and to one that looks as if it had been. */
const counted = /\[\d+\]$/;

/** A URL in its normal form without query, and its parameters in order with unique keys. */
export interface SplitUrl {
  readonly base: string;
  readonly query: readonly { readonly key: string; readonly value: string }[];
}

/** null when the text is no URL. A user name, a password and a fragment stay in `base`. */
export function splitUrl(text: string): SplitUrl | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const seen = new Map<string, number>();
  const query = [...url.searchParams].map(([name, value]) => {
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return { key: count > 0 || counted.test(name) ? `${name}[${count}]` : name, value };
  });
  url.search = "";
  return { base: url.href, query };
}

/** The inverse of `splitUrl`. */
export function joinUrl({ base, query }: SplitUrl): string {
  if (query.length === 0) return base;
  const url = new URL(base);
  for (const { key, value } of query) url.searchParams.append(key.replace(counted, ""), value);
  return url.href;
}

/** A value of a parameter as `joinUrl` writes it. */
export function queryEncoded(value: string): string {
  return new URLSearchParams([["", value]]).toString().slice("=".length);
}

const KEY_NAMES = [
  "code",
  "sig",
  "pass",
  "auth",
  "sas",
  "authorization",
  "credential",
  "credentials",
];
const KEY_ENDINGS = /(key|token|secret|password|passwd|passphrase|pwd|signature)$/;

/** Whether a parameter of this name is meant for a key: `code`, `sig`, `x-functions-key`, `Subscription-Key`, `access_token`. */
export function looksLikeKey(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[^a-z]/g, "");
  return KEY_NAMES.includes(plain) || KEY_ENDINGS.test(plain);
}
