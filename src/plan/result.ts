/** How a plan or a run ended, in one word. */
import type { Fault } from "../model/fault.ts";
import type { Outcome, Plan, Result } from "../model/generated/run.ts";

/** What a plan alone says. */
export function planResult(plan: Plan): Result {
  if (plan.faults.some(({ severity }) => severity === "error")) return "invalid";
  if (plan.unreadable.length > 0) return "unreadable";
  return plan.changes.length > 0 || plan.held.length > 0 ? "drift" : "clean";
}

/** What came of carrying a plan out. */
export function runResult(
  plan: Plan,
  outcomes: readonly Outcome[],
  faults: readonly Pick<Fault, "severity">[],
): Result {
  const planned = planResult(plan);
  if (planned === "invalid" || planned === "unreadable") return planned;
  const isPartial =
    outcomes.some(({ result }) => result !== "done") ||
    plan.held.some(({ reason }) => reason.code === "secret") ||
    faults.some(({ severity }) => severity === "error");
  if (isPartial) return "partial";
  if (plan.held.length > 0) return "refused";
  return outcomes.length > 0 ? "converged" : "clean";
}

/** From the worst on; over several tenants the worst wins. */
const order: readonly Result[] = [
  "failed",
  "unreadable",
  "partial",
  "refused",
  "invalid",
  "drift",
  "converged",
  "clean",
];

export function worst(results: readonly Result[]): Result {
  return order.find((result) => results.includes(result)) ?? "clean";
}
