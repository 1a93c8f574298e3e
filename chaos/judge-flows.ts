/** What must be true of the steps of user flows, whatever happened. */
import type { Step } from "../src/model/definition.ts";
import type { Outcome, Run } from "../src/model/generated/run.ts";
import { type DrawnFlow, type LiveSteps, stepsOf } from "./live-flows.ts";
import { violate } from "./violation.ts";
import type { Connector, Moment, World } from "./world.ts";

/** After each run. */
export function judgeSteps(world: World, before: Moment, after: Moment): void {
  judgeUnguarded(world);
  for (const [flow, called] of before.steps) {
    const now = after.steps.get(flow);
    if (now === undefined) violate("No flow is deleted", flow, "gone");
    for (const [step, id] of called) {
      const allowed = [id, ...wantedIds(world, [before, after], flow, step)];
      const actual = now.get(step) ?? null;
      if (allowed.includes(actual)) continue;
      violate(`${step} of ${flow} calls what it called, or what git says`, allowed, actual);
    }
  }
}

/** No request takes a connector away from a step that git wants to call one. */
function judgeUnguarded(world: World): void {
  for (const { method, path, body } of world.sandbox.control.requests()) {
    if (method !== "PUT") continue;
    const [, flow = "", asked = ""] =
      /UserFlows\/([^/]+)\/apiConnectorConfiguration\/([^/]+)\/\$ref/i.exec(path) ?? [];
    const step = asked === "preSendingClaims" ? "preTokenIssuance" : (asked as Step);
    const isUnbinding = JSON.stringify(body) === "{}";
    const wanted = world.flows.find(({ name }) => name === flow)?.steps[step];
    if (wanted === undefined) violate("Only managed steps are written", "no write", path);
    if (isUnbinding !== (wanted === null)) violate("A step is bound in one request", wanted, body);
  }
}

/** Ids that git may mean: what its definition has in the ledger, or will have. */
function wantedIds(
  { flows, definitions }: World,
  moments: readonly Moment[],
  flow: string,
  step: Step,
): readonly (string | null)[] {
  const wanted = flows.find(({ name }) => name === flow)?.steps[step];
  if (wanted === undefined) return [];
  if (wanted === null) return [null];
  if (typeof wanted === "object") return [wanted.id.toLowerCase()];
  const one = definitions.find(({ key }) => key === wanted);
  return moments.flatMap(({ live, memory }) => [
    ...memory.ledger
      .filter(({ name }) => name === one?.name || name === one?.previously)
      .map(({ id }) => id),
    ...[...live.values()]
      .filter(({ id, displayName }) => displayName === one?.displayName || id === one?.pin)
      .map(({ id }) => id),
  ]);
}

/** What is said to be done shows in the tenant, and the ledger has it. */
export function judgeFlowDone(world: World, after: Moment, { name, id }: Outcome): void {
  const flow = world.flows.find((one) => one.name === name);
  const isRecorded = after.memory.ledger.some((one) => one.kind === "UserFlow" && one.id === id);
  if (!flow || !isRecorded) violate("A flow that is done is managed", name, after.memory.ledger);
  const wrong = differing(world, withoutAccepted(world, flow), after, after.steps);
  if (wrong.length > 0) violate(`${name} calls what git says`, flow.steps, wrong);
}

/** Steps of which a person has accepted what they call. */
function withoutAccepted({ given }: World, { name, steps }: DrawnFlow): DrawnFlow {
  const isAccepted = (step: string) =>
    given.some((one) => one.name === name && one.path.endsWith(`.${step}`));
  const left = Object.entries(steps).filter(([step]) => !isAccepted(step));
  return { name, steps: Object.fromEntries(left) };
}

/**
 * In the end. `undecided`: what a definition means, by its name, where a person has to decide; null
 * where it may mean several. Answers why flows are held.
 */
export function judgeFlowsEnd(
  world: World,
  moment: Moment,
  undecided: ReadonlyMap<string, string | null>,
): readonly string[] {
  const managed = moment.memory.ledger.filter(({ kind }) => kind === "UserFlow");
  const holds = world.flows.flatMap((flow): string[] => {
    const wrong = differing(world, flow, moment, moment.steps, undecided);
    const isWaiting = Object.values(flow.steps).some((key) => {
      const one = world.definitions.find((each) => each.key === key);
      return one !== undefined && undecided.has(one.name);
    });
    if (wrong.length > 0 && isWaiting) return [`target ${flow.name}`];
    if (wrong.length > 0) violate(`${flow.name} calls what git says`, flow.steps, wrong);
    if (!managed.some(({ name }) => name === flow.name)) {
      violate("A flow that git names is managed", flow.name, managed);
    }
    return [];
  });
  const released = managed.filter(({ name }) => world.flows.every((flow) => flow.name !== name));
  if (released.length > 0) violate("What has left git is released", [], released);
  return holds;
}

function differing(
  { definitions }: World,
  flow: DrawnFlow,
  { memory, live: connectors }: Moment,
  live: LiveSteps,
  undecided: ReadonlyMap<string, string | null> = new Map(),
): readonly string[] {
  const idOf = (name: string | null | undefined) =>
    memory.ledger.find((entry) => entry.kind === "ApiConnector" && entry.name === name)?.id;
  return stepsOf(flow.name).flatMap((step) => {
    const key = flow.steps[step];
    if (key === undefined) return [];
    const actual = live.get(flow.name)?.get(step) ?? null;
    if (key !== null && typeof key === "object") {
      return actual === key.id.toLowerCase() ? [] : [`${step}: ${actual}, not ${key.id}`];
    }
    const one = definitions.find((each) => each.key === key);
    // One that is not ours yet, and whose adoption waits, is known by its name or its pin.
    const isMeant = ({ id, displayName }: Connector) =>
      id === one?.pin || displayName === one?.displayName;
    const found = [...connectors.values()].find((each) => each.id === actual && isMeant(each))?.id;
    // It may be any of several: no step is bound to it, whatever it calls.
    if (one && undecided.get(one.name) === null) return [`${step}: which ${one.name}?`];
    const known = idOf(one?.name) ?? idOf(one?.previously) ?? found;
    const expected = key === null ? null : (undecided.get(one?.name ?? "") ?? known);
    return actual === expected ? [] : [`${step}: ${actual}, not ${expected}`];
  });
}

/** Whether a step calls it in the end, so that it is not deleted. */
export function isCalled({ steps }: Moment, id: string): boolean {
  return [...steps.values()].some((called) => [...called.values()].includes(id));
}

/** The plan tells of every step what it calls. */
export function judgeUses({ steps }: Moment, { plan }: Run): void {
  const told = (plan?.uses ?? []).flatMap(({ flow, step, id, before }) =>
    before ? [`${flow} ${step} ${id}`] : [],
  );
  const called = [...steps].flatMap(([flow, of]) =>
    [...of].flatMap(([step, id]) => (id === null ? [] : [`${flow} ${step} ${id}`])),
  );
  const expected = called.toSorted();
  if (JSON.stringify(told.toSorted()) !== JSON.stringify(expected)) {
    violate("The plan tells which steps call what", expected, told);
  }
}
