/**
 * The memory between runs, in one SQLite file: what is ours, what was begun, what happened, and who
 * runs a tenant now. What was begun or settled is on disk before the caller goes on. The store does
 * not know what a run decides, and never holds a secret, only fingerprints of them.
 */
import { randomBytes } from "node:crypto";
import { type AttributionChanges, neverRead } from "../model/attribution.ts";
import type { Clock } from "../model/clock.ts";
import type { AuditEntry } from "../model/generated/audit.ts";
import type { Run } from "../model/generated/run.ts";
import type { DriftChanges, Memory, MemoryChange, Store } from "../model/store.ts";
import { systemClock } from "../model/system-clock.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import { alertsIn } from "./alerts.ts";
import {
  putAuditReading,
  putOutsideChange,
  removeOutsideChange,
  selectAuditReading,
  selectOutsideChanges,
  selectWrites,
} from "./attribution-queries.ts";
import { retainSince, verifyChain } from "./audit.ts";
import { append, selectEntries } from "./audit-queries.ts";
import type { Database, Step } from "./database.ts";
import { putDrift, removeDrift, selectAcceptances, selectDrifts } from "./drift-queries.ts";
import { acceptancesIn, driftsIn } from "./drift-rows.ts";
import { storeFault } from "./faults.ts";
import { openLocks } from "./lock.ts";
import {
  answerJournalEntry,
  changeMemory,
  closeJournalEntry,
  insertRun,
  isTimeToPrune,
  KEPT,
  offerSalt,
  openJournalEntry,
  pruneJournal,
  pruneRuns,
  pruneRunsBefore,
  putKnown,
  rewriteRun,
  selectKnown,
  selectLedger,
  selectNaming,
  selectOpenJournal,
  selectOutlines,
  selectRun,
  selectRuns,
  selectSalt,
} from "./queries.ts";
import { openRemembered } from "./remembered.ts";
import {
  toAudited,
  toAuditReading,
  toJournalEntry,
  toLedgerEntry,
  toOutline,
  toOwnWrite,
  toRun,
} from "./rows.ts";
import { outsideIn, refusalsIn, suspensionsIn } from "./said-rows.ts";
import { openSqlite } from "./sqlite.ts";
import { selectRefusals, selectSuspensions } from "./suspension-queries.ts";

/** Bytes. */
const SALT_LENGTH = 32;

/** Milliseconds between two looks for what need not be kept any longer. */
const RETAINED_EVERY = 3_600_000;

export interface StoreOptions {
  /** Absolute path. */
  readonly sqlite: string;
  /** Milliseconds that an entry of the audit is kept; null: for good. */
  readonly keepAudit?: number | null;
  /** Milliseconds that a run is kept; null: the newest ones of each tenant, however old. */
  readonly keepRuns?: number | null;
}

/**
 * Opens the store in the file at this absolute path, made with its folder where they are missing.
 * Locks stand in the folder of the same name with `.locks` after it. The clock serves to wait.
 * Throws a FaultError with code `store` for a file that cannot be used.
 */
