/** Which of several certificates is the client's, and whether it and its key are fit for use. */
import { type KeyObject, sign, verify, type X509Certificate } from "node:crypto";
import type { Contents } from "./contents.ts";
import { objectIdOf, toBinary, writeDer } from "./der.ts";
import type { CertificateFacts } from "./nouns.ts";
import { BASIC_CONSTRAINTS } from "./object-ids.ts";
import {
  FOREIGN_KEY,
  NO_CERTIFICATE,
  NO_KEY,
  OTHER_KEY_TYPE,
  OVERSIZED_KEY,
  SEVERAL_KEYS,
  SEVERAL_LEAVES,
  TOO_MANY_CERTIFICATES,
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

/** RSA of 8192 bits takes 4.7 KB as PKCS #8. To sign with what a hostile file holds may take minutes. */
const LARGEST_KEY = 5000;

/** A chain is three or four long, and each certificate is compared with every other. */
const MOST_CERTIFICATES = 20;

/** Throws Unusable. */
export function examine(contents: Contents): Examined {
  if (contents.certificates.length > MOST_CERTIFICATES) throw new Unusable(TOO_MANY_CERTIFICATES);
  const certificates = distinct(contents.certificates, (one, other) => one.raw.equals(other.raw));
  const keys = distinct(contents.keys, (one, other) => one.equals(other));
  if (certificates.length === 0) throw new Unusable(NO_CERTIFICATE);
  const [key, anotherKey] = keys;
  if (key === undefined) throw new Unusable(NO_KEY);
  if (anotherKey !== undefined) throw new Unusable(SEVERAL_KEYS);
  const keyType = usableType(key);
  const leaf = onlyLeaf(certificates, key);
  if (!isPair(leaf, key)) throw new Unusable(FOREIGN_KEY);
  const bits = leaf.publicKey.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < FEWEST_BITS) throw new Unusable(WEAK_KEY);
  const facts = {
    thumbprint: leaf.fingerprint.replaceAll(":", ""),
    notBefore: leaf.validFromDate.getTime() / 1000,
    notAfter: leaf.validToDate.getTime() / 1000,
    isSelfSigned: isSelfSigned(leaf),
    keyType,
  };
  return { facts, leaf, others: certificates.filter((each) => each !== leaf), key };
}

function usableType(key: KeyObject): CertificateFacts["keyType"] {
  const type = key.asymmetricKeyType;
  if (type !== "rsa" && type !== "ec") throw new Unusable(OTHER_KEY_TYPE);
  const { length } = key.export({ format: "der", type: "pkcs8" });
  if (length > LARGEST_KEY) throw new Unusable(OVERSIZED_KEY);
  return type;
}

/** By a signature: a private key comes with a copy of its public part, which may be another's. */
function isPair(certificate: X509Certificate, key: KeyObject): boolean {
  const bytes = Buffer.from("whether they are a pair");
  try {
    return verify("sha256", bytes, certificate.publicKey, sign("sha256", bytes, key));
  } catch {
    return false;
  }
}

/**
 * The one that issued none of the others and may issue none. A certificate on its own may be one that
 * may issue (what openssl makes of its own accord is), so authorities count where there is no other.
 * Beside nothing but authorities, it is the one that the key names.
 */
function onlyLeaf(certificates: readonly X509Certificate[], key: KeyObject): X509Certificate {
  const ends = certificates.filter((each) => !certificates.some((other) => issued(each, other)));
  const [own, twin] = ends.filter((each) => each.checkPrivateKey(key));
  if (own !== undefined && twin === undefined) {
    if (ends.every((each) => each === own || isAuthority(each))) return own;
  }
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

/** Roots of the last century do not say what they are. */
function isAuthority(certificate: X509Certificate): boolean {
  return certificate.ca || (isSelfSigned(certificate) && !hasBasicConstraints(certificate));
}

/** Node does not tell. Wherever else these five bytes stood, a file would be refused. */
function hasBasicConstraints({ raw }: X509Certificate): boolean {
  return toBinary(raw).includes(writeDer(objectIdOf(BASIC_CONSTRAINTS)));
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
