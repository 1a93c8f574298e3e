/** What the program prints as JSON, held against the schemas that it publishes. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const names = [
  "plan.schema.json",
  "run.schema.json",
  "validation.schema.json",
  "secret-reference.schema.json",
  "audit.schema.json",
  "drift.schema.json",
  "api.schema.json",
  "history.schema.json",
  "alert.schema.json",
] as const;

type Name = (typeof names)[number];

/** A file of schemas/, or one of its $defs. */
export type PublishedSchema = Name | `${Name}#/$defs/${string}`;

/** What is wrong with a value, by the schema in this file of schemas/; empty when nothing is. */
export function faultsBy(schema: PublishedSchema, value: unknown): readonly object[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true, keywords: ["notYetSupported"] });
  addFormats.default(ajv);
  for (const name of names) {
    const file = new URL(`../../schemas/${name}`, import.meta.url);
    ajv.addSchema(JSON.parse(readFileSync(file, "utf8")));
  }
  ajv.validate(schema, value);
  return ajv.errors ?? [];
}
