/** What a run showed of a tenant, and the rules by which it is told. */
import type { AlertKind } from "../model/generated/alert.ts";
import type { Drift } from "../model/generated/drift.ts";
import type { Plan, Run } from "../model/generated/run.ts";
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
  /** Names. */
  readonly sinks: readonly string[];
  /** Kinds that are told; null: all. */
  readonly on: ReadonlySet<AlertKind> | null;
}

export function isOn(kind: AlertKind, { on }: Pick<Rules, "on">): boolean {
  return on === null || on.has(kind);
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

/** Whether a plan speaks of all objects of a kind: what it does not mention is not there. */
export function isWhole(plan: Plan | null, kind: string): boolean {
  if (plan === null || plan.faults.some(({ severity }) => severity === "error")) return false;
  const { complete, unreadable } = plan;
  // An incomplete plan without a kind that could not be read says nothing at all.
  return complete || (unreadable.length > 0 && unreadable.every((one) => one.kind !== kind));
}
