/** A round: people edit git and the tenant, and then Plumbline runs while things go wrong. */
import { join } from "node:path";
import type { Policy } from "../src/plan/input.ts";
import { allowing } from "../test/plan/builders.ts";
import { acceptOne, outlast, revokeOne } from "./acceptances.ts";
import { writeDefinitions } from "./definitions.ts";
import { type Spoil, subjectOf } from "./engine.ts";
import {
  type DrawnFault,
  drawNetworkFaults,
  drawTraps,
  isLong,
  isSlow,
  SHORT_TIMEOUT,
} from "./faults.ts";
import { flowTexts, gitFlowEdits, portalFlowEdits } from "./flows.ts";
import { completeSecrets, create, type Edit, gitEdits } from "./git-edits.ts";
import { portalEdits } from "./portal-edits.ts";
import { runOnce, runPlan } from "./runs.ts";
import { damageStore, damages } from "./store-damage.ts";
import { look, type World } from "./world.ts";

const HOUR = 3_600_000;

/** Milliseconds between two runs; the last is longer than what never showed is waited for. */
const pauses = [0, 1_000, 60_000, 60_000, HOUR / 2, 2 * HOUR, 25 * HOUR];

export interface Round {
  /** The tenant is empty before it. */
  readonly isFirst: boolean;
  /** A process of its own runs in it. */
  readonly isReal: boolean;
}

export async function playRound(world: World, spoil: Spoil, round: Round): Promise<void> {
  const { random, sandbox } = world;
  await breakStore(world);
  await editBoth(world, round);
  if (random.chance(0.2)) world.policy = drawPolicy(world);
  saveDefinitions(world);
  if (random.chance(0.4)) await decide(world, "a value is accepted", acceptOne);
  if (random.chance(0.1)) await decide(world, "an acceptance is revoked", revokeOne);
  const quiet = { traps: [], timeout: 30_000, spoil };
  if (round.isReal) await runOnce(world, quiet, "for real");
  const faults = inject(world);
  for (let left = random.between(1, 3); left > 0; left -= 1) await play(world, spoil, faults);
  noteMet(world, faults);
  if (random.chance(0.7) || isLong(faults) || isSlow(faults)) sandbox.control.clearFaults();
  world.isBroken = false;
  completeSecrets(world, world.definitions);
}

/** Of what a person sees in a report. */
async function decide(world: World, what: string, decision: typeof acceptOne): Promise<void> {
  world.counts.drawn(what);
  world.sandbox.control.clearFaults();
  note(world, what, await decision(world, await look(world), subjectOf(world, 30_000)));
}

function note({ counts, course }: World, what: string, done: string | null): void {
  if (done === null) return;
  counts.met(what);
  course.push(`  ${what}: ${done}`);
}

async function play(world: World, spoil: Spoil, faults: readonly DrawnFault[]): Promise<void> {
  const { random, counts, clock } = world;
  if (random.chance(0.1) && !isLong(faults)) {
    counts.drawn("an acceptance runs out");
    note(world, "an acceptance runs out", outlast(world));
  } else clock.advance(random.pick(isLong(faults) ? pauses.slice(0, -1) : pauses));
  const traps = drawTraps(random, faults);
  for (const { kind } of traps) counts.drawn(`trap ${kind}`);
  const settings = { traps, timeout: isSlow(faults) ? SHORT_TIMEOUT : 30_000, spoil };
  if (random.chance(0.1)) await runPlan(world, settings);
  else await runOnce(world, settings, random.chance(0.12) ? "two at once" : "alone");
}

export function drawPolicy({ random }: World): Policy {
  const allow = ["adopt", "create", "update"] as const;
  return allowing(random.chance(0.85) ? [...allow, "delete"] : allow, {
    deleteAfter: random.pick([0, 0, HOUR]),
    limits: {
      deletes: random.pick([1, 2, 5]),
      deletePercent: random.pick([34, 50, 100, 100]),
      changes: random.pick([null, null, null, 1, 3]),
    },
  });
}

export function saveDefinitions(world: World): void {
  const { folder, definitions, flows, isBroken } = world;
  writeDefinitions(
    join(folder, "connectors"),
    definitions,
    flowTexts(flows, definitions),
    isBroken,
  );
}

async function breakStore(world: World): Promise<void> {
  const { random, counts } = world;
  if (!random.chance(0.08)) return;
  const how = random.pick(Object.keys(damages));
  const before = await look(world);
  // Until an operator has seen to it, everything has settled.
  world.sandbox.control.clearFaults();
  counts.drawn(`store ${how}`);
  world.course.push(`  the store is ${how}`);
  await damageStore(world, how, before);
}

async function editBoth(world: World, { isFirst, isReal }: Round): Promise<void> {
  const { random, sandbox } = world;
  const portal = random.pick([0, 0, 1, 1, 2]);
  // Whoever looks into the portal sees what is there.
  if (portal > 0) sandbox.control.clearFaults();
  await edit(world, "portal", { ...portalEdits, ...portalFlowEdits }, portal);
  if (isFirst) {
    await edit(world, "git", { create }, 3);
    await edit(world, "git", gitFlowEdits, random.pick([0, 1, 2, 4]));
  }
  const edits = { ...gitEdits, ...gitFlowEdits };
  await edit(world, "git", edits, isReal ? 4 : random.pick([0, 1, 2, 3]));
}

async function edit(
  world: World,
  where: string,
  edits: Readonly<Record<string, Edit>>,
  count: number,
): Promise<void> {
  for (let left = count; left > 0; left -= 1) {
    const [name, change] = world.random.pick(Object.entries(edits));
    world.counts.drawn(`${where}: ${name}`);
    const done = change(world, await look(world));
    if (done === null) continue;
    world.counts.met(`${where}: ${name}`);
    world.course.push(`  ${where}: ${name}: ${done}`);
  }
}

function inject(world: World): readonly DrawnFault[] {
  const faults = drawNetworkFaults(world);
  for (const { name, fault } of faults) {
    world.counts.drawn(`fault: ${name}`);
    world.sandbox.control.injectFault(fault);
    world.course.push(`  fault: ${JSON.stringify(fault)}`);
  }
  return faults;
}

/** A fault that never met a request has proved nothing. */
function noteMet(world: World, faults: readonly DrawnFault[]): void {
  const waiting = world.sandbox.control.faults();
  for (const { name, fault } of faults) {
    const left = waiting.find((one) => one.fault === fault);
    if (left === undefined || left.count < (fault.count ?? 1)) world.counts.met(`fault: ${name}`);
  }
}
