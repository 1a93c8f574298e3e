/** What may be written to an API connector: checks a request body and turns it into stored form. */
import { readCertificate } from "./client-certificate.ts";
import {
  bad,
  isFilled,
  isObject,
  type JsonProperties,
  noSuchProperty,
  type Read,
  readObject,
  required,
  unknownKey,
} from "./json-body.ts";
import type { StoredAuthentication, StoredConnector } from "./tenant-state.ts";

type Writable = Omit<StoredConnector, "id">;
type Body = Read<Partial<Writable>>;

const PROPERTIES = ["displayName", "targetUrl", "authenticationConfiguration"];

/**
 * `create` needs all three properties, as the create page of Graph lists them; `patch` takes any of
 * them, but each of them whole. Properties that Graph does not know are refused, as is `id`.
 */
export function readBody(contentType: string | null, text: string, use: "create" | "patch"): Body {
  const json = readObject(contentType, text);
  if (!json.ok) return json;
  if ("id" in json.value) return bad("The property 'id' is read-only.");
  const unknown = unknownKey(json.value, PROPERTIES);
  if (unknown !== undefined) return noSuchProperty(unknown, "identityApiConnector");
  const missing = PROPERTIES.find((key) => !(key in json.value));
  if (use === "create" && missing !== undefined) return required(missing);
  return readProperties(json.value);
}

function readProperties(json: JsonProperties): Body {
  const value: { -readonly [Key in keyof Writable]?: Writable[Key] } = {};
  if ("displayName" in json) {
    if (!isFilled(json["displayName"])) return bad("displayName must be a text that is not empty.");
    value.displayName = json["displayName"];
  }
  if ("targetUrl" in json) {
    if (!isWebUrl(json["targetUrl"])) return bad("targetUrl must be an absolute URL.");
    value.targetUrl = json["targetUrl"];
  }
  if ("authenticationConfiguration" in json) {
    const authentication = readAuthentication(json["authenticationConfiguration"]);
    if (!authentication.ok) return authentication;
    value.authentication = authentication.value;
  }
  return { ok: true, value };
}

function readAuthentication(json: unknown): Read<StoredAuthentication> {
  const type = isObject(json) ? json["@odata.type"] : undefined;
  if (!isObject(json) || typeof type !== "string") {
    return bad(
      "authenticationConfiguration should be of a subtype of apiAuthenticationConfigurationBase: @odata.type is missing.",
    );
  }
  switch (type.replace(/^#/, "")) {
    case "microsoft.graph.basicAuthentication":
      return readBasic(json);
    case "microsoft.graph.pkcs12Certificate": {
      const certificate = readCertificate(json);
      if (!certificate.ok) return certificate;
      return { ok: true, value: { type: "certificates", certificates: [certificate.value] } };
    }
    default:
      return bad(`authenticationConfiguration cannot be written as '${type}'.`);
  }
}

function readBasic(json: JsonProperties): Read<StoredAuthentication> {
  const { username, password } = json;
  const unknown = unknownKey(json, ["username", "password"]);
  if (unknown !== undefined) return noSuchProperty(unknown, "basicAuthentication");
  if (!isFilled(username)) return bad("username must be a text that is not empty.");
  if (!isFilled(password)) return bad("password must be a text that is not empty.");
  return { ok: true, value: { type: "basic", username, password } };
}

function isWebUrl(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\//i.test(value) && URL.canParse(value);
}
