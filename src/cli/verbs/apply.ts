import pLimit from "p-limit";
import type { Run } from "../../model/generated/run.ts";
import { worst } from "../../model/result.ts";
import { nothingAsked } from "../../plan/input.ts";
import { type RunOptions, reconcile } from "../../reconcile/reconcile.ts";
import type { RunEvent } from "../../reconcile/subject.ts";
import { actorOf } from "../actor.ts";
import { type CommonFlags, type Configured, configure, oneTenant, statusOf } from "../command.ts";
import { type FailOn, failing } from "../fail-on.ts";
import { withProgress } from "../progress.ts";
import { writeReports } from "../reports.ts";
import { logEvent, progressOf } from "../run-log.ts";
import { stopSignal } from "../stop.ts";
import { openTenants, parallelTenants } from "../tenants.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { wireToApply } from "../wiring.ts";

export interface ApplyFlags extends CommonFlags {
  /** Digests to which apply is bound; empty: any plan. */
  readonly plan: readonly string[];
  readonly driftExit?: number;
  readonly failOn?: FailOn;
  /** Names of definitions whose certificate may replace one that is valid for longer. */
  readonly allowEarlierExpiry: readonly string[];
  readonly lift?: string;
  readonly reason?: string;
}

/** Plans afresh, applies, verifies by reading back. */
export async function applyVerb(flags: ApplyFlags, terminal: Terminal): Promise<number> {
  checkLift(flags);
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  const { allowEarlierExpiry, failOn, driftExit, lift, reason } = flags;
  if (allowEarlierExpiry.length > 0) oneTenant(configured, "--allow-earlier-expiry");
  const runs = await runAll(configured, flags, terminal, {
    doing: "Applying to",
    isApply: true,
    approved: flags.plan.length > 0 ? flags.plan : null,
    asked: { ...nothingAsked, allowEarlierExpiry, liftDeletes: lift !== undefined },
    ...(reason !== undefined && { reason }),
  });
  return statusOf(worst(failing(runs, failOn, terminal)), driftExit);
}

/** Whoever lifts a limit says which plan is meant, and why. */
function checkLift({ lift, plan, reason = "" }: ApplyFlags): void {
  if (lift === undefined) {
    if (reason !== "") throw new UsageError("--reason belongs to --lift.");
    return;
  }
  if (plan.length === 0) {
    throw new UsageError("--lift needs --plan with the digest of the plan that was looked at.");
  }
  if (reason.trim() === "") throw new UsageError("--lift needs --reason: say why, for the record.");
}

export interface NamedFlags extends CommonFlags {
  /** Definitions, by metadata.name. */
  readonly names: readonly string[];
}

/**
 * Sends the passwords of these definitions, whether they changed or not, and puts right whatever else
 * of them differs; of others nothing is changed.
 */
export async function assertVerb(flags: NamedFlags, terminal: Terminal): Promise<number> {
  return await runNamed(flags, terminal, { doing: "Asserting in", isApply: true, assert: true });
}

/** Records that their live passwords are right. Writes nothing to the tenant. */
export async function trustVerb(flags: NamedFlags, terminal: Terminal): Promise<number> {
  const trusting = { doing: "Trusting in", isApply: false, assert: false, isTrust: true } as const;
  return await runNamed(flags, terminal, trusting);
}

async function runNamed(
  flags: NamedFlags,
  terminal: Terminal,
  { assert, ...work }: Omit<Work, "approved" | "asked"> & { readonly assert: boolean },
): Promise<number> {
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  oneTenant(configured, "A name");
  const asked = { ...nothingAsked, only: flags.names, assert };
  const runs = await runAll(configured, flags, terminal, { ...work, approved: null, asked });
  return statusOf(worst(runs.map(({ result }) => result)), undefined);
}

/** What every wanted tenant is run for. */
interface Work extends Pick<RunOptions, "isApply" | "approved" | "asked" | "isTrust" | "reason"> {
  /** Before the name of a tenant, for who waits. */
  readonly doing: string;
}

/** Runs and reports. */
async function runAll(
  configured: Configured,
  flags: CommonFlags,
  terminal: Terminal,
  { doing, ...options }: Work,
): Promise<readonly Run[]> {
  const { wiring, log } = await openTenants(wireToApply, configured, flags, terminal, "warn");
  await using _ = wiring;
  using stop = stopSignal(() => log.warn("stopping: the write in hand is finished first"));
  const limit = pLimit(parallelTenants);
  const { stopping, aborting } = stop;
  const runs = await withProgress(terminal, doing, wiring.tenants, (wired, say) =>
    limit(() => {
      const notify = (event: RunEvent) => {
        say(progressOf(event));
        logEvent(log, event);
      };
      const by = actorOf(terminal.env);
      const run = { ...options, trigger: "command", by, notify, stopping, aborting } as const;
      return reconcile(wired.subject, run);
    }),
  );
  await writeReports({ type: "runs", runs }, flags.output, terminal);
  return runs;
}
