import type { ErrorObject } from "ajv/dist/2020.js";
import type { Kind } from "../model/definition.ts";
import { type ApiConnectorDraft, draftOf } from "./api-connector-draft.ts";
import { record } from "./draft-reader.ts";
import { choice, inWords, nearMiss } from "./near-miss.ts";
import { START, type WrittenFault, wrong } from "./place.ts";
import { schemaFaults } from "./schema-faults.ts";
import { check, type SchemaName } from "./schemas.ts";
import { type UserFlowDraft, userFlowDraft } from "./user-flow-draft.ts";
import { readYaml, type YamlDocument } from "./yaml-text.ts";

export type Draft = ApiConnectorDraft | UserFlowDraft;

/** The catalogue: for each kind its schema, and what is taken from a document of it. */
const kinds: Readonly<
  Record<
    Kind,
    {
      readonly schema: SchemaName;
      readonly draftOf: (yaml: YamlDocument, errors?: readonly ErrorObject[]) => Draft;
    }
  >
> = {
  ApiConnector: { schema: "api-connector", draftOf },
  UserFlow: { schema: "user-flow", draftOf: userFlowDraft },
};

const KINDS = Object.keys(kinds);

/** A file after parsing and schema validation: all that does not depend on a tenant. */
export interface ParsedFile {
  readonly drafts: readonly Draft[];
  readonly faults: readonly WrittenFault[];
  /** False when an error kept a part of it from giving a draft: nobody knows what that defines. */
  readonly isWhole: boolean;
}

/**
 * A file that is wrong throughout would otherwise hide all others; and saying what is wrong with each
 * of many thousand documents would keep the service waiting.
 */
const MOST_FAULTS = 50;

/** Never throws: what cannot be parsed is a fault. */
export function parseText(text: string): ParsedFile {
  try {
    return parseDocuments(text);
  } catch (thrown) {
    return { drafts: [], faults: [unexpected(thrown)], isWhole: false };
  }
}

/** The fault that stands for a bug of ours in reading one file. */
export function unexpected(thrown: unknown): WrittenFault {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const message = `Plumbline cannot read this file and met an unexpected ${name}. This is a bug: please report it with the file.`;
  return wrong("internal", START, message);
}

function parseDocuments(text: string): ParsedFile {
  const { documents, faults: yamlFaults } = readYaml(text);
  const drafts: Draft[] = [];
  const faults: WrittenFault[] = [...yamlFaults];
  for (const yaml of documents) {
    if (faults.length > MOST_FAULTS) break;
    const kind = kindOf(yaml);
    if (typeof kind !== "string") {
      faults.push(kind);
      continue;
    }
    const { schema, draftOf } = kinds[kind];
    const checked = check(schema, yaml.value);
    if ("document" in checked) {
      drafts.push(draftOf(yaml));
      continue;
    }
    for (const fault of schemaFaults(checked.errors, yaml)) faults.push(fault);
    if (checked.errors.length <= MOST_FAULTS) drafts.push(draftOf(yaml, checked.errors));
  }
  const isRead = yamlFaults.every(
    ({ code, severity }) => code === "empty-file" || severity === "warning",
  );
  const isWhole = isRead && drafts.length === documents.length;
  return { drafts, faults: bounded(faults), isWhole };
}

/** What a document is meant to define; a fault when that is nothing that a folder may hold. */
function kindOf({ value, placeOf }: YamlDocument): Kind | WrittenFault {
  const { kind, spec } = record(value);
  const place = placeOf(["kind"]);
  if (kind === "Service") {
    const message =
      "This is the configuration of the service, which does not belong among the definitions: move it to plumbline.yaml.";
    return wrong("schema", place, message);
  }
  // A slip of the pen: the rest is checked as what was meant.
  if (typeof kind !== "string")
    return Object.hasOwn(record(spec), "apiConnectors") ? "UserFlow" : "ApiConnector";
  const near = KINDS.includes(kind) ? kind : nearMiss(kind, KINDS);
  if (near !== null) return near as Kind;
  const message = `The kind${inWords(kind)} is not known. Known kinds are ${choice(KINDS)}.`;
  return wrong("schema", place, message);
}

function bounded(faults: readonly WrittenFault[]): readonly WrittenFault[] {
  if (faults.length <= MOST_FAULTS) return faults;
  const last = faults[MOST_FAULTS - 1]?.place ?? START;
  const message = "There are more faults in this file. Mend the others first.";
  return [...faults.slice(0, MOST_FAULTS), wrong("yaml", last, message)];
}
