/** One write: said before it is done, and its end recorded after it. */
import { randomUUID } from "node:crypto";
import { FaultError, toFault } from "../../model/fault.ts";
import type { Snapshot, UserFlowSnapshot } from "../../model/generated/audit.ts";
import type { Change } from "../../model/generated/run.ts";
import type { JournalEntry, LedgerChange } from "../../model/store.ts";
import type { Written } from "../../model/tenant.ts";
import { failed, type Told } from "../memory/audit-entry.ts";
import type { Writing } from "../subject.ts";
import { faultOf, hadNoEffect } from "./effect.ts";

/** How an object was and will be, as it may be kept. */
interface States {
  readonly before: Snapshot | UserFlowSnapshot | null;
  readonly after: Snapshot | UserFlowSnapshot | null;
}

/** What a write is about. */
export interface Sides extends States {
  /** Ids that were live before a create. */
  readonly listed?: readonly string[];
  /** What the ledger says before it, and again after a refusal. */
  readonly ahead?: readonly LedgerChange[];
  readonly back?: readonly LedgerChange[];
}

/** The write as the audit tells of it before it is done. */
export function toldOf({ op, kind, name, id, reason }: Change, { before, after }: States): Told {
  return { action: op, result: "begun", kind, name, id, before, after, message: reason };
}

/** What was written, and what is remembered of it. */
export interface Made extends Written {
  readonly id: string;
  readonly changes: readonly LedgerChange[];
}

/**
 * Says what is about to be done before it is done. After a refusal the entry is closed; where the
 * effect is unknown it stays open, and the next run resolves it by reading. That of a create stays
 * open until a read has shown what it made, or it might be made again; that of a user flow until a
 * read has shown what its steps call, or a connector might be deleted that one calls by now.
 */
export async function journalled(
  writing: Writing,
  change: Change,
  sides: Sides,
  write: (begun: JournalEntry) => Promise<Made>,
): Promise<string> {
  const { audit, run, subject } = writing;
  const { store, tenant, clock } = subject;
  const { op, kind, name, id, displayName, sends } = change;
  const { listed = [], ahead = [], back = [] } = sides;
  const startedAt = clock.now().toISOString();
  const request = randomUUID();
  const begun = { op, kind, name, id, displayName, sends, listed, startedAt, run, request };
  const told = toldOf(change, sides);
  const key = await store.begin(tenant, begun, ahead, [audit(told)]);
  try {
    const made = await write(begun);
    const { action } = told;
    const done = [
      audit({ action, kind, name, id: made.id, result: "done", requestId: made.requestId }),
    ];
    const staysOpen = op === "create" || kind === "UserFlow";
    if (staysOpen) await store.answer(tenant, key, made.id, made.changes, done);
    else await store.settle(tenant, key, "done", made.changes, done);
    return made.id;
  } catch (thrown) {
    await notDone(writing, { key, told, back }, thrown);
    throw thrown;
  }
}

/** A refusal after another part of the same change was written says nothing about that part. */
export function halfWritten(thrown: unknown): FaultError {
  return new FaultError(halfWrittenFault(toFault(thrown)), { cause: thrown });
}

/** The same of a fault that is told already. */
export function halfWrittenFault<T extends { readonly message: string }>(fault: T) {
  const message = `${fault.message} The other parts of this change were written before that.`;
  return { ...fault, code: "unverified" as const, message };
}

/** A write that was begun. */
interface Begun {
  readonly key: number;
  readonly told: Told;
  /** What the ledger says when it had no effect. */
  readonly back: readonly LedgerChange[];
}

/** Whoever broke the writing off wants no more of it, and a store that failed cannot tell either. */
async function notDone(
  { audit, aborting, subject }: Writing,
  { key, told, back }: Begun,
  thrown: unknown,
): Promise<void> {
  const { store, tenant, redactor } = subject;
  const fault = faultOf(thrown, aborting);
  const ended = [audit(failed(told, { ...fault, message: redactor.redact(fault.message) }))];
  if (hadNoEffect(thrown)) await store.settle(tenant, key, fault.code, back, ended);
  else if (fault.code !== "store") await store.settle(tenant, null, fault.code, [], ended);
}
