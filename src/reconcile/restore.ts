/** Which earlier states a run or a name stands for, from what the audit holds. */
import { steps } from "../model/definition.ts";
import { withoutEffect } from "../model/fault.ts";
import type {
  AuditEntry,
  ChainedEntry,
  Snapshot,
  UserFlowSnapshot,
} from "../model/generated/audit.ts";

/** Of a connector, or of the steps of a user flow. */
type State = Snapshot | UserFlowSnapshot;

/** One change that can be undone. */
export interface Undoable {
  /** Place in the audit. */
  readonly sequence: number;
  /** As its definition was called then. */
  readonly name: string;
  /** Graph id that the object had, or was given; null when nobody knows. */
  readonly id: string | null;
  /** null: it was not there. */
  readonly before: State | null;
  readonly after: State | null;
}

/**
 * What was there before a run, of each name that its entries tell of. `entries` in the order of the
 * audit.
 */
export function undoableOf(entries: readonly ChainedEntry[]): readonly Undoable[] {
  const found = new Map<string, Undoable>();
  for (const one of changesIn(entries)) {
    if (!found.has(one.name)) found.set(one.name, one);
  }
  return [...found.values()];
}

/** Every write that had, or may have had, an effect, oldest first. */
export function changesIn(entries: readonly ChainedEntry[]): readonly Undoable[] {
  return entries.flatMap(({ sequence, entry }, index): Undoable[] => {
    const { action, name, before, after } = entry;
    if (!writes.has(action) || name === null || isTakenOver(entry)) return [];
    const later = entries.slice(index + 1).map((chained) => chained.entry);
    const ending = later.find((one) => one.name === name && one.action === action && isBare(one));
    if (ending !== undefined && withoutAny.has(ending.result)) return [];
    // A create without an answer is known by what the next run found.
    const found = later.find((one) => one.name === name && one.id !== null);
    return [{ sequence, name, id: entry.id ?? ending?.id ?? found?.id ?? null, before, after }];
  });
}

const writes: ReadonlySet<string> = new Set(["create", "update", "adopt", "delete"]);

/** How a write ended that changed nothing: Microsoft Graph said no, or it never showed. */
const withoutAny: ReadonlySet<string> = new Set([...withoutEffect, "never seen"]);

/** The end of a write holds no state: its beginning does. */
function isBare({ before, after }: AuditEntry): boolean {
  return before === null && after === null;
}

/** Nothing of it was written that anybody could see; or it is the end of a write. */
function isTakenOver(entry: AuditEntry): boolean {
  const { action, before, after } = entry;
  if (isBare(entry)) return true;
  return action === "adopt" && visible(before) === visible(after);
}

function visible(state: State | null): string {
  if (state === null) return "";
  if ("apiConnectors" in state) {
    return JSON.stringify(steps.map((step) => state.apiConnectors[step]?.id ?? null));
  }
  const { displayName, targetUrl, query, authentication } = state;
  const { type, username, certificates } = authentication;
  const values = query.map(({ key, fingerprint }) => [key, fingerprint]).sort();
  const thumbprints = certificates.map(({ thumbprint }) => thumbprint).sort();
  return JSON.stringify([displayName, targetUrl, values, type, username, thumbprints]);
}
