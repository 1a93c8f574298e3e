import { generateKeyPairSync, X509Certificate } from "node:crypto";
import fc from "fast-check";
import forge from "node-forge";
import { describe, expect, test } from "vitest";
import { openPfx } from "../../src/pkcs12/pkcs12.ts";
import {
  authority,
  bare,
  child,
  ec,
  expired,
  type ForgeWish,
  forgePfx,
  future,
  hasOpenssl,
  issued,
  joined,
  openssl,
  opensslPfx,
  PASSPHRASE,
  type Pair,
  patched,
  renewed,
  root,
  rsa,
  stranger,
  toDer,
  VALID_SECONDS,
  weak,
  withKey,
} from "./fixtures.ts";

function thumbprintOf({ pem }: Pair): string {
  return new X509Certificate(pem).fingerprint.replaceAll(":", "");
}

function problemOf(pfx: Uint8Array, passphrase = PASSPHRASE): string {
  const opened = openPfx(pfx, passphrase);
  return "problem" in opened ? opened.problem : `no problem: ${JSON.stringify(opened)}`;
}

describe.skipIf(!hasOpenssl)("made by openssl", () => {
  const rows: readonly {
    readonly name: string;
    readonly pair?: Pair;
    readonly passphrase?: string;
    readonly options?: readonly string[];
  }[] = [
    { name: "a file with AES-256 and a MAC of SHA-256" },
    { name: "a file with RC2, TripleDES and a MAC of SHA-1", options: ["-legacy"] },
    {
      name: "a file with RC2 of 128 bits",
      options: ["-legacy", "-certpbe", "PBE-SHA1-RC2-128", "-keypbe", "PBE-SHA1-RC2-128"],
    },
    { name: "a file with a MAC of SHA-384", options: ["-macalg", "sha384"] },
    { name: "a file with a MAC of SHA-512", options: ["-macalg", "sha512"] },
    { name: "a file without a MAC", options: ["-nomac"] },
    { name: "a file with AES-128", options: ["-keypbe", "aes-128-cbc", "-certpbe", "aes-192-cbc"] },
    { name: "a file with TripleDES all over", options: ["-keypbe", "PBE-SHA1-3DES", "-descert"] },
    { name: "a file with certificates in clear", options: ["-certpbe", "NONE"] },
    { name: "a file with nothing encrypted", options: ["-keypbe", "NONE", "-certpbe", "NONE"] },
    { name: "a file with an empty passphrase", passphrase: "" },
    { name: "an old file with an empty passphrase", passphrase: "", options: ["-legacy"] },
    { name: "an EC key", pair: ec },
    { name: "an EC key in an old file", pair: ec, options: ["-legacy"] },
    { name: "a file with a name", options: ["-name", "Fraud check", "-caname", "Root"] },
    { name: "a file with its issuers", pair: issued, options: ["-certfile", "chain"] },
  ];

  test.for(rows)("$name is opened", ({ pair = rsa, passphrase = PASSPHRASE, options = [] }) => {
    const pfx = opensslPfx(pair, passphrase, ...options);
    expect(openPfx(pfx, passphrase)).toEqual({
      thumbprint: thumbprintOf(pair),
      ...VALID_SECONDS,
      isSelfSigned: pair !== issued,
      keyType: pair === ec ? "ec" : "rsa",
    });
  });

  test.for(
    rows.filter(({ passphrase, options }) => {
      return passphrase === undefined && options?.filter((word) => word === "NONE").length !== 2;
    }),
  )(
    "$name is not opened with another passphrase, nor with none",
    ({ pair = rsa, options = [] }) => {
      const pfx = opensslPfx(pair, PASSPHRASE, ...options);
      expect(problemOf(pfx, "canary")).toMatch(
        /^cannot be opened with the passphrase that was given/,
      );
      expect(problemOf(pfx, "")).toMatch(/^is protected by a passphrase, and none was given/);
    },
  );

  test.for([
    { name: "600,000 rounds of PBKDF2 and of the MAC", options: ["-iter", "600000"] },
    {
      name: "100,000 rounds of TripleDES and of the MAC",
      options: ["-iter", "100000", "-keypbe", "PBE-SHA1-3DES", "-descert"],
    },
  ])("a file with $name is opened, and its passphrase asked for", { timeout: 20_000 }, (row) => {
    const pfx = opensslPfx(rsa, PASSPHRASE, ...row.options);
    expect(openPfx(pfx, PASSPHRASE)).toMatchObject({ thumbprint: thumbprintOf(rsa) });
    expect(problemOf(pfx, "canary")).toMatch(
      /^cannot be opened with the passphrase that was given/,
    );
    expect(problemOf(pfx, "")).toMatch(/^is protected by a passphrase, and none was given/);
  });

  test("a file with millions of rounds is refused", () => {
    const pfx = opensslPfx(rsa, PASSPHRASE, "-nomac", "-iter", "2300000");
    expect(problemOf(pfx)).toMatch(/^asks for so many rounds of hashing/);
  });

  test("a thumbprint is what openssl says it is", () => {
    const args = ["x509", "-in", "cert.pem", "-noout", "-fingerprint", "-sha1"];
    const { printed } = openssl({ "cert.pem": ec.pem }, args);
    const want = printed.trim().split("=")[1]?.replaceAll(":", "");
    expect(openPfx(opensslPfx(ec, ""), "")).toMatchObject({ thumbprint: want });
  });

  test("a certificate that openssl makes of its own accord is its own authority, and usable", () => {
    const files = { "key.pem": rsa.key };
    const args = ["req", "-x509", "-key", "key.pem", "-subj", "/CN=fraud", "-out", "out"];
    const pem = openssl(files, args).out.toString();
    expect(new X509Certificate(pem).ca).toBe(true);
    expect(openPfx(opensslPfx({ pem, key: rsa.key }, ""), "")).toMatchObject({
      isSelfSigned: true,
    });
  });

  test.for([
    { name: "Ed25519", pair: generateKeyPairSync("ed25519") },
    { name: "DSA", pair: generateKeyPairSync("dsa", { modulusLength: 2048, divisorLength: 256 }) },
    { name: "RSA-PSS", pair: generateKeyPairSync("rsa-pss", { modulusLength: 2048 }) },
  ])("a certificate with a key of $name is not usable", ({ pair }) => {
    const key = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const args = ["req", "-x509", "-key", "key.pem", "-subj", "/CN=fraud", "-out", "out"];
    const pem = openssl({ "key.pem": key }, args).out.toString();
    expect(problemOf(opensslPfx({ pem, key }, PASSPHRASE))).toMatch(
      /^has a private key that is neither RSA nor EC, and .* Make a certificate with an RSA key/,
    );
  });

  test("ciphers that no default uses are said to be unsupported", () => {
    const pfx = opensslPfx(rsa, PASSPHRASE, "-legacy", "-keypbe", "PBE-SHA1-RC4-128");
    expect(problemOf(pfx)).toMatch(
      /^is protected in a way that cannot be opened\. Export it again/,
    );
  });
});

