// Documents that a JSON Schema describes, most of them valid, some wrong in one place or two.
import { readFileSync } from "node:fs";
import { literal } from "./canaries.ts";
import type { Random } from "./random.ts";
import { oddValue } from "./words.ts";

/** The keywords that the schemas of this repository use, as far as they say what to write. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  readonly examples?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly { readonly required?: readonly string[] }[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
}

/** How often a part is wrong: a document of thirty parts is every third time. */
const WRONG = 0.012;

/** How often a choice or a list is as the schema shows it, which says more than its shape does. */
const AS_SHOWN = 0.7;

/** How often a secret is written out where a reference to it belongs. */
const WRITTEN_OUT = 0.15;

/** Makes documents of the schema in this file of schemas/. */
export function writerOf(file: string): (random: Random) => unknown {
  const root = schemaIn(file);
  return (random) => instance(root, { file, random });
}

interface Context {
  /** The file in which references without a file are looked up. */
  readonly file: string;
  readonly random: Random;
}

const schemas = new Map<string, Schema>();

function schemaIn(file: string): Schema {
  const known = schemas.get(file);
  if (known !== undefined) return known;
  const url = new URL(`../schemas/${file}`, import.meta.url);
  const schema = JSON.parse(readFileSync(url, "utf8")) as Schema;
  schemas.set(file, schema);
  return schema;
}

function instance(schema: Schema, context: Context): unknown {
  const { random } = context;
  if (random.chance(WRONG)) return oddValue(random);
  if (schema.$ref !== undefined) return followed(schema.$ref, context);
  if (schema.title === "SecretReference" && random.chance(WRITTEN_OUT)) return literal.value;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum);
  const isShown = schema.examples !== undefined && (schema.anyOf ?? schema.items) !== undefined;
  if (isShown && random.chance(AS_SHOWN)) return random.pick(schema.examples ?? []);
  if (schema.anyOf !== undefined) return instance(random.pick(schema.anyOf), context);
  const type = typeof schema.type === "object" ? random.pick(schema.type) : schema.type;
  if (type === "object") return mapping(schema, context);
  if (type === "array") return list(schema, context);
  if (type === "boolean") return random.chance(0.5);
  if (type === "null") return null;
  // Of a choice of types, an example of another is as good.
  return random.pick(schema.examples ?? ["text"]);
}

function followed(reference: string, { file, random }: Context): unknown {
  const [named = "", pointer = ""] = reference.split("#");
  const next = named === "" ? file : named;
  const root = schemaIn(next);
  const name = pointer.replace("/$defs/", "");
  return instance(name === "" ? root : (root.$defs?.[name] ?? {}), { file: next, random });
}

function mapping(schema: Schema, context: Context): Readonly<Record<string, unknown>> {
  const { random } = context;
  const entries = keysFor(schema, random).map((key) => [
    key,
    instance(schema.properties?.[key] ?? {}, context),
  ]);
  const { additionalProperties: other } = schema;
  if (typeof other === "object") {
    const count = 1 + random.below(3);
    for (let index = 0; index < count; index++) {
      entries.push([random.pick(["code", "apiHost", "team", "sig"]), instance(other, context)]);
    }
  }
  if (random.chance(WRONG)) entries.push([random.pick(["name", "passwd", "Env"]), literal.value]);
  return Object.fromEntries(entries);
}

function keysFor(schema: Schema, random: Random): readonly string[] {
  const { properties = {}, oneOf, minProperties = 0, maxProperties } = schema;
  const known = Object.keys(properties);
  if (maxProperties === 1 && known.length > 0) return [random.pick(known)];
  const chosen = oneOf === undefined ? [] : (random.pick(oneOf).required ?? []);
  const required = [...(schema.required ?? []), ...chosen];
  const keys = known.filter((key) =>
    required.includes(key) ? !random.chance(WRONG) : random.chance(chosen.length > 0 ? 0.1 : 0.3),
  );
  const isTooFew = keys.length < minProperties && known.length > 0 && !random.chance(WRONG);
  return isTooFew ? [random.pick(known)] : keys;
}

function list({ items = {} }: Schema, context: Context): readonly unknown[] {
  const length = context.random.pick([1, 1, 1, 2, 2, 3]);
  return Array.from({ length }, () => instance(items, context));
}
