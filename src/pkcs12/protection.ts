/** What keeps a PKCS #12 file from others: its MAC and its encryption, both made of a passphrase. */
import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync } from "node:crypto";
import forge from "node-forge";
import {
  elements,
  fromBinary,
  integer,
  integerOf,
  type Node,
  nullValue,
  objectId,
  objectIdOf,
  octetString,
  octets,
  sequenceOf,
  toBinary,
} from "./der.ts";
import {
  CIPHERS,
  PBE_SHA1_3DES,
  PBE_SHA1_RC2_40,
  PBE_SHA1_RC2_128,
  PBES2,
  PBKDF2,
  PRF_HASHES,
  SHA1,
  SHA256,
  SHA384,
  SHA512,
} from "./object-ids.ts";
import { NATIVE_WEIGHT, type Rounds } from "./rounds.ts";
import { UNSUPPORTED, Unusable } from "./unusable.ts";

/** An empty passphrase is written in two ways: as an empty text, and as none at all (null). */
export type Passphrase = string | null;

export class WrongPassphrase extends Error {
  override readonly name = "WrongPassphrase";
}

/** What a key of PKCS #12 is for (RFC 7292, B.3). */
const FOR_ENCRYPTION = 1;
const FOR_START = 2;
const FOR_MAC = 3;

const { md } = forge;

const MAC_HASHES: Readonly<
  Record<string, { readonly name: string; create(): forge.md.MessageDigest }>
> = {
  [SHA1]: { name: "sha1", create: () => md.sha1.create() },
  [SHA256]: { name: "sha256", create: () => md.sha256.create() },
  [SHA384]: { name: "sha384", create: () => md.sha384.create() },
  [SHA512]: { name: "sha512", create: () => md.sha512.create() },
};

/** Whether `macData` is that of `content` under this passphrase. */
export function isAuthentic(
  macData: Node,
  content: string,
  passphrase: Passphrase,
  rounds: Rounds,
): boolean {
  const [digestInfo, salt, iterations] = elements(macData);
  const [algorithm, digest] = elements(digestInfo);
  const hash = MAC_HASHES[objectId(elements(algorithm)[0])];
  if (hash === undefined) throw new Unusable(UNSUPPORTED);
  const count = iterations === undefined ? 1 : integer(iterations);
  rounds.spend(count);
  const { digestLength } = hash.create();
  const key = derive(passphrase, octets(salt), FOR_MAC, count, digestLength, hash.create());
  return hmac(hash.name, key, content) === octets(digest);
}

/** Throws WrongPassphrase where that shows at once; else the result may be noise. */
export function decrypt(
  algorithm: Node | undefined,
  encrypted: string,
  passphrase: Passphrase,
  rounds: Rounds,
): string {
  const [id, parameters] = elements(algorithm);
  switch (objectId(id)) {
    case PBES2:
      return decryptPbes2(parameters, encrypted, passphrase, rounds);
    case PBE_SHA1_3DES: {
      const { key, start } = deriveBoth(parameters, 24, passphrase, rounds);
      return decipher("des-ede3-cbc", key, start, encrypted);
    }
    case PBE_SHA1_RC2_128: {
      const { key, start } = deriveBoth(parameters, 16, passphrase, rounds);
      return decipherRc2(key, start, encrypted);
    }
    case PBE_SHA1_RC2_40: {
      const { key, start } = deriveBoth(parameters, 5, passphrase, rounds);
      return decipherRc2(key, start, encrypted);
    }
    default:
      throw new Unusable(UNSUPPORTED);
  }
}

