/**
 * Differences as they stand at a moment between two runs: what somebody has accepted since the last one,
 * or no longer accepts, holds at once. A run finds the same.
 */
import { isSameId } from "../model/definition.ts";
import { type StandingDrift, seenDigest } from "../model/drift.ts";
import type { Drift } from "../model/generated/drift.ts";
import type { Acceptance, Memory } from "../model/store.ts";
import { isActive } from "./instant.ts";

type Remembered = Pick<Memory, "drifts" | "acceptances">;

/**
 * Those that are not resolved, in the order of the store. `now`: an RFC 3339 instant.
 *
 * | when it was last seen | the value is accepted since, or still | it is     |
 * |-----------------------|---------------------------------------|-----------|
 * | accepted              | yes                                   | accepted  |
 * | accepted              | no: revoked, or its time is over      | new       |
 * | another               | yes, after it was seen                | accepted  |
 * | another               | no, or before: another value is live  | as it was |
 */
export function standingDrifts(memory: Remembered, now: string): readonly StandingDrift[] {
  const open = memory.drifts.filter(({ resolvedAt }) => resolvedAt === null);
  const active = memory.acceptances.filter((one) => isActive(one, now));
  return open.map((drift) => {
    const acceptance = acceptanceOf(drift, active, open);
    if (acceptance !== null) return { drift: { ...drift, state: "accepted" }, acceptance };
    const state = drift.state === "accepted" ? "new" : drift.state;
    return { drift: { ...drift, state }, acceptance: null };
  });
}

function acceptanceOf(
  drift: Drift,
  active: readonly Acceptance[],
  open: readonly Drift[],
): Acceptance | null {
  const own = active.find((one) => isOf(one, drift));
  if (drift.state !== "accepted") {
    return own !== undefined && own.since > drift.lastSeen ? own : null;
  }
  return own ?? renamed(drift, active, open);
}

function isOf({ kind, name, path }: Acceptance, drift: Drift): boolean {
  return kind === drift.kind && isSameId(name, drift.name) && path === drift.path;
}

/** The run has found it under an earlier name of the definition, where no other difference is meant. */
function renamed(
  drift: Drift,
  active: readonly Acceptance[],
  open: readonly Drift[],
): Acceptance | null {
  const found = active.find(
    (one) =>
      one.kind === drift.kind &&
      one.path === drift.path &&
      one.since <= drift.lastSeen &&
      (isFingerprint(one) || one.value === seenDigest(drift)) &&
      !open.some((other) => isOf(one, other)),
  );
  return found ?? null;
}

/** Of a key of a URL, which is not shown. */
function isFingerprint({ value }: Acceptance): boolean {
  return value.includes("$");
}