const self = { certificates: [rsa], key: rsa };

test.for<{ readonly name: string; readonly wish: Partial<ForgeWish> }>([
  { name: "TripleDES", wish: {} },
  { name: "AES", wish: { algorithm: "aes256", passphrase: "ascii" } },
  { name: "no MAC", wish: { useMac: false } },
  { name: "no encryption and no MAC", wish: { passphrase: null, useMac: false } },
  { name: "no encryption and a MAC of nothing", wish: { passphrase: null } },
])("a file of the library with $name is opened", ({ wish }) => {
  const whole = { ...self, ...wish };
  const { passphrase = PASSPHRASE } = whole;
  expect(openPfx(toDer(forgePfx(whole)), passphrase ?? "")).toMatchObject({
    thumbprint: thumbprintOf(rsa),
  });
});

test("whether a certificate is valid now is not asked", () => {
  for (const pair of [expired, future]) {
    const pfx = toDer(forgePfx({ certificates: [pair], key: pair }));
    expect(openPfx(pfx, PASSPHRASE)).toMatchObject({ thumbprint: thumbprintOf(pair) });
  }
});

test.for([
  { name: "leaf first", certificates: [issued, authority, root] },
  { name: "root first", certificates: [root, authority, issued] },
  { name: "without the root", certificates: [authority, issued] },
  { name: "with a root of others", certificates: [issued, root] },
  { name: "with the leaf twice", certificates: [issued, issued] },
])("of a chain, $name, the facts are those of the leaf", ({ certificates }) => {
  expect(openPfx(toDer(forgePfx({ certificates, key: issued })), PASSPHRASE)).toEqual({
    thumbprint: thumbprintOf(issued),
    ...VALID_SECONDS,
    isSelfSigned: false,
    keyType: "rsa",
  });
});

