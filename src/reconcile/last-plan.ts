/** The plan of a subject, made again only when something that it is made from is another. */
import type { Plan } from "../model/generated/run.ts";
import type { PlanInput } from "../plan/input.ts";
import { plan } from "../plan/plan.ts";
import { redacted } from "../plan/redacted.ts";
import type { PlanSubject } from "./subject.ts";

/** The last input and plan of each subject. */
const plans = new WeakMap<PlanSubject, { readonly input: PlanInput; readonly planned: Plan }>();

/**
 * What `plan` says, as people may see it. Same input, same plan: so where every part is the very same
 * object as last time, the last plan is the answer, as the same object.
 */
export function planFor(subject: PlanSubject, input: PlanInput): Plan {
  const last = plans.get(subject);
  if (last && isSame(last.input, input)) return last.planned;
  const planned = redacted(plan(input), (text) => subject.redactor.redact(text));
  plans.set(subject, { input, planned });
  return planned;
}

/** True only for equal inputs; parts that are equal but not the same may make it false. */
function isSame(one: PlanInput, other: PlanInput): boolean {
  return (
    one.tenant === other.tenant &&
    one.commit === other.commit &&
    one.policy === other.policy &&
    one.version === other.version &&
    one.faults === other.faults &&
    one.desired === other.desired &&
    one.memory === other.memory &&
    // Time decides only about what was begun.
    (one.now === other.now || one.memory.journal.length === 0) &&
    one.observations.length === other.observations.length &&
    one.observations.every((seen, index) => seen === other.observations[index])
  );
}
