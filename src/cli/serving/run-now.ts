/** Runs that somebody asks a service for. */
import type { Logger } from "pino";
import { FaultError, failure } from "../../model/fault.ts";
import type { Run } from "../../model/generated/run.ts";
import { isLockedOut } from "../../model/result.ts";
import { auditOf } from "../../reconcile/memory/audit-entry.ts";
import type { Schedule } from "../../reconcile/schedule.ts";
import type { PlanSubject } from "../../reconcile/subject.ts";

/**
 * Resolves when the run has ended, however it did. Rejects with a FaultError: code `locked` while
 * another one is in hand, `unavailable` while the service starts, `stopped` while it stops. `by`: for
 * the audit, which has it even of a run that changes nothing.
 */
export type RunNow = (tenant: string, by: string) => Promise<Run>;

type Asked = Pick<PlanSubject, "store" | "tenant" | "clock">;

const STARTING = "Plumbline is starting. Ask again in a moment.";

/** `schedule` answers null while the service starts; `subjectOf` knows the tenants of plumbline.yaml. */
export function openRunNow(
  schedule: () => Schedule | null,
  subjectOf: (tenant: string) => Asked,
  log: Logger,
): RunNow {
  return async (tenant, by) => {
    const run = (await schedule()?.runNow(tenant, by)) ?? null;
    if (run === null) throw new FaultError(failure("unavailable", STARTING));
    if (isLockedOut(run)) throw new FaultError(failure("locked", lockedOut(tenant)));
    const { id, result } = run;
    log.info({ tenant, by, run: id, result }, "somebody asked for a run, and it has ended");
    // The run has ended and is kept: that it was asked for is less than what it did.
    await note(subjectOf(tenant), run, by).catch((err: unknown) =>
      log.error({ tenant, by, run: id, err }, "the audit does not tell who asked for a run"),
    );
    return run;
  };
}

function lockedOut(tenant: string): string {
  return `Another process runs ${tenant} on this store. Ask again when it has ended.`;
}

async function note(subject: Asked, { id, commit, trigger, result }: Run, by: string) {
  const audited = auditOf(subject, { run: id, commit, trigger, by });
  const message = `The run was ${result}.`;
  const entry = audited({ action: "reconcile", result: "done", message });
  await subject.store.settle(subject.tenant, null, "reconciled", [], [entry]);
}
