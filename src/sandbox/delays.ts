/** Waits that can all be ended at once. */
import { setTimeout as sleep } from "node:timers/promises";

export interface Delays {
  /** Resolves after this many milliseconds, or when the delays are ended. */
  wait(milliseconds: number): Promise<void>;
  end(): void;
}

export function createDelays(): Delays {
  let ending = new AbortController();
  return {
    async wait(milliseconds) {
      try {
        await sleep(milliseconds, undefined, { signal: ending.signal });
      } catch {
        // Ended early.
      }
    },
    end() {
      ending.abort();
      ending = new AbortController();
    },
  };
}