export async function openStore(
  { sqlite: path, keepAudit = null, keepRuns = null }: StoreOptions,
  clock: Clock = systemClock,
): Promise<Store> {
  const database = await openSqlite(path, clock);
  const locks = openLocks(`${path}.locks`, clock);
  return {
    ...memoryIn(database, path, {
      retain: openRetention(database, { keepAudit, keepRuns }, clock),
      boundsRuns: keepRuns === null,
      clock,
    }),
    lock: locks.lock,
    async [Symbol.asyncDispose]() {
      locks[Symbol.dispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

type Kept = Required<Pick<StoreOptions, "keepAudit" | "keepRuns">>;

/** Takes away what is older than it is kept, from time to time. */
function openRetention(database: Database, { keepAudit, keepRuns }: Kept, clock: Clock) {
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock.now().getTime();
    if (Math.abs(now - lookedAt) < RETAINED_EVERY) return;
    lookedAt = now;
    const ago = (milliseconds: number) => new Date(now - milliseconds).toISOString();
    if (keepAudit !== null) await retainSince(database, ago(keepAudit), ago(0));
    if (keepRuns !== null) {
      await database.write("cheap", [{ query: pruneRunsBefore(ago(keepRuns)) }]);
    }
  };
}

interface Retention {
  readonly retain: () => Promise<void>;
  /** Only so many runs of each tenant are kept. */
  readonly boundsRuns: boolean;
  /** Tells when a write ended. */
  readonly clock: Clock;
}

function memoryIn(
  database: Database,
  path: string,
  { retain, boundsRuns, clock }: Retention,
): Omit<Store, "lock" | keyof AsyncDisposable> {
  let salt: Promise<Uint8Array> | null = null;
  const remembered = openRemembered();
  return {
    alerts: alertsIn(database, path),
    ...readingIn(database, path, boundsRuns),
    salt() {
      salt ??= saltIn(database, path).catch((thrown) => {
        salt = null;
        throw thrown;
      });
      return salt;
    },
    async recall(tenant) {
      const version = await database.version();
      return remembered.recall(tenant, version, () => recallFrom(database, tenant, path));
    },
    async begin(tenant, entry, changes = [], audited = []) {
      remembered.forget(tenant);
      const begin = { query: openJournalEntry(tenant, entry) };
      const steps = [...remembering(tenant, changes, audited), begin];
      const [row] = await database.write("durable", steps);
      // The statement answers the one column of the one row that it made.
      return (row as { readonly key: number }).key;
    },
    async answer(tenant, key, id, changes, audited = []) {
      const at = clock.now().toISOString();
      const query = answerJournalEntry({ ...tenant, key, id, at });
      remembered.forget(tenant);
      await database.write("durable", [
        { query, otherwise: notOpen(key) },
        ...remembering(tenant, changes, audited),
      ]);
    },
    async settle(tenant, key, result, changes, audited = []) {
      const close = key === null ? [] : closing(tenant, key, result, clock.now());
      const steps = [...close, ...remembering(tenant, changes, audited)];
      remembered.forget(tenant);
      if (steps.length > 0) await database.write("durable", steps);
    },
    async record(tenant, run, drifts, attribution) {
      const { startedAt, finishedAt, result } = run;
      const values = { tenant: tenant.name, startedAt, finishedAt, result };
      const insert = { query: insertRun({ ...values, run: JSON.stringify(run) }) };
      // Whoever was never read whole may be a mistyped tenantId, and the name would be its for good.
      const isNews = run.plan?.complete === true && !remembered.isKnown(tenant);
      const found = drifts ? driftSteps(tenant, drifts) : [];
      const outside = outsideSteps(tenant, attribution);
      if (outside.length > 0) remembered.forget(tenant);
      const isNoted = drifts !== undefined && found.length > 0 && outside.length === 0;
      const noted = isNoted ? remembered.noting(tenant, drifts) : null;
      const heard = [...outside, ...readingSteps(tenant, attribution)];
      const known = isNews ? [{ query: putKnown(tenant) }] : [];
      const [row] = await database.write("cheap", [...known, ...found, ...heard, insert]);
      noted?.();
      if (isNews) remembered.learn(tenant);
      // The statement answers the one column of the one row that it made.
      if (boundsRuns && isTimeToPrune((row as { readonly sequence: number }).sequence)) {
        await database.write("cheap", [{ query: pruneRuns(tenant.name) }]);
      }
      await retain();
    },
    forgetActors: (tenantName, without) => rewriteRuns(database, path, tenantName, without),
    async audit(query) {
      const [rows] = await database.read([selectEntries(query)]);
      return rows.map((row) => toAudited(row, path)).reverse();
    },
    verifyAudit: (kept) => verifyChain(database, kept),
  };
}

type Reading = Pick<Store, "auditReading" | "writes" | "runs" | "run" | "outlines">;

/** What is read as it is, and remembered nowhere. */
function readingIn(database: Database, path: string, boundsRuns: boolean): Reading {
  return {
    async auditReading(tenant) {
      const [[row]] = await database.read([selectAuditReading(tenant)]);
      return row === undefined ? neverRead : toAuditReading(row);
    },
    async writes(tenant, since) {
      const [rows] = await database.read([selectWrites({ ...tenant, since })]);
      return rows.map((row) => toOwnWrite(row, path));
    },
    async runs(tenantName, limit) {
      const [rows] = await database.read([
        selectRuns(tenantName, boundsRuns ? Math.min(limit, KEPT) : limit),
      ]);
      return rows.map((row) => toRun(row, path));
    },
    async run(tenantName, id) {
      const [[row]] = await database.read([selectRun(tenantName, id)]);
      return row === undefined ? null : toRun(row, path);
    },
    async outlines(tenantNames, limit, before) {
      const queries = tenantNames.map((name) => selectOutlines(name, limit, before));
      const answers = await database.read(queries);
      return answers.map((rows) => rows.map(toOutline));
    },
  };
}

/** Runs that are read at a time. */
const REWRITTEN_AT_A_TIME = 50;

async function rewriteRuns(
  database: Database,
  path: string,
  tenantName: string,
  change: (run: Run) => Run,
): Promise<void> {
  for (let after = 0; ; ) {
    const [rows] = await database.read([selectNaming(tenantName, after, REWRITTEN_AT_A_TIME)]);
    const last = rows.at(-1);
    if (last === undefined) return;
    const steps = rows.map((row) => ({
      query: rewriteRun(row.key, JSON.stringify(change(toRun(row, path)))),
    }));
    await database.write("cheap", steps);
    after = last.key;
  }
}

function driftSteps(tenant: TenantIdentity, { put, forget }: DriftChanges): readonly Step[] {
  return [
    ...put.map((drift) => ({ query: putDrift(tenant, drift) })),
    ...forget.map((field) => ({ query: removeDrift(tenant, field) })),
  ];
}

function outsideSteps(
  tenant: TenantIdentity,
  attribution: AttributionChanges | undefined,
): readonly Step[] {
  const { put = [], forget = [] } = attribution ?? {};
  return [
    ...put.map((change) => ({ query: putOutsideChange(tenant, change) })),
    ...forget.map((id) => ({ query: removeOutsideChange(tenant, id) })),
  ];
}

/** Nothing of it is in the memory of a tenant, which stays as it was. */
function readingSteps(
  tenant: TenantIdentity,
  attribution: AttributionChanges | undefined,
): readonly Step[] {
  if (attribution === undefined) return [];
  return [{ query: putAuditReading({ ...tenant, ...attribution.reading }) }];
}

function remembering(
  tenant: TenantIdentity,
  changes: readonly MemoryChange[],
  audited: readonly AuditEntry[],
): readonly Step[] {
  return [
    ...changes.map((change) => ({ query: changeMemory(tenant, change) })),
    ...append(audited),
  ];
}

async function saltIn(database: Database, path: string): Promise<Uint8Array> {
  const [found] = await database.read([selectSalt()]);
  if (found[0] !== undefined) return found[0].value;
  await database.write("durable", [{ query: offerSalt(randomBytes(SALT_LENGTH)) }]);
  const [[kept]] = await database.read([selectSalt()]);
  if (kept === undefined) throw storeFault(path, "did not keep its salt. Try again.");
  return kept.value;
}

async function recallFrom(
  database: Database,
  tenant: TenantIdentity,
  path: string,
): Promise<Memory> {
  const read = await database.read([
    selectKnown(tenant),
    selectLedger(tenant),
    selectOpenJournal(tenant),
    selectSuspensions(tenant),
    selectRefusals(tenant),
    selectAcceptances(tenant),
    selectDrifts(tenant),
    selectOutsideChanges(tenant),
  ]);
  const [known, ledger, journal, suspended, refused, accepted, noted, heard] = read;
  const [identity] = known.map(({ name, graph, tenant_id: tenantId }) => ({
    name,
    graph,
    tenantId,
  }));
  const place = { tenant, path };
  const suspensions = suspensionsIn(suspended, place);
  const refusals = refusalsIn(refused, place);
  const acceptances = acceptancesIn(accepted, path);
  const drifts = driftsIn(noted, path);
  const outside = outsideIn(heard, place);
  const rows = [suspensions, refusals, acceptances, drifts, outside];
  return {
    ledger: ledger.map((row) => toLedgerEntry(row, path)),
    journal: journal.map((row) => toJournalEntry(row, path)),
    known: identity ?? null,
    suspensions: suspensions.readable,
    refusals: refusals.readable,
    acceptances: acceptances.readable,
    drifts: drifts.readable,
    damaged: rows.flatMap(({ damaged }) => damaged),
    outside: outside.readable,
  };
}

/** Milliseconds that our own writes are known for: audit logs of Azure AD B2C go back seven days. */
const WRITES_KEPT = 8 * 86_400_000;

function closing(tenant: TenantIdentity, key: number, result: string, now: Date) {
  const at = now.toISOString();
  const before = new Date(now.getTime() - WRITES_KEPT).toISOString();
  return [
    {
      query: closeJournalEntry({ ...tenant, key, result, at }),
      otherwise: notOpen(key),
    },
    { query: pruneJournal({ ...tenant, before }) },
  ];
}

function notOpen(key: number): string {
  return `has no open journal entry ${key}: it was settled already. Two runs of one tenant must not overlap; end the other one, then run again.`;
}
