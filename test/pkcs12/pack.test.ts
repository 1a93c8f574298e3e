import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import fc from "fast-check";
import forge from "node-forge";
import { describe, expect, test } from "vitest";
import { openPfx, type PemTexts, packPem } from "../../src/pkcs12/pkcs12.ts";
import { makeKeyPair } from "../certificates.ts";
import {
  authority,
  ec,
  hasOpenssl,
  issued,
  joined,
  openssl,
  PASSPHRASE,
  type Pair,
  patched,
  root,
  rsa,
  stranger,
  weak,
} from "./fixtures.ts";

function pack(texts: Partial<PemTexts>, passphrase = PASSPHRASE) {
  const packed = packPem(
    { certificate: rsa.pem, key: null, passphrase: null, ...texts },
    passphrase,
  );
  if ("problem" in packed) throw new Error(packed.problem);
  return packed;
}

function problemOf(texts: Partial<PemTexts>): string {
  const packed = packPem({ certificate: rsa.pem, key: rsa.key, passphrase: null, ...texts }, "");
  return "problem" in packed ? packed.problem : "no problem";
}

function locked(key: string, passphrase: string, cipher = "aes-256-cbc"): string {
  const exported = createPrivateKey(key).export({
    type: "pkcs8",
    format: "pem",
    cipher,
    passphrase,
  });
  return exported.toString();
}

function traditional(key: string, type: "pkcs1" | "sec1", passphrase?: string): string {
  const lock = passphrase === undefined ? {} : { cipher: "aes-128-cbc", passphrase };
  return createPrivateKey(key)
    .export({ type, format: "pem", ...lock })
    .toString();
}

test.for([
  { name: "an RSA key", pair: rsa },
  { name: "an EC key", pair: ec },
])("what is packed of $name opens with its passphrase, here and in TLS", ({ pair }) => {
  for (const passphrase of [PASSPHRASE, "ascii", ""]) {
    const { pfx, facts } = pack({ certificate: pair.pem, key: pair.key }, passphrase);
    expect(openPfx(pfx, passphrase)).toEqual(facts);
    expect(facts.thumbprint).toBe(new X509Certificate(pair.pem).fingerprint.replaceAll(":", ""));
    expect(() => createSecureContext({ pfx: Buffer.from(pfx), passphrase })).not.toThrow();
    expect(openPfx(pfx, "another")).toHaveProperty("problem");
  }
});

test("what is wrong with a separate key is told of the key, and the rest of the certificate", () => {
  const garbage = "-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----";
  const of = (certificate: string, key: string) =>
    packPem({ certificate, key, passphrase: null }, "");
  expect(of(rsa.pem, garbage)).toMatchObject({ isOfKey: true });
  expect(of(rsa.pem, "")).toMatchObject({ isOfKey: true });
  expect(of("", rsa.key)).not.toHaveProperty("isOfKey");
});

test("the same texts are packed into the same bytes, and another passphrase into others", () => {
  const { pfx } = pack({ key: rsa.key });
  expect(pack({ key: rsa.key }).pfx).toEqual(pfx);
  expect(pack({ key: rsa.key }, "another").pfx).not.toEqual(pfx);
});

test("the library finds leaf, issuers and key, and the leaf tied to the key", () => {
  const { pfx } = pack({ certificate: joined(root, authority, issued), key: issued.key });
  const binary = Buffer.from(pfx).toString("latin1");
  const opened = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(binary), PASSPHRASE);
  const { certBag, pkcs8ShroudedKeyBag } = forge.pki.oids as Record<string, string>;
  const certificates = opened.getBags({ bagType: certBag! })[certBag!] ?? [];
  const [key] = opened.getBags({ bagType: pkcs8ShroudedKeyBag! })[pkcs8ShroudedKeyBag!] ?? [];
  const names = certificates.map(({ cert }) => cert?.subject.getField("CN").value);
  expect(names).toEqual(["client", "root", "authority"]);
  const ties = certificates.map(({ attributes }) => attributes.localKeyId);
  expect(ties).toEqual([key?.attributes.localKeyId, undefined, undefined]);
  expect(ties[0]).toHaveLength(1);
});

