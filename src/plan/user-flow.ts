/**
 * How the definition of a user flow and its live steps are compared: which connector each step calls,
 * and which it is to call. A flow is never created or deleted; what no definition names is left alone.
 */
import { isSameId, type Step, steps, type UserFlowDefinition } from "../model/definition.ts";
import { type Fault, failure } from "../model/fault.ts";
import type { Change, FieldChange } from "../model/generated/run.ts";
import type { LiveStep, LiveUserFlow } from "../model/live.ts";
import type { LedgerEntry } from "../model/store.ts";
import { liveUserFlows, type PlanInput } from "./input.ts";
import { type Connectors, namesOf, type Target, targetsOf } from "./target.ts";

/** Where a step is told of in a plan. */
const STEPS_PATH = "spec.apiConnectors";

/** A user flow that a definition names and the tenant has. */
export interface FlowMatch {
  readonly type: "flow";
  readonly definition: UserFlowDefinition;
  readonly live: LiveUserFlow;
  /** What the ledger holds of it. */
  readonly recorded: LedgerEntry | null;
  /** Those that are managed. */
  readonly steps: readonly WantedStep[];
}

/** What one step is to call. */
export interface WantedStep {
  readonly step: Step;
  /** As it is now; null: the flow has no such step. */
  readonly live: LiveStep | null;
  /** null: nothing. */
  readonly target: Target | null;
}

/** Each flow that git names, or the fault of one that the tenant does not have. */
export function matchUserFlows(
  { flows, memory, observations, tenant }: PlanInput,
  connectors: Connectors,
): readonly (FlowMatch | { readonly type: "fault"; readonly fault: Fault })[] {
  const live = liveUserFlows(observations);
  const targetOf = targetsOf(connectors, memory.ledger);
  return flows.toSorted(byName).map((definition) => {
    const { name, at } = definition;
    const recorded = recordedFlow(name, memory.ledger);
    const found = live.find(({ id }) => isSameId(id, name));
    if (!found) {
      const what = recorded
        ? `The user flow ${name} is no longer in the tenant ${tenant.name}: it was deleted outside.`
        : `The tenant ${tenant.name} has no user flow ${name}.`;
      const message = `${what} Plumbline does not create user flows: make it in the portal, correct the name, or remove the definition.`;
      return { type: "fault", fault: failure("not-live", message, at) };
    }
    const steps = definition.steps.map(({ step, connector }): WantedStep => {
      const now = found.steps?.find((one) => one.step === step) ?? null;
      return { step, live: now, target: connector && targetOf(connector) };
    });
    return { type: "flow", definition, live: found, recorded, steps };
  });
}

function byName({ name: one }: UserFlowDefinition, { name: other }: UserFlowDefinition): number {
  return one < other ? -1 : 1;
}

/** Flows that were managed, and that no definition names any more: their steps stay as they are. */
export function releasedFlows(input: PlanInput): readonly LiveUserFlow[] {
  const { ledger } = input.memory;
  return unmanagedFlows(input).filter(({ id }) => recordedFlow(id, ledger) !== null);
}

/** Flows that git does not name, in the order of their ids. */
export function unmanagedFlows({ flows, observations }: PlanInput): readonly LiveUserFlow[] {
  return liveUserFlows(observations)
    .filter(({ id }) => !flows.some(({ name }) => isSameId(id, name)))
    .sort(({ id: one }, { id: other }) => (one < other ? -1 : 1));
}

function recordedFlow(id: string, ledger: readonly LedgerEntry[]): LedgerEntry | null {
  return ledger.find((entry) => entry.kind === "UserFlow" && isSameId(entry.id, id)) ?? null;
}

/** The steps that call something else than they should. */
function differingSteps({ steps }: FlowMatch): readonly WantedStep[] {
  return steps.filter(({ live, target }) => {
    if (target === null) return (live?.connector ?? null) !== null;
    const calls = live?.connector?.id ?? "";
    return target.isMisnamed === true || target.id === null || !isSameId(calls, target.id);
  });
}

