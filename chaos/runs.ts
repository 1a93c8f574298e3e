/** Runs and plans of a seed, each judged when it has ended. */
import type { Run } from "../src/model/generated/run.ts";
import { planTenant } from "../src/reconcile/reconcile.ts";
import type { RunEvent } from "../src/reconcile/subject.ts";
import { told } from "../test/reconcile/practice-tenant.ts";
import { type Ended, type RunSettings, runAlone, runTwo, subjectOf } from "./engine.ts";
import { judgeRun } from "./judge.ts";
import { judgeWords } from "./judge-outcomes.ts";
import { judgePlan, judgeReports } from "./leaks.ts";
import { runForReal } from "./real-process.ts";
import { violate } from "./violation.ts";
import { forgetTyped, look, type World } from "./world.ts";

export type How = "alone" | "two at once" | "for real";

/** Answers how each process ended. */
export async function runOnce(
  world: World,
  settings: RunSettings,
  how: How,
): Promise<readonly Ended[]> {
  forgetTyped(world);
  const before = await look(world);
  world.sandbox.control.clearRequests();
  if (how === "two at once") world.counts.drawn(how);
  const ends = await endsOf(world, settings, how);
  if (ends.some(({ events }) => events.some(isWaiting))) world.counts.met("two at once");
  const traps = settings.traps.map(
    ({ kind, at, phase, point }) => ` [${kind} ${phase} ${point ?? "step"} ${at}]`,
  );
  for (const { run } of ends) {
    world.course.push(`  run${traps.join("")}: ${run === null ? "killed" : inWords(run)}`);
  }
  const after = await look(world);
  const between = ends.flatMap(({ ledger }) => (ledger ? [ledger] : []));
  judgeRun(world, before, after, between);
  for (const ended of ends) {
    judgeReports(world, ended);
    judgeWords(world, after, ended);
  }
  return ends;
}

async function endsOf(world: World, settings: RunSettings, how: How): Promise<readonly Ended[]> {
  switch (how) {
    case "alone":
      return [await runAlone(world, settings)];
    case "two at once":
      return await runTwo(world, settings);
    case "for real":
      return [await runForReal(world)];
    default:
      return how satisfies never;
  }
}

function isWaiting(event: RunEvent): boolean {
  return event.type === "waiting" && event.for === "lock";
}

function inWords(run: Run): string {
  const held = (run.plan?.held ?? []).map(({ reason, name }) => `held ${reason.code} ${name}`);
  const faults = [...run.faults, ...(run.plan?.faults ?? [])].map(({ code }) => code);
  return [...told(run), ...held, ...faults].join(", ");
}

/** Its reader alone could write nothing; that nothing but reads arrives is seen on the other side. */
export async function runPlan(world: World, { timeout }: RunSettings): Promise<void> {
  forgetTyped(world);
  const { control } = world.sandbox;
  control.clearRequests();
  const { signal } = new AbortController();
  const planned = await planTenant(subjectOf(world, timeout), signal, () => undefined);
  const writes = control.requests().filter(({ method }) => method !== "GET");
  if (writes.length > 0) violate("A plan writes nothing", [], writes);
  judgePlan(world, planned);
}