test.skipIf(!hasOpenssl).for<[name: string, pair: Pair]>([
  ["RSA", rsa],
  ["EC", ec],
])(
  "openssl reads what is packed of an %s key, with what Windows writes of its own accord",
  ([, pair]) => {
    const { pfx } = pack({ certificate: pair.pem, key: pair.key }, "ascii");
    const words = ["pkcs12", "-in", "in", "-passin", "pass:ascii", "-nodes"];
    const { printed } = openssl({ in: pfx }, words);
    expect(new X509Certificate(printed).raw).toEqual(new X509Certificate(pair.pem).raw);
    const got = createPrivateKey(printed).export({ type: "pkcs8", format: "pem" });
    expect(got).toBe(pair.key);
    const info = openssl({ in: pfx }, [...words, "-info", "-out", "out", "-noout"]);
    expect(info.printed).toBe("");
  },
);

test.for([
  { name: "beside the certificate", texts: { certificate: rsa.pem + rsa.key } },
  { name: "before the certificate", texts: { certificate: rsa.key + rsa.pem } },
  { name: "in its own text", texts: { key: rsa.key } },
  { name: "in its own text, with its certificate", texts: { key: rsa.pem + rsa.key } },
  { name: "in PKCS #1", texts: { key: traditional(rsa.key, "pkcs1") } },
  {
    name: "in SEC 1, behind its parameters",
    texts: {
      certificate: ec.pem,
      key: `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${traditional(ec.key, "sec1")}`,
    },
  },
  { name: "with lines that end as on Windows", texts: { key: rsa.key.replaceAll("\n", "\r\n") } },
  {
    name: "with words around it",
    texts: { certificate: `Bag Attributes\n    localKeyID: 01\n${rsa.pem}\nKey:\n${rsa.key}` },
  },
  { name: "with a passphrase that it has not", texts: { key: rsa.key, passphrase: "unused" } },
])("a private key is found $name", ({ texts }) => {
  expect(pack(texts).facts).toHaveProperty("thumbprint");
});

test.for([
  { name: "PKCS #8 and AES", key: locked(rsa.key, PASSPHRASE) },
  { name: "PKCS #8 and TripleDES", key: locked(rsa.key, PASSPHRASE, "des-ede3-cbc") },
  { name: "PKCS #1", key: traditional(rsa.key, "pkcs1", PASSPHRASE) },
])("a private key that is encrypted in $name needs its passphrase", ({ key }) => {
  expect(pack({ key, passphrase: PASSPHRASE }).facts).toEqual(pack({ key: rsa.key }).facts);
  expect(problemOf({ key, passphrase: "canary" })).toMatch(
    /^cannot be opened with the passphrase that was given\. Check/,
  );
  for (const passphrase of [null, ""]) {
    expect(problemOf({ key, passphrase })).toMatch(/^is protected by a passphrase, and none was/);
  }
});

test.skipIf(!hasOpenssl)(
  "the encryptions of a private key are those of a PKCS #12 file, and no others",
  () => {
    const words = ["pkcs8", "-topk8", "-in", "key", "-out", "out", "-passout", "pass:ascii"];
    const old = openssl({ key: rsa.key }, [...words, "-v1", "PBE-SHA1-3DES"]).out.toString();
    expect(pack({ key: old, passphrase: "ascii" }).facts).toHaveProperty("thumbprint");
    const scrypt = openssl({ key: rsa.key }, [...words, "-scrypt"]).out.toString();
    expect(problemOf({ key: scrypt, passphrase: "ascii" })).toMatch(/^is protected in a way that/);
  },
);

