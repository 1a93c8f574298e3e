/** A plan or a run of one tenant, in words that hold for every format. */
import type { Outcome, Plan, Result, Run, Unmanaged } from "../model/generated/run.ts";
import { planResult } from "../model/result.ts";
import {
  type ChangeView,
  changeView,
  type FaultView,
  faultView,
  heldView,
  listedUrl,
} from "./change-view.ts";
import { duration, moment } from "./instants.ts";
import { grouped, name } from "./printable.ts";
import { ops, resultSentence, resultTones, type Tone, triggers, verbs } from "./wording.ts";

export interface Count {
  readonly count: number;
  /** `to create`, `created`, `error`, `errors`. */
  readonly what: string;
  /** The same whatever the count; heads a column or a card. */
  readonly heading: string;
  readonly tone: Tone;
}

export interface Fact {
  readonly label: string;
  readonly text: string;
}

export interface UnmanagedView {
  /** null when Graph holds none. */
  readonly displayName: string | null;
  readonly id: string;
  readonly url: string;
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
  /** Kinds that could not be read, then the other faults. */
  readonly faults: readonly FaultView[];
  readonly facts: readonly Fact[];
  readonly digest: string | null;
  /** `1.2 s`; null for a plan. */
  readonly took: string | null;
  readonly nextRun: string | null;
  /** The command that applies exactly this plan; null when there is nothing that it could do. */
  readonly command: string | null;
}

export function planView(plan: Plan, timezone: string | undefined): TenantView {
  const result = planResult(plan);
  const hasErrors = plan.faults.some(({ severity }) => severity === "error");
  const isApplicable = plan.changes.length > 0 && !hasErrors;
  return {
    stage: "plan",
    tenant: name(plan.tenant),
    result,
    tone: resultTones[result],
    sentence: resultSentence(result, "plan"),
    counts: [...todoCounts(plan), ...restCounts(plan), ...errorCounts(plan, [])],
    ...lists(plan, [], timezone),
    faults: faultsOf(plan, []),
    facts: commitFact(plan.commit),
    digest: name(plan.digest),
    took: null,
    nextRun: null,
    command: isApplicable ? applyCommand(plan) : null,
  };
}

export function runView(
  run: Run,
  nextRun: string | null,
  timezone: string | undefined,
): TenantView {
  const { plan, outcomes } = run;
  const wrote = outcomes.some(({ result }) => result !== "skipped");
  return {
    stage: "run",
    tenant: name(run.tenant),
    result: run.result,
    tone: resultTones[run.result],
    sentence: resultSentence(run.result, wrote ? "wrote" : "read"),
    counts: runCounts(run),
    ...(plan === null ? noLists : lists(plan, outcomes, timezone)),
    faults: faultsOf(plan, run.faults),
    facts: runFacts(run, timezone),
    digest: plan === null ? null : name(plan.digest),
    took: duration(run.startedAt, run.finishedAt),
    nextRun: nextRun === null ? null : moment(nextRun, timezone),
    command: null,
  };
}

const noLists = { changes: [], held: [], unchanged: [], unmanaged: [] };

function lists(plan: Plan, outcomes: readonly Outcome[], timezone: string | undefined) {
  return {
    changes: plan.changes.map((change) => {
      const outcome = outcomes.find(
        (other) =>
          other.op === change.op && other.kind === change.kind && other.name === change.name,
      );
      return changeView(change, outcome ?? null);
    }),
    held: plan.held.map((held) => heldView(held, timezone)),
    unchanged: plan.unchanged.map((unchanged) => name(unchanged.name)),
    unmanaged: plan.unmanaged.map(unmanagedView),
  };
}

function unmanagedView({ displayName, id, targetUrl }: Unmanaged): UnmanagedView {
  return {
    displayName: displayName === null ? null : name(displayName),
    id: name(id),
    url: listedUrl(targetUrl),
  };
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
  ];
}

function applyCommand({ tenant, digest }: Plan): string {
  return `plumbline apply --tenant ${name(tenant)} --plan ${name(digest)}`;
}

function counted(count: number, heading: string, tone: Tone, one = heading): Count {
  return { count, what: count === 1 ? one : heading, heading, tone };
}

/** Every heading there is, in reading order. */
const allHeadings: readonly string[] = [
  ...ops.map((op) => `to ${verbs[op].todo}`),
  ...ops.map((op) => verbs[op].done),
  "failed",
  "not verified",
  "not attempted",
  "held",
  "unchanged",
  "unmanaged",
  "kinds unreadable",
  "errors",
];

/** The headings under which at least one tenant counts something, in reading order. */
export function headingsOf(tenants: readonly TenantView[]): readonly string[] {
  const used = new Set(tenants.flatMap(({ counts }) => counts.map(({ heading }) => heading)));
  return allHeadings.filter((heading) => used.has(heading));
}

function shown(counts: readonly Count[]): readonly Count[] {
  return counts.filter(({ count }) => count > 0);
}

function todoCounts({ changes }: Plan): readonly Count[] {
  return shown(
    ops.map((op) => {
      const changed = changes.filter((change) => change.op === op);
      return counted(changed.length, `to ${verbs[op].todo}`, op);
    }),
  );
}

function restCounts(plan: Plan): readonly Count[] {
  const { unreadable } = plan;
  return shown([
    counted(plan.held.length, "held", "held"),
    counted(plan.unchanged.length, "unchanged", "quiet"),
    counted(plan.unmanaged.length, "unmanaged", "quiet"),
    counted(unreadable.length, "kinds unreadable", "bad", "kind unreadable"),
  ]);
}

function outcomeCounts(outcomes: readonly Outcome[]): readonly Count[] {
  const endedAs = (result: Outcome["result"]) =>
    outcomes.filter((outcome) => outcome.result === result);
  return shown([
    ...ops.map((op) => {
      const done = endedAs("done").filter((outcome) => outcome.op === op);
      return counted(done.length, verbs[op].done, op);
    }),
    counted(endedAs("failed").length, "failed", "bad"),
    counted(endedAs("unverified").length, "not verified", "bad"),
    counted(endedAs("skipped").length, "not attempted", "bad"),
  ]);
}

function runCounts({ plan, outcomes, faults }: Run): readonly Count[] {
  return [
    ...(outcomes.length > 0 ? outcomeCounts(outcomes) : plan === null ? [] : todoCounts(plan)),
    ...(plan === null ? [] : restCounts(plan)),
    ...errorCounts(plan, faults),
  ];
}

function errorCounts(plan: Plan | null, faults: Run["faults"]): readonly Count[] {
  // An unreadable kind is counted as such.
  const told = [...(plan?.faults ?? []), ...faults];
  const errors = told.filter(({ severity }) => severity === "error").length;
  return shown([counted(errors, "errors", "bad", "error")]);
}

/** `1 created, 3 unchanged`. */
export function countsText(counts: readonly Count[]): string {
  if (counts.length === 0) return "nothing defined";
  return counts.map(({ count, what }) => `${grouped(count)} ${what}`).join(", ");
}
