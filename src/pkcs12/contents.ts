/**
 * What lies in a PKCS #12 file (RFC 7292): certificates and private keys, once it is opened. The
 * library has such a walk too, which takes one passphrase in one encoding, stops at bags that it does
 * not know, and hashes as often as the file says.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import {
  elements,
  fromBinary,
  integer,
  type Node,
  objectId,
  octets,
  readDer,
  toBinary,
  writeDer,
} from "./der.ts";
import {
  CERTIFICATE_BAG,
  DATA,
  ENCRYPTED_DATA,
  KEY_BAG,
  NESTED_BAG,
  SHROUDED_KEY_BAG,
  X509_CERTIFICATE,
} from "./object-ids.ts";
import { decrypt, isAuthentic, type Passphrase, WrongPassphrase } from "./protection.ts";
import { createRounds, type Rounds } from "./rounds.ts";
import {
  PASSPHRASE_NEEDED,
  PEM_AS_PFX,
  TOO_LARGE,
  TOO_MANY_ROUNDS,
  UNREADABLE_PFX,
  UNSUPPORTED,
  Unusable,
  WRONG_PASSPHRASE,
} from "./unusable.ts";

/** In the order of the file. */
export interface Contents {
  readonly certificates: readonly X509Certificate[];
  readonly keys: readonly KeyObject[];
}

/** One attempt to open a file. */
interface Attempt {
  readonly passphrase: Passphrase;
  readonly rounds: Rounds;
}

export const LARGEST = 64 * 1024;

/** Nobody nests deeper, and whoever does means no good. */
const DEEPEST = 4;

/** Throws Unusable, or another Error for what is no PKCS #12 file. */
export function openContents(pfx: Uint8Array, passphrase: string): Contents {
  if (pfx.length > LARGEST) throw new Unusable(TOO_LARGE);
  const binary = toBinary(pfx);
  if (binary.includes("-----BEGIN ")) throw new Unusable(PEM_AS_PFX);
  const file = readDer(binary);
  const rounds = createRounds();
  for (const candidate of passphrase === "" ? ["", null] : [passphrase]) {
    const contents = tryPassphrase(file, { passphrase: candidate, rounds });
    if (contents !== null) return contents;
  }
  throw new Unusable(passphrase === "" ? PASSPHRASE_NEEDED : WRONG_PASSPHRASE);
}

/** null when it is the wrong one. */
function tryPassphrase(file: Node, attempt: Attempt): Contents | null {
  try {
    return openFile(file, attempt);
  } catch (error) {
    if (error instanceof WrongPassphrase || isTooDearAGuess(error, attempt)) return null;
    throw error;
  }
}

/** The other way to write no passphrase: what is too dear for this second guess has one most likely. */
function isTooDearAGuess(error: unknown, { passphrase }: Attempt): boolean {
  return passphrase === null && error instanceof Unusable && error.message === TOO_MANY_ROUNDS;
}

function openFile(file: Node, attempt: Attempt): Contents {
  const [version, authSafe, macData] = elements(file);
  if (integer(version) !== 3) throw new Unusable(UNREADABLE_PFX);
  const [type, content] = elements(authSafe);
  // Else it is signed with a key of the recipient.
  if (objectId(type) !== DATA) throw new Unusable(UNSUPPORTED);
  const safes = octets(elements(content)[0]);
  const { passphrase, rounds } = attempt;
  if (macData !== undefined && !isAuthentic(macData, safes, passphrase, rounds)) {
    throw new WrongPassphrase("The MAC is another.");
  }
  const bags = elements(readDer(safes)).flatMap((safe) => openSafe(safe, attempt));
  return merged(bags.map((bag) => openBag(bag, attempt, 1)));
}

function openSafe(safe: Node, attempt: Attempt): readonly Node[] {
  const [type, content] = elements(safe);
  const [inner] = elements(content);
  switch (objectId(type)) {
    case DATA:
      return elements(readDer(octets(inner)));
    case ENCRYPTED_DATA: {
      const [, encryptedContent] = elements(inner);
      const [, algorithm, encrypted] = elements(encryptedContent);
      return elements(decrypted(algorithm, encrypted, attempt));
    }
    default:
      throw new Unusable(UNSUPPORTED);
  }
}

/** Bags of other kinds, such as revocation lists, are of no interest. */
function openBag(bag: Node, attempt: Attempt, depth: number): Contents {
  const [id, tag] = elements(bag);
  const [value] = elements(tag);
  if (value === undefined) throw new Error("An empty bag.");
  switch (objectId(id)) {
    case CERTIFICATE_BAG:
      return { certificates: openCertificate(value), keys: [] };
    case KEY_BAG:
      return { certificates: [], keys: [openKey(value)] };
    case SHROUDED_KEY_BAG: {
      const [algorithm, encrypted] = elements(value);
      return { certificates: [], keys: [openKey(decrypted(algorithm, encrypted, attempt))] };
    }
    case NESTED_BAG:
      if (depth === DEEPEST) throw new Error("Bags in bags in bags.");
      return merged(elements(value).map((each) => openBag(each, attempt, depth + 1)));
    default:
      return { certificates: [], keys: [] };
  }
}

function openCertificate(value: Node): readonly X509Certificate[] {
  const [id, tag] = elements(value);
  if (objectId(id) !== X509_CERTIFICATE) return [];
  return [new X509Certificate(fromBinary(octets(elements(tag)[0])))];
}

function openKey(key: Node): KeyObject {
  return createPrivateKey({ key: fromBinary(writeDer(key)), format: "der", type: "pkcs8" });
}

function decrypted(algorithm: Node | undefined, encrypted: Node | undefined, attempt: Attempt) {
  const { passphrase, rounds } = attempt;
  return readDecrypted(decrypt(algorithm, octets(encrypted), passphrase, rounds));
}

/** A wrong passphrase does not always show in the padding: in one of 256 cases it is noise. */
export function readDecrypted(plain: string): Node {
  try {
    return readDer(plain);
  } catch (error) {
    throw new WrongPassphrase("What was decrypted is noise.", { cause: error });
  }
}

function merged(all: readonly Contents[]): Contents {
  return {
    certificates: all.flatMap(({ certificates }) => certificates),
    keys: all.flatMap(({ keys }) => keys),
  };
}