test.for([
  { name: "a root of others that does not say so", certificates: [issued, bare(stranger, "old")] },
  {
    name: "two such roots",
    certificates: [bare(stranger, "old"), issued, bare(stranger, "older")],
  },
  { name: "such a root and one that says so", certificates: [bare(stranger, "old"), root, issued] },
])("beside $name, the certificate of the key is the one that is meant", ({ certificates }) => {
  const pfx = toDer(forgePfx({ certificates, key: issued }));
  expect(openPfx(pfx, PASSPHRASE)).toMatchObject({ thumbprint: thumbprintOf(issued) });
});

test("of several authorities, the one of the key is meant", () => {
  const own = bare(stranger, "own");
  const pfx = toDer(forgePfx({ certificates: [root, own, bare(rsa, "old")], key: stranger }));
  expect(openPfx(pfx, PASSPHRASE)).toMatchObject({ thumbprint: thumbprintOf(own) });
});

test("a file holds 20 certificates at the most", () => {
  const roots = (count: number) =>
    Array.from({ length: count }, (_, index) => bare(stranger, `root ${index}`));
  const file = (count: number) =>
    toDer(forgePfx({ certificates: [issued, ...roots(count - 1)], key: issued }));
  expect(openPfx(file(20), PASSPHRASE)).toMatchObject({ thumbprint: thumbprintOf(issued) });
  expect(problemOf(file(21))).toMatch(/^holds more than 20 certificates, .* Export the one that/);
});

const odd = (even: forge.jsbn.BigInteger) => even.add(new forge.jsbn.BigInteger("1"));

const unusable: readonly {
  readonly name: string;
  readonly wish: ForgeWish;
  readonly says: string;
}[] = [
  {
    name: "no certificate",
    wish: { certificates: [], key: rsa },
    says: "holds no certificate. Export",
  },
  {
    name: "no private key",
    wish: { certificates: [rsa], key: null },
    says: "comes without a private key. Export",
  },
  {
    name: "the private key of another certificate",
    wish: { certificates: [rsa], key: stranger },
    says: "comes with a private key that does not belong to its certificate. Export",
  },
  {
    name: "the private key of the issuer",
    wish: { certificates: [issued, authority], key: authority },
    says: "comes with a private key that does not belong to its certificate. Export",
  },
  {
    name: "two certificates of strangers",
    wish: { certificates: [rsa, stranger], key: rsa },
    says: "holds several certificates of which none issued another",
  },
  {
    name: "a certificate and the one that renews it",
    wish: { certificates: [rsa, renewed], key: rsa },
    says: "holds several certificates of which none issued another",
  },
  {
    name: "two certificates of the key that do not say what they are",
    wish: { certificates: [bare(rsa, "one"), bare(rsa, "other")], key: rsa },
    says: "holds several certificates of which none issued another",
  },
  {
    name: "a private key that bears the public part of another",
    wish: {
      certificates: [rsa],
      key: withKey(stranger, () => ({ n: forge.pki.privateKeyFromPem(rsa.key).n })),
    },
    says: "comes with a private key that does not belong to its certificate. Export",
  },
  {
    name: "a private key that would take minutes to sign with",
    wish: {
      certificates: [rsa],
      key: withKey(rsa, ({ n, d }) => ({
        n: odd(n.shiftLeft(20_000)),
        d: odd(d.shiftLeft(20_000)),
      })),
    },
    says: "has a private key that is larger than RSA of 8192 bits. Make",
  },
  {
    name: "an RSA key of 1024 bits",
    wish: { certificates: [weak], key: weak },
    says: "has an RSA key of fewer than 2048 bits, which is too weak to be relied on. Make",
  },
];

