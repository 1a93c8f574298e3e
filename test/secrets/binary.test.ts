import { expect, test } from "vitest";
import { base64OfBytes, base64OfText } from "../../src/secrets/binary.ts";

/** The beginning of a PFX. */
const pfx = Buffer.from([0x30, 0x82, 0x09, 0x6f, 0x02, 0x01, 0x03, 0xff, 0x00, 0x0a]);
const text = pfx.toString("base64");

test.for([
  { what: "bytes", bytes: pfx },
  { what: "base64 in one line", bytes: Buffer.from(text) },
  { what: "base64 with a line break at its end", bytes: Buffer.from(`${text}\r\n`) },
  { what: "base64 after a byte order mark", bytes: Buffer.from(`\uFEFF${text}`) },
])("a PFX that a file holds as $what becomes base64 in one spelling", ({ bytes }) => {
  expect(base64OfBytes(bytes)).toEqual({ value: text });
});

test.for([
  { what: "in one line", written: text },
  { what: "in many lines", written: text.replace(/.{4}/g, "$&\r\n") },
  { what: "with spaces around", written: `  ${text}\t` },
  { what: "without padding", written: text.replace(/=+$/, "") },
])("base64 text $what becomes base64 in one spelling", ({ written }) => {
  expect(base64OfText(written)).toEqual({ value: text });
});

test.for([
  { what: "a password", written: "hunter2-hunter2" },
  { what: "base64 of something else", written: Buffer.from("hunter2").toString("base64") },
  { what: "base64 and more", written: `${text}!` },
])("$what is no PFX, and is not shown", ({ written }) => {
  const want = "is neither a PFX file nor its base64 text. Put one of these there.";
  expect(base64OfText(written)).toEqual({ problem: want });
  expect(base64OfBytes(Buffer.from(written))).toEqual({ problem: want });
});

test("bytes that are no text are no PFX either, unless they begin like one", () => {
  expect(base64OfBytes(Buffer.from([0xff, 0xfe, 0x30, 0x00]))).toEqual({
    problem: expect.stringContaining("is neither a PFX file"),
  });
});

test("PEM in the place of a PFX is told with the key that belongs there", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const want = { problem: "holds PEM and no PFX. Write `pem:` in the place of `pfx:`." };
  expect(base64OfText(pem)).toEqual(want);
  expect(base64OfBytes(Buffer.from(pem))).toEqual(want);
});

test("a PFX of nothing is told", () => {
  for (const written of ["", " \n"]) {
    expect(base64OfText(written)).toEqual({ problem: "is empty. Put the PFX there." });
    expect(base64OfBytes(Buffer.from(written))).toEqual(base64OfText(written));
  }
});
