/** `--fail-on expiry=14d`: certificates that are near their end count as drift. */

import { milliseconds } from "../model/duration.ts";
import type { ConnectorCertificates, Outcome, Plan, Result } from "../model/generated/run.ts";
import { systemClock } from "../model/system-clock.ts";
import { validUntil } from "../plan/certificate.ts";
import { durationText } from "../plan/instant.ts";
import type { Terminal } from "./terminal.ts";

export interface FailOn {
  /** Milliseconds before the end. */
  readonly expiry: number;
}

/** Throws a sentence for the command line when it is unusable. */
export function parseFailOn(text: string): FailOn {
  const [, duration] = /^expiry=((?:0|[1-9]\d*)[smhd])$/.exec(text) ?? [];
  if (duration === undefined) throw new Error("Write expiry=14d, with any duration.");
  return { expiry: milliseconds(duration) };
}

/**
 * Names of the connectors of a plan whose certificate ends within the time; what a run has put right
 * (`outcomes`) no longer counts. `now` is in milliseconds since 1970.
 */
export function nearEnd(
  { certificates }: Plan,
  outcomes: readonly Outcome[],
  { expiry }: FailOn,
  now: number,
): readonly string[] {
  const isDone = ({ kind, name }: ConnectorCertificates) =>
    outcomes.some((one) => one.kind === kind && one.name === name && one.result === "done");
  return certificates.flatMap((one) => {
    // What no definition names is warned of, but nobody who works on git can mend it.
    if (one.name === null) return [];
    return endOf(one, isDone(one), now) - now <= expiry ? [one.name] : [];
  });
}

/** What of a plan or a run counts for its exit status. */
export interface Judged {
  readonly tenant: string;
  readonly result: Result;
  readonly plan: Plan | null;
  readonly outcomes: readonly Outcome[];
}

/** The results with which to exit; says on stderr why one is another than the report has. */
export function failing(
  all: readonly Judged[],
  failOn: FailOn | undefined,
  { stderr }: Pick<Terminal, "stderr">,
): readonly Result[] {
  const now = systemClock.now().getTime();
  return all.map(({ tenant, result, plan, outcomes }) => {
    const isGood = result === "clean" || result === "converged";
    if (failOn === undefined || plan === null || !isGood) return result;
    const near = nearEnd(plan, outcomes, failOn, now);
    if (near.length === 0) return result;
    const time = durationText(failOn.expiry);
    stderr.write(`${tenant}: --fail-on expiry=${time} counts as drift: ${near.join(", ")}.\n`);
    return "drift";
  });
}

/** The nearest end of what the tenant has, before or after the plan, and of what git names. */
function endOf({ list }: ConnectorCertificates, isDone: boolean, now: number): number {
  const there = list.filter(({ live, becomes }) =>
    isDone ? becomes !== null && becomes !== "retired" : live,
  );
  const validities = there.map(({ notBefore, notAfter }) => ({
    notBefore: Date.parse(notBefore),
    notAfter: Date.parse(notAfter),
  }));
  const live = there.length === 0 ? Infinity : (validUntil(validities, now) ?? now);
  const named = list.filter(({ desired }) => desired).map(({ notAfter }) => Date.parse(notAfter));
  return Math.min(live, ...named);
}
