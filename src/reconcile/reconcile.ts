/**
 * One run of one tenant: observe, plan, then report, or apply, verify and remember. This room knows
 * the ports and the plan; which store, which Graph and which clock stand behind them it does not.
 */

import { type Fault, FaultError, failure } from "../model/fault.ts";
import type { Outcome, Plan, Run } from "../model/generated/run.ts";
import { planResult, runResult, worst } from "../model/result.ts";
import type { DriftChanges, MemoryChange } from "../model/store.ts";
import { type Asked, nothingAsked, type PlanInput } from "../plan/input.ts";
import { isAnotherTenant } from "../plan/policy.ts";
import { activeSuspensions } from "../plan/suspensions.ts";
import { askedFaults } from "./asked.ts";
import { attributionChanges, isActorOver } from "./attribution/attribution.ts";
import { attributed } from "./attribution/drift-attribution.ts";
import { expired, forgetInRuns } from "./attribution/forget-actors.ts";
import { withoutActors } from "./attribution/without-actors.ts";
import { driftChanges, goneDrifts } from "./drift.ts";
import { endedAcceptances } from "./fulfilled.ts";
import { planFor } from "./last-plan.ts";
import { beforehand, refusedRun } from "./memory/audit.ts";
import { type Actor, auditOf, type Told } from "./memory/audit-entry.ts";
import { remember } from "./memory/remember.ts";
import { observe, type World } from "./observe.ts";
import { endedByUs } from "./ours.ts";
import { afterRestore, type Restoring } from "./restoring.ts";
import { runId } from "./run-id.ts";
import { saidIn } from "./said.ts";
import type { Noted, Notify, PlanSubject, Subject, Writing } from "./subject.ts";
import { tell } from "./tell.ts";
import { trust } from "./trust.ts";
import { apply } from "./writing/apply.ts";
import { notAttempted } from "./writing/effect.ts";
import { settled } from "./writing/settle.ts";
import { verify } from "./writing/verify.ts";

/** Milliseconds to wait for another run of the same tenant. */
const lockWait = 10_000;

export interface RunOptions {
  readonly trigger: Run["trigger"];
  /** Apply was asked for by name: a tenant in report mode then refuses. */
  readonly isApply: boolean;
  /** Digests to which apply is bound; null: any plan. */
  readonly approved: readonly string[] | null;
  /** What a person asked of this run. */
  readonly asked: Asked;
  /** Why limits are lifted, where `asked` does so. */
  readonly reason?: string;
  /** Says more of `asked.restored`. */
  readonly restoring?: Restoring;
  /** Nothing is written to the tenant: the live passwords of `asked.only` are recorded as right. */
  readonly isTrust?: true;
  readonly notify: Notify;
  /** Who asked for it, for the audit. */
  readonly by: string;
  /** Asks the run to end after the write in hand. */
  readonly stopping: AbortSignal;
  /** Breaks off even the write in hand. */
  readonly aborting: AbortSignal;
}

/** What apply would do, or why it would refuse. Takes no lock, records nothing, and holds nothing that could write. */
export async function planTenant(
  subject: PlanSubject,
  signal: AbortSignal,
  notify: Notify,
  asked: Asked = nothingAsked,
): Promise<Plan> {
  const { input } = await observe(subject, asked, signal, notify);
  const planned = planFor(subject, input);
  const unfit = askedFaults(input, planned, false);
  return unfit.length === 0 ? planned : { ...planned, faults: [...planned.faults, ...unfit] };
}

