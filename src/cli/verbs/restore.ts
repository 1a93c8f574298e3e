import { openDefinitions } from "../../definitions/definitions.ts";
import type { Instead } from "../../definitions/instead.ts";
import { restoredText } from "../../definitions/restored-text.ts";
import { FaultError, failure } from "../../model/fault.ts";
import type { Run } from "../../model/generated/run.ts";
import { planResult } from "../../model/result.ts";
import type { Store } from "../../model/store.ts";
import { systemClock } from "../../model/system-clock.ts";
import { type Asked, type Earlier, nothingAsked } from "../../plan/input.ts";
import { planTenant, reconcile } from "../../reconcile/reconcile.ts";
import { lastUndoable, type Undoable, undoableOf } from "../../reconcile/restore.ts";
import type { RunEvent } from "../../reconcile/subject.ts";
import { actorOf } from "../actor.ts";
import { type CommonFlags, configure, oneTenant, statusOf } from "../command.ts";
import { withProgress } from "../progress.ts";
import { writeReports } from "../reports.ts";
import { logEvent, progressOf } from "../run-log.ts";
import { stopSignal } from "../stop.ts";
import { openTenants } from "../tenants.ts";
import type { Terminal } from "../terminal.ts";
import { parseUntil } from "../until.ts";
import { UsageError } from "../usage-error.ts";
import { type WiredToApply, wireToApply } from "../wiring.ts";

/** Entries of the audit that are looked through. */
const LOOKED_THROUGH = 5_000;

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
}

/** Brings an earlier state back: planned and applied like any other, and then left alone for a while. */
export async function restoreVerb(flags: RestoreFlags, terminal: Terminal): Promise<number> {
  const { of, preview, reason = "" } = flags;
  if (!preview && reason.trim() === "") {
    throw new UsageError(
      "restore needs --reason: say why, for the record. Or look first: --preview.",
    );
  }
  const until = untilOf(flags);
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  oneTenant(configured, "restore");
  const { wiring, log } = await openTenants(wireToApply, configured, flags, terminal, "warn");
  await using _ = wiring;
  using stop = stopSignal(() => log.warn("stopping: the write in hand is finished first"));
  const { stopping, aborting } = stop;
  const [wired] = wiring.tenants;
  if (!wired) throw new UsageError("plumbline.yaml has no tenant.");
  const undone = await undoablesOf(of, wired.subject.store, wired.settings.name);
  const { instead, asked } = await earlierStates(undone, wired);
  const restoring = { ...wired, subject: { ...wired.subject, load: loaderOf(wired, instead) } };
  const notify = (event: RunEvent) => logEvent(log, event);
  if (preview) {
    const planned = await planTenant(restoring.subject, stopping, notify, asked);
    const modes = new Map([[wired.settings.name, wired.settings.mode]]);
    await writeReports({ type: "plans", plans: [planned] }, flags.output, terminal, {
      modes,
      restoring: of,
    });
    return statusOf(planResult(planned), undefined);
  }
  const runs = await withProgress(terminal, "Restoring in", [restoring], ({ subject }, say) =>
    reconcile(subject, {
      ...{ trigger: "command", isApply: true, by: actorOf(terminal.env), asked, reason },
      approved: flags.plan.length > 0 ? flags.plan : null,
      restoring: { of, until, reason },
      notify: (event) => {
        say(progressOf(event));
        notify(event);
      },
      ...{ stopping, aborting },
    }),
  );
  await writeReports({ type: "runs", runs }, flags.output, terminal);
  return statusOf(worstOf(runs), undefined);
}

function worstOf([run]: readonly Run[]): Run["result"] {
  return run?.result ?? "failed";
}

function untilOf({ until }: RestoreFlags): string {
  try {
    return parseUntil(until, systemClock.now());
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? `--until ${thrown.message}` : "--until");
  }
}

/** Such as 20260820T080100000Z: no name of a definition has upper-case letters. */
const RUN = /^\d{8}T\d{9}Z$/;

async function undoablesOf(of: string, store: Store, tenant: string): Promise<readonly Undoable[]> {
  const query = { tenants: [tenant], limit: LOOKED_THROUGH };
  const chosen = RUN.test(of) ? { run: of } : { name: of };
  const entries = (await store.audit({ ...query, ...chosen })).map(({ entry }) => entry);
  const last = RUN.test(of) ? undoableOf(entries) : [lastUndoable(entries)];
  const found = last.filter((one) => one !== null);
  if (found.length > 0) return found;
  const what = RUN.test(of) ? `a change that run ${of} made` : `a change of ${of}`;
  const message = `The audit of ${tenant} knows nothing of ${what}. plumbline history lists what it knows.`;
  throw new FaultError(failure("refused", message));
}

interface EarlierStates {
  readonly instead: Instead;
  readonly asked: Asked;
}

/** Throws a FaultError that says all that was not kept of the states of then. */
async function earlierStates(
  undone: readonly Undoable[],
  { subject }: WiredToApply,
): Promise<EarlierStates> {
  const { ledger } = await subject.store.recall(subject.tenant);
  const problems: string[] = [];
  const instead: Record<string, string | null> = {};
  const restored: Record<string, Earlier> = {};
  for (const { name, id, before, after } of undone) {
    restored[name] = { state: before, id };
    if (before === null) {
      instead[name] = null;
      continue;
    }
    const protect = ledger.some((entry) => entry.name === name && entry.protect);
    const text = restoredText({ name, state: before, later: after, protect });
    if ("problem" in text) problems.push(text.problem);
    else instead[name] = text.text;
  }
  if (problems.length > 0) {
    const message = `${problems.join(" ")} It cannot be brought back from here: change its definition in git.`;
    throw new FaultError(failure("refused", message));
  }
  return { instead, asked: { ...nothingAsked, only: Object.keys(restored), restored } };
}

function loaderOf({ subject, settings }: WiredToApply, instead: Instead) {
  const definitions = openDefinitions();
  return () => ({
    loaded: definitions.load({ ...settings.load, instead }),
    commit: subject.load().commit,
  });
}
