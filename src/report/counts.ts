/** How much of what a plan or a run of one tenant holds. */
import type { Outcome, Plan, Run } from "../model/generated/run.ts";
import { type Expiring, expiringOf, stepSeconds } from "./expiry.ts";
import { grouped, name } from "./printable.ts";
import { expiryWords, ops, type Tone, verbs } from "./wording.ts";

export interface Count {
  readonly count: number;
  /** `to create`, `created`, `error`, `errors`. */
  readonly what: string;
  /** The same whatever the count; heads a column or a card. */
  readonly heading: string;
  readonly tone: Tone;
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
  "expired",
  "expiring",
  "kinds unreadable",
  "errors",
];

/** The headings under which at least one tenant counts something, in reading order. */
export function headingsOf(
  tenants: readonly { readonly counts: readonly Count[] }[],
): readonly string[] {
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

function restCounts(plan: Plan, outcomes: readonly Outcome[]): readonly Count[] {
  const { unreadable } = plan;
  return shown([
    counted(plan.held.length, "held", "held"),
    counted(plan.unchanged.length, "unchanged", "quiet"),
    counted(plan.unmanaged.length, "unmanaged", "quiet"),
    ...expiryCounts(expiringOf(plan, outcomes)),
    counted(unreadable.length, "kinds unreadable", "bad", "kind unreadable"),
  ]);
}

function expiryCounts(expiring: readonly Expiring[]): readonly Count[] {
  const over = expiring.filter(({ warning }) => warning === "expired");
  const near = expiring.filter(({ warning }) => warning !== "expired");
  const steps = [...new Set(near.map(({ warning }) => warning))]
    .toSorted((one, other) => stepSeconds(one) - stepSeconds(other))
    .map(name);
  const tone = near.some((other) => other.tone === "bad") ? "bad" : "update";
  return [
    {
      count: over.length,
      what: expiryWords(over.length, true, []),
      heading: "expired",
      tone: "bad",
    },
    { count: near.length, what: expiryWords(near.length, false, steps), heading: "expiring", tone },
  ];
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

export function planCounts(plan: Plan): readonly Count[] {
  return [...todoCounts(plan), ...restCounts(plan, []), ...errorCounts(plan, [])];
}

export function runCounts({ plan, outcomes, faults }: Run): readonly Count[] {
  return [
    ...(outcomes.length > 0 ? outcomeCounts(outcomes) : plan === null ? [] : todoCounts(plan)),
    ...(plan === null ? [] : restCounts(plan, outcomes)),
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