/** A run always answers: what cannot go on is a fault in it. */
export async function reconcile(subject: Subject, options: RunOptions): Promise<Run> {
  const { tenant, mode, clock } = subject;
  const { trigger, notify, asked } = options;
  const startedAt = clock.now().toISOString();
  notify({ type: "started", tenant: tenant.name, trigger });
  const id = runId(startedAt);
  const finish = (ended: Ended): Run => {
    const { reason, restoring } = withoutSecrets(options, subject);
    return {
      id,
      tenant: tenant.name,
      trigger,
      mode,
      ...(asked.liftDeletes && { lift: { limit: "deletes" as const, reason } }),
      ...(restoring && { restore: { ...restoring, names: Object.keys(asked.restored).sort() } }),
      startedAt,
      finishedAt: clock.now().toISOString(),
      commit: ended.plan?.commit ?? null,
      ...ended,
    };
  };
  let run: Run;
  try {
    await using lock = await waitForLock(subject, options);
    if (lock === null) run = finish(ending(null, [], [busy(tenant.name)], "refused"));
    else {
      const ended: Found = await locked(subject, id, options).catch((thrown) =>
        brokenOff(thrown, options, subject),
      );
      const { found = { drifts: noDrifts }, ...left } = ended;
      run = await recorded(subject, finish(left), found, notify);
    }
    if (options.isApply || options.isTrust) run = await refusalAudited(subject, run, options);
  } catch (thrown) {
    run = finish(brokenOff(thrown, options, subject));
  }
  notify({ type: "finished", tenant: tenant.name, run });
  return run;
}

/** What a person says may hold a secret as well; by the end of a run all are known. */
function withoutSecrets({ reason = "", restoring }: RunOptions, { redactor }: PlanSubject) {
  const redact = (text: string) => redactor.redact(text);
  return {
    reason: redact(reason),
    ...(restoring && { restoring: { ...restoring, reason: redact(restoring.reason) } }),
  };
}

async function waitForLock(
  { store, tenant }: Subject,
  { notify, stopping }: RunOptions,
): Promise<AsyncDisposable | null> {
  const lock = await store.lock(tenant, 0, stopping);
  if (lock !== null) return lock;
  notify({ type: "waiting", tenant: tenant.name, for: "lock" });
  return store.lock(tenant, lockWait, stopping);
}

type Ended = Pick<Run, "plan" | "outcomes" | "faults" | "result">;

type Found = Ended & { readonly found?: Noted };

const noDrifts: DriftChanges = { put: [], forget: [] };

function ending(
  plan: Plan | null,
  outcomes: readonly Outcome[],
  faults: readonly Fault[],
  result: Run["result"],
): Ended {
  return { plan, outcomes: [...outcomes], faults: [...faults], result };
}

async function locked(subject: Subject, run: string, options: RunOptions): Promise<Found> {
  const { notify, asked } = options;
  const observed = await observe(subject, asked, options.stopping, notify);
  const world = await settled(subject, observed, options);
  const { input } = world;
  for (const { fault } of input.memory.damaged) logged(fault, subject, notify);
  const planned = planFor(subject, input);
  notify({ type: "planned", tenant: subject.tenant.name, plan: planned });
  const ended = await carriedOut(subject, run, options, { world, planned });
  const left = await withoutFulfilled(subject, input, ended, notify);
  const faults = [...left.faults, ...noteOf(world, subject, notify)];
  return { ...left, faults, found: await notedIn(subject, world, left, notify) };
}

/** What kept the audit log of the tenant from being read, where nobody has said so yet. */
function noteOf({ heard }: World, subject: Subject, notify: Notify): readonly Fault[] {
  const note = heard?.note ?? null;
  if (note === null) return [];
  logged(note, subject, notify);
  return [note];
}

/** The plan tells it as well; a log is what somebody watches. */
function logged(fault: Fault, { tenant }: Subject, notify: Notify): void {
  notify({ type: "fault", tenant: tenant.name, fault, cause: null });
}

/** Ends acceptances that are over, in whatever mode: what git says next is to be carried out. */
async function withoutFulfilled(
  { store, tenant }: Subject,
  input: PlanInput,
  ended: Ended,
  notify: Notify,
): Promise<Ended> {
  if (ended.plan === null || isAnotherTenant(input)) return ended;
  const over = endedAcceptances(input, ended.plan);
  if (over.length === 0) return ended;
  return await store.settle(tenant, null, "learned", over).then(
    () => ended,
    (thrown) => withFault(ended, tell(thrown, tenant.name, notify)),
  );
}

