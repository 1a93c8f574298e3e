/** What became of what a plan holds. */
import type { Change, Outcome } from "../model/generated/run.ts";

/** null when nothing was done about it: it is a plan, or a run that only reports. */
export function outcomeOf(change: Change, outcomes: readonly Outcome[]): Outcome | null {
  const { op, kind, name } = change;
  const outcome = outcomes.find(
    (other) => other.op === op && other.kind === kind && other.name === name,
  );
  return outcome ?? null;
}

/** Without an answer, or with one that says nothing, a write may have taken effect. */
const OPEN: ReadonlySet<string> = new Set(["network", "timeout", "unavailable", "malformed"]);

/** True when it failed in a way that leaves open what became of it. */
export function isOpen(outcome: Outcome | null): boolean {
  return outcome?.result === "failed" && OPEN.has(outcome.error?.code ?? "");
}

/** True also when reads do not show it: Graph took what was sent. */
export function wasWritten(outcome: Outcome | null): boolean {
  return outcome?.result === "done" || outcome?.result === "unverified";
}