test.for(unusable)("a file with $name is not usable", ({ wish, says }) => {
  expect(problemOf(toDer(forgePfx(wish)))).toContain(says);
});

const clear = { passphrase: null, useMac: false };

test("a file with two private keys is not usable, and one with the same key twice is", () => {
  const withKeyOf = (other: Pair) =>
    changed(forgePfx({ ...self, ...clear }), (safes) => [
      ...safes,
      ...safesOf(forgePfx({ certificates: [], key: other, ...clear })),
    ]);
  expect(problemOf(withKeyOf(stranger), "")).toContain("several private keys. Export");
  expect(openPfx(withKeyOf(rsa), "")).toHaveProperty("thumbprint");
});

const { asn1 } = forge;

/** Where the octets stand that hold the contents. */
const CONTENT = [1, 1, 0] as const;

function safesOf(pfx: forge.asn1.Asn1): readonly forge.asn1.Asn1[] {
  return asn1.fromDer(child(pfx, ...CONTENT).value as string).value as forge.asn1.Asn1[];
}

/** A file without a MAC, with other contents. */
function changed(
  pfx: forge.asn1.Asn1,
  change: (safes: readonly forge.asn1.Asn1[]) => readonly forge.asn1.Asn1[],
): Buffer {
  child(pfx, ...CONTENT).value = asn1.toDer(sequence(change(safesOf(pfx)))).getBytes();
  return toDer(pfx);
}

function sequence(nodes: readonly forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, [...nodes]);
}

test("bags of other kinds are passed over", () => {
  const lists = toDer(forgePfx({ certificates: [root], key: null, ...clear }));
  const kind = (dots: string) => Buffer.from(asn1.oidToDer(dots).getBytes(), "latin1");
  const others = patched(lists, kind(`${BAG}.3`), kind(`${BAG}.4`)).toString("latin1");
  const pfx = changed(forgePfx({ ...self, ...clear }), (safes) => [
    ...safesOf(asn1.fromDer(others)),
    ...safes,
  ]);
  expect(openPfx(pfx, "")).toMatchObject({ thumbprint: thumbprintOf(rsa) });
});

const BAG = "1.2.840.113549.1.12.10.1";

/** The bags of each safe in a bag of their own, so many times. */
function nested(depth: number): Buffer {
  const oid = (dots: string) =>
    asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(dots).getBytes());
  const wrapped = (bags: forge.asn1.Asn1) =>
    sequence([
      sequence([oid(`${BAG}.6`), asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [bags])]),
    ]);
  return changed(forgePfx({ ...self, ...clear }), (safes) => {
    for (const octets of safes.map((safe) => child(safe, 1, 0))) {
      let bags = asn1.fromDer(octets.value as string);
      for (let level = 0; level < depth; level += 1) bags = wrapped(bags);
      octets.value = asn1.toDer(bags).getBytes();
    }
    return safes;
  });
}

test("bags in bags are opened, down to a depth that nobody needs", () => {
  expect(openPfx(nested(3), "")).toMatchObject({ thumbprint: thumbprintOf(rsa) });
  expect(problemOf(nested(4), "")).toMatch(/^is not a PKCS #12 file/);
});

test("octets that are cut into pieces, as BER allows, are put together", () => {
  const pfx = forgePfx(self);
  const octets = child(pfx, ...CONTENT);
  const whole = octets.value as string;
  const piece = (from: number, to?: number) =>
    asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OCTETSTRING, false, whole.slice(from, to));
  octets.value = [piece(0, 1000), piece(1000)];
  octets.constructed = true;
  octets.composed = true;
  expect(openPfx(toDer(pfx), PASSPHRASE)).toMatchObject({ thumbprint: thumbprintOf(rsa) });
});

test("a MAC that is made with PBMAC1 is said to be unsupported", () => {
  const pfx = forgePfx(self);
  child(pfx, 2, 0, 0, 0).value = asn1.oidToDer("1.2.840.113549.1.5.14").getBytes();
  expect(problemOf(toDer(pfx))).toMatch(/^is protected in a way that cannot be opened\. Export it/);
});

