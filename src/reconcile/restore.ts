/** Which earlier states a run or a name stands for, from what the audit holds. */
import { withoutEffect } from "../model/fault.ts";
import type { AuditEntry, Snapshot } from "../model/generated/audit.ts";

/** One change that can be undone. */
export interface Undoable {
  readonly name: string;
  /** Graph id that the object had, or was given. */
  readonly id: string | null;
  /** null: it was not there. */
  readonly before: Snapshot | null;
  readonly after: Snapshot | null;
  readonly run: string | null;
  /** RFC 3339 instant. */
  readonly at: string;
}

const writes: ReadonlySet<AuditEntry["action"]> = new Set(["create", "update", "adopt", "delete"]);

/**
 * The first state of each name that the entries of one run tell of: what was there before the run.
 * `entries` in the order of the audit.
 */
export function undoableOf(entries: readonly AuditEntry[]): readonly Undoable[] {
  const found = new Map<string, Undoable>();
  for (const one of carriedOut(entries)) {
    if (!found.has(one.name)) found.set(one.name, one);
  }
  return [...found.values()];
}

/** The last change that the entries of one name tell of; null when there is none. */
export function lastUndoable(entries: readonly AuditEntry[]): Undoable | null {
  return carriedOut(entries).at(-1) ?? null;
}

/** Writes that had, or may have had, an effect. */
function carriedOut(entries: readonly AuditEntry[]): readonly Undoable[] {
  return entries.flatMap((entry, index): Undoable[] => {
    const { action, name, before, after, run, at } = entry;
    const isWrite = writes.has(action) && (before !== null || after !== null);
    if (!isWrite || name === null) return [];
    const ending = entries
      .slice(index + 1)
      .find((one) => one.run === run && one.name === name && one.action === action);
    const isRefused = ending !== undefined && refusals.has(ending.result);
    return isRefused ? [] : [{ name, id: entry.id ?? ending?.id ?? null, before, after, run, at }];
  });
}

/** With these Microsoft Graph said no. */
const refusals: ReadonlySet<string> = withoutEffect;
