/** One run of a tenant at a time, among all processes that share a store. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../model/clock.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import { explain, isBusy } from "./faults.ts";
import { createPrivately } from "./sqlite.ts";

/** Milliseconds between two tries. */
const TRY_EVERY = 100;

export interface Locks extends Disposable {
  /** null when another still holds it after `wait` milliseconds. */
  lock(tenant: TenantIdentity, wait: number, signal?: AbortSignal): Promise<AsyncDisposable | null>;
}

/** A connection that nobody names any more would be collected as garbage, and its lock with it. */
const heldInProcess = new Set<DatabaseSync>();

/**
 * A lock is an open exclusive transaction on an empty SQLite file of the tenant: the operating
 * system ends it with the process, however that ends, and nothing is ever written. A file of its own
 * for each tenant lets two processes run different tenants of one store. Opening it takes some 30 µs.
 */
export function openLocks(folder: string, clock: Clock): Locks {
  const held = new Set<DatabaseSync>();

  const release = (connection: DatabaseSync) => {
    heldInProcess.delete(connection);
    if (held.delete(connection)) connection.close();
  };

  return {
    async lock(tenant, wait, signal) {
      const path = join(folder, lockFile(tenant));
      const connection = open(path);
      try {
        if (!(await acquire(connection, wait, clock, signal))) {
          connection.close();
          return null;
        }
      } catch (thrown) {
        connection.close();
        throw explain(thrown, path);
      }
      held.add(connection);
      heldInProcess.add(connection);
      return { [Symbol.asyncDispose]: async () => release(connection) };
    },
    [Symbol.dispose]() {
      for (const connection of held) release(connection);
    },
  };
}

/** `name` is left out on purpose: two names for one tenant must exclude each other. */
function lockFile({ graph, tenantId }: TenantIdentity): string {
  const digest = createHash("sha256").update(`${graph}\n${tenantId}`).digest("hex");
  return `${digest.slice(0, 16)}.lock`;
}

function open(path: string): DatabaseSync {
  try {
    createPrivately(path);
    // No waiting inside SQLite: it would stop the whole process.
    return new DatabaseSync(path, { timeout: 0 });
  } catch (thrown) {
    throw explain(thrown, path);
  }
}

async function acquire(
  connection: DatabaseSync,
  wait: number,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const deadline = clock.now().getTime() + wait;
  for (;;) {
    signal?.throwIfAborted();
    if (isFree(connection)) return true;
    const left = deadline - clock.now().getTime();
    if (left <= 0) return false;
    await clock.sleep(Math.min(TRY_EVERY, left), signal);
  }
}

/** Takes the lock if nobody holds it. */
function isFree(connection: DatabaseSync): boolean {
  try {
    // SQLite would write a journal file for the transaction, and sync it to disk, at every lock. To
    // be told otherwise it reads the file, so this too is busy while another holds the lock.
    connection.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return true;
  } catch (thrown) {
    if (isBusy(thrown)) return false;
    throw thrown;
  }
}
