/** A PKCS #12 file made of a certificate, its issuers and its key. */
import { createHash, createHmac, type KeyObject, type X509Certificate } from "node:crypto";
import {
  fromBinary,
  integerOf,
  type Node,
  objectIdOf,
  octetString,
  sequenceOf,
  setOf,
  tagged,
  toBinary,
  writeDer,
} from "./der.ts";
import type { Examined } from "./examination.ts";
import {
  CERTIFICATE_BAG,
  DATA,
  LOCAL_KEY_ID,
  SHROUDED_KEY_BAG,
  X509_CERTIFICATE,
} from "./object-ids.ts";
import { encryptWith3Des, macOf } from "./protection.ts";

const ROUNDS = 2048;

/**
 * TripleDES and SHA-1, as Windows' Export-PfxCertificate has it of its own accord: every version of
 * Windows opens that, and who reads it at Microsoft is not documented. The file travels over TLS.
 */
export function pack({ leaf, others, key }: Examined, passphrase: string): Uint8Array {
  const localKeyId = setOf(attribute(LOCAL_KEY_ID, octetString(sha1(leaf.raw))));
  const saltFor = salts(key, passphrase);
  const certificates = [
    certificateBag(leaf, localKeyId),
    ...others.map((each) => certificateBag(each)),
  ];
  const keys = [keyBag(key, passphrase, saltFor("key"), localKeyId)];
  const safes = sequenceOf(dataOf(sequenceOf(...certificates)), dataOf(sequenceOf(...keys)));
  const mac = macOf(writeDer(safes), passphrase, saltFor("mac"), ROUNDS);
  return fromBinary(writeDer(sequenceOf(integerOf(3), dataOf(safes), mac)));
}

function certificateBag(certificate: X509Certificate, attributes?: Node): Node {
  const value = tagged(octetString(toBinary(certificate.raw)));
  return bag(CERTIFICATE_BAG, sequenceOf(objectIdOf(X509_CERTIFICATE), value), attributes);
}

function keyBag(key: KeyObject, passphrase: string, salt: string, attributes: Node): Node {
  const plain = toBinary(key.export({ format: "der", type: "pkcs8" }));
  const { algorithm, encrypted } = encryptWith3Des(plain, passphrase, salt, ROUNDS);
  return bag(SHROUDED_KEY_BAG, sequenceOf(algorithm, octetString(encrypted)), attributes);
}

function bag(id: string, value: Node, attributes?: Node): Node {
  const head = [objectIdOf(id), tagged(value)];
  return attributes === undefined ? sequenceOf(...head) : sequenceOf(...head, attributes);
}

function attribute(id: string, value: Node): Node {
  return sequenceOf(objectIdOf(id), setOf(value));
}

function dataOf(content: Node): Node {
  return sequenceOf(objectIdOf(DATA), tagged(octetString(writeDer(content))));
}

/**
 * Eight bytes each. Made of the key, and not at random, because this room knows no chance: a salt has
 * to differ between secrets, and does.
 */
function salts(key: KeyObject, passphrase: string): (purpose: "key" | "mac") => string {
  const secret = key.export({ format: "der", type: "pkcs8" });
  return (purpose) => {
    const digest = createHmac("sha256", secret).update(`${purpose}:${passphrase}`).digest();
    return toBinary(digest.subarray(0, 8));
  };
}

function sha1(bytes: Uint8Array): string {
  return toBinary(createHash("sha1").update(bytes).digest());
}
