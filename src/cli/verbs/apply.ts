import pLimit from "p-limit";
import type { Logger } from "pino";
import { worst } from "../../model/result.ts";
import { reconcile } from "../../reconcile/reconcile.ts";
import type { RunEvent } from "../../reconcile/subject.ts";
import { type CommonFlags, configure, statusOf } from "../command.ts";
import { withProgress } from "../progress.ts";
import { writeReports } from "../reports.ts";
import { stopSignal } from "../stop.ts";
import { openTenants, parallelTenants } from "../tenants.ts";
import type { Terminal } from "../terminal.ts";
import { applySubject } from "../wiring.ts";

export interface ApplyFlags extends CommonFlags {
  /** Digests to which apply is bound; empty: any plan. */
  readonly plan: readonly string[];
}

/** Plans afresh, applies, verifies by reading back. */
export async function applyVerb(flags: ApplyFlags, terminal: Terminal): Promise<number> {
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  const { wiring, log } = await openTenants(configured, flags, terminal, "warn");
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
      return reconcile(applySubject(wired), { ...options, notify, stopping, aborting });
    }),
  );
  await writeReports({ type: "runs", runs }, flags.output, terminal);
  return statusOf(worst(runs.map(({ result }) => result)), undefined);
}

function progressOf(event: RunEvent): string {
  switch (event.type) {
    case "started":
      return "reading";
    case "waiting":
      return event.for === "lock" ? "waiting for another run" : "waiting for a write to show";
    case "planned":
      return "planned";
    case "writing":
      return `${event.change.op} ${event.change.name}`;
    case "wrote":
      return `${event.outcome.op} ${event.outcome.name}: ${event.outcome.result}`;
    case "verifying":
      return "reading back";
    case "fault":
      return event.fault.message;
    case "finished":
      return event.run.result;
    default:
      return event satisfies never;
  }
}

/** What happens in a run, as log lines; the report says it to people. */
export function logEvent(log: Logger, event: RunEvent): void {
  const { tenant, type } = event;
  if (event.type === "fault") {
    // Only a bug needs its stack; everything else is in the fault's own words.
    const err = event.fault.code === "internal" ? event.cause : undefined;
    const { code, requestId } = event.fault;
    log.warn({ tenant, code, requestId, err }, event.fault.message);
    return;
  }
  if (event.type === "finished") {
    const { result, commit, trigger, outcomes, plan } = event.run;
    const summary = plan?.summary;
    log.info(
      { tenant, result, trigger, commit, summary, outcomes: outcomes.length },
      `${tenant}: the run ended: ${result}`,
    );
    return;
  }
  log.debug({ tenant, event: type }, progressOf(event));
}
