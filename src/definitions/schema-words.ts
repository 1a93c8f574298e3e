import type { ErrorObject } from "ajv/dist/2020.js";
import { choice } from "./near-miss.ts";

/** What the keywords of our schemas say about a value, as far as messages need it. */
export interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  /** Keys of which exactly one belongs there, each required by a branch. */
  readonly oneOf?: readonly { readonly required?: readonly string[] }[];
  /** Why a property may not be written yet. */
  readonly notYetSupported?: string;
}

const SECRET =
  "a reference to a secret: { env: NAME }, { file: PATH } or { keyVault: { vault: NAME, secret: NAME } }";

const CONNECTOR = "the metadata.name of an ApiConnector, { displayName: NAME }, { id: ID } or null";

/** The rule that a value breaks, as the end of a sentence. */
export function ruleInWords({ keyword, params, data }: ErrorObject, schema: Schema): string {
  const limit = String(params["limit"]);
  switch (keyword) {
    case "type":
      return `must be ${expected(schema)}; it is ${actual(data)}`;
    case "const":
      return `must be ${String(params["allowedValue"])}`;
    case "enum":
      return `must be ${choice(wordsOf(params["allowedValues"]))}`;
    case "anyOf":
      return `does not have the right shape; it is ${actual(data)}`;
    case "minLength":
      return limit === "1" ? "must not be empty" : `must have at least ${limit} characters`;
    case "maxLength":
      return `must have at most ${limit} characters`;
    case "minimum":
      return `must be at least ${limit}`;
    case "maximum":
      return `must be at most ${limit}`;
    case "minItems":
      return "must not be an empty list";
    case "uniqueItems":
      return "must not hold the same item twice";
    case "minProperties":
    case "maxProperties":
      return countInWords(keyword, limit, schema);
    case "oneOf":
      return `must hold exactly one of ${choice((schema.oneOf ?? []).flatMap(({ required = [] }) => required))}`;
    case "pattern":
      return isConnectorReference(schema)
        ? `does not have the form of a name: it must be ${CONNECTOR}`
        : "does not have the right form";
    default:
      return `breaks the rule "${keyword}"`;
  }
}

function countInWords(keyword: string, limit: string, schema: Schema): string {
  if (schema.title === "API connectors") {
    return `must name at least one step: ${choice(supportedKeys(schema))}`;
  }
  // What is not supported yet is named to those alone who wrote it.
  const names =
    keyword === "minProperties" ? supportedKeys(schema) : Object.keys(schema.properties ?? {});
  if (limit === "1" && names.length === 1) return `must hold the key ${names.join("")}`;
  if (limit === "1" && names.length > 0) return `must hold exactly one of ${choice(names)}`;
  return `must hold at ${keyword === "minProperties" ? "least" : "most"} ${limit} ${limit === "1" ? "entry" : "entries"}`;
}

/** The keys that may be written where the schema stands. */
export function supportedKeys({ properties = {} }: Schema): readonly string[] {
  return Object.keys(properties).filter((key) => properties[key]?.notYetSupported === undefined);
}

/** The first sentence of a description, without its full stop; empty when there is none. */
export function firstSentence({ description = "" }: Schema): string {
  return description.split(/\.(?: |$)/, 1)[0] ?? "";
}

export function wordsOf(values: unknown): readonly string[] {
  return Array.isArray(values) ? values.map(String) : [];
}

function expected(schema: Schema): string {
  if (isSecretReference(schema)) return SECRET;
  if (isConnectorReference(schema)) return CONNECTOR;
  switch (schema.type) {
    case "object":
      return "a mapping (lines of key: value)";
    case "array":
      return "a list";
    case "string":
      return "text";
    case "integer":
      return "a whole number";
    case "boolean":
      return "true or false";
    default:
      return "of another type";
  }
}

function actual(data: unknown): string {
  if (data === null || data === undefined) return "empty";
  if (Array.isArray(data)) return "a list";
  if (typeof data === "object") return "a mapping";
  if (typeof data === "string") return "text";
  return typeof data === "number" ? "a number" : "true or false";
}

export function isLiteral(data: unknown): boolean {
  return data !== null && typeof data !== "object";
}

export function isConnectorReference(schema: Schema): boolean {
  return schema.title === "ConnectorReference";
}

export function isSecretReference(schema: Schema): boolean {
  return schema.title === "SecretReference";
}
