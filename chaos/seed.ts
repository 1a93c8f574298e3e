/** One seed: a tenant, some rounds of edits under faults, and then an end without any. */
import { revokeOne } from "./acceptances.ts";
import type { Pooled } from "./certificates.ts";
import type { Count } from "./counts.ts";
import { type Spoil, subjectOf } from "./engine.ts";
import { beginFlows, restoreFlows } from "./flows.ts";
import { judgeStoreFile } from "./leaks.ts";
import { createRandom } from "./random.ts";
import { drawPolicy, playRound, saveDefinitions } from "./rounds.ts";
import { runOnce } from "./runs.ts";
import { judgeEnd } from "./verdict.ts";
import { violate } from "./violation.ts";
import { look, openWorld, type World } from "./world.ts";

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
  // A process of its own takes as long as several seeds.
  const isReal = seed % 20 === 7;
  let problem: string | null = null;
  try {
    begin(world);
    const rounds = world.random.between(2, 5);
    for (let round = 1; round <= rounds; round += 1) {
      world.course.push(`round ${round}`);
      await playRound(world, spoil, { isFirst: round === 1, isReal: isReal && round === 2 });
    }
    await end(world, spoil);
  } catch (thrown) {
    problem = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  }
  return { seed, problem, course: world.course, counts: world.counts.all() };
}

function begin(world: World): void {
  const { random, sandbox } = world;
  world.policy = drawPolicy(world);
  world.settle = random.pick([2_000, 5_000, 8_000]);
  const pageSize = random.pick([null, null, 1, 2, 3]);
  sandbox.control.configure({ pageSize });
  beginFlows(world);
  const { allow, deleteAfter, limits } = world.policy;
  world.course.push(
    `settle ${world.settle}, page ${pageSize}, ${allow.join(" ")}, deleteAfter ${deleteAfter}, ${JSON.stringify(limits)}`,
  );
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
  await revokeAll(world);
  restoreFlows(world);
  saveDefinitions(world);
  clock.advance(Math.max(0, world.latest() - clock.now().getTime()) + 100 * HOUR);
  const settings = { traps: [], timeout: 30_000, spoil };
  await runOnce(world, settings, "alone");
  clock.advance(25 * HOUR);
  await runOnce(world, settings, "alone");
  clock.advance(60_000);
  const [last] = await runOnce(world, settings, "alone");
  const writes = sandbox.control.requests().filter(({ method }) => method !== "GET");
  if (writes.length > 0) violate("A third run writes nothing", [], writes);
  if (!last?.run) violate("The third run ends", "a run", last);
  await judgeEnd(world, await look(world), last.run);
  judgeStoreFile(world);
}

/** Whatever somebody has accepted is to be as git says. */
async function revokeAll(world: World): Promise<void> {
  while ((await revokeOne(world, await look(world), subjectOf(world, 30_000))) !== null);
}

async function unpin(world: World): Promise<void> {
  const { live, memory } = await look(world);
  const isGood = (pin: string, name: string) =>
    live.has(pin) && memory.ledger.every((entry) => entry.id !== pin || entry.name === name);
  world.definitions = world.definitions.map((one) =>
    one.pin === null || isGood(one.pin, one.name) ? one : { ...one, pin: null },
  );
}
