/** A create that Graph answered with an id, and what it made has not shown in a listing since. */
import type { OpenJournalEntry } from "../model/store.ts";
import { toInstant, toMilliseconds } from "./instant.ts";

/** Milliseconds after which what does not show counts as gone. */
const patience = 24 * 3_600_000;

/** RFC 3339 instant until which what it made is waited for. */
export function awaitedUntil({ startedAt }: Pick<OpenJournalEntry, "startedAt">): string {
  return toInstant(toMilliseconds(startedAt) + patience);
}

/** Whether it was answered and is still waited for at the instant `now` (RFC 3339). */
export function isAwaited(begun: OpenJournalEntry, now: string): boolean {
  return begun.op === "create" && begun.id !== null && now < awaitedUntil(begun);
}
