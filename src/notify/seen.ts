/** What a run showed of a tenant, and the rules by which it is told. */
import type { Told } from "../model/alert.ts";
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

/** What the first look at a tenant finds was so before: that of all tenants is told together. */
const FIRST_LOOK = "first";

export function isFirstLook(told: Told | null): boolean {
  return told?.since === undefined;
}

/**
 * What changes of a tenant have in common with those of others: that they were there from the first look
 * on, or the commit that just came to it, else nothing. `firstSeen`: of what may count only later.
 */
export function scopeOf({ run }: Seen, told: Told | null, firstSeen?: string): string {
  if (told?.since === undefined || (firstSeen ?? run.finishedAt) <= told.since) return FIRST_LOOK;
  const isNews = run.commit !== null && run.commit !== told.commit;
  return isNews ? `commit/${run.commit}` : `tenant/${run.tenant}`;
}

/** Whether a plan speaks of all objects of a kind: what it does not mention is not there. */
export function isWhole(plan: Plan | null, kind: string): boolean {
  if (plan === null || plan.faults.some(({ severity }) => severity === "error")) return false;
  const { complete, unreadable } = plan;
  // An incomplete plan without a kind that could not be read says nothing at all.
  return complete || (unreadable.length > 0 && unreadable.every((one) => one.kind !== kind));
}
