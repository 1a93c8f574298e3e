/** A plan or a run of one tenant, in words that hold for every format. */
import type { Outcome, Plan, Result, Run } from "../model/generated/run.ts";
import { planResult } from "../model/result.ts";
import {
  type AwaitedView,
  awaitedViews,
  type CertificatesView,
  certificatesOf,
  certificatesViews,
  type ExpiryView,
  expiryViews,
} from "./certificates-view.ts";
import { type ChangeView, changeView, type FaultView, faultView, heldView } from "./change-view.ts";
import { type Count, planCounts, runCounts } from "./counts.ts";
import { expiringOf } from "./expiry.ts";
import { duration, moment } from "./instants.ts";
import { outcomeOf } from "./outcomes.ts";
import { name } from "./printable.ts";
import { noSecrets, type SecretsView, secretsView } from "./secrets-view.ts";
import { planSentence, runSentence } from "./sentences.ts";
import { acceptedTexts, suspendedTexts } from "./suspended-view.ts";
import { nextSteps, type ToApply } from "./to-apply.ts";
import { type UnmanagedView, unmanagedView } from "./unmanaged-view.ts";
import { affectsNotes, type UsesView, unasked, usesView } from "./uses-view.ts";
import type { ViewOptions } from "./view-options.ts";
import { whoNotes } from "./who.ts";
import { type WindowView, windowView } from "./window-view.ts";
import { PASSWORD, resultTones, type Tone, triggers } from "./wording.ts";

export interface Fact {
  readonly label: string;
  readonly text: string;
}

export interface TenantView {
  readonly stage: "plan" | "run";
  readonly tenant: string;
  readonly result: Result;
  readonly tone: Tone;
  /** What the result means. */
  readonly sentence: string;
  /** Counts that are not 0, changes first. */
  readonly counts: readonly Count[];
  readonly changes: readonly ChangeView[];
  readonly held: readonly ChangeView[];
  /** Names. */
  readonly unchanged: readonly string[];
  readonly unmanaged: readonly UnmanagedView[];
  /** Which connectors the steps of user flows call. */
  readonly uses: UsesView;
  readonly secrets: SecretsView;
  /** Of every connector that has some. */
  readonly certificates: readonly CertificatesView[];
  /** Certificates that come to their end. */
  readonly expiry: readonly ExpiryView[];
  /** Certificates that become active, or are taken away, by themselves. */
  readonly awaited: readonly AwaitedView[];
  /** Kinds that could not be read, then the other faults. */
  readonly faults: readonly FaultView[];
  readonly facts: readonly Fact[];
  readonly digest: string | null;
  /** `1.2 s`; null for a plan. */
  readonly took: string | null;
  readonly nextRun: string | null;
  /** What is left alone for a while. */
  readonly suspended: readonly string[];
  /** Live values that are taken for right for a while. */
  readonly accepted: readonly string[];
  /** null for a tenant that may always be changed. */
  readonly window: WindowView | null;
  /** Empty when there is nothing that apply could do. */
  readonly toApply: readonly ToApply[];
}

export function planView(plan: Plan, options: ViewOptions): TenantView {
  const result = planResult(plan);
  const hasErrors = plan.faults.some(({ severity }) => severity === "error");
  const shown = lists(plan, [], options.timezone);
  return {
    stage: "plan",
    tenant: name(plan.tenant),
    result,
    tone: toneOf(result, shown.expiry),
    sentence: planSentence(plan, result, options),
    counts: planCounts(plan),
    ...shown,
    secrets: secretsView(plan, null, options),
    faults: faultsOf(plan, []),
    facts: commitFact(plan.commit),
    digest: name(plan.digest),
    took: null,
    nextRun: null,
    suspended: suspendedTexts(plan, options.timezone),
    accepted: acceptedTexts(plan, options.timezone),
    window: windowView(plan.window, options.timezone),
    toApply: hasErrors ? [] : nextSteps(plan, options),
  };
}