/** The algorithm as it is written in a file, and what came out. */
export function encryptWith3Des(
  plain: string,
  passphrase: string,
  salt: string,
  count: number,
): { readonly algorithm: Node; readonly encrypted: string } {
  const key = derive(passphrase, salt, FOR_ENCRYPTION, count, 24);
  const start = derive(passphrase, salt, FOR_START, count, 8);
  const cipher = createCipheriv("des-ede3-cbc", fromBinary(key), fromBinary(start));
  const encrypted = cipher.update(plain, "latin1", "latin1") + cipher.final("latin1");
  const parameters = sequenceOf(octetString(salt), integerOf(count));
  return { algorithm: sequenceOf(objectIdOf(PBE_SHA1_3DES), parameters), encrypted };
}

/** MacData with SHA-1. */
export function macOf(content: string, passphrase: string, salt: string, count: number): Node {
  const key = derive(passphrase, salt, FOR_MAC, count, 20);
  const digest = octetString(hmac("sha1", key, content));
  const digestInfo = sequenceOf(sequenceOf(objectIdOf(SHA1), nullValue()), digest);
  return sequenceOf(digestInfo, octetString(salt), integerOf(count));
}

function decryptPbes2(
  parameters: Node | undefined,
  encrypted: string,
  passphrase: Passphrase,
  rounds: Rounds,
): string {
  const [derivation, encryption] = elements(parameters);
  const [derivationId, derivationParameters] = elements(derivation);
  const [cipherId, start] = elements(encryption);
  const [name, keyLength] = CIPHERS[objectId(cipherId)] ?? [];
  if (objectId(derivationId) !== PBKDF2 || name === undefined || keyLength === undefined) {
    throw new Unusable(UNSUPPORTED);
  }
  const [salt, iterations, ...rest] = elements(derivationParameters);
  const prf = rest.find(({ constructed }) => constructed);
  const hash = prf === undefined ? "sha1" : PRF_HASHES[objectId(elements(prf)[0])];
  if (hash === undefined) throw new Unusable(UNSUPPORTED);
  const count = integer(iterations);
  rounds.spend(count, NATIVE_WEIGHT);
  // A passphrase is UTF-8 here, and UTF-16 in what is PKCS #12's own.
  const key = pbkdf2Sync(passphrase ?? "", fromBinary(octets(salt)), count, keyLength, hash);
  return decipher(name, key.toString("latin1"), octets(start), encrypted);
}

function deriveBoth(
  parameters: Node | undefined,
  keyLength: number,
  passphrase: Passphrase,
  rounds: Rounds,
) {
  const [salt, iterations] = elements(parameters);
  const count = integer(iterations);
  // SHA-1 gives 20 bytes at a time: twice for a key of three parts, once for where to start.
  rounds.spend(count * (Math.ceil(keyLength / 20) + 1));
  const key = derive(passphrase, octets(salt), FOR_ENCRYPTION, count, keyLength);
  return { key, start: derive(passphrase, octets(salt), FOR_START, count, 8) };
}

function derive(
  passphrase: Passphrase,
  salt: string,
  purpose: number,
  count: number,
  length: number,
  hash?: forge.md.MessageDigest,
): string {
  const buffer = forge.util.createBuffer(salt);
  return forge.pkcs12.generateKey(passphrase, buffer, purpose, count, length, hash).getBytes();
}

function hmac(hash: string, key: string, content: string): string {
  return toBinary(createHmac(hash, fromBinary(key)).update(content, "latin1").digest());
}

function decipher(name: string, key: string, start: string, encrypted: string): string {
  try {
    const cipher = createDecipheriv(name, fromBinary(key), fromBinary(start));
    return cipher.update(encrypted, "latin1", "latin1") + cipher.final("latin1");
  } catch (error) {
    throw new WrongPassphrase("The padding is wrong.", { cause: error });
  }
}

/** node:crypto has it no more. */
function decipherRc2(key: string, start: string, encrypted: string): string {
  const cipher = forge.rc2.createDecryptionCipher(key, key.length * 8);
  cipher.start(start);
  cipher.update(forge.util.createBuffer(encrypted));
  if (!cipher.finish()) throw new WrongPassphrase("The padding is wrong.");
  return cipher.output.getBytes();
}
