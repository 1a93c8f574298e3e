/** Runs that somebody asks a service for. */
import type { Logger } from "pino";
import { FaultError, failure } from "../model/fault.ts";
import type { Run } from "../model/generated/run.ts";
import type { Schedule } from "../reconcile/schedule.ts";

/**
 * Resolves when the run has ended. Rejects with a FaultError: code `locked` while another one is in
 * hand, `unavailable` while the service starts, `stopped` while it stops. `by`: for the audit.
 */
export type RunNow = (tenant: string, by: string) => Promise<Run>;

const STARTING = "Plumbline is starting. Ask again in a moment.";

/** `schedule` answers null while the service starts. */
export function openRunNow(schedule: () => Schedule | null, log: Logger): RunNow {
  return async (tenant, by) => {
    log.info({ tenant, by }, "asked for a run");
    const run = (await schedule()?.runNow(tenant, by)) ?? null;
    if (run === null) throw new FaultError(failure("unavailable", STARTING));
    // Another process on this store has the tenant: such a run is not kept, so there is nothing to show.
    const locked = run.plan === null && run.faults.find(({ code }) => code === "locked");
    if (locked) throw new FaultError({ ...locked, code: "locked" });
    return run;
  };
}