/** The change that brings a flow in line, before anybody asks whether it may be made. */
export function flowChange(found: FlowMatch, connectors: Connectors): Change {
  const { definition, live, recorded } = found;
  const differing = differingSteps(found);
  const nameOf = namesOf(connectors);
  const fields = differing.map(
    ({ step, live: now, target }): FieldChange => ({
      path: `${STEPS_PATH}.${step}`,
      before: now?.connector ? calledText(now.connector, nameOf) : null,
      after: target?.text ?? null,
    }),
  );
  const taken = recorded === null ? ["It exists and is taken over."] : [];
  return {
    op: recorded === null ? "adopt" : "update",
    kind: "UserFlow",
    name: definition.name,
    id: live.id,
    displayName: live.id,
    at: definition.at,
    reason: [...taken, ...differing.map((one) => stepReason(one, nameOf))].join(" "),
    fields,
    sends: [],
  };
}

/** A change of a flow binds steps, or unbinds them, or both. */
export function bindsSteps({ kind, fields }: Pick<Change, "kind" | "fields">): boolean {
  return kind === "UserFlow" && fields.some(({ after }) => after !== null);
}

/** The steps that a change writes. */
export function stepsIn({ fields }: Pick<Change, "fields">): readonly Step[] {
  return steps.filter((step) => fields.some(({ path }) => path === `${STEPS_PATH}.${step}`));
}

/**
 * The change in the parts in which it is carried out: what is bound, and then what is unbound, so that
 * every step of every flow is bound before any is unbound.
 */
export function inTurns(change: Change): readonly Change[] {
  const bound = change.fields.filter(({ after }) => after !== null);
  const isBoth = bound.length > 0 && bound.length < change.fields.length;
  if (change.kind !== "UserFlow" || !isBoth) return [change];
  const unbound = change.fields.filter(({ after }) => after === null);
  return [bound, unbound].map((fields) => ({ ...change, fields }));
}

/** What a change binds or unbinds. */
export function stepsOf(
  { steps }: FlowMatch,
  change: Pick<Change, "fields">,
): readonly WantedStep[] {
  const written = new Set(stepsIn(change));
  return steps.filter(({ step }) => written.has(step));
}

/** What keeps the steps of a change from being bound, as sentences; empty when nothing does. */
export function problemsOf(
  found: FlowMatch,
  change: Pick<Change, "fields">,
): {
  readonly unsupported: readonly string[];
  readonly targets: readonly string[];
} {
  const differing = stepsOf(found, change);
  const missing = differing.filter(({ live, target }) => live === null && target !== null);
  const targets = differing.flatMap(({ target }) => target?.problem ?? []);
  return {
    unsupported: missing.length === 0 ? [] : [unsupportedText(found.live, missing)],
    targets: [...new Set(targets)],
  };
}

function unsupportedText(
  { id, type, version, steps }: LiveUserFlow,
  missing: readonly WantedStep[],
): string {
  if (steps !== null) {
    return `Microsoft Graph shows no step ${missing.map(({ step }) => step).join(", ")} of ${id}.`;
  }
  const what = [
    ...(type === null ? [] : [`type ${type}`]),
    ...(version === null ? [] : [`version ${version}`]),
  ].join(" and ");
  return `${id} is of ${what || "a type that Microsoft Graph does not tell"}, and takes no API connectors: only flows that sign people up do, in the Recommended version.`;
}

/** Text of the tenant stands in it, so it is redacted like all that a plan says of what is live. */
function calledText(
  { id, displayName }: NonNullable<LiveStep["connector"]>,
  nameOf: (id: string) => string | null,
): string {
  return nameOf(id) ?? (displayName === null ? id : `${displayName} (${id})`);
}

function stepReason(
  { step, live, target }: WantedStep,
  nameOf: (id: string) => string | null,
): string {
  const called = live?.connector ?? null;
  if (called === null) return `${step} calls no connector.`;
  const calls = nameOf(called.id) ?? "a connector that is not managed";
  return target === null
    ? `${step} calls ${calls}, and is to call none.`
    : `${step} calls ${calls}.`;
}
