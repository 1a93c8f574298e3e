/** Runs that somebody asks a service for. */
import type { Logger } from "pino";
import { FaultError, failure } from "../model/fault.ts";
import type { Run } from "../model/generated/run.ts";
import { isLockedOut } from "../model/result.ts";
import type { Schedule } from "../reconcile/schedule.ts";

/**
 * Resolves when the run has ended. Rejects with a FaultError: code `locked` while another one is in
 * hand, `unavailable` while the service starts, `stopped` while it stops. `by`: for the audit.
 */
export type RunNow = (tenant: string, by: string) => Promise<Run>;

const STARTING = "Plumbline is starting. Ask again in a moment.";

function lockedOut(tenant: string): string {
  return `Another process runs ${tenant} on this store. Ask again when it has ended.`;
}

/** `schedule` answers null while the service starts. */
export function openRunNow(schedule: () => Schedule | null, log: Logger): RunNow {
  return async (tenant, by) => {
    const run = (await schedule()?.runNow(tenant, by)) ?? null;
    if (run === null) throw new FaultError(failure("unavailable", STARTING));
    const { id, result } = run;
    log.info({ tenant, by, run: id, result }, "somebody asked for a run, and it has ended");
    if (isLockedOut(run)) throw new FaultError(failure("locked", lockedOut(tenant)));
    return run;
  };
}
