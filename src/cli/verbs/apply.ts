import pLimit from "p-limit";
import { worst } from "../../model/result.ts";
import { reconcile } from "../../reconcile/reconcile.ts";
import type { RunEvent } from "../../reconcile/subject.ts";
import { type CommonFlags, configure, statusOf } from "../command.ts";
import { withProgress } from "../progress.ts";
import { writeReports } from "../reports.ts";
import { logEvent, progressOf } from "../run-log.ts";
import { stopSignal } from "../stop.ts";
import { openTenants, parallelTenants } from "../tenants.ts";
import type { Terminal } from "../terminal.ts";
import { wireToApply } from "../wiring.ts";

export interface ApplyFlags extends CommonFlags {
  /** Digests to which apply is bound; empty: any plan. */
  readonly plan: readonly string[];
}

/** Plans afresh, applies, verifies by reading back. */
export async function applyVerb(flags: ApplyFlags, terminal: Terminal): Promise<number> {
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  const { wiring, log } = await openTenants(wireToApply, configured, flags, terminal, "warn");
  await using _ = wiring;
  using stop = stopSignal(() => log.warn("stopping: the write in hand is finished first"));
  const limit = pLimit(parallelTenants);
  const approved = flags.plan.length > 0 ? flags.plan : null;
  const { stopping, aborting } = stop;
  const runs = await withProgress(terminal, "Applying to", wiring.tenants, (wired, say) =>
    limit(() => {
      const notify = (event: RunEvent) => {
        say(progressOf(event));
        logEvent(log, event);
      };
      const options = { trigger: "command", isApply: true, approved } as const;
      return reconcile(wired.subject, { ...options, notify, stopping, aborting });
    }),
  );
  await writeReports({ type: "runs", runs }, flags.output, terminal);
  return statusOf(worst(runs.map(({ result }) => result)), undefined);
}
