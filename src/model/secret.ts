import type { Position } from "./fault.ts";

const REDACTED = "[redacted]";

/**
 * A value that must never be seen. It prints as `[redacted]` in template strings, JSON, `inspect`
 * and string concatenation; `reveal` is the only way to the text.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  /** What `console.log` and `util.inspect` call. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}

/** Where a value comes from, resolved against the file that names it and within the tenant's scopes. */
export type SecretSource =
  | { readonly type: "env"; readonly name: string }
  | {
      readonly type: "file";
      /** Absolute path. */
      readonly path: string;
      /** The path as it was written, for messages. */
      readonly written: string;
      /**
       * Where the path led when it was allowed, without symbolic links; nothing else may be read. null:
       * wherever it leads, for the service's own secrets alone.
       */
      readonly real: string | null;
      /** The newline at the end of the file is part of the value. */
      readonly keepTrailingNewline?: true;
    }
  | {
      readonly type: "keyVault";
      /** Name of the vault, without its domain. */
      readonly vault: string;
      readonly secret: string;
      /** null: the newest. */
      readonly version: string | null;
    }
  /** A query parameter that stands in targetUrl itself: not a secret by rule, but treated as one. */
  | { readonly type: "literal"; readonly value: Secret };

/** A source with the place that names it, for faults. */
export interface SecretUse {
  /** Path in the definition, such as `spec.authentication.basic.password` or `spec.query.code`. */
  readonly path: string;
  readonly source: SecretSource;
  readonly at: Position;
  /**
   * The value is binary: it is resolved to its base64, whether the source holds bytes or base64. Left
   * out: it is text.
   */
  readonly binary?: true;
}

/** Where a client certificate comes from: a PFX, or PEM of which one is made. */
export interface CertificateSource {
  readonly form: "pfx" | "pem";
  /** The PFX, or the PEM of the certificate. */
  readonly content: SecretUse;
  /** PEM of the private key, where it does not stand beside the certificate. */
  readonly key: SecretUse | null;
  readonly passphrase: SecretUse | null;
}

/** How a message names a source: `env FRAUD_CHECK_PASSWORD`, `file fraud.txt`. */
export function describeSource(source: SecretSource): string {
  switch (source.type) {
    case "env":
      return `env ${source.name}`;
    case "file":
      return `file ${source.written}`;
    case "keyVault": {
      const { vault, secret, version } = source;
      return `keyVault ${vault}/${secret}${version === null ? "" : `/${version}`}`;
    }
    case "literal":
      return "targetUrl";
  }
}

/** Port: turns references into values and values into fingerprints. */
export interface Secrets {
  /** Must throw a FaultError that names the source and never the value. */
  resolve(use: SecretUse): Promise<Secret>;
  /**
   * Equal values give equal fingerprints within one store; nobody gets from a fingerprint to the
   * value cheaply. The text starts with the scheme and the key it was made with, up to a `$`.
   */
  fingerprint(secret: Secret): Promise<string>;
  /**
   * Opens the certificate whose resolved secrets are given by path. Does not ask whether it is valid
   * now. Must throw a FaultError that names the source, for a certificate that cannot be used.
   */
  certificate(
    source: CertificateSource,
    values: ReadonlyMap<string, Secret>,
  ): Promise<ClientCertificate>;
}

/** A certificate with its private key, opened and found usable. */
export interface ClientCertificate {
  /** SHA-1, upper-case hex. */
  readonly thumbprint: string;
  /** Seconds since 1970. */
  readonly notBefore: number;
  /** Seconds since 1970. */
  readonly notAfter: number;
  /** What somebody should know of it, as sentences: it is self-signed, its key is no RSA key. */
  readonly warnings: readonly string[];
  /** What Microsoft Graph is given: base64 of a PKCS #12 file, and its passphrase, which may be empty. */
  readonly pfx: Secret;
  readonly passphrase: Secret;
}

/** Port: takes known secrets out of text, in their raw, base64, URL- and JSON-escaped forms. */
export interface Redactor {
  add(secret: Secret): void;
  redact(text: string): string;
}
