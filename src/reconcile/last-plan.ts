/** The plan of a subject, made again only when something that it is made from is another. */
import type { Outside } from "../model/attribution.ts";
import type { Plan } from "../model/generated/run.ts";
import type { Memory } from "../model/store.ts";
import type { PlanInput } from "../plan/input.ts";
import { toMilliseconds } from "../plan/instant.ts";
import { isSince } from "../plan/outside.ts";
import { plan } from "../plan/plan.ts";
import { redacted } from "../plan/redacted.ts";
import { nextTurn } from "../plan/turn.ts";
import type { PlanSubject } from "./subject.ts";

interface Last {
  readonly input: PlanInput;
  readonly planned: Plan;
  /** Milliseconds since 1970 from which on time alone may make it another. */
  readonly turn: number;
}

/** The last input and plan of each subject. */
const plans = new WeakMap<PlanSubject, Last>();

/**
 * What `plan` says, as people may see it. Same input, same plan: so where every part is the very same
 * object as last time, the last plan is the answer, as the same object.
 */
export function planFor(subject: PlanSubject, input: PlanInput): Plan {
  const last = plans.get(subject);
  if (last && isSame(last, input)) return last.planned;
  const planned = redacted(plan(input), (text) => subject.redactor.redact(text));
  plans.set(subject, { input, planned, turn: nextTurn(input) });
  return planned;
}

/** True only for equal inputs; parts that are equal but not the same may make it false. */
function isSame({ input: one, turn }: Last, other: PlanInput): boolean {
  // What was begun is waited for, and a clock may have been set back.
  const isTimely =
    one.memory.journal.length === 0 && other.now >= one.now && toMilliseconds(other.now) < turn;
  return (
    one.tenant === other.tenant &&
    one.commit === other.commit &&
    one.policy === other.policy &&
    one.version === other.version &&
    one.seal === other.seal &&
    one.faults === other.faults &&
    one.desired === other.desired &&
    isSameMemory(one.memory, other.memory) &&
    isSameOutside(one.outside, other.outside) &&
    one.asked === other.asked &&
    one.flows === other.flows &&
    (one.now === other.now || isTimely) &&
    one.observations.length === other.observations.length &&
    one.observations.every((seen, index) => seen === other.observations[index])
  );
}

/** A plan knows nothing of since when something differs, and each run that sees it writes that anew. */
const decisive = [
  "ledger",
  "journal",
  "known",
  "suspensions",
  "refusals",
  "acceptances",
  "damaged",
] as const satisfies readonly Exclude<keyof Memory, "drifts" | "outside">[];

function isSameMemory(one: Memory, other: Memory): boolean {
  return one === other || decisive.every((part) => one[part] === other[part]);
}

/**
 * When the tenant was looked at last matters to what somebody else has changed since: what a known
 * difference is counted from stays the same.
 */
function isSameOutside(one: Outside, other: Outside): boolean {
  if (one.changes !== other.changes) return false;
  const { lookedAt } = one;
  if (lookedAt === other.lookedAt || one.changes.length === 0) return true;
  if (lookedAt === null || other.lookedAt === null || other.lookedAt < lookedAt) return false;
  return !one.changes.some((change) => isSince(change, lookedAt));
}
