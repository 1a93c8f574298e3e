/**
 * PKCS #12 files (PFX): what is in one, and one made of PEM. Bytes and a passphrase in, facts or a
 * problem out; it reads no clock, so whether a certificate is valid now it does not know.
 */

/** What a certificate with its private key is. */
export interface CertificateFacts {
  /** SHA-1, upper-case hex. */
  readonly thumbprint: string;
  /** Seconds since 1970. */
  readonly notBefore: number;
  /** Seconds since 1970. */
  readonly notAfter: number;
  readonly isSelfSigned: boolean;
  /** `rsa`, `ec`, or as Node's `asymmetricKeyType` calls it. */
  readonly keyType: string;
}

/** Why it cannot be used: the rest of a sentence that begins with its source, and what to do. */
export interface Problem {
  readonly problem: string;
}

export interface Packed {
  readonly facts: CertificateFacts;
  /** DER. */
  readonly pfx: Uint8Array;
}

/** `pfx` is DER; no passphrase is the empty one. */
export function openPfx(_pfx: Uint8Array, _passphrase: string): CertificateFacts | Problem {
  return { problem: "cannot be opened." };
}
