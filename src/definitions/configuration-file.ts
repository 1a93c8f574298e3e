import { type Stats, statSync } from "node:fs";
import { type Fault, failure, type Position } from "../model/fault.ts";
import type { ServiceConfiguration } from "../model/generated/service.ts";
import { unreachable } from "./folder.ts";
import { unexpected } from "./parsed-file.ts";
import { located, START, type WrittenFault, wrong } from "./place.ts";
import { schemaFaults } from "./schema-faults.ts";
import { check } from "./schemas.ts";
import { readSource } from "./source-file.ts";
import { readYaml, type YamlDocument } from "./yaml-text.ts";

export interface ReadConfiguration {
  /** null when there is a fault. */
  readonly value: ServiceConfiguration | null;
  /**
   * Place of a value by its path: keys with dots between, items by their index from 0 in brackets,
   * such as `tenants[0].mode`. What was not written has the place of what would hold it; the empty
   * path and a file that could not be read have its beginning.
   */
  readonly at: (path: string) => Position;
  /** In the order of the file. */
  readonly faults: readonly Fault[];
}

/**
 * Reads plumbline.yaml against its published schema. `file` is absolute, `shown` what messages call
 * it. Does not throw.
 */
export function readConfiguration(file: string, shown: string): ReadConfiguration {
  try {
    return read(file, shown);
  } catch (thrown) {
    return failed([unexpected(thrown)], shown);
  }
}

const EMPTY =
  "This file is empty: write the configuration of the service, as the README shows, or name another file with --config.";

function read(file: string, shown: string): ReadConfiguration {
  const stats = statsOf(file);
  if (!("size" in stats)) return missing(stats.reason, file, shown);
  const source = readSource(file, stats.size);
  if ("fault" in source) return failed([source.fault], shown);
  const { documents, faults } = readYaml(source.text, EMPTY);
  const [document, second] = documents;
  if (document === undefined || faults.length > 0) return failed(faults, shown, document);
  if (second !== undefined) {
    const message = "The configuration is one document: remove the line --- and what follows it.";
    return failed([wrong("configuration", second.placeOf([]), message)], shown, document);
  }
  const checked = check("service", document.value);
  if ("errors" in checked) {
    return failed(schemaFaults(checked.errors, document), shown, document);
  }
  return { value: checked.document, at: placer(shown, document), faults: [] };
}

function statsOf(file: string): Stats | { readonly reason: string } {
  try {
    const stats = statSync(file);
    return stats.isFile() ? stats : { reason: "is no regular file" };
  } catch (thrown) {
    return { reason: unreachable(thrown) };
  }
}

function missing(reason: string, file: string, shown: string): ReadConfiguration {
  const message = `The configuration ${file} ${reason}. Write one, or name another with --config.`;
  return { value: null, at: placer(shown), faults: [failure("configuration", message)] };
}

function failed(
  faults: readonly WrittenFault[],
  shown: string,
  document?: YamlDocument,
): ReadConfiguration {
  return {
    value: null,
    at: placer(shown, document),
    faults: faults.map((fault) => located(fault, shown)),
  };
}

function placer(shown: string, document?: YamlDocument): ReadConfiguration["at"] {
  return (path) => {
    const names = path.match(/[^.[\]]+/g) ?? [];
    return { file: shown, ...(document?.placeOf(names) ?? START) };
  };
}
