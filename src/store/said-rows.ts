/**
 * Rows about suspensions, refusals and changes by others become nouns again. One that is damaged is set
 * aside and told of, so that it does not stop the runs of its tenant; what is left alone stays so.
 */
import type { Selectable } from "kysely";
import type { OutsideChange } from "../model/attribution.ts";
import { kindOfName } from "../model/definition.ts";
import type { Suspension } from "../model/generated/run.ts";
import type { DamagedRow } from "../model/store.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import { storeWarning } from "./faults.ts";
import { isInstant, isKind, isObject, isTexts, parsed, type Rows, sorted } from "./rows.ts";
import type { Tables } from "./tables.ts";

export type SuspensionRow = Omit<Selectable<Tables["suspensions"]>, "graph" | "tenant_id">;
export type RefusalsRow = Pick<Selectable<Tables["refusals"]>, "refusals">;
export type OutsideRow = Pick<Selectable<Tables["outside_changes"]>, "id" | "change">;

/** Where a row stands, for faults. */
interface Place {
  readonly tenant: Pick<TenantIdentity, "name">;
  /** Of the store. */
  readonly path: string;
}

/** When nobody knows when it ends, a suspension ends with the calendar of four digits. */
const NO_END = "9999-12-31T23:59:59.999Z";

/** One that is damaged suspends all that it may be about, until somebody decides. */
export function suspensionsIn(rows: readonly SuspensionRow[], place: Place): Rows<Suspension> {
  return {
    readable: rows.map(toSuspension),
    damaged: rows.filter((row) => !isWhole(row)).map((row) => damagedSuspension(row, place)),
  };
}

function toSuspension({ kind, name, since, until, ...said }: SuspensionRow): Suspension {
  const about =
    name === ""
      ? { kind: null, name: null }
      : { kind: isKind(kind) ? kind : kindOfName(name), name };
  const end = isInstant(until) ? until : NO_END;
  return { ...about, since: isInstant(since) ? since : end, until: end, ...said };
}

/** Both are empty for a whole tenant. */
function isWhole({ kind, name, since, until }: SuspensionRow): boolean {
  const isNamed = name === "" ? kind === "" : isKind(kind);
  return isNamed && isInstant(since) && isInstant(until);
}

/** None where the row cannot be read: then what is refused is told once more. */
export function refusalsIn(rows: readonly RefusalsRow[], { path }: Place): Rows<string> {
  const read = rows.map(({ refusals }) => parsed(refusals));
  return {
    readable: read.filter(isTexts).flat(),
    damaged: read.some((value) => !isTexts(value)) ? [damagedRefusals(path)] : [],
  };
}

export function outsideIn(rows: readonly OutsideRow[], { path }: Place): Rows<OutsideChange> {
  return sorted(rows, toOutsideChange, (row) => damagedOutside(row, path));
}

/** null: nobody can read it. */
function toOutsideChange({ id, change }: OutsideRow): OutsideChange | null {
  const value = parsed(change);
  return isOutsideChange(value) && value.id === id ? value : null;
}

const OPS: readonly unknown[] = ["create", "update", "delete"] satisfies OutsideChange["op"][];

/** What is decided by. */
function isOutsideChange(value: unknown): value is OutsideChange {
  return (
    isObject(value) &&
    ["id", "activity"].every((key) => typeof value[key] === "string") &&
    isKind(value["kind"]) &&
    OPS.includes(value["op"]) &&
    isInstant(value["at"]) &&
    isInstant(value["seenAt"]) &&
    isTexts(value["about"]) &&
    (value["actor"] === null || isObject(value["actor"]))
  );
}

function damagedSuspension({ kind, name }: SuspensionRow, { tenant, path }: Place): DamagedRow {
  const target = name === "" ? tenant.name : `${name} --tenant ${tenant.name}`;
  const what = name === "" ? "the whole tenant" : name;
  const message = `The store ${path} is damaged: of the suspension of ${what} not all can be read. It is left alone until somebody decides: plumbline resume ${target} ends it; plumbline suspend ${target} with --until and --reason says it anew.`;
  return { of: "suspension", kind, name, path: "", fault: storeWarning(message) };
}

function damagedRefusals(path: string): DamagedRow {
  const message = `The store ${path} is damaged: which refusals were told of cannot be read, so what is refused is audited once more.`;
  return { of: "refusals", kind: "", name: "", path: "", fault: storeWarning(message) };
}

function damagedOutside({ id }: OutsideRow, path: string): DamagedRow {
  const message = `The store ${path} is damaged: what somebody else has changed in the tenant (entry ${id} of its audit log) cannot be read. The log is read again as far as it goes back; a change before that puts no password in doubt any more.`;
  return { of: "outside", kind: "", name: id, path: "", fault: storeWarning(message) };
}
