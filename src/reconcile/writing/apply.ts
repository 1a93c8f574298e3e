/** Carries a plan out, one change after the other; a failing one does not stop the others. */
import { isSameId, type Step } from "../../model/definition.ts";
import { FaultError, failure } from "../../model/fault.ts";
import type { Change, Outcome, Plan } from "../../model/generated/run.ts";
import { liveConnectors } from "../../plan/input.ts";
import { byLevel } from "../../plan/order.ts";
import { inTurns } from "../../plan/user-flow.ts";
import type { World } from "../observe.ts";
import type { Writing } from "../subject.ts";
import { put, remove } from "./connector.ts";
import { faultOf } from "./effect.ts";
import { haltOf } from "./halt.ts";
import { halfWrittenFault } from "./journalled.ts";
import { bindSteps, type Called, type ConnectorOf } from "./user-flow.ts";

/** One outcome for each change, in the order of the plan. */
export async function apply(
  writing: Writing,
  plan: Plan,
  world: World,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const bound = new Map<string, Map<Step, Called>>();
  // A flow of which steps are bound and unbound comes twice: every step is bound before any is unbound.
  const turns = plan.changes.flatMap(inTurns).sort(byLevel);
  for (const [index, change] of turns.entries()) {
    const earlier = outcomes.get(keyOf(change));
    if (earlier && earlier.result !== "done") continue;
    const steps = bound.get(keyOf(change)) ?? new Map<Step, Called>();
    bound.set(keyOf(change), steps);
    const run = { world, connectorOf: connectorOf(plan, outcomes, world), bound: steps, outcomes };
    const own = await carryOut(writing, change, run);
    const outcome = earlier ? afterFirstTurn(own) : own;
    outcomes.set(keyOf(change), outcome);
    const isLast = !turns.slice(index + 1).some((one) => keyOf(one) === keyOf(change));
    if (!isLast && outcome.result === "done") continue;
    writing.notify({ type: "wrote", tenant: writing.subject.tenant.name, outcome });
  }
  return plan.changes.flatMap((change) => outcomes.get(keyOf(change)) ?? []);
}

function keyOf({ op, kind, name }: Pick<Change, "op" | "kind" | "name">): string {
  return `${op} ${kind} ${name}`;
}

/** What was written in an earlier turn is there, whatever became of this one. */
function afterFirstTurn(outcome: Outcome): Outcome {
  const { result, error } = outcome;
  if (result === "done" || error === undefined) return outcome;
  return { ...outcome, result: "failed", error: halfWrittenFault(error) };
}

/** What a run has done so far, and what it was made from. */
interface SoFar {
  readonly world: World;
  readonly connectorOf: ConnectorOf;
  /** Steps of the flow that an earlier turn has bound. */
  readonly bound: Map<Step, Called>;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

async function carryOut(writing: Writing, change: Change, soFar: SoFar): Promise<Outcome> {
  const { op, kind, name, id } = change;
  const tenant = writing.subject.tenant.name;
  try {
    const halt = await haltOf(writing, change);
    if (halt !== null) return { op, kind, name, id, result: "skipped", error: halt };
    writing.notify({ type: "writing", tenant, change });
    const made = await write(writing, change, soFar);
    return { op, kind, name, id: made, result: "done" };
  } catch (thrown) {
    const told = faultOf(thrown, writing.aborting);
    const fault = { ...told, message: writing.subject.redactor.redact(told.message) };
    // Nothing was sent: something that it waits for did not come about.
    if (fault.code === "refused") return { op, kind, name, id, result: "skipped", error: fault };
    writing.notify({ type: "fault", tenant, fault, cause: thrown });
    return { op, kind, name, id, result: "failed", error: fault };
  }
}

async function write(
  writing: Writing,
  change: Change,
  { world, connectorOf, bound, outcomes }: SoFar,
): Promise<string> {
  if (change.op === "delete") {
    const flows = [...outcomes.values()].filter(({ kind }) => kind === "UserFlow");
    return await remove(writing, change, world, new Set(flows.map(({ id }) => id)));
  }
  if (change.kind === "ApiConnector") return await put(writing, change, world);
  return await bindSteps(writing, change, world, connectorOf, bound);
}

/** Throws a FaultError `refused` for a connector that was to be written by now and was not. */
function connectorOf(
  plan: Plan,
  outcomes: ReadonlyMap<string, Outcome>,
  { input }: World,
): ConnectorOf {
  const live = liveConnectors(input.observations);
  return ({ connector }) => {
    switch (connector?.type) {
      case undefined:
        return null;
      case "id": {
        const { id } = connector;
        const found = live.find((one) => isSameId(one.id, id));
        return { id: found?.id ?? id, displayName: found?.displayName ?? null };
      }
      case "displayName": {
        const found = live.find(({ displayName }) => displayName === connector.displayName);
        if (found) return { id: found.id, displayName: found.displayName };
        throw notThere(connector.displayName);
      }
      case "definition": {
        const { name } = connector;
        const isIt = (one: Pick<Change, "kind" | "name">) =>
          one.kind === "ApiConnector" && one.name === name;
        const item = [...plan.unchanged, ...plan.held, ...plan.changes].find(isIt);
        // What could not be brought in line must not begin to be called.
        const written = [...outcomes.values()].find((one) => isIt(one) && one.op !== "delete");
        if (written && written.result !== "done") throw notThere(name);
        const id = written?.id ?? item?.id ?? null;
        if (id === null) throw notThere(name);
        return { id, displayName: item?.displayName ?? null };
      }
      default:
        return connector satisfies never;
    }
  };
}

function notThere(name: string): FaultError {
  const message = `${name} was not brought in line, so no step was bound to it. The next run looks again.`;
  return new FaultError(failure("refused", message));
}
