/** One seed: a tenant, some rounds of edits under faults, and then an end without any. */
import { join } from "node:path";
import type { Run } from "../src/model/generated/run.ts";
import type { Policy } from "../src/plan/input.ts";
import { planTenant } from "../src/reconcile/reconcile.ts";
import type { RunEvent } from "../src/reconcile/subject.ts";
import { allowing } from "../test/plan/builders.ts";
import { told } from "../test/reconcile/practice-tenant.ts";
import type { Pooled } from "./certificates.ts";
import type { Count } from "./counts.ts";
import { writeDefinitions } from "./definitions.ts";
import { type Ended, type RunSettings, runAlone, runTwo, type Spoil, subjectOf } from "./engine.ts";
import {
  type DrawnFault,
  drawNetworkFaults,
  drawTraps,
  isLong,
  isSlow,
  SHORT_TIMEOUT,
} from "./faults.ts";
import { completeSecrets, type Edit, gitEdits } from "./git-edits.ts";
import { judgeRun, judgeWords, violate } from "./judge.ts";
import { judgePlan, judgeReports, judgeStoreFile } from "./leaks.ts";
import { portalEdits } from "./portal-edits.ts";
import { createRandom } from "./random.ts";
import { runForReal } from "./real-process.ts";
import { damageStore, damages } from "./store-damage.ts";
import { judgeEnd } from "./verdict.ts";
import { forgetTyped, look, openWorld, type World } from "./world.ts";

export interface SeedResult {
  readonly seed: number;
  /** null: all went as it must. */
  readonly problem: string | null;
  readonly course: readonly string[];
  readonly counts: Readonly<Record<string, Count>>;
}

export interface SeedOptions {
  readonly pool: readonly Pooled[];
  /** The engine as it is, when left out. */
  readonly spoil?: Spoil;
}

const HOUR = 3_600_000;

export async function runSeed(
  seed: number,
  { pool, spoil = (subject) => subject }: SeedOptions,
): Promise<SeedResult> {
  await using world = await openWorld(createRandom(seed), pool);
  let problem: string | null = null;
  try {
    await begin(world);
    // A process of its own takes as long as several seeds.
    const isReal = seed % 20 === 7;
    const rounds = world.random.between(2, 5);
    for (let round = 1; round <= rounds; round += 1) {
      world.course.push(`round ${round}`);
      await playRound(world, spoil, round === 1, isReal && round === 2);
    }
    await end(world, spoil);
  } catch (thrown) {
    problem = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  }
  return { seed, problem, course: world.course, counts: world.counts.all() };
}

async function begin(world: World): Promise<void> {
  const { random, sandbox } = world;
  world.policy = drawPolicy(world);
  world.settle = random.pick([2_000, 5_000, 8_000]);
  sandbox.control.configure({ pageSize: random.pick([null, null, 1, 2, 3]) });
  const { allow, deleteAfter, limits } = world.policy;
  world.course.push(
    `settle ${world.settle}, page ${sandbox.control.settings().pageSize}, ${allow.join(" ")}, deleteAfter ${deleteAfter}, ${JSON.stringify(limits)}`,
  );
}

function drawPolicy({ random }: World): Policy {
  return allowing(
    ["adopt", "create", "update", ...(random.chance(0.8) ? (["delete"] as const) : [])],
    {
      deleteAfter: random.pick([0, HOUR]),
      limits: {
        deletes: random.pick([1, 1, 2, 5]),
        deletePercent: random.pick([34, 50, 100]),
        changes: random.pick([null, null, null, 1, 3]),
      },
    },
  );
}

async function playRound(
  world: World,
  spoil: Spoil,
  isFirst: boolean,
  isReal: boolean,
): Promise<void> {
  const { random, sandbox, counts } = world;
  await breakStore(world);
  const portal = random.pick([0, 0, 1, 1, 2]);
  // Whoever looks into the portal sees what is there.
  if (portal > 0) sandbox.control.clearFaults();
  await edit(world, "portal", portalEdits, portal);
  if (isFirst) await edit(world, "git", { create: gitEdits["create"] as Edit }, 3);
  await edit(world, "git", gitEdits, isReal ? 4 : random.pick([0, 1, 2, 3]));
  if (random.chance(0.2)) world.policy = drawPolicy(world);
  saveDefinitions(world);
  const faults = inject(world);
  if (isReal) await runOnce(world, { traps: [], timeout: 30_000, spoil }, "for real");
  for (let left = random.between(1, 3); left > 0; left -= 1) {
    const pauses = [0, 1_000, 60_000, 60_000, HOUR / 2, 2 * HOUR, 25 * HOUR];
    world.clock.advance(random.pick(isLong(faults) ? pauses.slice(0, -1) : pauses));
    const traps = drawTraps(random, faults);
    for (const { kind } of traps) counts.drawn(`trap ${kind}`);
    const settings = { traps, timeout: isSlow(faults) ? SHORT_TIMEOUT : 30_000, spoil };
    if (random.chance(0.1)) await runPlan(world, settings);
    else await runOnce(world, settings, random.chance(0.12) ? "two at once" : "alone");
  }
  noteMet(world, faults);
  if (random.chance(0.7) || isLong(faults) || isSlow(faults)) sandbox.control.clearFaults();
  world.isBroken = false;
  completeSecrets(world, world.definitions);
}

