/** From what was told of a tenant to what is so now: pure, so that a restart cannot matter. */
import type { Told } from "../model/alert.ts";
import type { Alert } from "../model/generated/alert.ts";
import { driftChanges } from "./drift-changes.ts";
import { failureChanges } from "./failure-changes.ts";
import { certificateChanges, holdChanges } from "./plan-changes.ts";
import type { Rules, Seen } from "./seen.ts";

export interface Transitions {
  /** What is news, or is still so after the reminder interval. The most urgent first. */
  readonly alerts: readonly Alert[];
  /** What is told once these are. */
  readonly told: Told;
}

/** `told`: null when nothing ever was. The instant is the end of the run. */
export function transitions(told: Told | null, seen: Seen, rules: Rules): Transitions {
  const failing = failureChanges(told, seen, rules);
  const expiring = certificateChanges(told, seen, rules);
  const holding = holdChanges(told, seen, rules);
  const drifting = driftChanges(told, seen, rules);
  return {
    alerts: [failing, expiring, holding, drifting].flatMap(({ alerts }) => alerts),
    told: {
      // A run that never got to the definitions says nothing of the commit that came.
      commit: seen.run.plan === null ? (told?.commit ?? null) : seen.run.commit,
      drifts: drifting.drifts,
      failure: failing.failure,
      certificates: expiring.certificates,
      held: holding.held,
    },
  };
}
