/** From what was told of a tenant to what is so now: pure, so that a restart cannot matter. */
import { nothingTold, type Told } from "../model/alert.ts";
import { driftChanges } from "./drift-changes.ts";
import { endlessRun, failureChanges } from "./failure-changes.ts";
import { type Addressed, newsOf } from "./matters.ts";
import { certificateChanges, holdChanges } from "./plan-changes.ts";
import type { Rules, Seen } from "./seen.ts";

export interface Transitions {
  /** What is news to its sinks, or is still so after the reminder interval. The most urgent first. */
  readonly alerts: readonly Addressed[];
  /** What is told once these are. */
  readonly told: Told;
}

/** `told`: null when nothing ever was. The instant is the end of the run. */
export function transitions(told: Told | null, seen: Seen, rules: Rules): Transitions {
  const { run } = seen;
  const failing = failureChanges(told, seen, rules);
  const drifting = driftChanges(told, seen);
  const findings = [
    failing.found,
    certificateChanges(seen),
    holdChanges(told, seen),
    drifting.found,
  ];
  const { alerts, matters } = newsOf(told?.matters ?? {}, findings, run, rules);
  return {
    alerts,
    told: {
      ...nothingTold,
      // A run that never got to the definitions says nothing of the commit that came.
      commit: run.plan === null ? (told?.commit ?? null) : run.commit,
      drifts: drifting.drifts,
      failure: failing.failure,
      locked: failing.locked,
      matters,
    },
  };
}

/** A run of a tenant that began long ago, and of which nothing has been heard. RFC 3339 instants. */
export interface Endless {
  readonly tenant: string;
  readonly since: string;
  readonly now: string;
}

/** Nothing but that is told: all else stays as it was. */
export function endlessTransitions(
  told: Told | null,
  { tenant, since, now }: Endless,
  rules: Rules,
): Transitions {
  const before = told ?? nothingTold;
  const occasion = { tenant, id: null, finishedAt: now };
  const { alerts, matters } = newsOf(before.matters, [endlessRun(tenant, since)], occasion, rules);
  return { alerts, told: { ...before, matters: { ...before.matters, ...matters } } };
}
