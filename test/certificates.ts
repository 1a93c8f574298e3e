/** Client certificates for tests, made on the spot: of any validity, on their own or issued. */
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { generate } from "selfsigned";
import { packPem } from "../src/pkcs12/pkcs12.ts";

export interface KeyPair {
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
  /** SubjectPublicKeyInfo in PEM. */
  readonly publicKey: string;
}

export interface PemWish {
  /** Common name; `fraud` when left out. */
  readonly name?: string;
  readonly notBefore: string | Date;
  readonly notAfter: string | Date;
  /** `rsa` when left out. */
  readonly key?: "rsa" | "ec";
  /** When left out, the one that all certificates of this process with the same kind of key share. */
  readonly keyPair?: KeyPair;
  /** Who issues it; itself when left out. Its kind of key must be the same. */
  readonly issuer?: { readonly pem: string; readonly key: string };
  /** May issue others; false when left out. */
  readonly isAuthority?: boolean;
}

export interface CertificateWish extends PemWish {
  /** Of the PFX; `practice passphrase` when left out. */
  readonly passphrase?: string;
}

export interface MadeCertificate {
  /** DER, protected with the passphrase. */
  readonly pfx: Buffer;
  /** Of the PFX, as Graph is given it. */
  readonly base64: string;
  readonly passphrase: string;
  readonly pem: string;
  /** PKCS #8 in PEM. */
  readonly key: string;
  /** SHA-1, upper-case hex. */
  readonly thumbprint: string;
  /** Seconds since 1970. */
  readonly notBefore: number;
  /** Seconds since 1970. */
  readonly notAfter: number;
}

export async function makeCertificate(wish: CertificateWish): Promise<MadeCertificate> {
  const { passphrase = "practice passphrase" } = wish;
  const { pem, key } = await makePem(wish);
  const packed = packPem({ certificate: pem, key, passphrase: null }, passphrase);
  if ("problem" in packed) throw new Error(`The certificate ${packed.problem}`);
  const certificate = new X509Certificate(pem);
  const pfx = Buffer.from(packed.pfx);
  return {
    pfx,
    base64: pfx.toString("base64"),
    passphrase,
    pem,
    key,
    thumbprint: certificate.fingerprint.replaceAll(":", ""),
    notBefore: certificate.validFromDate.getTime() / 1000,
    notAfter: certificate.validToDate.getTime() / 1000,
  };
}

/** The certificate alone, and its private key in PKCS #8. */
export async function makePem(
  wish: PemWish,
): Promise<{ readonly pem: string; readonly key: string }> {
  const { name = "fraud", key = "rsa", isAuthority = false, issuer } = wish;
  const { privateKey, publicKey } = wish.keyPair ?? sharedKeyPair(key);
  const { cert } = await generate([{ name: "commonName", value: name }], {
    keyType: key,
    algorithm: "sha256",
    keyPair: { privateKey, publicKey },
    notBeforeDate: new Date(wish.notBefore),
    notAfterDate: new Date(wish.notAfter),
    extensions: [
      { name: "basicConstraints", cA: isAuthority, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: isAuthority, critical: true },
    ],
    ...(issuer !== undefined && { ca: { cert: issuer.pem, key: issuer.key } }),
  });
  return { pem: cert, key: privateKey };
}

const pairs = new Map<"rsa" | "ec", KeyPair>();

/** Made once: an RSA key takes a noticeable part of a second. */
function sharedKeyPair(key: "rsa" | "ec"): KeyPair {
  const pair = pairs.get(key) ?? makeKeyPair(key);
  pairs.set(key, pair);
  return pair;
}

/** `bits` is for RSA. */
export function makeKeyPair(key: "rsa" | "ec", bits = 2048): KeyPair {
  const { privateKey, publicKey } =
    key === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: bits })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}
