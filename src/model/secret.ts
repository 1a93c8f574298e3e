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
    }
  /** A query parameter that stands in targetUrl itself: not a secret by rule, but treated as one. */
  | { readonly type: "literal"; readonly value: Secret };

/** A source with the place that names it, for faults. */
export interface SecretUse {
  /** Path in the definition, such as `spec.authentication.basic.password` or `spec.query.code`. */
  readonly path: string;
  readonly source: SecretSource;
  readonly at: Position;
}

/** How a message names a source: `env FRAUD_CHECK_PASSWORD`, `file fraud.txt`. */
export function describeSource(source: SecretSource): string {
  switch (source.type) {
    case "env":
      return `env ${source.name}`;
    case "file":
      return `file ${source.written}`;
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
}

/** Port: takes known secrets out of text, in their raw, base64, URL- and JSON-escaped forms. */
export interface Redactor {
  add(secret: Secret): void;
  redact(text: string): string;
}
