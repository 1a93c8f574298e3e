/** `--fail-on expiry=14d`: certificates that are near their end count as drift. */

import { milliseconds } from "../model/duration.ts";
import type { ConnectorCertificates, Plan, Result, Run } from "../model/generated/run.ts";
import { validUntil } from "../plan/certificate.ts";

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

/** The result of a plan, with what it is to fail on. `now` is in milliseconds since 1970. */
export function planFailing(
  plan: Plan,
  result: Result,
  failOn: FailOn | undefined,
  now: number,
): Result {
  return failing(plan.certificates, () => false, result, failOn, now);
}

/** The same of a run: what it has put right no longer counts. */
export function runFailing(run: Run, failOn: FailOn | undefined, now: number): Result {
  const isDone = ({ kind, name }: ConnectorCertificates) =>
    run.outcomes.some((one) => one.kind === kind && one.name === name && one.result === "done");
  return failing(run.plan?.certificates ?? [], isDone, run.result, failOn, now);
}

function failing(
  certificates: readonly ConnectorCertificates[],
  isDone: (one: ConnectorCertificates) => boolean,
  result: Result,
  failOn: FailOn | undefined,
  now: number,
): Result {
  if (failOn === undefined || (result !== "clean" && result !== "converged")) return result;
  // What no definition names is warned of, but nobody who works on git can mend it.
  const managed = certificates.filter(({ name }) => name !== null);
  const isNear = managed.some((one) => endOf(one, isDone(one), now) - now <= failOn.expiry);
  return isNear ? "drift" : result;
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
