/** Rows become nouns again. What a row holds is checked here: a damaged one is a fault, not a crash. */
import type { Selectable } from "kysely";
import type { AuditReading } from "../model/attribution.ts";
import { type Kind, kinds } from "../model/definition.ts";
import type { ChainedEntry } from "../model/generated/audit.ts";
import type { Plan, Run } from "../model/generated/run.ts";
import type {
  DamagedRow,
  LedgerEntry,
  OpenJournalEntry,
  OwnWrite,
  RecordedSecret,
  RecordedSource,
  RunOutline,
} from "../model/store.ts";
import { type Link, toChained } from "./audit.ts";
import { damaged } from "./faults.ts";
import type { Tables } from "./tables.ts";

export type LedgerRow = Omit<Selectable<Tables["ledger"]>, "graph" | "tenant_id">;
export type JournalRow = Omit<
  Selectable<Tables["journal"]>,
  "graph" | "tenant_id" | "result" | "ended_at"
>;

export interface RunRow {
  readonly key: number;
  readonly run: string;
}

/** For faults: the store's file, and what in it. */
export interface Place {
  readonly path: string;
  readonly what: string;
}

export function toLedgerEntry(row: LedgerRow, path: string): LedgerEntry {
  const entry = { path, what: `ledger entry ${row.name}` };
  return {
    kind: toKind(row.kind, entry),
    name: row.name,
    id: row.id,
    displayName: row.display_name,
    protect: row.protect === 1,
    announcedAt: row.announced_at,
    secrets: completed(parse(row.secrets, entry, isRecordedSecrets)),
    sources: parse(row.sources, entry, isSources),
  };
}

export function toJournalEntry(row: JournalRow, path: string): OpenJournalEntry {
  const entry = { path, what: `journal entry ${row.key}` };
  return {
    key: row.key,
    op: row.op,
    kind: toKind(row.kind, entry),
    name: row.name,
    id: row.id,
    displayName: row.display_name,
    sends: row.sends === null ? null : parse(row.sends, entry, isTexts),
    listed: parse(row.listed, entry, isTexts),
    startedAt: row.started_at,
    run: row.run,
    request: row.request,
  };
}

export type WriteRow = Pick<
  Selectable<Tables["journal"]>,
  "op" | "kind" | "id" | "display_name" | "started_at" | "ended_at" | "request"
>;

export function toOwnWrite(row: WriteRow, path: string): OwnWrite {
  return {
    op: row.op,
    kind: toKind(row.kind, { path, what: `journal entry of ${row.display_name}` }),
    id: row.id,
    displayName: row.display_name,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    request: row.request,
  };
}

export type ReadingRow = Pick<
  Selectable<Tables["audit_readings"]>,
  "begins" | "looked_at" | "refused_at"
>;

/** What cannot be read counts as not known: then the log is read from its beginning, and nobody is blamed. */
export function toAuditReading(row: ReadingRow): AuditReading {
  const known = (text: string | null) => (isInstant(text) ? text : null);
  return {
    from: known(row.begins),
    lookedAt: known(row.looked_at),
    refusedAt: known(row.refused_at),
  };
}

export function toAudited(row: Link, path: string): ChainedEntry {
  const chained = toChained(row);
  if (chained === null) throw damaged(path, `audit entry ${row.sequence} cannot be read`);
  return chained;
}

export type OutlineRow = Pick<Selectable<Tables["runs"]>, "started_at" | "finished_at" | "result">;

export function toOutline({ started_at, finished_at, result }: OutlineRow): RunOutline {
  return {
    id: idOf(started_at),
    startedAt: started_at,
    finishedAt: finished_at,
    // Written from a run, and as a column it holds nothing else.
    result: result as RunOutline["result"],
  };
}

/** What older versions did not say: what a run is called. */
function idOf(startedAt: string): string {
  return startedAt.replaceAll(/[^0-9TZ]/g, "");
}