/** What the run found of differences, and of who changed the tenant. */
async function notedIn(
  subject: Subject,
  { input, heard }: World,
  ended: Ended,
  notify: Notify,
): Promise<Noted> {
  if (isAnotherTenant(input)) return { drifts: noDrifts };
  if (heard === null) {
    return await expired(subject).catch((thrown) => {
      tell(thrown, subject.tenant.name, notify);
      return { drifts: noDrifts };
    });
  }
  const { clock, drift } = subject;
  const now = clock.now().toISOString();
  // A restore compares with another state than git's.
  const isRestore = Object.keys(input.asked.restored).length > 0;
  const isCompared = ended.plan !== null && !isRestore;
  const isWhole = isCompared && ended.plan?.complete === true && input.asked.only === null;
  const found = { lookedAt: isWhole ? input.now : null, keep: drift.keep, now };
  const attribution = attributionChanges(heard, input.memory, found);
  const drifts = isCompared ? await driftsIn(subject, input, ended, { now, notify }) : noDrifts;
  return { drifts, attribution };
}

/** Where it cannot be told who ended one, all stay as they were. */
async function driftsIn(
  subject: Subject,
  input: PlanInput,
  { plan, outcomes }: Ended,
  { now, notify }: { readonly now: string; readonly notify: Notify },
): Promise<DriftChanges> {
  const { drift, tenant, attribution } = subject;
  if (plan === null) return noDrifts;
  const { drifts: known, damaged } = input.memory;
  const reading = { plan, outcomes, now, said: saidIn(input), damaged, ...drift };
  try {
    const ours = await endedByUs(subject, goneDrifts(known, reading));
    return attributed(driftChanges(known, reading, ours), known, {
      input,
      isActorOver: (at) => isActorOver(at, attribution, now),
    });
  } catch (thrown) {
    tell(thrown, tenant.name, notify);
    return noDrifts;
  }
}

interface Planned {
  readonly world: World;
  readonly planned: Plan;
}

async function carriedOut(
  subject: Subject,
  run: string,
  options: RunOptions,
  { world, planned }: Planned,
): Promise<Ended> {
  const { notify, approved } = options;
  const { writer, tenant } = subject;
  const result = planResult(planned);
  const unfit = askedFaults(world.input, planned, options.isTrust === true);
  if (unfit.length > 0) return ending(planned, [], unfit, worstOfRefusal(result));
  if (options.isTrust) {
    const isRead = result !== "unreadable" && result !== "invalid";
    const actor = { ...options, run, commit: planned.commit };
    return isRead ? await trusted(subject, world, actor) : ending(planned, [], [], result);
  }
  if (writer === null) {
    return options.isApply
      ? ending(planned, [], [reportOnly(tenant.name)], worstOfRefusal(result))
      : ending(planned, [], [], result);
  }
  if (approved !== null && !approved.includes(planned.digest)) {
    return ending(planned, [], [notApproved(planned)], worstOfRefusal(result));
  }
  // What could not be read weighs more in the result; faulty definitions stop the run all the same.
  const isFaulty = planned.faults.some(({ severity }) => severity === "error");
  if (isFaulty) return ending(planned, [], [], result);
  const actor = { ...options, run, commit: planned.commit };
  const said = withoutSecrets(options, subject);
  const { told, changes } = beforehand(planned, world.input, { ...options, ...said });
  await audited(subject, told, actor, changes);
  const writing: Writing = { ...options, run, audit: auditOf(subject, actor), subject, writer };
  const written = await apply(writing, planned, world);
  // What was written must be told even when the store or the tenant fails from here on.
  const faults: Fault[] = [];
  const note = (thrown: unknown) => faults.push(tell(thrown, tenant.name, notify));
  const outcomes = await verify(writing, planned, world, written);
  await remember(subject, world, planned, outcomes, writing).catch(note);
  const plan = await suspendedSince(writing, world, planned, outcomes).catch((thrown) => {
    note(thrown);
    return planned;
  });
  return ending(plan, outcomes, faults, runResult(plan, outcomes, faults, options.isApply));
}

