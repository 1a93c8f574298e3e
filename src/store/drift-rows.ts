/**
 * Rows about differences become nouns again. One that is damaged is set aside, so that it takes along
 * neither the others nor the runs of its tenant.
 */
import type { Selectable } from "kysely";
import type { Kind } from "../model/definition.ts";
import type { Drift } from "../model/generated/drift.ts";
import type { Acceptance, DamagedRow } from "../model/store.ts";
import { storeWarning } from "./faults.ts";
import {
  isInstant,
  isKind,
  isObject,
  isTextOrNull,
  isTexts,
  parsed,
  type Rows,
  sorted,
} from "./rows.ts";
import type { Tables } from "./tables.ts";

export type AcceptanceRow = Omit<Selectable<Tables["acceptances"]>, "graph" | "tenant_id">;
export type DriftRow = Omit<Selectable<Tables["drifts"]>, "graph" | "tenant_id">;

/** `path`: of the store, for faults. */
export function acceptancesIn(rows: readonly AcceptanceRow[], path: string): Rows<Acceptance> {
  const read = (row: AcceptanceRow) => (isAcceptance(row) ? row : null);
  return sorted(rows, read, (row) => damagedAcceptance(row, path));
}

/** `path`: of the store, for faults. */
export function driftsIn(rows: readonly DriftRow[], path: string): Rows<Drift> {
  return sorted(rows, toDrift, (row) => damagedDrift(row, path));
}

function isAcceptance(row: AcceptanceRow): row is AcceptanceRow & { readonly kind: Kind } {
  return isKind(row.kind) && isDigest(row.value) && isInstant(row.since) && isInstant(row.until);
}

/** null: nobody can read it. */
function toDrift({ drift, kind, name, path }: DriftRow): Drift | null {
  const value = parsed(drift);
  if (!isDrift(value)) return null;
  return value.kind === kind && value.name === name && value.path === path ? value : null;
}

const OPS: readonly string[] = ["create", "update", "adopt", "delete"] satisfies Drift["op"][];
const STATES: readonly string[] = [
  "new",
  "ongoing",
  "accepted",
  "flapping",
  "resolved",
] satisfies Drift["state"][];

/** What the life of a drift is told by. */
function isDrift(value: unknown): value is Drift {
  return (
    isObject(value) &&
    isKind(value["kind"]) &&
    OPS.includes(String(value["op"])) &&
    STATES.includes(String(value["state"])) &&
    isInstant(value["firstSeen"]) &&
    isInstant(value["lastSeen"]) &&
    (value["resolvedAt"] === null || isInstant(value["resolvedAt"])) &&
    Number.isInteger(value["runs"]) &&
    ["before", "after", "definition"].every((key) => isTextOrNull(value[key])) &&
    isTexts(value["openings"])
  );
}

/** Of a text, or a fingerprint. */
function isDigest(value: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(value) || /^[^$]+\$[\w-]+$/.test(value);
}

function damagedAcceptance({ kind, name, path }: AcceptanceRow, store: string): DamagedRow {
  const message = `The store ${store} is damaged: what was accepted of ${path} of ${name} cannot be read. Nothing is written over that field until somebody decides: plumbline accept ${name} --field ${path} with --revoke lets git's value return; with --until and --reason it accepts the live value anew.`;
  return { of: "acceptance", kind, name, path, fault: storeWarning(message) };
}

function damagedDrift({ kind, name, path }: DriftRow, store: string): DamagedRow {
  const what = path === "" ? name : `${path} of ${name}`;
  const message = `The store ${store} is damaged: since when ${what} differs cannot be read. If it still does, that is noted anew. Look after the disk, or restore the store from a backup if more of it is damaged.`;
  return { of: "drift", kind, name, path, fault: storeWarning(message) };
}
