import pLimit from "p-limit";
import type { Logger } from "pino";
import { nothingOutside } from "../../model/attribution.ts";
import { type Fault, failure, toFault } from "../../model/fault.ts";
import type { Plan } from "../../model/generated/run.ts";
import { planResult, worst } from "../../model/result.ts";
import { emptyMemory } from "../../model/store.ts";
import { type Asked, nothingAsked } from "../../plan/input.ts";
import { plan } from "../../plan/plan.ts";
import { planTenant } from "../../reconcile/reconcile.ts";
import { type CommonFlags, configure, oneTenant, statusOf } from "../command.ts";
import { type FailOn, failing } from "../fail-on.ts";
import { withProgress } from "../progress.ts";
import { writeReports } from "../reports.ts";
import { logEvent } from "../run-log.ts";
import { stopSignal } from "../stop.ts";
import { openTenants, parallelTenants } from "../tenants.ts";
import type { Terminal } from "../terminal.ts";
import { type Wired, wire } from "../wiring.ts";

export interface PlanFlags extends CommonFlags {
  readonly driftExit?: number;
  readonly failOn?: FailOn;
  /** Names of definitions whose certificate may replace one that is valid for longer. */
  readonly allowEarlierExpiry: readonly string[];
}

/** Shows what apply would do. Nothing that it holds can write to a tenant. */
export async function planVerb(flags: PlanFlags, terminal: Terminal): Promise<number> {
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  const { allowEarlierExpiry } = flags;
  if (allowEarlierExpiry.length > 0) oneTenant(configured, "--allow-earlier-expiry");
  const asked = { ...nothingAsked, allowEarlierExpiry };
  const { wiring, log } = await openTenants(wire, configured, flags, terminal, "warn");
  await using _ = wiring;
  using stop = stopSignal();
  const limit = pLimit(parallelTenants);
  const plans = await withProgress(terminal, "Reading", wiring.tenants, (wired) =>
    limit(() => planOne(wired, asked, log, stop.stopping)),
  );
  const modes = new Map(wiring.tenants.map(({ settings: { name, mode } }) => [name, mode]));
  await writeReports({ type: "plans", plans }, flags.output, terminal, {
    modes,
    allowEarlierExpiry,
  });
  const judged = plans.map((plan) => ({
    tenant: plan.tenant,
    result: planResult(plan),
    plan,
    outcomes: [],
  }));
  const results = failing(judged, flags.failOn, terminal);
  return statusOf(worst(results), flags.driftExit);
}

async function planOne(
  wired: Wired,
  asked: Asked,
  log: Logger,
  stopping: AbortSignal,
): Promise<Plan> {
  try {
    return await planTenant(wired.subject, stopping, (event) => logEvent(log, event), asked);
  } catch (thrown) {
    const fault = stopping.aborted ? stopped : toFault(thrown);
    if (fault.code === "internal") {
      log.error({ tenant: wired.settings.name, err: thrown }, "the plan failed");
    }
    return unplanned(wired, fault);
  }
}

const stopped = failure("stopped", "Plumbline was asked to stop before the tenant was read.");

/** The plan of a tenant that could not be planned: nothing, and why. */
function unplanned({ subject }: Wired, fault: Fault): Plan {
  const { tenant, policy, version } = subject;
  const now = subject.clock.now().toISOString();
  const memory = emptyMemory;
  const empty = {
    desired: [],
    flows: [],
    observations: [],
    memory,
    outside: nothingOutside,
    faults: [fault],
    commit: null,
    seal: "",
  };
  return plan({ tenant, policy, asked: nothingAsked, version, now, ...empty });
}
