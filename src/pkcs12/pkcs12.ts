/**
 * PKCS #12 files (PFX): what is in one, and one made of PEM. Bytes and a passphrase in, facts or a
 * problem out; it reads no clock, so whether a certificate is valid now it does not know. Nothing in
 * here throws, and no problem holds a passphrase or anything that a file holds.
 */
import { openContents } from "./contents.ts";
import { examine } from "./examination.ts";
import type { CertificateFacts, Packed, PemTexts, Problem } from "./nouns.ts";
import { pack } from "./packing.ts";
import { readPem } from "./pem.ts";
import { UNREADABLE_PEM, UNREADABLE_PFX, Unusable } from "./unusable.ts";

export type { CertificateFacts, Packed, PemTexts, Problem } from "./nouns.ts";

/**
 * `pfx` is DER; no passphrase is the empty one. The facts are those of the one certificate that is
 * not an issuer in the file, and that the private key belongs to.
 */
export function openPfx(pfx: Uint8Array, passphrase: string): CertificateFacts | Problem {
  return orProblem(UNREADABLE_PFX, () => examine(openContents(pfx, passphrase)).facts);
}

/**
 * The same bytes for the same texts, protected with `pfxPassphrase`, which may be empty. The source
 * of a problem is that of the certificate.
 */
export function packPem(texts: PemTexts, pfxPassphrase: string): Packed | Problem {
  return orProblem(UNREADABLE_PEM, () => {
    const examined = examine(readPem(texts));
    return { facts: examined.facts, pfx: pack(examined, pfxPassphrase) };
  });
}

/** Whatever else a parser trips over makes the input unreadable: there is nothing to tell of it. */
function orProblem<Result>(unreadable: string, work: () => Result): Result | Problem {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Unusable)) return { problem: unreadable };
    return { problem: error.message, ...(error.isOfKey && { isOfKey: true }) };
  }
}