test.skipIf(!hasOpenssl)("an encrypted key that asks for millions of rounds is refused", () => {
  const words = ["pkcs8", "-topk8", "-in", "key", "-out", "out", "-passout", "pass:ascii"];
  const key = openssl({ key: rsa.key }, [...words, "-iter", "4500001"]).out.toString();
  expect(problemOf({ key, passphrase: "ascii" })).toMatch(/^asks for so many rounds of hashing/);
});

test("an EC key that bears the public part of another is not that of the certificate", () => {
  const point = (key: string) =>
    createPublicKey(key).export({ type: "spki", format: "der" }).subarray(-64);
  const other = makeKeyPair("ec").privateKey;
  const der = createPrivateKey(other).export({ type: "pkcs8", format: "der" });
  const forged = patched(der, point(other), point(ec.key)).toString("base64");
  const key = `-----BEGIN PRIVATE KEY-----\n${forged}\n-----END PRIVATE KEY-----`;
  expect(new X509Certificate(ec.pem).checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(problemOf({ certificate: ec.pem, key })).toMatch(/does not belong to its certificate/);
});

test.for([
  { name: "no certificate", texts: { certificate: rsa.key }, says: /^holds no certificate in PEM/ },
  { name: "nothing", texts: { certificate: "" }, says: /instead of `pem:`\.$/ },
  { name: "no private key", texts: { key: null }, says: /^comes without a private key\. Export/ },
  { name: "an empty key", texts: { key: "" }, says: /^holds no private key in PEM/ },
  {
    name: "two private keys",
    texts: { key: rsa.key + stranger.key },
    says: /several private keys/,
  },
  {
    name: "another's key",
    texts: { key: stranger.key },
    says: /does not belong to its certificate/,
  },
  {
    name: "two certificates",
    texts: { certificate: joined(rsa, stranger) },
    says: /^holds several certificates/,
  },
  { name: "1024 bits", texts: { certificate: weak.pem, key: weak.key }, says: /fewer than 2048/ },
  {
    name: "half a certificate",
    texts: { certificate: `${rsa.pem.slice(0, 300)}\n-----END CERTIFICATE-----` },
    says: /^holds PEM that cannot be read\. Export/,
  },
  {
    name: "a key that is none",
    texts: { key: "-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----" },
    says: /^holds a private key in PEM that cannot be read\./,
  },
  {
    name: "an encrypted key that is none",
    texts: {
      key: "-----BEGIN ENCRYPTED PRIVATE KEY-----\nY2FuYXJ5\n-----END ENCRYPTED PRIVATE KEY-----",
      passphrase: "canary",
    },
    says: /^holds a private key in PEM that cannot be read\./,
  },
  {
    name: "far too much",
    texts: { certificate: rsa.pem.repeat(70) },
    says: /^is larger than 64 KiB/,
  },
])("PEM with $name is not usable", ({ texts, says }) => {
  expect(problemOf(texts)).toMatch(says);
});

describe("whatever the texts", () => {
  const pieces = fc.constantFrom(
    rsa.pem,
    rsa.key,
    ec.key,
    issued.pem,
    locked(rsa.key, "ascii"),
    "-----BEGIN CERTIFICATE-----",
    "-----END CERTIFICATE-----",
    "-----BEGIN ENCRYPTED PRIVATE KEY-----",
    "-----END ENCRYPTED PRIVATE KEY-----",
    "MIIB",
    "\n",
  );
  const text = fc.array(fc.oneof(pieces, fc.string({ maxLength: 20 })), { maxLength: 6 });

  test("the answer is a PFX that opens, or a problem that is a sentence", () => {
    fc.assert(
      fc.property(text, fc.option(text), fc.option(fc.string()), (certificate, key, passphrase) => {
        const texts = { certificate: certificate.join(""), key: key?.join("") ?? null, passphrase };
        const packed = packPem(texts, PASSPHRASE);
        if ("problem" in packed) expect(packed.problem).toMatch(/^[a-z].*[.]$/);
        else expect(openPfx(packed.pfx, PASSPHRASE)).toEqual(packed.facts);
      }),
      { numRuns: 200 },
    );
  });
});