/** The plan of a restore, with what is left alone now that it has ended. */
async function suspendedSince(
  { subject, audit }: Writing,
  { input }: World,
  planned: Plan,
  outcomes: readonly Outcome[],
): Promise<Plan> {
  if (Object.keys(input.asked.restored).length === 0) return planned;
  const { store, tenant, clock } = subject;
  const { told, changes } = afterRestore(input, outcomes);
  if (told.length > 0) await store.settle(tenant, null, "restored", changes, told.map(audit));
  const memory = await store.recall(tenant);
  const now = clock.now().toISOString();
  return { ...planned, suspended: [...activeSuspensions({ memory, now })] };
}

/** The plan in the answer is the one after it. */
async function trusted(
  subject: Subject,
  world: World,
  actor: Actor & { readonly run: string },
): Promise<Ended> {
  await trust(subject, world, { run: actor.run, audit: auditOf(subject, actor) });
  const memory = await subject.store.recall(subject.tenant);
  const planned = planFor(subject, { ...world.input, memory });
  return ending(planned, [], [], planResult(planned));
}

async function audited(
  subject: Subject,
  told: readonly Told[],
  actor: Actor,
  changes: readonly MemoryChange[] = [],
): Promise<void> {
  if (told.length === 0 && changes.length === 0) return;
  const audit = auditOf(subject, actor);
  await subject.store.settle(subject.tenant, null, "audited", changes, told.map(audit));
}

async function recorded(
  subject: Subject,
  run: Run,
  { drifts, attribution: noted }: Noted,
  notify: Notify,
): Promise<Run> {
  const { store, tenant, attribution } = subject;
  const kept = attribution.actors === "keep" ? run : withoutActors(run);
  await forgetInRuns(subject).catch((thrown) => tell(thrown, tenant.name, notify));
  return await store.record(tenant, kept, drifts, noted).then(
    () => run,
    (thrown) => withFault(run, tell(thrown, run.tenant, notify)),
  );
}

/** Somebody asked for it by name, and was refused. */
async function refusalAudited(subject: Subject, run: Run, options: RunOptions): Promise<Run> {
  const actor = { ...options, run: run.id, commit: run.commit };
  return await audited(subject, refusedRun(run), actor).then(
    () => run,
    (thrown) => withFault(run, tell(thrown, run.tenant, options.notify)),
  );
}

/** What was done is told, whatever fails afterwards. */
function withFault<T extends Ended>(run: T, fault: Fault): T {
  const isTold = run.faults.some(({ message }) => message === fault.message);
  const faults = isTold ? run.faults : [...run.faults, fault];
  return { ...run, faults, result: worst([run.result, "partial"]) };
}

/** What the tenant or its definitions could not give weighs more than the refusal. */
function worstOfRefusal(result: Run["result"]): Run["result"] {
  return result === "unreadable" || result === "invalid" ? result : "refused";
}

function brokenOff(thrown: unknown, { stopping, notify }: RunOptions, subject: Subject): Ended {
  if (stopping.aborted) return ending(null, [], [notAttempted()], "partial");
  const fault = tell(thrown, subject.tenant.name, notify);
  return ending(null, [], [fault], thrown instanceof FaultError ? "partial" : "failed");
}

function busy(tenant: string): Fault {
  return failure("locked", `Another run of ${tenant} is in progress on this store. Try again.`);
}

function reportOnly(tenant: string): Fault {
  const message = `${tenant} is in mode: report, so nothing was applied. Set mode: apply for this tenant in plumbline.yaml.`;
  return failure("refused", message);
}

function notApproved({ digest, tenant }: Plan): Fault {
  const message = `The plan of ${tenant} is now ${digest}, which was not among the approved ones, so nothing was applied. Look at the new plan and approve its digest.`;
  return failure("refused", message);
}
