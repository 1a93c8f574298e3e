/** Writes of one user flow: its steps are bound to connectors, or to none. */
import type { Step, UserFlowDefinition } from "../../model/definition.ts";
import { FaultError, failure } from "../../model/fault.ts";
import type { UserFlowSnapshot } from "../../model/generated/audit.ts";
import type { Change } from "../../model/generated/run.ts";
import type { LiveUserFlow } from "../../model/live.ts";
import type { Written } from "../../model/tenant.ts";
import { liveUserFlows } from "../../plan/input.ts";
import { stepsIn } from "../../plan/user-flow.ts";
import { flowEntry, putEntry } from "../memory/ledger.ts";
import type { World } from "../observe.ts";
import type { Writing } from "../subject.ts";
import { hadNoEffect } from "./effect.ts";
import { halfWritten, journalled, toldOf } from "./journalled.ts";

/** A connector that a step is to call, by the Graph id that it has by now. */
export type ConnectorOf = (
  step: UserFlowDefinition["steps"][number],
) => { readonly id: string; readonly displayName: string | null } | null;

/**
 * Binds and unbinds the steps that the change names, each by one request: never is a step without a
 * connector in between.
 */
export async function bindSteps(
  writing: Writing,
  change: Change,
  { input }: World,
  connectorOf: ConnectorOf,
  /** What this run has bound already; kept up to date. */
  bound: Map<Step, Called>,
): Promise<string> {
  const definition = input.flows.find(({ name }) => name === change.name);
  const live = liveUserFlows(input.observations).find(({ id }) => id === change.id);
  if (!definition || !live) {
    throw new FaultError(failure("internal", `The user flow ${change.name} is not known.`));
  }
  const { store, tenant, redactor } = writing.subject;
  const redact = (text: string) => redactor.redact(text);
  const written = new Set(stepsIn(change));
  const writes = definition.steps
    .filter(({ step }) => written.has(step))
    .map((one) => ({ step: one.step, connector: connectorOf(one) }));
  // As it was before the run: whoever undoes one part of it undoes the whole.
  const before = snapshotOf(definition, stepsOf(live), redact);
  const called = [...stepsOf(live), ...bound, ...writes.map((one) => [one.step, one] as const)];
  const after = snapshotOf(definition, new Map(called), redact);
  const entry = flowEntry(definition, live.id);
  const remembered = async () => {
    const { ledger } = await store.recall(tenant);
    return putEntry(entry, null, ledger);
  };
  if (writes.length === 0) {
    const taken = { ...toldOf(change, { before, after }), result: "done" };
    await store.settle(tenant, null, "done", await remembered(), [writing.audit(taken)]);
    return live.id;
  }
  return await journalled(writing, change, { before, after }, async ({ request }) => {
    let last: Written = { requestId: null };
    for (const [index, { step, connector }] of writes.entries()) {
      const called = connector?.id ?? null;
      const bound = writing.writer.bind(live, step, called, writing.aborting, request);
      last = await bound.catch((thrown) => {
        throw index > 0 && hadNoEffect(thrown) ? halfWritten(thrown) : thrown;
      });
    }
    for (const one of writes) bound.set(one.step, one);
    return { id: live.id, ...last, changes: await remembered() };
  });
}

function stepsOf({ steps }: LiveUserFlow): ReadonlyMap<Step, Called> {
  return new Map((steps ?? []).map((one) => [one.step, one]));
}

/** What a step calls. */
export type Called = Pick<NonNullable<LiveUserFlow["steps"]>[number], "connector">;

/** The managed steps, in words that may be kept. */
function snapshotOf(
  { steps }: UserFlowDefinition,
  called: ReadonlyMap<Step, Called>,
  redact: (text: string) => string,
): UserFlowSnapshot {
  const shown = steps.map(({ step }) => {
    const connector = called.get(step)?.connector ?? null;
    if (connector === null) return [step, null] as const;
    const { id, displayName } = connector;
    return [step, { id, displayName: displayName && redact(displayName) }] as const;
  });
  return { apiConnectors: Object.fromEntries(shown) };
}
