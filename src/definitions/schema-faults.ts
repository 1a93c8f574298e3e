import type { ErrorObject } from "ajv/dist/2020.js";
import { inWords, nearMiss } from "./near-miss.ts";
import { type WrittenFault, wrong } from "./place.ts";
import { knownKeys, withoutEchoes } from "./schema-echoes.ts";
import {
  firstSentence,
  isConnectorReference,
  isLiteral,
  isSecretReference,
  ruleInWords,
  type Schema,
  supportedKeys,
  wordsOf,
} from "./schema-words.ts";
import { mendedName } from "./variable-name.ts";
import type { YamlDocument } from "./yaml-text.ts";

const LITERAL =
  "A secret may not stand in a file of definitions or configuration, because everyone who reads the repository would know it. Put it in an environment variable, a file or a key vault and write { env: NAME }, { file: PATH } or { keyVault: { vault: NAME, secret: NAME } }; change the secret if this file was shared.";

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
    case "dependentRequired":
      return withoutOther(error, path, document);
    case "notYetSupported":
      return wrong("not-yet-supported", document.placeOf(path, "key"), String(error.schema));
    default:
  }
  const place = document.placeOf(path);
  if (error.propertyName !== undefined) {
    const at = document.placeOf([...path, error.propertyName], "key");
    const message = `This name is not allowed here: it ${ruleInWords(error, schema)}.${suffix(error, path, schema)}`;
    return wrong("schema", at, message);
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
  const schema = (error.parentSchema as Schema | undefined)?.properties?.[name] ?? {};
  return wrong("schema", at, `${owner} needs the key "${name}"${whatItIs(name, schema)}.`);
}

/** A key that means something only beside another one, which is missing. */
function withoutOther(
  error: ErrorObject,
  path: readonly string[],
  document: YamlDocument,
): WrittenFault {
  const key = String(error.params["property"]);
  const other = String(error.params["missingProperty"]);
  const message = `${dotted([...path, key])} belongs to ${other}: write it beside ${other}, or remove it.`;
  return wrong("schema", document.placeOf([...path, key], "key"), message);
}

/** The end of a sentence: what to write under a key, or what belongs there. */
function whatItIs(name: string, schema: Schema): string {
  if (schema.const !== undefined) return `. Add ${name}: ${String(schema.const)}`;
  const sentence = firstSentence(schema).replace(/^[A-Z](?=[a-z]* )/, (first) =>
    first.toLowerCase(),
  );
  if (sentence === "") return "";
  return sentence.includes(":") ? ` (${sentence})` : `: ${sentence}`;
}

function unknown(
  error: ErrorObject,
  path: readonly string[],
  document: YamlDocument,
): WrittenFault {
  const key = String(error.params["additionalProperty"]);
  const schema = (error.parentSchema ?? {}) as Schema;
  const known = supportedKeys(schema);
  const near = nearMiss(key, known) ?? nearMiss(key, knownKeys(error));
  const named = near !== null || !mayHoldSecret(path) ? inWords(key) : "";
  const meant = near === null ? "" : ` Did you mean "${near}"?`;
  const help =
    key === "name" && isConnectorReference(schema)
      ? " The name of a definition stands here without braces."
      : meant;
  const owner = path.length === 0 ? "a definition" : dotted(path);
  const at = document.placeOf([...path, key], "key");
  return wrong(
    "schema",
    at,
    `The key${named} is not known in ${owner}: ${keysInWords(known)}.${help}`,
  );
}

function keysInWords(known: readonly string[]): string {
  if (known.length === 0) return "no keys are allowed";
  return known.length === 1
    ? `the only key here is ${known[0]}`
    : `the keys here are ${known.join(", ")}`;
}

function sentence(error: ErrorObject, path: readonly string[], schema: Schema): string {
  const name = path.length === 0 ? "The document" : dotted(path);
  const { keyword, params, data } = error;
  if (keyword === "const") {
    const near = nearValue(data, wordsOf([params["allowedValue"]]), path);
    if (near !== "") return `This value of ${name} is not known.${near}`;
  }
  const mended = isVariableName(error, schema) ? mendedName(String(data)) : null;
  if (mended !== null) return mended;
  return `${name} ${ruleInWords(error, schema)}.${suffix(error, path, schema)}`;
}

/** What helps to mend it: a near word, or the description of the property. */
function suffix(error: ErrorObject, path: readonly string[], schema: Schema): string {
  const { keyword, params, data } = error;
  if (keyword === "enum") return nearValue(data, wordsOf(params["allowedValues"]), path);
  if (keyword === "pattern") return isConnectorReference(schema) ? "" : form(schema);
  if (keyword === "anyOf") {
    return schema.description === undefined ? "" : ` ${schema.description}`;
  }
  if (keyword === "type" && schema.type === "string" && isLiteral(data))
    return " Put it in quotes.";
  if (keyword === "type" && isConnectorReference(schema) && isLiteral(data))
    return " Put a name that YAML does not take for text in quotes.";
  return "";
}

/** What a value looks like that has the right form. */
function form(schema: Schema): string {
  const [example] = schema.examples ?? [];
  const sentence = firstSentence(schema);
  if (sentence === "") return "";
  return example === undefined ? ` ${sentence}.` : ` ${sentence}, such as ${String(example)}.`;
}

function isVariableName({ keyword }: ErrorObject, { title }: Schema): boolean {
  return keyword === "pattern" && title === "Environment variable";
}

function nearValue(data: unknown, allowed: readonly string[], path: readonly string[]): string {
  if (typeof data !== "string" || mayHoldSecret(path)) return "";
  const near = nearMiss(data, allowed);
  return near === null ? "" : ` Did you mean "${near}"?`;
}

/** Values below these keys are never repeated, nor are unknown keys that resemble no known one. */
function mayHoldSecret(path: readonly string[]): boolean {
  return path.some((name) =>
    ["authentication", "query", "credential", "fingerprintKey", "postgres", "access"].includes(
      name,
    ),
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
