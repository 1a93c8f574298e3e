/** What a run showed of a tenant, and the rules by which it is told. */
import type { Drift } from "../model/generated/drift.ts";
import type { Run } from "../model/generated/run.ts";
import { epochMilliseconds } from "../report/instants.ts";

/** Texts of runs and drifts hold no secret: each run redacts its own before it ends. */
export interface Seen {
  /** Root of Microsoft Graph. */
  readonly graph: string;
  readonly run: Run;
  /** All that the store knows after the run. */
  readonly drifts: readonly Drift[];
}

export interface Rules {
  /** How many runs must fail in a row. */
  readonly after: number;
  /** Milliseconds after which something that is still so is told again; 0: never. */
  readonly remindEvery: number;
}

/** Whether something that was told then is told again now. Not while a clock was set back. */
export function isReminderDue(toldAt: string | null, now: string, { remindEvery }: Rules): boolean {
  return toldAt !== null && remindEvery > 0 && elapsed(toldAt, now) >= remindEvery;
}

/** Milliseconds. */
export function elapsed(from: string, to: string): number {
  return (epochMilliseconds(to) ?? 0) - (epochMilliseconds(from) ?? 0);
}

/**
 * What changes of a tenant have in common with those of others: the commit that just came to it, else
 * nothing.
 */
export function scopeOf({ run }: Seen, commitBefore: string | null | undefined): string {
  const isNews = run.commit !== null && commitBefore !== undefined && run.commit !== commitBefore;
  return isNews ? `commit/${run.commit}` : `tenant/${run.tenant}`;
}

/** Whether the plan speaks of all of the tenant: what it does not mention is not there. */
export function isWhole({ plan }: Run): boolean {
  return plan?.complete === true && !plan.faults.some(({ severity }) => severity === "error");
}
