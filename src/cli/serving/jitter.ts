import { createTask } from "node-cron";
import type { TenantSettings } from "../configuration/configuration.ts";

/** Milliseconds. */
const longest = 10_000;

/**
 * How many milliseconds a scheduled run may be late, so that tenants do not all start on the same
 * second: a tenth of the shortest time between two runs, ten seconds at most. One tenant alone is
 * punctual.
 */
export function jitterOf(tenants: readonly TenantSettings[]): number {
  if (tenants.length === 1) return 0;
  const gaps = tenants.flatMap(({ schedule, timezone }) =>
    schedule === null ? [] : [gapOf(schedule, timezone)],
  );
  return Math.min(longest, ...gaps.map((gap) => gap / 10));
}

/** Milliseconds between the next two ticks. */
function gapOf(schedule: string, timezone: string): number {
  const [first, second] = createTask(schedule, () => undefined, { timezone }).getNextRuns(2);
  return first && second ? second.getTime() - first.getTime() : Number.POSITIVE_INFINITY;
}
