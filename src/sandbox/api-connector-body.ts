/** What may be written to an API connector: checks a request body and turns it into stored form. */
import { AADB2C, type Refusal, refuse } from "./reply.ts";
import type { StoredAuthentication, StoredConnector } from "./tenant-state.ts";

type Writable = Omit<StoredConnector, "id">;
type Body = { readonly ok: true; readonly value: Partial<Writable> } | Refusal;
type Read<Value> = { readonly ok: true; readonly value: Value } | Refusal;

const PROPERTIES = ["displayName", "targetUrl", "authenticationConfiguration"];

/**
 * `create` needs all three properties, as the create page of Graph lists them; `patch` takes any of
 * them, but each of them whole. Properties that Graph does not know are refused, as is `id`.
 */
export function readBody(contentType: string | null, text: string, use: "create" | "patch"): Body {
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? "")) {
    return refuse(415, AADB2C, "The Content-Type of the request must be application/json.");
  }
  const json = parseJson(text);
  if (!isObject(json)) return bad("The request body is null or in bad format.");
  if ("id" in json) return bad("The property 'id' is read-only.");
  const unknown = Object.keys(json).find((key) => !PROPERTIES.includes(key) && !key.includes("@"));
  if (unknown !== undefined) {
    return bad(`The property '${unknown}' does not exist on type 'identityApiConnector'.`);
  }
  const missing = PROPERTIES.find((key) => !(key in json));
  if (use === "create" && missing !== undefined)
    return bad(`The property '${missing}' is required.`);
  return readProperties(json);
}

function readProperties(json: Record<string, unknown>): Body {
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
    case "microsoft.graph.pkcs12Certificate":
      return bad("Certificates are not supported by the sandbox yet: use basic authentication.");
    default:
      return bad(`authenticationConfiguration cannot be written as '${type}'.`);
  }
}

function readBasic(json: Record<string, unknown>): Read<StoredAuthentication> {
  const { username, password, ...rest } = json;
  const unknown = Object.keys(rest).find((key) => !key.includes("@"));
  if (unknown !== undefined) {
    return bad(`The property '${unknown}' does not exist on type 'basicAuthentication'.`);
  }
  if (!isFilled(username)) return bad("username must be a text that is not empty.");
  if (!isFilled(password)) return bad("password must be a text that is not empty.");
  return { ok: true, value: { type: "basic", username, password } };
}

function bad(message: string): Refusal {
  return refuse(400, AADB2C, message);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFilled(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isWebUrl(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\//i.test(value) && URL.canParse(value);
}
