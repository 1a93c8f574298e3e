/**
 * Keeps one app in one tenant under Microsoft Graph's limit of 200 requests a minute
 * (https://learn.microsoft.com/graph/throttling-limits, identity providers).
 */
import type { Clock } from "../model/clock.ts";

const REQUESTS_A_MINUTE = 200;
const WINDOW = 60_000;

export interface Budget {
  /**
   * Waits until one more request fits. In no 60 seconds are there more than the budget's share of
   * requests; below it nothing waits. Answers the milliseconds waited.
   */
  take(signal?: AbortSignal): Promise<number>;
  /** After a 429: no request of this tenant goes out for this many milliseconds. */
  pause(milliseconds: number): void;
  /** Milliseconds for which requests are paused. */
  paused(): number;
  /** Requests that would not wait now; 0 while they are paused. */
  left(): number;
}

/** `share` is in percent of what Graph allows; at least one request a minute always fits. */
export function openBudget(share: number, clock: Clock): Budget {
  const limit = Math.max(1, Math.floor((REQUESTS_A_MINUTE * share) / 100));
  // Instants of the last requests, as many as the limit; from `oldest` on they go round.
  const taken: number[] = [];
  let oldest = 0;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let longestPause = 0;

  const paused = (now: number): number => {
    // A clock that was set back must not stop the tenant for as long as it was set back.
    pausedUntil = Math.min(pausedUntil, now + longestPause);
    return Math.max(0, pausedUntil - now);
  };
  const wait = (now: number): number => {
    const last = taken.length < limit ? undefined : taken[oldest];
    if (last === undefined) return paused(now);
    // The same for the window.
    if (last > now) taken.fill(now);
    return Math.max(Math.min(last, now) + WINDOW - now, paused(now));
  };

  return {
    async take(signal) {
      let waited = 0;
      for (;;) {
        const now = clock.now().getTime();
        const milliseconds = wait(now);
        if (milliseconds <= 0) {
          taken[oldest] = now;
          oldest = (oldest + 1) % limit;
          return waited;
        }
        await clock.sleep(milliseconds, signal);
        waited += milliseconds;
      }
    },
    pause(milliseconds) {
      const now = clock.now().getTime();
      longestPause = Math.max(paused(now), milliseconds);
      pausedUntil = now + longestPause;
    },
    paused() {
      return paused(clock.now().getTime());
    },
    left() {
      const now = clock.now().getTime();
      if (paused(now) > 0) return 0;
      return limit - taken.filter((instant) => instant > now - WINDOW).length;
    },
  };
}
