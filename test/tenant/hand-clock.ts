/** A clock driven by hand: a sleep ends at once and moves the time on by as much. */
import type { Clock } from "../../src/model/clock.ts";

export interface HandClock extends Clock {
  /** Milliseconds of each sleep, in order. */
  readonly slept: number[];
  advance(milliseconds: number): void;
}

export function handClock(start = "2026-03-01T12:00:00Z"): HandClock {
  let time = Date.parse(start);
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(time),
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      slept.push(milliseconds);
      time += milliseconds;
    },
    advance(milliseconds) {
      time += milliseconds;
    },
  };
}
