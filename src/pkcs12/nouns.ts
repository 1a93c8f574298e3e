/** What goes into this room and what comes out of it. */

/** What a certificate with its private key is. */
export interface CertificateFacts {
  /** SHA-1, upper-case hex. */
  readonly thumbprint: string;
  /** Seconds since 1970. */
  readonly notBefore: number;
  /** Seconds since 1970. */
  readonly notAfter: number;
  readonly isSelfSigned: boolean;
  readonly keyType: "rsa" | "ec";
}

/** Why it cannot be used: the rest of a sentence that begins with its source, and what to do. */
export interface Problem {
  readonly problem: string;
  /** True when it is a matter of the separate text of the key. */
  readonly isOfKey?: true;
}

export interface Packed {
  readonly facts: CertificateFacts;
  /** DER. */
  readonly pfx: Uint8Array;
}

/** Certificates and their private key, as text. */
export interface PemTexts {
  /** The client certificate and, where there are any, its issuers; in any order. */
  readonly certificate: string;
  /** null: the key stands beside the certificate. */
  readonly key: string | null;
  /** Of an encrypted key; null when there is none. */
  readonly passphrase: string | null;
}
