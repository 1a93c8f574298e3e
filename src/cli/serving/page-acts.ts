/** What operators ask for on the page. */
import type { Clock } from "../../model/clock.ts";
import { FaultError, failure } from "../../model/fault.ts";
import { acceptDrift, revokeAcceptance } from "../../reconcile/accept.ts";
import type { Notify, PlanSubject } from "../../reconcile/subject.ts";
import { inOneLine } from "../../report/printable.ts";
import type { PageActs } from "../../web/page/options.ts";
import { parseUntil } from "../until.ts";
import type { RunNow } from "./run-now.ts";

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
      const reason = inOneLine(word.reason);
      if (reason === "") throw refused("Say why it may stay: whoever looks next will ask.");
      const accepting = { ...word, reason, until: untilOf(until, clock.now()), by };
      const accepted = acceptDrift(subjectOf(tenant), accepting, notify, stopping);
      await accepted.catch((thrown: unknown) => {
        throw isStop(thrown, stopping) ? stopped(thrown) : thrown;
      });
    },
    async revoke(tenant, of, by) {
      await revokeAcceptance(subjectOf(tenant), { ...of, by });
    },
  };
}

function untilOf(text: string, now: Date): string {
  try {
    return parseUntil(text, now);
  } catch (thrown) {
    throw refused(thrown instanceof Error ? thrown.message : "That is no period.");
  }
}

/** What is broken off by the stop of the service fails in many ways; what was decided stands. */
function isStop(thrown: unknown, stopping: AbortSignal): boolean {
  if (!stopping.aborted) return false;
  return !(thrown instanceof FaultError && ["refused", "store"].includes(thrown.fault.code));
}

function stopped(cause: unknown): FaultError {
  const message =
    "Plumbline is stopping, and nothing was accepted. Accept it when the service is back.";
  return new FaultError(failure("stopped", message), { cause });
}

function refused(message: string): FaultError {
  return new FaultError(failure("refused", message));
}
