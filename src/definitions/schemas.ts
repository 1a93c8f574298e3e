import { readFileSync } from "node:fs";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { ApiConnectorDocument } from "../model/generated/api-connector.ts";
import type { ServiceConfiguration } from "../model/generated/service.ts";
import type { UserFlowDocument } from "../model/generated/user-flow.ts";

/** The published schemas lie two levels up, from src/definitions and from dist/definitions alike. */
const FOLDER = new URL("../../schemas/", import.meta.url);

interface Documents {
  readonly "api-connector": ApiConnectorDocument;
  readonly "user-flow": UserFlowDocument;
  readonly service: ServiceConfiguration;
}

/** A schema that documents are checked against. */
export type SchemaName = keyof Documents;

export type Checked<Name extends SchemaName> =
  | { readonly document: Documents[Name] }
  | { readonly errors: readonly ErrorObject[] };

let ajv: Ajv2020 | undefined;
const validators = new Map<SchemaName, ValidateFunction>();

/** All errors at once; each carries the schema and the data that it is about. */
export function check<Name extends SchemaName>(name: Name, value: unknown): Checked<Name> {
  const validate = validatorOf(name);
  if (validate(value)) return { document: value as Documents[Name] };
  return { errors: validate.errors ?? [] };
}

/** The schema as it is published. */
export function readSchema(name: string): object {
  const text = readFileSync(new URL(`${name}.schema.json`, FOLDER), "utf8");
  return JSON.parse(text) as object;
}

/** Compiled when first used, once per process: it takes longer than checking thousands of files. */
function validatorOf(name: SchemaName): ValidateFunction {
  const known = validators.get(name);
  if (known !== undefined) return known;
  ajv ??= newAjv();
  const validate = ajv.compile(readSchema(name));
  validators.set(name, validate);
  return validate;
}

function newAjv(): Ajv2020 {
  const made = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: true,
    strictTypes: false,
    // The branches of a choice require keys that are described beside the choice.
    strictRequired: false,
  });
  // A part of the format whose time has not come: writing it is a fault that says so.
  made.addKeyword({ keyword: "notYetSupported", schemaType: "string", validate: () => false });
  made.addSchema(readSchema("secret-reference"));
  return made;
}
