/** What tests pack into PKCS #12 files, and two programs other than ours that pack it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import forge from "node-forge";
import { makeKeyPair, makePem } from "../certificates.ts";

export interface Pair {
  readonly pem: string;
  readonly key: string;
}

/** Two years around the present, whatever it is: nothing here judges it. */
const VALID = { notBefore: "2026-01-01T00:00:00Z", notAfter: "2028-01-01T00:00:00Z" };
export const VALID_SECONDS = { notBefore: 1_767_225_600, notAfter: 1_830_297_600 };

export const PASSPHRASE = "open sésame ☂";

const weakPair = makeKeyPair("rsa", 1024);

export const rsa: Pair = await makePem(VALID);
export const renewed: Pair = await makePem({ ...VALID, notAfter: "2029-01-01T00:00:00Z" });
export const ec: Pair = await makePem({ ...VALID, key: "ec" });
export const weak: Pair = await makePem({ ...VALID, keyPair: weakPair });
export const stranger: Pair = await makePem({ ...VALID, keyPair: makeKeyPair("rsa") });
export const expired: Pair = await makePem({
  ...VALID,
  notBefore: "2020-01-01",
  notAfter: "2021-01-01",
});
export const future: Pair = await makePem({
  ...VALID,
  notBefore: "2090-01-01",
  notAfter: "2091-01-01",
});

const authorityPair = makeKeyPair("rsa");
export const root: Pair = await makePem({
  ...VALID,
  name: "root",
  keyPair: makeKeyPair("rsa"),
  isAuthority: true,
});
export const authority: Pair = await makePem({
  ...VALID,
  name: "authority",
  keyPair: authorityPair,
  isAuthority: true,
  issuer: root,
});
export const issued: Pair = await makePem({ ...VALID, name: "client", issuer: authority });

/** Signed by itself, and without a word on what it is for, as roots of the last century are. */
export function bare({ key }: Pair, name: string): Pair {
  const privateKey = forge.pki.privateKeyFromPem(key);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e);
  certificate.validity.notBefore = new Date(VALID.notBefore);
  certificate.validity.notAfter = new Date(VALID.notAfter);
  certificate.setSubject([{ name: "commonName", value: name }]);
  certificate.setIssuer([{ name: "commonName", value: name }]);
  certificate.sign(privateKey, forge.md.sha256.create());
  return { pem: forge.pki.certificateToPem(certificate), key };
}

type RsaKey = forge.pki.rsa.PrivateKey;

/** RSA: what others see of the key is changed, or what they do not see. */
export function withKey({ pem, key }: Pair, change: (key: RsaKey) => Partial<RsaKey>): Pair {
  const whole = forge.pki.privateKeyFromPem(key);
  return { pem, key: forge.pki.privateKeyToPem({ ...whole, ...change(whole) }) };
}

/** `-----BEGIN CERTIFICATE-----` of each. */
export function joined(...pairs: readonly Pair[]): string {
  return pairs.map(({ pem }) => pem).join("\n");
}

export interface ForgeWish {
  readonly certificates: readonly Pair[];
  /** Its private key goes in. */
  readonly key: Pair | null;
  /** null: nothing is encrypted. */
  readonly passphrase?: string | null;
  readonly algorithm?: "3des" | "aes256";
  readonly useMac?: boolean;
  readonly rounds?: number;
}

/** RSA alone. Made by the library, which chooses neither what belongs together nor what is whole. */
export function forgePfx(wish: ForgeWish): forge.asn1.Asn1 {
  const { certificates, key, passphrase = PASSPHRASE, algorithm = "3des", useMac = true } = wish;
  const certs = certificates.map(({ pem }) => forge.pki.certificateFromPem(pem));
  const privateKey = key === null ? null : forge.pki.privateKeyFromPem(key.key);
  return forge.pkcs12.toPkcs12Asn1(privateKey as forge.pki.rsa.PrivateKey, certs, passphrase, {
    algorithm,
    useMac,
    count: wish.rounds ?? 4,
    generateLocalKeyId: false,
  });
}

/** The element that these positions lead to. */
export function child(node: forge.asn1.Asn1, ...path: readonly number[]): forge.asn1.Asn1 {
  return path.reduce((from, index) => (from.value as forge.asn1.Asn1[])[index]!, node);
}

export function toDer(pfx: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(pfx).getBytes(), "latin1");
}

/** The same bytes with every `before` replaced by an `after` of the same length. */
export function patched(bytes: Buffer, before: Buffer, after: Buffer): Buffer {
  const hex = bytes.toString("hex");
  const found = hex.replaceAll(before.toString("hex"), after.toString("hex"));
  if (found === hex || before.length !== after.length) throw new Error("Nothing to patch.");
  return Buffer.from(found, "hex");
}

export const hasOpenssl = commandWorks();

function commandWorks(): boolean {
  try {
    return execFileSync("openssl", ["version"], { encoding: "utf8" }).startsWith("OpenSSL 3");
  } catch {
    return false;
  }
}

/** Runs the command in a folder with these files; gives what it printed and the file `out`. */
export function openssl(
  files: Readonly<Record<string, string | Uint8Array>>,
  args: readonly string[],
): { readonly printed: string; readonly out: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-"));
  try {
    for (const [name, content] of Object.entries({ out: "", ...files })) {
      writeFileSync(join(folder, name), content);
    }
    const printed = execFileSync("openssl", args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
    return { printed, out: readFileSync(join(folder, "out")) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What `openssl pkcs12 -export` makes of a pair. */
export function opensslPfx(
  { pem, key }: Pair,
  passphrase: string,
  ...options: readonly string[]
): Buffer {
  const files = { "cert.pem": pem, "key.pem": key, chain: joined(authority, root) };
  const use = ["-in", "cert.pem", "-inkey", "key.pem", "-out", "out"];
  const words = ["pkcs12", "-export", ...use, "-passout", `pass:${passphrase}`, ...options];
  return openssl(files, words).out;
}
