import type { ErrorObject } from "ajv/dist/2020.js";
import { type Step, steps } from "../model/definition.ts";
import { type Read, reader, record } from "./draft-reader.ts";
import type { Place } from "./place.ts";
import type { YamlDocument } from "./yaml-text.ts";

/** A document as far as its schema accepts it: all that does not depend on a tenant. */
export interface UserFlowDraft {
  readonly kind: "UserFlow";
  /** When false, the draft serves only to find what else is wrong, so that all is told at once. */
  readonly isWhole: boolean;
  readonly name: string | null;
  /** Those that are written, in the order of the model. */
  readonly steps: readonly {
    readonly step: Step;
    /** Of the key, and of what stands there. */
    readonly keyPlace: Place;
    readonly place: Place;
    /** null: no connector. */
    readonly connector: WrittenConnector | null;
  }[];
  readonly places: { readonly name: Place };
}

/** A connector as it was written: by the name of its definition, or as the tenant knows it. */
export interface WrittenConnector {
  readonly by: "name" | "id" | "displayName";
  readonly text: string;
}

const NAME = ["metadata", "name"];
const STEPS = ["spec", "apiConnectors"];

/** `errors` are those of its schema: what they are about is left out. */
export function userFlowDraft(
  yaml: YamlDocument,
  errors: readonly ErrorObject[] = [],
): UserFlowDraft {
  const read = reader(yaml.value, errors);
  const name = read(NAME);
  const written = record(read(STEPS));
  return {
    kind: "UserFlow",
    isWhole: errors.length === 0,
    name: typeof name === "string" ? name : null,
    steps: steps.flatMap((step) => {
      if (!Object.hasOwn(written, step)) return [];
      const path = [...STEPS, step];
      const connector = writtenConnector(read, path);
      if (connector === undefined) return [];
      const inner = connector !== null && connector.by !== "name" ? [...path, connector.by] : path;
      return [{ step, keyPlace: yaml.placeOf(path, "key"), place: yaml.placeOf(inner), connector }];
    }),
    places: { name: yaml.placeOf(NAME) },
  };
}

/** undefined: what stands there names none. */
function writtenConnector(
  read: Read,
  path: readonly string[],
): WrittenConnector | null | undefined {
  const value = read(path);
  if (value === null) return null;
  if (typeof value === "string") return { by: "name", text: value };
  // One by one: what the schema refuses has its fault already.
  const [id, displayName] = [read([...path, "id"]), read([...path, "displayName"])];
  if (typeof id === "string") return { by: "id", text: id };
  return typeof displayName === "string" ? { by: "displayName", text: displayName } : undefined;
}
