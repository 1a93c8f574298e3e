/** `--until`: a duration from now on, or an instant. */
import { milliseconds } from "../model/duration.ts";
import { systemClock } from "../model/system-clock.ts";
import { UsageError } from "./usage-error.ts";

/** The RFC 3339 instant that `--until` names, from now on. Throws a UsageError. */
export function untilFlag({ until }: { readonly until: string }): string {
  try {
    return parseUntil(until, systemClock.now());
  } catch (thrown) {
    throw new UsageError(`--until: ${thrown instanceof Error ? thrown.message : "unusable"}`);
  }
}

/** Milliseconds: whatever is left alone for longer is left alone for good. */
const LONGEST = milliseconds("366d");

/** RFC 3339 with its offset: without one, nobody knows which clock is meant. */
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

/** The RFC 3339 instant in UTC. Throws a sentence for the command line. */
export function parseUntil(text: string, now: Date): string {
  const until = instantOf(text, now);
  if (Number.isNaN(until)) {
    throw new Error(
      `${JSON.stringify(text)} is neither a duration such as 30m, 8h or 7d, nor an instant such as 2026-12-01T08:00:00Z.`,
    );
  }
  const left = until - now.getTime();
  if (left <= 0) throw new Error(`${text} is over already. Name a moment to come.`);
  if (left > LONGEST) throw new Error(`${text} is more than 366 days from now.`);
  return new Date(until).toISOString();
}

function instantOf(text: string, now: Date): number {
  if (/^[1-9]\d{0,6}[smhd]$/.test(text)) return now.getTime() + milliseconds(text);
  return INSTANT.test(text) ? Date.parse(text.replace(" ", "T")) : Number.NaN;
}
