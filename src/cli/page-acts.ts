/** What operators ask for on the page. */
import type { Clock } from "../model/clock.ts";
import { FaultError, failure } from "../model/fault.ts";
import { acceptDrift, revokeAcceptance } from "../reconcile/accept.ts";
import type { Notify, PlanSubject } from "../reconcile/subject.ts";
import type { PageActs } from "../web/page/options.ts";
import type { RunNow } from "./run-now.ts";
import { parseUntil } from "./until.ts";

export interface Acting {
  readonly runNow: RunNow;
  readonly clock: Pick<Clock, "now">;
  readonly notify: Notify;
  /** Breaks off what reads a tenant. */
  readonly stopping: AbortSignal;
}

/** `subjectOf` knows the tenants of plumbline.yaml. */
export function pageActs(
  subjectOf: (tenant: string) => PlanSubject,
  { runNow, clock, notify, stopping }: Acting,
): PageActs {
  return {
    reconcile: runNow,
    async accept(tenant, { until, ...word }, by) {
      if (word.reason === "") throw refused("Say why it may stay: whoever looks next will ask.");
      const accepting = { ...word, until: untilOf(until, clock.now()), by };
      await acceptDrift(subjectOf(tenant), accepting, notify, stopping);
    },
    revoke: (tenant, of, by) => revokeAcceptance(subjectOf(tenant), { ...of, by }),
  };
}

function untilOf(text: string, now: Date): string {
  try {
    return parseUntil(text, now);
  } catch (thrown) {
    throw refused(thrown instanceof Error ? thrown.message : "That is no period.");
  }
}

function refused(message: string): FaultError {
  return new FaultError(failure("refused", message));
}
