/** Which step of which user flow calls which connector, now and once a plan is carried out. */
import { isSameId, type Step, steps } from "../model/definition.ts";
import { type Fault, failure } from "../model/fault.ts";
import type { Use } from "../model/generated/run.ts";
import type { Live, LiveUserFlow } from "../model/live.ts";
import { liveUserFlows, type PlanInput, unreadFault } from "./input.ts";
import type { Target } from "./target.ts";
import type { FlowMatch, WantedStep } from "./user-flow.ts";

/** Every use, or why nobody knows. */
export type Uses = { readonly uses: readonly Use[] } | { readonly fault: Fault };

/** What is said of a connector that a step calls. */
interface Called {
  readonly id: string | null;
  readonly name: string | null;
  readonly displayName: string | null;
}

interface Planned {
  /** The flows that git names, as they were met. */
  readonly matches: readonly FlowMatch[];
  /** The steps of this flow that are going to be written. */
  readonly changedOf: (found: FlowMatch) => readonly WantedStep[];
  readonly nameOf: (id: string) => string | null;
  /** Every connector that is live. */
  readonly connectors: readonly Live[];
}

/** Sorted by flow, by step, and what is called now first. */
export function usesOf({ observations }: Pick<PlanInput, "observations">, planned: Planned): Uses {
  const fault = unreadFault("UserFlow", observations);
  if (fault) return { fault };
  if (observations.every(({ kind }) => kind !== "UserFlow")) return { fault: notRead };
  const flows = liveUserFlows(observations).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { uses: flows.flatMap((flow) => usesOfFlow(flow, planned)) };
}

const notRead = failure("internal", "The user flows were not read.");

function usesOfFlow(flow: LiveUserFlow, planned: Planned): readonly Use[] {
  const found = planned.matches.find(({ live }) => live === flow);
  const changing = found ? planned.changedOf(found) : [];
  return steps.flatMap((step) => {
    const before = calledBefore(flow, step, planned);
    const wanted = changing.find((one) => one.step === step);
    const after = wanted === undefined ? before : calledAfter(wanted.target);
    return edges({ flow: flow.id, step }, before, after);
  });
}

function edges(
  at: Pick<Use, "flow" | "step">,
  before: Called | null,
  after: Called | null,
): readonly Use[] {
  const isSame = before !== null && isSameId(before.id ?? "", after?.id ?? "");
  if (isSame) return [{ ...at, ...before, before: true, after: true }];
  return [
    ...(before === null ? [] : [{ ...at, ...before, before: true, after: false }]),
    ...(after === null ? [] : [{ ...at, ...after, before: false, after: true }]),
  ];
}

function calledBefore(
  { steps: live }: LiveUserFlow,
  step: Step,
  { nameOf, connectors }: Planned,
): Called | null {
  const called = live?.find((one) => one.step === step)?.connector ?? null;
  if (called === null) return null;
  const listed = connectors.find(({ id }) => isSameId(id, called.id));
  const id = listed?.id ?? called.id;
  return { id, name: nameOf(id), displayName: listed?.displayName ?? called.displayName };
}

function calledAfter(target: Target | null): Called | null {
  return target && { id: target.id, name: target.name, displayName: target.displayName };
}
