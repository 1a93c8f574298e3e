/** Reading again until something shows, no longer than a tenant's writes take to settle. */
import type { Clock } from "../../model/clock.ts";

const firstPause = 250;
const longestPause = 2_000;

/**
 * Calls `attempt` at once and then after growing pauses until it answers something other than null
 * or `deadline` (milliseconds since 1970) has passed; the last try is made at the deadline. Stopping
 * ends the waiting, not a try.
 */
export async function poll<T>(
  clock: Clock,
  deadline: number,
  stopping: AbortSignal,
  attempt: () => Promise<T | null>,
): Promise<T | null> {
  for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
    const answer = await attempt();
    const remaining = deadline - clock.now().getTime();
    if (answer !== null || remaining <= 0 || stopping.aborted) return answer;
    // Stopping rejects the sleep; the answer so far is then the last one.
    await clock.sleep(Math.min(pause, remaining), stopping).catch(() => undefined);
    if (stopping.aborted) return null;
  }
}
