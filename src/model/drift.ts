/** Which differences are still there, and which of them ask for somebody. */
import { digestOf } from "./digest.ts";
import type { Drift } from "./generated/drift.ts";
import type { Acceptance } from "./store.ts";

/** A difference as it is now, whatever the last run said of it. */
export interface StandingDrift {
  /** Its `state` is that of now. */
  readonly drift: Drift;
  /** By which it is accepted; null: it is not. */
  readonly acceptance: Acceptance | null;
}

/** Those that are not resolved, the oldest first. */
export function openDrifts(drifts: readonly Drift[]): readonly Drift[] {
  return drifts
    .filter(({ resolvedAt }) => resolvedAt === null)
    .toSorted((a, b) => (a.firstSeen < b.firstSeen ? -1 : 1));
}

/** It is there, enough runs have seen it, and nobody has accepted it. */
export function isPressing({
  state,
  resolvedAt,
  counts,
}: Pick<Drift, "state" | "resolvedAt" | "counts">): boolean {
  return resolvedAt === null && counts && state !== "accepted";
}

/** Stands for a live value as it was shown to somebody. */
export function seenDigest({ before }: Pick<Drift, "before">): string {
  return digestOf(JSON.stringify(before));
}
