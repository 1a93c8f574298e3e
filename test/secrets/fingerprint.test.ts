import fc from "fast-check";
import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { Secret } from "../../src/model/secret.ts";
import { openSecrets } from "../../src/secrets/secrets.ts";

const key = new Secret("a key of more than sixteen characters");
const password = new Secret("Tr0ub4dor&3");

function keyed(text: string = key.reveal()) {
  return openSecrets({ env: {}, fingerprint: { key: new Secret(text) } }).fingerprint;
}

function salted(salt: () => Promise<Uint8Array>) {
  return openSecrets({ env: {}, fingerprint: { salt } }).fingerprint;
}

function bytes(fill: number): Uint8Array {
  return new Uint8Array(32).fill(fill);
}

test("a fingerprint with a key names its scheme and its key, and does not hold the value", async () => {
  const got = await keyed()(password);
  expect(got).toMatch(/^hmac-sha256:[0-9a-f]{8}\$[A-Za-z0-9_-]{43}$/);
});

test("a fingerprint without a key names its scheme and its salt", async () => {
  expect(await salted(async () => bytes(1))(password)).toMatch(
    /^scrypt:[0-9a-f]{8}\$[A-Za-z0-9_-]{43}$/,
  );
});

test("equal values have equal fingerprints, others have others", async () => {
  const fingerprint = keyed();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.string(), async (one, other) => {
      const [first, again, second] = await Promise.all(
        [one, one, other].map((value) => fingerprint(new Secret(value))),
      );
      expect(again).toBe(first);
      expect(second === first).toBe(one === other);
    }),
  );
});

test("fingerprints are the same in every process with the same key or salt", async () => {
  expect(await keyed()(password)).toBe(await keyed()(password));
  const one = await salted(async () => bytes(1))(password);
  expect(await salted(async () => bytes(1))(password)).toBe(one);
});

test("another key changes the scheme's mark and the fingerprint", async () => {
  const [scheme, digest] = (await keyed()(password)).split("$");
  const [otherScheme, otherDigest] = (await keyed("another key, long enough")(password)).split("$");
  expect(otherScheme).not.toBe(scheme);
  expect(otherDigest).not.toBe(digest);
});

test("another salt changes the scheme's mark and the fingerprint", async () => {
  const [scheme, digest] = (await salted(async () => bytes(1))(password)).split("$");
  const [otherScheme, otherDigest] = (await salted(async () => bytes(2))(password)).split("$");
  expect(otherScheme).not.toBe(scheme);
  expect(otherDigest).not.toBe(digest);
});

test("a value is stretched once, also when it is asked for twice at a time", async () => {
  let asked = 0;
  const fingerprint = salted(async () => {
    asked += 1;
    return bytes(1);
  });
  const together = await Promise.all([
    fingerprint(password),
    fingerprint(new Secret(password.reveal())),
  ]);
  expect(together[0]).toBe(together[1]);
  expect(await fingerprint(password)).toBe(together[0]);
  expect(asked).toBe(1);
  await fingerprint(new Secret("another value"));
  expect(asked).toBe(2);
});

test("a salt that could not be read once is asked for again", async () => {
  let asked = 0;
  const fingerprint = salted(async () => {
    asked += 1;
    if (asked === 1) throw new Error("the store is locked");
    return bytes(1);
  });
  await expect(fingerprint(password)).rejects.toThrow("the store is locked");
  expect(await fingerprint(password)).toMatch(/^scrypt:/);
});

test("a short fingerprint key is a fault of the configuration that does not tell it", () => {
  let thrown: unknown = null;
  try {
    keyed("fifteen letters");
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(FaultError);
  const { fault } = thrown as FaultError;
  expect(fault.code).toBe("configuration");
  expect(fault.message).toContain("fingerprintKey is shorter than 16 characters");
  expect(fault.message).not.toContain("fifteen");
  expect(() => keyed("sixteen  letters")).not.toThrow();
});
