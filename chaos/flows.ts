/** User flows of a seed: in git, in the tenant, and what people do to both. */
import type { Drawn } from "./definitions.ts";
import { type DrawnFlow, type DrawnTarget, stepsOf } from "./live-flows.ts";
import { connectorsOf, type World } from "./world.ts";

/** Those that the tenant has from the beginning; the last one takes no connectors. */
export const flowIds = ["B2X_1_signup", "B2X_1_partners", "B2C_1_customer"] as const;
const OLD = { id: "B2C_1_old", userFlowTypeVersion: 1 };

export function beginFlows({ sandbox, random }: World): void {
  const userFlows = [...flowIds.map((id) => ({ id })), OLD];
  sandbox.control.setState({ ...sandbox.control.state(), userFlows });
  sandbox.control.configure({
    bindAgain: random.pick([204, 409]),
    deleteInUse: random.pick([204, 204, 400, 409]),
    tokenStep: random.pick(["preTokenIssuance", "preSendingClaims"]),
  });
}

type FlowEdit = (world: World) => string | null;

export const gitFlowEdits: Readonly<Record<string, FlowEdit>> = {
  "manage a step of a flow": manageStep,
  "manage one more step of a flow": manageStep,
  "want a step to call nothing": (world) => setStep(world, () => null),
  "bind a step by an id": (world) => {
    const live = connectorsOf(world);
    if (live.length === 0) return null;
    const { id } = world.random.pick(live);
    return setStep(world, () => ({ id: world.random.chance(0.5) ? id.toUpperCase() : id }));
  },
  "swap the steps of a flow": (world) => {
    const { random, flows } = world;
    const fitting = flows.filter((flow) => Object.keys(flow.steps).length > 1);
    if (fitting.length === 0) return null;
    const one = random.pick(fitting);
    const written = Object.entries(one.steps);
    const turned = written.map(([step], at) => [step, written[(at + 1) % written.length]?.[1]]);
    return put(world, one, Object.fromEntries(turned));
  },
  "leave a step to the portal": (world) => {
    const { random, flows } = world;
    if (flows.length === 0) return null;
    const one = random.pick(flows);
    const [gone, ...kept] = random.shuffled(Object.entries(one.steps));
    if (kept.length === 0) world.flows = flows.filter((each) => each !== one);
    else put(world, one, Object.fromEntries(kept));
    return `${gone?.[0]} of ${one.name}`;
  },
  "release a flow": (world) => {
    if (world.flows.length === 0) return null;
    const one = world.random.pick(world.flows);
    world.flows = world.flows.filter((each) => each !== one);
    return one.name;
  },
  "move the steps of a connector and delete it": (world) => {
    const { random, definitions } = world;
    const [gone, heir] = random.shuffled(definitions);
    if (!gone || !heir) return null;
    repoint(world, gone, heir.key);
    world.definitions = definitions.filter((each) => each !== gone);
    world.removed = [...world.removed, gone];
    return `from ${gone.name} to ${heir.name}`;
  },
};

export const portalFlowEdits: Readonly<Record<string, FlowEdit>> = {
  "bind a step": (world) => {
    const live = connectorsOf(world);
    return live.length === 0 ? null : byHand(world, world.random.pick(live).id);
  },
  "bind one more step": (world) => {
    const live = connectorsOf(world);
    return live.length === 0 ? null : byHand(world, world.random.pick(live).id);
  },
  "unbind a step": (world) => byHand(world, null),
  "delete a flow": ({ random, sandbox }) => {
    const id = random.pick(flowIds);
    if (!sandbox.control.userFlows().some((flow) => flow.id === id)) return null;
    sandbox.control.deleteUserFlow(id);
    return id;
  },
};

/** A person makes what git names and the tenant has lost, and takes ids out of git that are gone. */
export function restoreFlows(world: World): void {
  const { sandbox } = world;
  const live = new Set(connectorsOf(world).map(({ id }) => id));
  world.flows = world.flows.map(({ name, steps: wanted }) => {
    const kept = Object.entries(wanted).map(([step, target]) => {
      const isGone =
        target !== null && typeof target === "object" && !live.has(target.id.toLowerCase());
      return [step, isGone ? null : target];
    });
    return { name, steps: Object.fromEntries(kept) };
  });
  const there = sandbox.control.userFlows().map(({ id }) => id);
  for (const id of flowIds) if (!there.includes(id)) sandbox.control.addUserFlow({ id });
}

function manageStep(world: World): string | null {
  const { random, definitions } = world;
  return definitions.length === 0 ? null : setStep(world, () => random.pick(definitions).key);
}

function setStep(world: World, draw: () => DrawnTarget): string | null {
  const { random, flows } = world;
  const name = random.pick(flowIds);
  const one = flows.find((flow) => flow.name === name) ?? { name, steps: {} };
  const step = random.pick(stepsOf(name));
  return put(world, one, { ...one.steps, [step]: draw() });
}

function put(world: World, one: DrawnFlow, wanted: DrawnFlow["steps"]): string {
  const others = world.flows.filter((flow) => flow.name !== one.name);
  world.flows = [...others, { name: one.name, steps: wanted }];
  return `${one.name} ${JSON.stringify(wanted)}`;
}

/** Whoever takes a connector out of git takes it out of the flows that name it, in one way or another. */
export function withoutSteps(world: World, gone: Drawn): void {
  const { random, definitions } = world;
  const others = definitions.filter(({ key }) => key !== gone.key);
  const heir = others.length > 0 && random.chance(0.5) ? random.pick(others).key : null;
  repoint(world, gone, random.chance(0.2) ? undefined : heir);
}

/** undefined: the step is left to the portal. */
function repoint(world: World, { key: gone }: Drawn, to: string | null | undefined): void {
  world.flows = world.flows.flatMap(({ name, steps: written }) => {
    const kept = Object.entries(written).flatMap(([step, key]) => {
      if (key !== gone) return [[step, key] as const];
      return to === undefined ? [] : [[step, to] as const];
    });
    return kept.length === 0 ? [] : [{ name, steps: Object.fromEntries(kept) }];
  });
}

function byHand({ random, sandbox }: World, connectorId: string | null): string | null {
  const there = sandbox.control.userFlows().map(({ id }) => id);
  const fitting = flowIds.filter((id) => there.includes(id));
  if (fitting.length === 0) return null;
  const id = random.pick(fitting);
  const step = random.pick(stepsOf(id));
  sandbox.control.changeUserFlow(id, { apiConnectors: { [step]: connectorId } });
  return `${step} of ${id} to ${connectorId}`;
}

/** YAML of each flow, by its name. */
export function flowTexts(
  flows: readonly DrawnFlow[],
  definitions: readonly Drawn[],
): ReadonlyMap<string, string> {
  const nameOf = (target: DrawnTarget) => {
    if (target !== null && typeof target === "object") return `{ id: ${target.id} }`;
    return target === null ? "null" : definitions.find((one) => one.key === target)?.name;
  };
  return new Map(
    flows.map(({ name, steps: wanted }) => {
      const lines = Object.entries(wanted).map(([step, key]) => `    ${step}: ${nameOf(key)}`);
      const head = `apiVersion: plumbline/v1\nkind: UserFlow\nmetadata: { name: ${name} }\nspec:\n  apiConnectors:\n`;
      return [name, `${head}${lines.join("\n")}\n`];
    }),
  );
}
