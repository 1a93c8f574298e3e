/** Reads what a document holds by path, and leaves out what its schema refused. */
import type { ErrorObject } from "ajv/dist/2020.js";

export type Read = (path: readonly string[]) => unknown;

/** Errors that are about what is missing or too much beside a value, not about the value. */
const ABOUT_KEYS = new Set([
  ...["required", "additionalProperties", "minProperties", "maxProperties"],
  ...["oneOf", "dependentRequired"],
]);

/** Values by their path; undefined where there is none, or where the schema refused it. */
export function reader(root: unknown, errors: readonly ErrorObject[]): Read {
  const refused = errors.flatMap(({ keyword, instancePath }) =>
    ABOUT_KEYS.has(keyword) ? [] : [`${instancePath}/`],
  );
  return (path) => {
    const pointer = path.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
    const isRefused = refused.some((prefix) => `${pointer.join("")}/`.startsWith(prefix));
    if (isRefused) return undefined;
    return path.reduce<unknown>((value, name) => record(value)[name], root);
  };
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? (value as Readonly<Record<string, unknown>>) : {};
}
