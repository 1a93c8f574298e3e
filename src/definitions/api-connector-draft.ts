import type { ErrorObject } from "ajv/dist/2020.js";
import { type Read, reader, record } from "./draft-reader.ts";
import type { Place } from "./place.ts";
import type { Reference } from "./secret-scope.ts";
import type { YamlDocument } from "./yaml-text.ts";

/** A reference as it was written, and where. */
export interface WrittenReference {
  readonly reference: Reference;
  readonly place: Place;
}

/** A document as far as its schema accepts it: all that does not depend on a tenant. */
export interface ApiConnectorDraft {
  readonly kind: "ApiConnector";
  /** When false, the draft serves only to find what else is wrong, so that all is told at once. */
  readonly isWhole: boolean;
  readonly name: string | null;
  readonly id: string | null;
  readonly previously: string | null;
  readonly displayName: string | null;
  readonly targetUrl: string | null;
  readonly query: readonly (WrittenReference & {
    readonly key: string;
    readonly keyPlace: Place;
  })[];
  readonly username: string | null;
  readonly password: WrittenReference | null;
  /** null when the authentication is another. */
  readonly certificate: CertificateDraft | null;
  readonly policy: WrittenPolicy;
  readonly places: Readonly<
    Record<
      | "name"
      | "id"
      | "previously"
      | "displayName"
      | "targetUrl"
      | "username"
      | "reassertEvery"
      | "reassertOnOutsideChange"
      | "retire"
      | "retireAfter",
      Place
    >
  >;
}

/** A client certificate as it was written: of `pfx` and `pem` one is there. */
export interface CertificateDraft {
  readonly pfx: WrittenReference | null;
  readonly pem: WrittenReference | null;
  readonly key: WrittenReference | null;
  readonly passphrase: WrittenReference | null;
  /** Whether each was written, readable or not. */
  readonly has: { readonly key: boolean; readonly passphrase: boolean };
}

/** Durations as they are written, such as `30d`; null where there is none. */
export interface WrittenPolicy {
  readonly protect: boolean;
  readonly assertOnAdopt: boolean;
  readonly reassertEvery: string | null;
  /** null where nothing is written. */
  readonly reassertOnOutsideChange: boolean | null;
  readonly retire: string | null;
  readonly retireAfter: string | null;
}

const METADATA = ["metadata"];
const SPEC = ["spec"];
const BASIC = ["spec", "authentication", "basic"];
const CERTIFICATE = ["spec", "authentication", "certificate"];
const POLICY = ["policy"];

/**
 * Takes from a document what the rules need, so that its text can be forgotten. `errors` are those
 * of its schema: what they are about is left out.
 */
export function draftOf(
  yaml: YamlDocument,
  errors: readonly ErrorObject[] = [],
): ApiConnectorDraft {
  const read = reader(yaml.value, errors);
  const text = (parent: readonly string[], name: string) => {
    const value = read([...parent, name]);
    return typeof value === "string" ? value : null;
  };
  const choice = (name: string) => {
    const value = read([...POLICY, name]);
    return typeof value === "boolean" ? value : null;
  };
  const flag = (name: string) => choice(name) === true;
  const at = (parent: readonly string[], name: string) => yaml.placeOf([...parent, name]);
  const query = [...SPEC, "query"];
  return {
    kind: "ApiConnector",
    isWhole: errors.length === 0,
    name: text(METADATA, "name"),
    id: text(METADATA, "id"),
    previously: text(METADATA, "previously"),
    displayName: text(SPEC, "displayName"),
    targetUrl: text(SPEC, "targetUrl"),
    query: Object.keys(record(read(query))).flatMap((key) => {
      const written = reference(yaml, read, [...query, key]);
      return written ? [{ key, keyPlace: yaml.placeOf([...query, key], "key"), ...written }] : [];
    }),
    username: text(BASIC, "username"),
    password: reference(yaml, read, [...BASIC, "password"]),
    certificate: certificateDraft(yaml, read),
    policy: {
      protect: flag("protect"),
      assertOnAdopt: flag("assertOnAdopt"),
      reassertEvery: text(POLICY, "reassertEvery"),
      reassertOnOutsideChange: choice("reassertOnOutsideChange"),
      retire: text(POLICY, "retire"),
      retireAfter: text(POLICY, "retireAfter"),
    },
    places: {
      name: at(METADATA, "name"),
      id: at(METADATA, "id"),
      previously: at(METADATA, "previously"),
      displayName: at(SPEC, "displayName"),
      targetUrl: at(SPEC, "targetUrl"),
      username: at(BASIC, "username"),
      reassertEvery: at(POLICY, "reassertEvery"),
      reassertOnOutsideChange: at(POLICY, "reassertOnOutsideChange"),
      retire: at(POLICY, "retire"),
      retireAfter: at(POLICY, "retireAfter"),
    },
  };
}

function certificateDraft(yaml: YamlDocument, read: Read): CertificateDraft | null {
  const written = record(read(CERTIFICATE));
  if (Object.keys(written).length === 0) return null;
  const at = (name: string) => reference(yaml, read, [...CERTIFICATE, name]);
  const has = { key: "key" in written, passphrase: "passphrase" in written };
  return { pfx: at("pfx"), pem: at("pem"), key: at("key"), passphrase: at("passphrase"), has };
}

/** null when it is none of the references that can be followed. */
function reference(
  yaml: YamlDocument,
  read: Read,
  path: readonly string[],
): WrittenReference | null {
  const written = record(read(path));
  const [kind, ...others] = (["env", "file", "keyVault"] as const).filter(
    (name) => written[name] !== undefined,
  );
  if (kind === undefined || others.length > 0) return null;
  // One by one: a name that the schema refuses has its fault already.
  const text = (...names: readonly string[]) => {
    const value = read([...path, ...names]);
    return typeof value === "string" ? value : null;
  };
  const found = referenceOf(kind, text, read([...path, "keepTrailingNewline"]) === true);
  return found && { reference: found, place: yaml.placeOf([...path, kind]) };
}

function referenceOf(
  kind: "env" | "file" | "keyVault",
  text: (...names: readonly string[]) => string | null,
  keepTrailingNewline: boolean,
): Reference | null {
  if (kind === "keyVault") {
    const vault = text(kind, "vault");
    const secret = text(kind, "secret");
    return vault && secret ? { keyVault: { vault, secret, version: text(kind, "version") } } : null;
  }
  const name = text(kind);
  if (name === null) return null;
  if (kind === "env") return { env: name };
  return keepTrailingNewline ? { file: name, keepTrailingNewline } : { file: name };
}
