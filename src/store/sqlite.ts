/**
 * One SQLite file. A batch runs without giving way to other work of the process, so no transaction
 * of ours is ever open while another of ours waits for it.
 */
import { closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { CompiledQuery } from "kysely";
import type { Clock } from "../model/clock.ts";
import { link } from "./audit.ts";
import { LINK } from "./audit-queries.ts";
import type { Answers, Database, Durability, Step } from "./database.ts";
import { damaged, explain, isBusy, storeFault } from "./faults.ts";
import { migrations } from "./migrations.ts";

/** Marks the file as ours: "Plum" in ASCII. */
const APPLICATION_ID = 0x506c756d;

/** Milliseconds that SQLite waits for a lock of another process, which holds it for a write. */
const BUSY_TIMEOUT = 5_000;

/** Milliseconds between tries, and tries, where SQLite does not wait by itself. */
const RETRY = { every: 20, times: 250 };

/** Bytes up to which the whole file is checked at open, which takes some 0.2 ms per MiB. */
const CHECKED_SIZE = 16 * 1024 * 1024;

const SYNCHRONOUS: Readonly<Record<Durability, string>> = {
  durable: "PRAGMA synchronous = FULL",
  cheap: "PRAGMA synchronous = NORMAL",
};

/** Makes the file (0600) and its folder (0700) where they are missing, and brings it up to date. */
export async function openSqlite(path: string, clock: Clock): Promise<Database> {
  let database: DatabaseSync | null = null;
  try {
    createPrivately(path);
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT });
    await prepare(database, path, clock);
    database.function(LINK, { deterministic: true }, (sequence, previous, entry) =>
      link(Number(sequence), String(previous), String(entry)),
    );
    return batches(database, path);
  } catch (thrown) {
    database?.close();
    throw explain(thrown, path);
  }
}

/**
 * An existing file is never opened here: closing any handle on a file drops this process's POSIX
 * locks on it, also those that SQLite holds.
 */
export function createPrivately(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (thrown) {
    const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
    if (!isThere) throw thrown;
  }
}

async function prepare(database: DatabaseSync, path: string, clock: Clock): Promise<void> {
  for (let left = RETRY.times; ; left -= 1) {
    try {
      refuseForeign(database, path);
      check(database, path);
      useWriteAheadLog(database);
      migrate(database);
      return;
    } catch (thrown) {
      // Two processes that turn a new file to WAL at once: one is told at once that it is busy.
      if (!isBusy(thrown) || left === 0) throw thrown;
      await clock.sleep(RETRY.every);
    }
  }
}

/** Before the first write to the file, so that a mistyped path harms nobody's database. */
function refuseForeign(database: DatabaseSync, path: string): void {
  const { version, application, tables } = identify(database);
  if (application === APPLICATION_ID && version > migrations.length) {
    throw storeFault(
      path,
      `was written by a newer Plumbline (its format is ${version}, this one knows ${migrations.length}). Use that version, or name another file with store.sqlite or PLUMBLINE_STORE.`,
    );
  }
  if (application !== APPLICATION_ID && (application !== 0 || tables !== 0)) {
    throw storeFault(
      path,
      "is the SQLite database of another program. Name another file with store.sqlite or PLUMBLINE_STORE.",
    );
  }
}

/** In one transaction: another process may be making the tables at this moment. */
function identify(database: DatabaseSync) {
  return transact(
    database,
    () => ({
      version: pragma(database, "user_version"),
      application: pragma(database, "application_id"),
      tables: database.prepare("SELECT count(*) AS count FROM sqlite_schema").get()?.["count"],
    }),
    "DEFERRED",
  );
}

function check(database: DatabaseSync, path: string): void {
  if (statSync(path).size > CHECKED_SIZE) return;
  const [found] = database.prepare("PRAGMA quick_check(1)").all();
  const verdict = found?.["quick_check"];
  if (verdict === "ok") return;
  throw damaged(path, "SQLite's check of the file fails", new Error(String(verdict)));
}

function useWriteAheadLog(database: DatabaseSync): void {
  const mode = database.prepare("PRAGMA journal_mode").get();
  if (mode?.["journal_mode"] !== "wal") database.exec("PRAGMA journal_mode = WAL");
}

function migrate(database: DatabaseSync): void {
  for (const [index, sql] of migrations.entries()) {
    if (pragma(database, "user_version") > index) continue;
    transact(database, () => {
      // Another process may have been here between the look above and the lock.
      if (pragma(database, "user_version") > index) return;
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      database.exec(sql);
      database.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

function pragma(database: DatabaseSync, name: "user_version" | "application_id"): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function transact<Result>(database: DatabaseSync, work: () => Result, begin = "IMMEDIATE"): Result {
  database.exec(`BEGIN ${begin}`);
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (thrown) {
    // SQLite has already rolled back by itself after some errors, a full disk among them.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw thrown;
  }
}

function batches(database: DatabaseSync, path: string): Database {
  const statements = new Map<string, StatementSync>();
  let current: Durability | null = null;
  const run = ({ sql, parameters }: CompiledQuery): readonly unknown[] => {
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, statement);
    // The builder's columns are text, numbers, bytes and null, which is what SQLite takes.
    return statement.all(...(parameters as readonly SQLInputValue[]));
  };
  const version = database.prepare("PRAGMA data_version");
  const promise = (durability: Durability) => {
    if (current !== durability) database.exec(SYNCHRONOUS[durability]);
    current = durability;
  };
  const guarded = async <Result>(work: () => Result): Promise<Result> => {
    try {
      return work();
    } catch (thrown) {
      throw explain(thrown, path);
    }
  };
  return {
    version: () => guarded(() => Number(version.get()?.["data_version"])),
    read: <const Queries extends readonly CompiledQuery[]>(queries: Queries) =>
      guarded(() => {
        const answers = transact(database, () => queries.map(run), "DEFERRED");
        // The tables are STRICT: SQLite itself holds the columns to the types of tables.ts.
        return answers as unknown as Answers<Queries>;
      }),
    write: (durability, steps) =>
      guarded(() => {
        promise(durability);
        const work = () => runAll(steps, run, path);
        return isWhole(steps) ? work() : transact(database, work);
      }),
    async [Symbol.asyncDispose]() {
      if (database.isOpen) database.close();
    },
  };
}

/** One statement is a transaction by itself, at half the cost. */
function isWhole([first, ...others]: readonly Step[]): boolean {
  return others.length === 0 && first?.otherwise === undefined;
}

function runAll(
  steps: readonly Step[],
  run: (query: CompiledQuery) => readonly unknown[],
  path: string,
): readonly unknown[] {
  let rows: readonly unknown[] = [];
  for (const { query, otherwise } of steps) {
    rows = run(query);
    if (otherwise !== undefined && rows.length === 0) throw storeFault(path, otherwise);
  }
  return rows;
}