async function breakStore(world: World): Promise<void> {
  const { random, counts } = world;
  if (!random.chance(0.08)) return;
  const how = random.pick(Object.keys(damages));
  const before = await look(world);
  world.sandbox.control.clearFaults();
  counts.drawn(`store ${how}`);
  world.course.push(`  the store is ${how}`);
  await damageStore(world, how, before);
}

async function edit(
  world: World,
  where: string,
  edits: Readonly<Record<string, Edit>>,
  count: number,
): Promise<void> {
  for (let left = count; left > 0; left -= 1) {
    const name = world.random.pick(Object.keys(edits));
    world.counts.drawn(`${where}: ${name}`);
    const done = edits[name]?.(world, await look(world)) ?? null;
    if (done === null) continue;
    world.counts.met(`${where}: ${name}`);
    world.course.push(`  ${where}: ${name}: ${done}`);
  }
}

function saveDefinitions(world: World): void {
  writeDefinitions(join(world.folder, "connectors"), world.definitions, world.isBroken);
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

type How = "alone" | "two at once" | "for real";

async function runOnce(world: World, settings: RunSettings, how: How): Promise<Ended> {
  const { control } = world.sandbox;
  forgetTyped(world);
  const before = await look(world);
  control.clearRequests();
  if (how === "two at once") world.counts.drawn(how);
  const ends = await endsOf(world, settings, how);
  if (ends.some(({ events }) => events.some(isWaiting))) world.counts.met("two at once");
  const traps = settings.traps.map(({ kind, at, phase }) => ` [${kind} ${phase} step ${at}]`);
  for (const { run } of ends) {
    world.course.push(`  run${traps.join("")}: ${run === null ? "killed" : ended(run)}`);
  }
  const after = await look(world);
  judgeRun(
    world,
    before,
    after,
    ends.flatMap(({ ledger }) => (ledger ? [ledger] : [])),
  );
  for (const ended of ends) {
    judgeReports(world, ended);
    judgeWords(ended);
  }
  return ends[0] as Ended;
}

async function endsOf(world: World, settings: RunSettings, how: How): Promise<readonly Ended[]> {
  switch (how) {
    case "alone":
      return [await runAlone(world, settings)];
    case "two at once":
      return await runTwo(world, settings);
    case "for real":
      return [await runForReal(world)];
  }
}

function isWaiting(event: RunEvent): boolean {
  return event.type === "waiting" && event.for === "lock";
}

function ended(run: Run): string {
  const held = (run.plan?.held ?? []).map(({ reason, name }) => `${reason.code} ${name}`);
  const faults = [...run.faults, ...(run.plan?.faults ?? [])].map(({ code }) => code);
  return [...told(run), ...held.map((one) => `held ${one}`), ...faults].join(", ");
}

async function runPlan(world: World, { timeout }: RunSettings): Promise<void> {
  forgetTyped(world);
  const { control } = world.sandbox;
  control.clearRequests();
  const { signal } = new AbortController();
  const planned = await planTenant(subjectOf(world, timeout), signal, () => undefined);
  const writes = control.requests().filter(({ method }) => method !== "GET");
  if (writes.length > 0) violate("A plan writes nothing", [], writes);
  judgePlan(world, planned);
}

/**
 * No fault any more, every secret is there, and a person has taken away pins to what is gone. The
 * clock is later than any instant that was ever told, so that waits counted from one of those are
 * over; a day passes between the two runs: a delete is announced for an hour, an upload is not
 * repeated within one, and what was created and never shown is waited for up to a day.
 */
async function end(world: World, spoil: Spoil): Promise<void> {
  const { clock, sandbox, policy } = world;
  world.course.push("end");
  sandbox.control.clearFaults();
  world.policy = { ...policy, limits: { ...policy.limits, changes: null } };
  await unpin(world);
  saveDefinitions(world);
  clock.advance(Math.max(0, world.latest() - clock.now().getTime()) + 100 * HOUR);
  const settings = { traps: [], timeout: 30_000, spoil };
  await runOnce(world, settings, "alone");
  clock.advance(25 * HOUR);
  await runOnce(world, settings, "alone");
  clock.advance(60_000);
  const { run } = await runOnce(world, settings, "alone");
  const writes = sandbox.control.requests().filter(({ method }) => method !== "GET");
  if (writes.length > 0) violate("A third run writes nothing", [], writes);
  if (run === null) violate("The third run ends", "a run", null);
  await judgeEnd(world, await look(world), run);
  judgeStoreFile(world);
}

async function unpin(world: World): Promise<void> {
  const { live, memory } = await look(world);
  const isGood = (pin: string, name: string) =>
    live.has(pin) && memory.ledger.every((entry) => entry.id !== pin || entry.name === name);
  world.definitions = world.definitions.map((one) =>
    one.pin === null || isGood(one.pin, one.name) ? one : { ...one, pin: null },
  );
}
