import pLimit from "p-limit";
import type { Logger } from "pino";
import { type Fault, failure, toFault } from "../../model/fault.ts";
import type { Plan, Result } from "../../model/generated/run.ts";
import { plan } from "../../plan/plan.ts";
import { planResult, worst } from "../../plan/result.ts";
import { planTenant } from "../../reconcile/reconcile.ts";
import { type CommonFlags, configure, statusOf } from "../command.ts";
import { resultOf } from "../exit.ts";
import { withProgress } from "../progress.ts";
import { writeReports } from "../reports.ts";
import { stopSignal } from "../stop.ts";
import { openTenants, parallelTenants } from "../tenants.ts";
import type { Terminal } from "../terminal.ts";
import type { Wired } from "../wiring.ts";

export interface PlanFlags extends CommonFlags {
  readonly driftExit?: number;
}

/** Shows what apply would do. Nothing that it holds can write to a tenant. */
export async function planVerb(flags: PlanFlags, terminal: Terminal): Promise<number> {
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  const { wiring, log } = await openTenants(configured, flags, terminal, "warn");
  await using _ = wiring;
  using stop = stopSignal();
  const limit = pLimit(parallelTenants);
  const planned = await withProgress(terminal, "Reading", wiring.tenants, (wired) =>
    limit(() => planOne(wired, log, stop.stopping)),
  );
  const plans = planned.map(({ plan }) => plan);
  await writeReports({ type: "plans", plans }, flags.output, terminal);
  return statusOf(worst(planned.map(({ result }) => result)), flags.driftExit);
}

interface Planned {
  readonly plan: Plan;
  readonly result: Result;
}

async function planOne(wired: Wired, log: Logger, stopping: AbortSignal): Promise<Planned> {
  try {
    const made = await planTenant(wired.subject, stopping);
    return { plan: made, result: planResult(made) };
  } catch (thrown) {
    const fault = stopping.aborted ? stopped : toFault(thrown);
    if (fault.code === "internal") {
      log.error({ tenant: wired.settings.name, err: thrown }, "the plan failed");
    }
    return { plan: unplanned(wired, fault), result: resultOf(fault.code) };
  }
}

const stopped = failure("stopped", "Plumbline was asked to stop before the tenant was read.");

/** The plan of a tenant that could not be planned: nothing, and why. */
function unplanned({ subject }: Wired, fault: Fault): Plan {
  const { tenant, policy, version } = subject;
  const memory = { ledger: [], journal: [], known: null };
  const empty = { desired: [], observations: [], memory, faults: [fault], commit: null };
  return plan({ tenant, policy, version, ...empty });
}
