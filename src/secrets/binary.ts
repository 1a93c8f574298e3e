/** A PFX, however it is kept: as bytes or as base64 text, it becomes base64 in one spelling. */

/** A value, or the rest of a sentence that starts with the source. */
export type Canonical = { readonly value: string } | { readonly problem: string };

/** With it begins every PFX, and no base64 text of one: the tag of an ASN.1 sequence. */
const SEQUENCE = 0x30;

/** White space of a text, and the byte order mark that some editors write. */
const SPACING = /[\s\uFEFF]+/g;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The content of a file. */
export function base64OfBytes(bytes: Uint8Array): Canonical {
  if (bytes[0] === SEQUENCE) return { value: Buffer.from(bytes).toString("base64") };
  // Whatever is no text has characters that base64 has not.
  return base64OfText(Buffer.from(bytes).toString("utf8"));
}

/** What a variable or a vault holds. Line breaks may stand anywhere, and padding may be left out. */
export function base64OfText(text: string): Canonical {
  const compact = text.replace(SPACING, "");
  if (compact === "") return { problem: "is empty. Put the PFX there." };
  if (text.includes("-----BEGIN ")) {
    return { problem: "holds PEM and no PFX. Write `pem:` in the place of `pfx:`." };
  }
  const bytes = BASE64.test(compact) ? Buffer.from(compact, "base64") : null;
  if (bytes?.[0] !== SEQUENCE) {
    return { problem: "is neither a PFX file nor its base64 text. Put one of these there." };
  }
  return { value: bytes.toString("base64") };
}
