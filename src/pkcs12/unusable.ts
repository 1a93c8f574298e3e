/** The sentences for what cannot be used. Each is the rest of one that begins with its source. */

/** Thrown inside this room alone; its message is one of the sentences below. */
export class Unusable extends Error {
  override readonly name = "Unusable";
  /** True when it is a matter of the separate text of the key. */
  isOfKey = false;
}

export const UNREADABLE_PFX =
  "is not a PKCS #12 file (PFX) that can be read. Export the certificate with its private key again.";

export const UNREADABLE_PEM =
  "holds PEM that cannot be read. Export the certificate and its private key again.";

export const PEM_AS_PFX =
  "is PEM text, and not a PKCS #12 file (PFX). Name it with `pem:` instead of `pfx:`.";

export const NO_PEM =
  "holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----. Add it, or name a PKCS #12 file with `pfx:` instead of `pem:`.";

export const NO_PEM_KEY =
  "holds no private key in PEM, whose first line ends with PRIVATE KEY-----. Put the key of the certificate there.";

export const UNREADABLE_PEM_KEY =
  "holds a private key in PEM that cannot be read. Export it again.";

export const TOO_LARGE =
  "is larger than 64 KiB, which no certificate with its issuers is. Check that it is the right one.";

export const TOO_MANY_ROUNDS =
  "asks for so many rounds of hashing that it would hold up the run. Export it again with 100,000 or fewer.";

export const UNSUPPORTED =
  "is protected in a way that cannot be opened. Export it again, protected by AES-256 and SHA-256 or by TripleDES and SHA-1.";

export const WRONG_PASSPHRASE =
  "cannot be opened with the passphrase that was given. Check that they belong together.";

export const PASSPHRASE_NEEDED =
  "is protected by a passphrase, and none was given. Name it with `passphrase:`.";

export const NO_CERTIFICATE =
  "holds no certificate. Export the certificate together with its private key.";

export const NO_KEY =
  "comes without a private key. Export the certificate together with its private key, which must be marked as exportable.";

export const SEVERAL_KEYS =
  "comes with several private keys. Export the one certificate that is meant, with its key alone.";

export const SEVERAL_LEAVES =
  "holds several certificates of which none issued another, so that nobody can tell which one is meant. Export that one, with none but its issuers.";

export const FOREIGN_KEY =
  "comes with a private key that does not belong to its certificate. Export both together.";

export const WEAK_KEY =
  "has an RSA key of fewer than 2048 bits, which is too weak to be relied on. Make a certificate with 2048 bits or more.";

export const TOO_MANY_CERTIFICATES =
  "holds more than 20 certificates, and no client certificate has so many issuers. Export the one that is meant, with none but its issuers.";

export const OTHER_KEY_TYPE =
  "has a private key that is neither RSA nor EC, and Microsoft documents RSA alone. Make a certificate with an RSA key of 2048 bits or more.";

export const OVERSIZED_KEY =
  "has a private key that is larger than RSA of 8192 bits. Make a certificate with an RSA key of 2048 to 8192 bits.";
