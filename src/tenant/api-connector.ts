/**
 * microsoft.graph.identityApiConnector: Graph's JSON to the model and back
 * (https://learn.microsoft.com/graph/api/resources/identityapiconnector). What is written and what
 * is read differ: passwords come back masked, certificates as a list of their public parts.
 */
import { FaultError, failure } from "../model/fault.ts";
import type { LiveAuthentication, LiveCertificate, Observed } from "../model/live.ts";
import { splitUrl } from "../model/query.ts";
import { Secret } from "../model/secret.ts";
import type { ApiConnectorWrite, CertificateWrite } from "../model/tenant.ts";

/** What Graph shows instead of a password. */
const MASK = "******";

/** Characters that a value may have: more than Graph allows, few enough for every report. */
export const LONGEST_ID = 256;
export const LONGEST_NAME = 4_096;
export const LONGEST_URL = 16_384;

/** Says which value is not what it should be; completes "The answer …". */
export class NotAsExpected extends Error {
  override readonly name = "NotAsExpected";
}

/** One object of a listing. Throws NotAsExpected. */
export function toObserved(json: unknown): Observed {
  const object = asObject(json, "an API connector");
  const id = asText(object["id"], "id", LONGEST_ID) ?? "";
  if (id === "") throw new NotAsExpected("has an API connector without id");
  const url = asText(object["targetUrl"], "targetUrl", LONGEST_URL);
  return {
    kind: "ApiConnector",
    id,
    displayName: asText(object["displayName"], "displayName", LONGEST_NAME),
    ...(url === null ? { targetUrl: null, query: [] } : toTarget(url)),
    authentication: toAuthentication(object["authenticationConfiguration"]),
  };
}

/** Exactly the parts that are given. Throws a FaultError for what must never be sent. */
export function toGraph(write: ApiConnectorWrite): Readonly<Record<string, unknown>> {
  const { displayName, targetUrl, authentication } = write;
  return {
    ...(displayName === undefined ? {} : { displayName }),
    ...(targetUrl === undefined ? {} : { targetUrl: targetUrl.reveal() }),
    ...(authentication === undefined
      ? {}
      : { authenticationConfiguration: authenticationToGraph(authentication) }),
  };
}

/** The body of uploadClientCertificate: not wrapped, and without a type. */
export function uploadToGraph({ pfx, passphrase }: CertificateWrite) {
  return { pkcs12Value: pfx.reveal(), password: passphrase.reveal() };
}

/** Certificates are written as another type than they are read as. */
function authenticationToGraph(authentication: NonNullable<ApiConnectorWrite["authentication"]>) {
  if (authentication.type === "certificate") {
    const type = "#microsoft.graph.pkcs12Certificate";
    return { "@odata.type": type, ...uploadToGraph(authentication) };
  }
  const password = authentication.password.reveal();
  if (password === MASK) {
    const message = `The password ${MASK} is what Microsoft Graph shows instead of one: it is never written back. Correct the source of the secret.`;
    throw new FaultError(failure("rejected", message));
  }
  const { username } = authentication;
  return { "@odata.type": "#microsoft.graph.basicAuthentication", username, password };
}

function toTarget(text: string): Pick<Observed, "targetUrl" | "query"> {
  const split = splitUrl(text);
  if (split !== null) {
    return {
      // No definition has these, so what is left of them shows as a difference.
      targetUrl: split.base
        .replace(/^([a-z][a-z0-9+.-]*:(?:\/\/)?)[^/?#]*@/i, "$1(redacted)@")
        .replace(/#.*$/s, "#(redacted)"),
      query: split.query.map(({ key, value }) => ({ key, value: new Secret(value) })),
    };
  }
  // No URL, so nobody knows where its parts are: what could be a key or a password is not shown.
  const end = text.search(/[?#]/);
  const base = (end === -1 ? text : text.slice(0, end)).replace(
    /^([a-z][a-z0-9+.-]*:(?:\/\/)?)?.*@/is,
    "$1(redacted)@",
  );
  const rest = end === -1 ? [] : [{ key: "", value: new Secret(text.slice(end + 1)) }];
  return { targetUrl: base, query: rest };
}

/** Graph writes the type with and without a leading `#`. */
function toAuthentication(json: unknown): LiveAuthentication {
  if (json === null || json === undefined) return { type: "other", odataType: null };
  const object = asObject(json, "authenticationConfiguration");
  const odataType = asText(
    object["@odata.type"],
    "authenticationConfiguration/@odata.type",
    LONGEST_ID,
  );
  switch (odataType?.replace(/^#/, "")) {
    case "microsoft.graph.basicAuthentication":
      return {
        type: "basic",
        username: asText(object["username"], "authenticationConfiguration/username", LONGEST_NAME),
      };
    case "microsoft.graph.clientCertificateAuthentication":
      return { type: "certificate", certificates: toCertificates(object["certificateList"]) };
    default:
      return { type: "other", odataType };
  }
}

function toCertificates(json: unknown): readonly LiveCertificate[] {
  if (json === null || json === undefined) return [];
  if (!Array.isArray(json)) throw new NotAsExpected("has a certificateList that is no list");
  return json.map((entry: unknown) => {
    const object = asObject(entry, "certificateList");
    return {
      thumbprint: asText(object["thumbprint"], "thumbprint", LONGEST_ID)?.toUpperCase() ?? null,
      notBefore: asSeconds(object["notBefore"], "notBefore"),
      notAfter: asSeconds(object["notAfter"], "notAfter"),
      isActive: asBoolean(object["isActive"], "isActive"),
    };
  });
}

/** Throws NotAsExpected. */
export function asObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new NotAsExpected(`has ${what} that is no object`);
  }
  return value as Readonly<Record<string, unknown>>;
}

/** Throws NotAsExpected. */
export function asText(value: unknown, what: string, longest: number): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "string") throw new NotAsExpected(`has a ${what} that is no text`);
  if (value.length > longest) {
    throw new NotAsExpected(`has a ${what} of more than ${longest} characters`);
  }
  return value;
}

/** Int64; OData may write it as text. */
function asSeconds(value: unknown, what: string): number {
  const seconds = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof seconds !== "number" || !Number.isSafeInteger(seconds)) {
    throw new NotAsExpected(`has a ${what} that is no whole number`);
  }
  return seconds;
}

function asBoolean(value: unknown, what: string): boolean {
  if (typeof value !== "boolean")
    throw new NotAsExpected(`has a ${what} that is not true or false`);
  return value;
}
