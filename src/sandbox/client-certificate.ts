/**
 * A client certificate as it is written: a PFX and its password in, what Graph keeps to show out.
 * https://learn.microsoft.com/graph/api/resources/pkcs12certificate
 */
import { openPfx } from "../pkcs12/pkcs12.ts";
import {
  bad,
  isFilled,
  type JsonProperties,
  noSuchProperty,
  type Read,
  readObject,
  required,
  unknownKey,
} from "./json-body.ts";
import type { StoredCertificate } from "./tenant-state.ts";

const PROPERTIES = ["pkcs12Value", "password"];

/** The value of `authenticationConfiguration`. */
export function readCertificate(json: JsonProperties): Read<StoredCertificate> {
  const unknown = unknownKey(json, PROPERTIES);
  return unknown === undefined ? open(json) : noSuchProperty(unknown, "pkcs12Certificate");
}

/** The body of the action, which is the same without a type around it. */
export function readUpload(contentType: string | null, text: string): Read<StoredCertificate> {
  const json = readObject(contentType, text);
  if (!json.ok) return json;
  const unknown = unknownKey(json.value, PROPERTIES);
  if (unknown === undefined) return open(json.value);
  return bad(
    `The parameter '${unknown}' in the request payload is not a valid parameter for the operation 'uploadClientCertificate'.`,
  );
}

function open(json: JsonProperties): Read<StoredCertificate> {
  const missing = PROPERTIES.find((key) => !(key in json));
  if (missing !== undefined) return required(missing);
  const { pkcs12Value, password } = json;
  if (!isFilled(pkcs12Value) || !isBase64(pkcs12Value)) {
    return bad("pkcs12Value must be the base64 of a PKCS #12 file.");
  }
  if (typeof password !== "string") {
    return bad('password must be a text: "" when the PKCS #12 file has none.');
  }
  const opened = openPfx(Buffer.from(pkcs12Value, "base64"), password);
  if ("problem" in opened) return bad(`pkcs12Value ${firstSentence(opened.problem)}`);
  const { thumbprint, notBefore, notAfter } = opened;
  return { ok: true, value: { thumbprint, notBefore, notAfter } };
}

/** The rest is advice to people who write definitions, of which Graph knows nothing. */
function firstSentence(text: string): string {
  return text.replace(/\. .*$/s, ".");
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}
