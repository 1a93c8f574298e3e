/** Which of several certificates is the client's, and whether it and its key are fit for use. */
import type { KeyObject, X509Certificate } from "node:crypto";
import type { Contents } from "./contents.ts";
import type { CertificateFacts } from "./nouns.ts";
import {
  FOREIGN_KEY,
  NO_CERTIFICATE,
  NO_KEY,
  SEVERAL_KEYS,
  SEVERAL_LEAVES,
  Unusable,
  WEAK_KEY,
} from "./unusable.ts";

export interface Examined {
  readonly facts: CertificateFacts;
  readonly leaf: X509Certificate;
  /** What came beside the leaf, in the order in which it came. */
  readonly others: readonly X509Certificate[];
  readonly key: KeyObject;
}

/** RSA with less can be broken, and Microsoft asks for it. */
const FEWEST_BITS = 2048;

/** Throws Unusable. */
export function examine(contents: Contents): Examined {
  const certificates = distinct(contents.certificates, (one, other) => one.raw.equals(other.raw));
  const keys = distinct(contents.keys, (one, other) => one.equals(other));
  if (certificates.length === 0) throw new Unusable(NO_CERTIFICATE);
  const [key, anotherKey] = keys;
  if (key === undefined) throw new Unusable(NO_KEY);
  if (anotherKey !== undefined) throw new Unusable(SEVERAL_KEYS);
  const leaf = onlyLeaf(certificates);
  if (!leaf.checkPrivateKey(key)) throw new Unusable(FOREIGN_KEY);
  const { asymmetricKeyType, asymmetricKeyDetails } = leaf.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < FEWEST_BITS) throw new Unusable(WEAK_KEY);
  const facts = {
    thumbprint: leaf.fingerprint.replaceAll(":", ""),
    notBefore: leaf.validFromDate.getTime() / 1000,
    notAfter: leaf.validToDate.getTime() / 1000,
    isSelfSigned: isSelfSigned(leaf),
    keyType: asymmetricKeyType ?? "unknown",
  };
  return { facts, leaf, others: certificates.filter((each) => each !== leaf), key };
}

/**
 * The one that issued none of the others and may issue none. A certificate on its own may be one that
 * may issue (what openssl makes of its own accord is), so authorities count where there is no other.
 */
function onlyLeaf(certificates: readonly X509Certificate[]): X509Certificate {
  const ends = certificates.filter((each) => !certificates.some((other) => issued(each, other)));
  const clients = ends.filter((each) => !each.ca);
  const [leaf, another] = clients.length > 0 ? clients : ends;
  if (leaf === undefined || another !== undefined) throw new Unusable(SEVERAL_LEAVES);
  return leaf;
}

/** A certificate that signed itself has no other issuer: a renewed one bears the name of the old. */
function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return (
    issuer !== certificate &&
    !isSelfSigned(certificate) &&
    certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey)
  );
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
}

function distinct<Item>(
  items: readonly Item[],
  isSame: (one: Item, other: Item) => boolean,
): readonly Item[] {
  return items.filter((item, index) => items.findIndex((each) => isSame(each, item)) === index);
}