test.for([
  { name: "its MAC", wish: {} },
  { name: "TripleDES", wish: { useMac: false } },
  { name: "AES", wish: { algorithm: "aes256" as const, passphrase: "ascii", useMac: false } },
])(
  "a file that asks for millions of rounds for $name is refused before a hash is made",
  ({ wish }) => {
    const modest = toDer(forgePfx({ ...self, rounds: 0x010203, ...wish }));
    const hostile = patched(
      modest,
      Buffer.from("0203010203", "hex"),
      Buffer.from("02037fffff", "hex"),
    );
    const start = performance.now();
    expect(problemOf(hostile, wish.passphrase)).toMatch(/^asks for so many rounds of hashing/);
    expect(performance.now() - start).toBeLessThan(1000);
    const none = patched(
      modest,
      Buffer.from("0203010203", "hex"),
      Buffer.from("0203ff0203", "hex"),
    );
    expect(problemOf(none, wish.passphrase)).toMatch(/^is not a PKCS #12 file/);
  },
);

test("the most that a file may ask for its MAC takes seconds, and what is beyond is refused", () => {
  const file = (rounds: number) => {
    const pfx = forgePfx({ ...self, passphrase: "ascii" });
    child(pfx, 2, 0, 0, 0).value = asn1.oidToDer("2.16.840.1.101.3.4.2.3").getBytes();
    child(pfx, 2, 2).value = asn1.integerToDer(rounds).getBytes();
    return toDer(pfx);
  };
  const start = performance.now();
  expect(problemOf(file(850_000))).toMatch(/^cannot be opened with the passphrase/);
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(problemOf(file(850_001))).toMatch(/^asks for so many rounds .* with 100,000 or fewer\.$/);
}, 20_000);

test("what is larger than 64 KiB is not looked into", () => {
  expect(problemOf(Buffer.alloc(64 * 1024 + 1, 0x30))).toMatch(/^is larger than 64 KiB/);
});

test("PEM in the place of a PKCS #12 file is recognised", () => {
  for (const text of [joined(rsa), rsa.key, `subject=CN = fraud\n${rsa.key}${rsa.pem}`]) {
    expect(problemOf(Buffer.from(text))).toMatch(/^is PEM text, .* `pem:` instead of `pfx:`\.$/);
  }
});

test("what is no PKCS #12 file is said to be none", () => {
  const der = new X509Certificate(rsa.pem).raw;
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from("hello"),
    der,
    Buffer.from("3003020103", "hex"),
  ]) {
    expect(problemOf(bytes)).toMatch(/^is not a PKCS #12 file \(PFX\) that can be read\. Export/);
  }
});

const files: readonly Buffer[] = [
  toDer(forgePfx(self)),
  toDer(forgePfx({ ...self, useMac: false })),
  toDer(forgePfx({ ...self, passphrase: null, useMac: false })),
  toDer(forgePfx({ certificates: [issued, authority, root], key: issued, useMac: false })),
];

const broken = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(fc.constantFrom(...files), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([file, part]) => file.subarray(0, Math.floor(file.length * part))),
  fc
    .tuple(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 7 })), { minLength: 1, maxLength: 4 }),
    )
    .map(([file, flips]) => flips.reduce(flipped, file)),
);

function flipped(bytes: Buffer, [at, bit]: readonly [number, number]): Buffer {
  const copy = Buffer.from(bytes);
  copy[at % copy.length]! ^= 1 << bit;
  return copy;
}

test("whatever the bytes, the answer is facts or a problem that is a sentence without the passphrase", () => {
  fc.assert(
    fc.property(broken, fc.constantFrom(PASSPHRASE, "", "canary"), (bytes, passphrase) => {
      const got = openPfx(bytes, passphrase);
      if (!("problem" in got)) {
        expect(got.thumbprint).toMatch(/^[0-9A-F]{40}$/);
        return;
      }
      expect(got.problem).toMatch(/^[a-z].*[.]$/);
      if (passphrase !== "") expect(got.problem).not.toContain(passphrase);
    }),
    { numRuns: 1000 },
  );
});
