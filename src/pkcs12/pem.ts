/** Certificates and private keys in PEM (RFC 7468), and in the older forms that openssl writes. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Contents, LARGEST, readDecrypted } from "./contents.ts";
import { elements, fromBinary, octets, readDer, toBinary, writeDer } from "./der.ts";
import type { PemTexts } from "./nouns.ts";
import { decrypt, WrongPassphrase } from "./protection.ts";
import { createRounds, type Rounds } from "./rounds.ts";
import {
  NO_PEM,
  NO_PEM_KEY,
  PASSPHRASE_NEEDED,
  TOO_LARGE,
  UNREADABLE_PEM_KEY,
  Unusable,
  WRONG_PASSPHRASE,
} from "./unusable.ts";

interface Block {
  readonly label: string;
  /** With its first and its last line. */
  readonly text: string;
}

/** Stops at the next five dashes, so that its time grows with the text alone. */
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----((?:(?!-----)[\s\S])*)-----END \1-----/g;

/** Throws Unusable, or another Error for what cannot be read. */
export function readPem({ certificate, key, passphrase }: PemTexts): Contents {
  const blocks = blocksOf(certificate);
  const certificates = blocks.filter(({ label }) => /^(X509 )?CERTIFICATE$/.test(label));
  if (certificates.length === 0) throw new Unusable(NO_PEM);
  return {
    certificates: certificates.map(({ text }) => new X509Certificate(text)),
    keys: key === null ? readKeys(blocks, passphrase) : readSeparateKeys(key, passphrase),
  };
}

function readSeparateKeys(text: string, passphrase: string | null): readonly KeyObject[] {
  try {
    const keys = readKeys(blocksOf(text), passphrase);
    if (keys.length > 0) return keys;
    throw new Unusable(NO_PEM_KEY);
  } catch (error) {
    const unusable = error instanceof Unusable ? error : new Unusable(UNREADABLE_PEM_KEY);
    unusable.isOfKey = true;
    throw unusable;
  }
}

function readKeys(blocks: readonly Block[], passphrase: string | null): readonly KeyObject[] {
  const rounds = createRounds();
  return blocks
    .filter(({ label }) => /PRIVATE KEY$/.test(label))
    .map((block) => readKey(block, passphrase ?? "", rounds));
}

function blocksOf(text: string): readonly Block[] {
  if (text.length > LARGEST) throw new Unusable(TOO_LARGE);
  return [...text.matchAll(BLOCK)].map(([whole, label = ""]) => ({ label, text: whole }));
}

function readKey({ label, text }: Block, passphrase: string, rounds: Rounds): KeyObject {
  const isPkcs8 = label === "ENCRYPTED PRIVATE KEY";
  if (!isPkcs8 && !/^Proc-Type: *4, *ENCRYPTED/m.test(text)) return createPrivateKey(text);
  if (passphrase === "") throw new Unusable(PASSPHRASE_NEEDED);
  try {
    return isPkcs8
      ? decryptPkcs8(text, passphrase, rounds)
      : createPrivateKey({ key: text, passphrase });
  } catch (error) {
    if (error instanceof Unusable) throw error;
    if (isPkcs8 && !(error instanceof WrongPassphrase)) throw error;
    throw new Unusable(WRONG_PASSPHRASE, { cause: error });
  }
}

/** In here rather than by node:crypto, which hashes as often as a hostile file asks it to. */
function decryptPkcs8(text: string, passphrase: string, rounds: Rounds): KeyObject {
  const base64 = text.replaceAll(/-----[^-]+-----/g, "");
  const [algorithm, encrypted] = elements(readDer(toBinary(Buffer.from(base64, "base64"))));
  const plain = readDecrypted(decrypt(algorithm, octets(encrypted), passphrase, rounds));
  return createPrivateKey({ key: fromBinary(writeDer(plain)), format: "der", type: "pkcs8" });
}
