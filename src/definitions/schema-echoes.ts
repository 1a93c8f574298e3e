import type { ErrorObject } from "ajv/dist/2020.js";
import { nearMiss } from "./near-miss.ts";

/**
 * Of the errors of ajv, those that are mistakes of a person: takes away what only follows from
 * another error. Keeps their order.
 */
export function withoutEchoes(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const early = errors.filter(({ keyword }) => keyword === "notYetSupported");
  const branches = errors.filter(({ keyword }) => keyword === "anyOf").map(misfits);
  const echoedAt = placesOfEchoes(errors);
  const misspelt = new Set(errors.map(misspeltKey).filter((it) => it !== null));
  return errors.filter((error) => {
    if (error.keyword === "required" && misspelt.has(missingKey(error))) return false;
    if (early.some((other) => other !== error && isWithin(error, other))) return false;
    if (branches.some((isMisfit) => isMisfit(error, errors))) return false;
    if (error.keyword === "propertyNames" || IN_ONE_OF.test(error.schemaPath)) return false;
    return !echoedAt.get(error.keyword)?.has(error.instancePath);
  });
}

/** A branch of `oneOf` only names a key that may be the one: which, the choice itself says. */
const IN_ONE_OF = /\/oneOf\/\d+\//;

/** What a keyword only repeats when one of these is broken at the same place. */
const ECHO_OF: Readonly<Record<string, readonly string[]>> = {
  minProperties: ["additionalProperties"],
  maxProperties: ["additionalProperties"],
  // What is no mapping at all has none of the keys, and is accepted by every branch.
  oneOf: ["additionalProperties", "type"],
  dependentRequired: ["additionalProperties", "oneOf"],
};

/** For each keyword, the places where its errors only follow from others. */
function placesOfEchoes(errors: readonly ErrorObject[]): ReadonlyMap<string, ReadonlySet<string>> {
  const placesOf = (keywords: readonly string[]) =>
    new Set(errors.filter((it) => keywords.includes(it.keyword)).map((it) => it.instancePath));
  return new Map(Object.entries(ECHO_OF).map(([echo, of]) => [echo, placesOf(of)]));
}

function missingKey({ instancePath, params }: ErrorObject): string {
  return `${instancePath}/${String(params["missingProperty"])}`;
}

/** The key that an unknown one was meant to be; null where none is near. */
function misspeltKey(error: ErrorObject): string | null {
  if (error.keyword !== "additionalProperties") return null;
  const near = nearMiss(String(error.params["additionalProperty"]), knownKeys(error));
  return near === null ? null : `${error.instancePath}/${near}`;
}

/** The keys that the schema knows where the error is. */
export function knownKeys({ parentSchema }: ErrorObject): readonly string[] {
  return Object.keys((parentSchema?.["properties"] as object | undefined) ?? {});
}

function isWithin(error: ErrorObject, outer: ErrorObject): boolean {
  return `${error.instancePath}/`.startsWith(`${outer.instancePath}/`);
}

/**
 * Of a choice of shapes, only the shape that the value has is worth talking about. Where it has none
 * of them, or more than one, the choice itself is the mistake.
 */
function misfits(
  choiceError: ErrorObject,
): (error: ErrorObject, all: readonly ErrorObject[]) => boolean {
  const prefix = `${choiceError.schemaPath}/`;
  const branchOf = (error: ErrorObject) =>
    error.schemaPath.startsWith(prefix)
      ? error.schemaPath.slice(prefix.length).split("/")[0]
      : undefined;
  return (error, all) => {
    const ofBranches = all.filter((other) => branchOf(other) !== undefined);
    const wrongShape = new Set(
      ofBranches
        .filter((other) => other.instancePath === choiceError.instancePath)
        .filter(({ keyword }) => keyword === "type" || keyword === "enum")
        .map(branchOf),
    );
    const fitting = new Set(ofBranches.map(branchOf).filter((it) => !wrongShape.has(it)));
    if (error === choiceError) return fitting.size === 1;
    const branch = branchOf(error);
    return branch !== undefined && !(fitting.size === 1 && fitting.has(branch));
  };
}
