/** A JSON body as Graph takes it, and its words for what is wrong with one. */
import { AADB2C, type Refusal, refuse } from "./reply.ts";

export type Read<Value> = { readonly ok: true; readonly value: Value } | Refusal;

export type JsonProperties = Readonly<Record<string, unknown>>;

export function readObject(contentType: string | null, text: string): Read<JsonProperties> {
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? "")) {
    return refuse(415, AADB2C, "The Content-Type of the request must be application/json.");
  }
  const json = parseJson(text);
  return isObject(json)
    ? { ok: true, value: json }
    : bad("The request body is null or in bad format.");
}

/** Annotations (with `@`) are for everyone to write. */
export function unknownKey(json: JsonProperties, known: readonly string[]): string | undefined {
  return Object.keys(json).find((key) => !known.includes(key) && !key.includes("@"));
}

export function bad(message: string): Refusal {
  return refuse(400, AADB2C, message);
}

export function required(property: string): Refusal {
  return bad(`The property '${property}' is required.`);
}

export function noSuchProperty(property: string, type: string): Refusal {
  return bad(`The property '${property}' does not exist on type '${type}'.`);
}

export function isObject(value: unknown): value is JsonProperties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isFilled(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