export function toRun(row: RunRow, path: string): Run {
  const { id, plan, ...run } = parse(row.run, { path, what: `run ${row.key}` }, isWrittenRun);
  return {
    id: id ?? idOf(run.startedAt),
    ...run,
    plan: plan && { ...notSaid, ...plan },
  };
}

/** What older versions did not say of a plan. */
const notSaid = {
  secrets: [],
  certificates: [],
  accepted: [],
  uses: null,
  usesUnknown: null,
  suspended: [],
  window: null,
};

function toKind(text: string, { path, what }: Place): Kind {
  if (!isKind(text)) throw damaged(path, `${what} is of an unknown kind`);
  return text;
}

export function parse<Value>(
  text: string,
  { path, what }: Place,
  is: (value: unknown) => value is Value,
): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, `${what} is no JSON`, cause);
  }
  if (!is(value)) throw damaged(path, `${what} has another shape than this version writes`);
  return value;
}

/** undefined: no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What of the rows of one table can be read, and what cannot. */
export interface Rows<Noun> {
  readonly readable: readonly Noun[];
  readonly damaged: readonly DamagedRow[];
}

/** A row of which `read` makes nothing is set aside, and hides no other. */
export function sorted<Row, Noun>(
  rows: readonly Row[],
  read: (row: Row) => Noun | null,
  damagedBy: (row: Row) => DamagedRow,
): Rows<Noun> {
  const found = rows.map((row) => ({ row, noun: read(row) }));
  return {
    readable: found.flatMap(({ noun }) => noun ?? []),
    damaged: found.filter(({ noun }) => noun === null).map(({ row }) => damagedBy(row)),
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

export function isKind(value: unknown): value is Kind {
  return kinds.some((kind) => kind === value);
}

/** RFC 3339, in UTC. */
export function isInstant(value: unknown): value is string {
  const isWritten = typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
  return isWritten && !Number.isNaN(Date.parse(value));
}

export function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

/** As an older version may have written it: it said neither who sent a secret nor since when. */
type WrittenSecret = Pick<RecordedSecret, "fingerprint" | "assertedAt"> & Partial<RecordedSecret>;

function completed(
  secrets: Readonly<Record<string, WrittenSecret>>,
): Readonly<Record<string, RecordedSecret>> {
  const entries = Object.entries(secrets).map(([path, secret]) => [
    path,
    { trustedAt: null, recordedAt: null, run: null, ...secret },
  ]);
  return Object.fromEntries(entries);
}

function isRecordedSecrets(value: unknown): value is Readonly<Record<string, WrittenSecret>> {
  return isObject(value) && Object.values(value).every(isRecordedSecret);
}

/** The outline only: whoever takes a source from here has it checked as a definition's. */
function isSources(value: unknown): value is Readonly<Record<string, RecordedSource>> {
  return isObject(value) && Object.values(value).every(isRecordedSource);
}

function isRecordedSource(value: unknown): boolean {
  return isObject(value) && isObject(value["source"]) && isTextOrNull(value["fingerprint"]);
}

function isRecordedSecret(value: unknown): value is WrittenSecret {
  return (
    isObject(value) &&
    typeof value["fingerprint"] === "string" &&
    isTextOrNull(value["assertedAt"]) &&
    ["trustedAt", "recordedAt", "run"].every((key) => isTextOrNull(value[key] ?? null))
  );
}

/** As an older version may have written it: without a name, and with less in its plan. */
type WrittenRun = Omit<Run, "id" | "plan"> &
  Partial<Pick<Run, "id">> & {
    readonly plan: (Omit<Plan, keyof typeof notSaid> & Partial<Plan>) | null;
  };

/** The outline only. */
function isWrittenRun(value: unknown): value is WrittenRun {
  return (
    isObject(value) &&
    ["tenant", "trigger", "mode", "startedAt", "finishedAt", "result"].every(
      (key) => typeof value[key] === "string",
    ) &&
    isTextOrNull(value["commit"]) &&
    (value["plan"] === null || isObject(value["plan"])) &&
    Array.isArray(value["outcomes"]) &&
    Array.isArray(value["faults"])
  );
}
