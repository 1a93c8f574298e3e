/** From what was told of a tenant to what is so now: pure, so that a restart cannot matter. */
import { nothingTold, type Told } from "../model/alert.ts";
import type { Run } from "../model/generated/run.ts";
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
  /** Matters of which what was told before is out of date. */
  readonly overtaken: readonly string[];
}

/** `told`: null when nothing ever was. The instant is the end of the run. */
export function transitions(told: Told | null, seen: Seen, rules: Rules): Transitions {
  const { run } = seen;
  const failing = failureChanges(told, seen, rules);
  const drifting = driftChanges(told, seen);
  const findings = [
    failing.found,
    certificateChanges(told, seen),
    holdChanges(told, seen),
    drifting.found,
  ];
  const news = newsOf(told?.matters ?? {}, findings, run, rules);
  return {
    ...{ alerts: news.alerts, overtaken: news.overtaken },
    told: {
      ...nothingTold,
      ...sinceOf(told, run),
      // A run that never got to the definitions says nothing of the commit that came.
      commit: run.plan === null ? (told?.commit ?? null) : run.commit,
      drifts: drifting.drifts,
      failure: failing.failure,
      locked: failing.locked,
      matters: news.matters,
    },
  };
}

function sinceOf(told: Told | null, { plan, finishedAt }: Run): Pick<Told, "since"> {
  const since = told?.since ?? (plan === null ? undefined : finishedAt);
  return since === undefined ? {} : { since };
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
  const found = [endlessRun(tenant, since)];
  const { alerts, matters, overtaken } = newsOf(before.matters, found, occasion, rules);
  return { alerts, overtaken, told: { ...before, matters: { ...before.matters, ...matters } } };
}