export function runView(run: Run, nextRun: string | null, options: ViewOptions): TenantView {
  const { plan, outcomes } = run;
  const { timezone } = options;
  const shown = plan === null ? noLists : lists(plan, outcomes, timezone);
  const wrote = outcomes.some(({ result }) => result !== "skipped");
  return {
    stage: "run",
    tenant: name(run.tenant),
    result: run.result,
    tone: toneOf(run.result, shown.expiry),
    sentence: runSentence(run, wrote, timezone),
    counts: runCounts(run),
    ...shown,
    secrets: plan === null ? noSecrets : secretsView(plan, run, options),
    faults: faultsOf(plan, run.faults),
    facts: runFacts(run, timezone),
    digest: plan === null ? null : name(plan.digest),
    took: duration(run.startedAt, run.finishedAt),
    nextRun: nextRun === null ? null : moment(nextRun, timezone),
    suspended: plan === null ? [] : suspendedTexts(plan, timezone),
    accepted: plan === null ? [] : acceptedTexts(plan, timezone),
    window: plan === null ? null : windowView(plan.window, timezone, run.finishedAt),
    toApply: [],
  };
}

/** A certificate that is about to end leaves nothing calm. */
function toneOf(result: Result, expiry: readonly ExpiryView[]): Tone {
  const tone = resultTones[result];
  const [first] = expiry;
  if (tone !== "good" || first === undefined) return tone;
  return (expiry.find((one) => one.tone === "bad") ?? first).tone;
}

const noLists = {
  changes: [],
  held: [],
  unchanged: [],
  unmanaged: [],
  uses: unasked,
  certificates: [],
  expiry: [],
  awaited: [],
};

function lists(plan: Plan, outcomes: readonly Outcome[], timezone: string | undefined) {
  const expiring = expiringOf(plan, outcomes);
  const certificates = certificatesViews(plan, outcomes, expiring, timezone);
  const known = (change: Plan["changes"][number] | Plan["held"][number]) => ({
    certificates: certificatesOf(change, plan, certificates),
    affects: [...whoNotes(change, timezone), ...affectsNotes(change, plan)],
  });
  return {
    changes: plan.changes.map((change) =>
      changeView(change, outcomeOf(change, outcomes), known(change), hasPassword(change, plan)),
    ),
    held: plan.held.map((held) => heldView(held, known(held), timezone)),
    unchanged: plan.unchanged.map((unchanged) => name(unchanged.name)),
    unmanaged: plan.unmanaged.map(unmanagedView),
    uses: usesView(plan, outcomes),
    certificates,
    expiry: expiryViews(plan, expiring, timezone),
    awaited: awaitedViews(plan, certificates),
  };
}

function hasPassword({ kind, name }: Plan["changes"][number], { secrets }: Plan): boolean {
  return secrets.some((one) => one.kind === kind && one.name === name && one.path === PASSWORD);
}

/** A run may repeat the faults of its plan: each is told once. */
function faultsOf(plan: Plan | null, others: Run["faults"]): readonly FaultView[] {
  const all = [
    ...(plan?.unreadable ?? []).map(({ fault }) => fault),
    ...(plan?.faults ?? []),
    ...others,
  ];
  const distinct = new Map(all.map((fault) => [JSON.stringify(fault), fault]));
  return [...distinct.values()].map(faultView);
}

function commitFact(commit: string | null): readonly Fact[] {
  return commit === null ? [] : [{ label: "Commit", text: shortCommit(commit) }];
}

/** As git shortens it; anything else than a hash stays as it is. */
export function shortCommit(commit: string): string {
  return /^[0-9a-f]{40,64}$/i.test(commit) ? commit.slice(0, 10) : name(commit);
}

function runFacts(run: Run, timezone: string | undefined): readonly Fact[] {
  return [
    { label: "Started", text: `${moment(run.startedAt, timezone)}, ${triggers[run.trigger]}` },
    { label: "Mode", text: run.mode },
    ...commitFact(run.commit),
    { label: "Run", text: name(run.id) },
  ];
}
