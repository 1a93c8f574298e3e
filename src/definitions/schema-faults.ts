import type { ErrorObject } from "ajv/dist/2020.js";
import { choice, inWords, nearMiss } from "./near-miss.ts";
import { type WrittenFault, wrong } from "./place.ts";
import { knownKeys, withoutEchoes } from "./schema-echoes.ts";
import type { YamlDocument } from "./yaml-text.ts";

/** What the keywords of our schemas say about a value, as far as messages need it. */
interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

const SECRET = "a reference to a secret: { env: NAME } or { file: PATH }";
const LITERAL =
  "A secret may not stand in a file of definitions or configuration, because everyone who reads the repository would know it. Put it in an environment variable or a file and write { env: NAME } or { file: PATH }; change the secret if this file was shared.";

/** More errors than anybody reads; a hostile file may have a hundred thousand. */
const MOST_ERRORS = 200;

/** Words for the errors of ajv: one fault for each mistake, each at the place of the mistake. */
export function schemaFaults(
  errors: readonly ErrorObject[],
  document: YamlDocument,
): readonly WrittenFault[] {
  return withoutEchoes(errors.slice(0, MOST_ERRORS)).map((error) => faultOf(error, document));
}

function faultOf(error: ErrorObject, document: YamlDocument): WrittenFault {
  const path = pathOf(error.instancePath);
  const schema = (error.parentSchema ?? {}) as Schema;
  switch (error.keyword) {
    case "required":
      return missing(error, path, document);
    case "additionalProperties":
      return unknown(error, path, document);
    case "notYetSupported":
      return wrong("not-yet-supported", document.placeOf(path, "key"), String(error.schema));
    default:
  }
  const place = document.placeOf(path);
  if (error.propertyName !== undefined) {
    const at = document.placeOf([...path, error.propertyName], "key");
    return wrong("schema", at, `This name is not allowed here: ${ruleInWords(error, schema)}.`);
  }
  if (error.keyword === "type" && isSecretReference(schema) && isLiteral(error.data)) {
    return wrong("literal-secret", place, LITERAL);
  }
  return wrong("schema", place, sentence(error, path, schema));
}

function missing(
  error: ErrorObject,
  path: readonly string[],
  document: YamlDocument,
): WrittenFault {
  const name = String(error.params["missingProperty"]);
  const owner = path.length === 0 ? "The document" : dotted(path);
  const at = document.placeOf(path, "key");
  return wrong("schema", at, `${owner} needs the key "${name}".${about(error, name)}`);
}

/** The description of a property, where it has one. */
function about(error: ErrorObject, name: string): string {
  const schema = (error.parentSchema as Schema | undefined)?.properties?.[name] as
    | Schema
    | undefined;
  return schema?.description === undefined ? "" : ` ${schema.description}`;
}

function unknown(
  error: ErrorObject,
  path: readonly string[],
  document: YamlDocument,
): WrittenFault {
  const key = String(error.params["additionalProperty"]);
  const known = knownKeys(error);
  const near = nearMiss(key, known);
  const named = near !== null || !mayHoldSecret(path) ? inWords(key) : "";
  const allowed =
    known.length === 0 ? "no keys are allowed" : `the keys here are ${known.join(", ")}`;
  const meant = near === null ? "" : ` Did you mean "${near}"?`;
  const owner = path.length === 0 ? "a definition" : dotted(path);
  const at = document.placeOf([...path, key], "key");
  return wrong("schema", at, `The key${named} is not known in ${owner}: ${allowed}.${meant}`);
}

function sentence(error: ErrorObject, path: readonly string[], schema: Schema): string {
  const name = path.length === 0 ? "The document" : dotted(path);
  return `${name} ${ruleInWords(error, schema)}.${suffix(error, path, schema)}`;
}

function ruleInWords({ keyword, params, data }: ErrorObject, schema: Schema): string {
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
    case "pattern":
      return "does not have the right form";
    default:
      return `breaks the rule "${keyword}"`;
  }
}

function countInWords(keyword: string, limit: string, schema: Schema): string {
  const names = Object.keys(schema.properties ?? {});
  if (limit === "1" && names.length > 0) return `must hold exactly one of ${choice(names)}`;
  return `must hold at ${keyword === "minProperties" ? "least" : "most"} ${limit} ${limit === "1" ? "entry" : "entries"}`;
}

/** What helps to mend it: a near word, or the description of the property. */
function suffix(error: ErrorObject, path: readonly string[], schema: Schema): string {
  const { keyword, params, data } = error;
  if (keyword === "enum") return nearValue(data, wordsOf(params["allowedValues"]), path);
  if (keyword === "pattern" || keyword === "anyOf") {
    return schema.description === undefined ? "" : ` ${schema.description}`;
  }
  if (keyword === "type" && schema.type === "string" && isLiteral(data))
    return " Put it in quotes.";
  return "";
}

function nearValue(data: unknown, allowed: readonly string[], path: readonly string[]): string {
  if (typeof data !== "string" || mayHoldSecret(path)) return "";
  const near = nearMiss(data, allowed);
  return near === null ? "" : ` Did you mean "${near}"?`;
}

function wordsOf(values: unknown): readonly string[] {
  return Array.isArray(values) ? values.map(String) : [];
}

function expected(schema: Schema): string {
  if (isSecretReference(schema)) return SECRET;
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

function isLiteral(data: unknown): boolean {
  return data !== null && typeof data !== "object";
}

function isSecretReference(schema: Schema): boolean {
  return schema.title === "SecretReference";
}

/** Values below these keys are never repeated, nor are unknown keys that resemble no known one. */
function mayHoldSecret(path: readonly string[]): boolean {
  return path.some((name) =>
    ["authentication", "query", "credential", "fingerprintKey", "postgres"].includes(name),
  );
}

function pathOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** `spec.targetUrl`, `tenants[0].mode` */
export function dotted(path: readonly string[]): string {
  return path
    .map((name, index) => {
      if (/^\d+$/.test(name)) return `[${name}]`;
      const word = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(name) ? name : "(key)";
      return index === 0 ? word : `.${word}`;
    })
    .join("");
}
