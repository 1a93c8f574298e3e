import { openDefinitions } from "../../definitions/definitions.ts";
import type { Instead } from "../../definitions/instead.ts";
import { FaultError } from "../../model/fault.ts";
import { planResult } from "../../model/result.ts";
import { type Asked, nothingAsked } from "../../plan/input.ts";
import { auditOf } from "../../reconcile/memory/audit-entry.ts";
import { planTenant, reconcile } from "../../reconcile/reconcile.ts";
import type { RunEvent } from "../../reconcile/subject.ts";
import { actorOf } from "../actor.ts";
import { type CommonFlags, configure, oneTenant, statusOf } from "../command.ts";
import { type EarlierStates, earlierStates } from "../earlier-states.ts";
import { withProgress } from "../progress.ts";
import { writeReports } from "../reports.ts";
import { logEvent, progressOf } from "../run-log.ts";
import { stopSignal } from "../stop.ts";
import { openTenants } from "../tenants.ts";
import type { Terminal } from "../terminal.ts";
import { untilFlag } from "../until.ts";
import { UsageError } from "../usage-error.ts";
import { type WiredToApply, wireToApply } from "../wiring.ts";

export interface RestoreFlags extends CommonFlags {
  /** Id of a run whose changes are undone, or a name whose last change is. */
  readonly of: string;
  /** Digests to which it is bound; empty: any plan. */
  readonly plan: readonly string[];
  /** Shows the plan and writes nothing. */
  readonly preview?: true;
  /** Until when what was restored is left alone: a duration or an instant. */
  readonly until: string;
  readonly reason?: string;
  readonly lift?: string;
  /** Names of definitions whose certificate may replace one that is valid for longer. */
  readonly allowEarlierExpiry: readonly string[];
}

/** Brings an earlier state back: planned and applied like any other, and then left alone for a while. */
export async function restoreVerb(flags: RestoreFlags, terminal: Terminal): Promise<number> {
  const { of, preview, reason = "" } = flags;
  checkFlags(flags);
  const until = untilFlag(flags);
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  oneTenant(configured, "restore");
  const { wiring, log } = await openTenants(wireToApply, configured, flags, terminal, "warn");
  await using _ = wiring;
  using stop = stopSignal(() => log.warn("stopping: the write in hand is finished first"));
  const { stopping, aborting } = stop;
  const [wired] = wiring.tenants;
  if (!wired) throw new UsageError("plumbline.yaml has no tenant.");
  const by = actorOf(terminal.env);
  const states = await earlierStates(of, wired.subject).catch((thrown) =>
    auditedRefusal(thrown, wired, { of, by, isPreview: preview === true }),
  );
  const asked = askedOf(states, flags);
  const subject = { ...wired.subject, load: loaderOf(wired, states.instead) };
  const notify = (event: RunEvent) => logEvent(log, event);
  if (preview) {
    const planned = await planTenant(subject, stopping, notify, asked);
    const modes = new Map([[wired.settings.name, wired.settings.mode]]);
    const said = { modes, restoring: of, allowEarlierExpiry: asked.allowEarlierExpiry };
    await writeReports({ type: "plans", plans: [planned] }, flags.output, terminal, said);
    return statusOf(planResult(planned), undefined);
  }
  const [run] = await withProgress(terminal, "Restoring in", [{ ...wired, subject }], (one, say) =>
    reconcile(one.subject, {
      ...{ trigger: "command", isApply: true, by, asked, reason, stopping, aborting },
      approved: flags.plan.length > 0 ? flags.plan : null,
      restoring: { of, until, reason },
      notify: (event) => {
        say(progressOf(event));
        notify(event);
      },
    }),
  );
  if (!run) throw new UsageError("plumbline.yaml has no tenant.");
  await writeReports({ type: "runs", runs: [run] }, flags.output, terminal);
  return statusOf(run.result, undefined);
}

function checkFlags({ preview, reason = "", lift, plan }: RestoreFlags): void {
  if (!preview && reason.trim() === "") {
    throw new UsageError(
      "restore needs --reason: say why, for the record. Or look first: --preview.",
    );
  }
  if (lift !== undefined && !preview && plan.length === 0) {
    throw new UsageError("--lift needs --plan with the digest of the plan that was looked at.");
  }
}

function askedOf({ restored }: EarlierStates, { lift, allowEarlierExpiry }: RestoreFlags): Asked {
  const only = Object.keys(restored);
  const liftDeletes = lift !== undefined;
  return { ...nothingAsked, only, restored, liftDeletes, allowEarlierExpiry };
}

interface Refusal {
  readonly of: string;
  readonly by: string;
  readonly isPreview: boolean;
}

/** Somebody asked for it, and there is no run that would tell. */
async function auditedRefusal(
  thrown: unknown,
  { subject }: WiredToApply,
  { of, by, isPreview }: Refusal,
): Promise<never> {
  if (thrown instanceof FaultError && thrown.fault.code === "refused" && !isPreview) {
    const actor = { run: null, commit: null, trigger: null, by };
    // No secret is known yet, so what a person says is left out.
    const message = `Restore of ${of}: ${thrown.fault.message}`;
    const entry = auditOf(subject, actor)({ action: "refuse", result: "refused", message });
    await subject.store.settle(subject.tenant, null, "refused", [], [entry]);
  }
  throw thrown;
}

function loaderOf({ subject, settings }: WiredToApply, instead: Instead) {
  const definitions = openDefinitions();
  return () => ({
    loaded: definitions.load({ ...settings.load, instead }),
    commit: subject.load().commit,
  });
}
