/**
 * The memory between runs, in one SQLite file: what is ours, what was begun, what happened, and who
 * runs a tenant now. What was begun or settled is on disk before the caller goes on. The store does
 * not know what a run decides, and never holds a secret, only fingerprints of them.
 */
import { randomBytes } from "node:crypto";
import type { Clock } from "../model/clock.ts";
import type { Memory, Store } from "../model/store.ts";
import { systemClock } from "../model/system-clock.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import type { Database } from "./database.ts";
import { storeFault } from "./faults.ts";
import { openLocks } from "./lock.ts";
import {
  answerJournalEntry,
  changeLedger,
  closeJournalEntry,
  insertRun,
  isTimeToPrune,
  offerSalt,
  openJournalEntry,
  pruneJournal,
  pruneRuns,
  putKnown,
  selectKnown,
  selectLedger,
  selectOpenJournal,
  selectRuns,
  selectSalt,
} from "./queries.ts";
import { openRemembered } from "./remembered.ts";
import { toJournalEntry, toLedgerEntry, toRun } from "./rows.ts";
import { openSqlite } from "./sqlite.ts";

/** Bytes. */
const SALT_LENGTH = 32;

/**
 * Opens the store in the file at this absolute path, made with its folder where they are missing.
 * Locks stand in the folder of the same name with `.locks` after it. The clock serves to wait.
 * Throws a FaultError with code `store` for a file that cannot be used.
 */
export async function openStore(
  { sqlite: path }: { readonly sqlite: string },
  clock: Clock = systemClock,
): Promise<Store> {
  const database = await openSqlite(path, clock);
  const locks = openLocks(`${path}.locks`, clock);
  return {
    ...memoryIn(database, path),
    lock: locks.lock,
    async [Symbol.asyncDispose]() {
      locks[Symbol.dispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

function memoryIn(database: Database, path: string): Omit<Store, "lock" | keyof AsyncDisposable> {
  let salt: Promise<Uint8Array> | null = null;
  const remembered = openRemembered();
  return {
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
    async begin(tenant, entry) {
      remembered.forget(tenant);
      const [row] = await database.write("durable", [{ query: openJournalEntry(tenant, entry) }]);
      // The statement answers the one column of the one row that it made.
      return (row as { readonly key: number }).key;
    },
    async answer(tenant, key, id, changes) {
      const query = answerJournalEntry({ ...tenant, key, id });
      remembered.forget(tenant);
      await database.write("durable", [
        { query, otherwise: notOpen(key) },
        ...changes.map((change) => ({ query: changeLedger(tenant, change) })),
      ]);
    },
    async settle(tenant, key, result, changes) {
      const close = key === null ? [] : closing(tenant, key, result);
      const steps = [
        ...close,
        ...changes.map((change) => ({ query: changeLedger(tenant, change) })),
      ];
      remembered.forget(tenant);
      if (steps.length > 0) await database.write("durable", steps);
    },
    async record(tenant, run) {
      const { startedAt, finishedAt, result } = run;
      const values = { tenant: tenant.name, startedAt, finishedAt, result };
      const insert = { query: insertRun({ ...values, run: JSON.stringify(run) }) };
      // Whoever was never read whole may be a mistyped tenantId, and the name would be its for good.
      const isNews = run.plan?.complete === true && !remembered.isKnown(tenant);
      const steps = isNews ? [{ query: putKnown(tenant) }, insert] : [insert];
      const [row] = await database.write("cheap", steps);
      if (isNews) remembered.learn(tenant);
      // The statement answers the one column of the one row that it made.
      if (isTimeToPrune((row as { readonly sequence: number }).sequence)) {
        await database.write("cheap", [{ query: pruneRuns(tenant.name) }]);
      }
    },
    async runs(tenantName, limit) {
      const [rows] = await database.read([selectRuns(tenantName, limit)]);
      return rows.map((row) => toRun(row, path));
    },
  };
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
  const [known, ledger, journal] = await database.read([
    selectKnown(tenant),
    selectLedger(tenant),
    selectOpenJournal(tenant),
  ]);
  const [identity] = known.map(({ name, graph, tenant_id: tenantId }) => ({
    name,
    graph,
    tenantId,
  }));
  return {
    ledger: ledger.map((row) => toLedgerEntry(row, path)),
    journal: journal.map((row) => toJournalEntry(row, path)),
    known: identity ?? null,
  };
}

function closing(tenant: TenantIdentity, key: number, result: string) {
  return [
    {
      query: closeJournalEntry({ ...tenant, key, result }),
      otherwise: notOpen(key),
    },
    { query: pruneJournal(tenant) },
  ];
}

function notOpen(key: number): string {
  return `has no open journal entry ${key}: it was settled already. Two runs of one tenant must not overlap; end the other one, then run again.`;
}
