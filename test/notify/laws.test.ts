/** Whatever fails, and whenever: what changed is told once, and arrives at least once at each sink. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Clock } from "../../src/model/clock.ts";
import type { Alert } from "../../src/model/generated/alert.ts";
import type { Drift } from "../../src/model/generated/drift.ts";
import type { TenantIdentity } from "../../src/model/tenant.ts";
import { type Line, openLine } from "../../src/notify/dispatch.ts";
import type { Message } from "../../src/notify/message.ts";
import { again, barred, type Sink, unanswered } from "../../src/notify/sinks/sink.ts";
import { tellRun } from "../../src/notify/tell.ts";
import { openStore } from "../../src/store/store.ts";
import { production, run } from "../contracts/store-samples.ts";
import { handClock } from "../reconcile/practice-tenant.ts";
import { driftOf } from "./samples.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-laws-"));
const store = await openStore({ sqlite: join(folder, "state.db") });
let lives = 0;

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const names = ["a", "b"] as const;
const hour = 3_600_000;
const commit = "9f2c";

type Act = "nothing" | "open" | "end" | "open and end";
type Fate = "well" | "again" | "barred" | "answer lost" | "unanswered" | "note lost";

interface Step {
  /** What becomes of the differences of the two objects in one run, where it can. */
  readonly acts: readonly [Act, Act];
  /** Milliseconds since the step before: a clock may be set back, and ahead. */
  readonly after: number;
  /** Whether the process dies before anything is noted of the run, after it, or not. */
  readonly death: "none" | "before" | "after";
}

const act = fc.constantFrom<Act[]>("nothing", "open", "end", "open and end");

const steps = fc.array(
  fc.record<Step>({
    acts: fc.tuple(act, act),
    after: fc.constantFrom(15 * 60_000, hour, -hour, -72 * hour, 400 * hour),
    death: fc.constantFrom("none", "before", "after"),
  }),
  { minLength: 1, maxLength: 10 },
);

/** What each try of a sink comes to; after the last one, all are well. */
const fates = fc.array(
  fc.constantFrom<Fate[]>("well", "again", "barred", "answer lost", "unanswered", "note lost"),
  { maxLength: 12 },
);

/** Keeps what it is sent, and ends as it was told to. */
function keeping(name: string, sent: Message[], fates: readonly Fate[]): Sink {
  const left = [...fates];
  return {
    ...{ name, longest: 0 },
    async send(message) {
      const fate = left.shift() ?? "well";
      if (fate === "again") return again("Later.");
      if (fate === "barred") return barred("Revoked.");
      sent.push(message);
      if (fate === "answer lost") return again("The answer was lost.");
      if (fate === "unanswered") return unanswered("It said nothing.");
      if (fate === "note lost") throw new Error("killed");
      return { result: "delivered" };
    },
  };
}

/** A process: another one begins when it dies. */
function startProcess(tenant: TenantIdentity, sinks: readonly Sink[], clock: Clock) {
  const ignore = () => undefined;
  const tally = { queued: ignore, delivered: ignore, givenUp: ignore, barred: ignore };
  const log = { info: ignore, warn: ignore, error: ignore };
  const options = { alerts: store.alerts, clock, log, tally, keep: 9_999 * hour, random: () => 0 };
  const lines: readonly Line[] = sinks.map((sink) => openLine(sink, options));
  const { signal } = new AbortController();
  return {
    async deliver() {
      const signals = { stopping: signal, aborting: signal };
      await Promise.all(lines.map((line) => line(signals).catch(ignore)));
    },
    tell: (now: string, drifts: readonly Drift[]) => {
      const ended = run(now, { tenant: tenant.name, commit, finishedAt: now });
      const names = sinks.map(({ name }) => name);
      const telling = { after: 1, remindEvery: 0, sinks: names, on: null, group: 60_000 };
      const seen = { graph: tenant.graph, run: ended, drifts };
      return tellRun({ alerts: store.alerts, telling, tally }, tenant, seen, (text) => text);
    },
  };
}

/** A difference as it stands, with a number that tells one time from the next. */
interface World {
  readonly name: string;
  episode: number;
  drift: Drift | null;
  /** The episode that people have been told is open. */
  shown: number | null;
  /** The last one of whose end nobody is to be told any more. */
  over: number;
}

function carryOut(world: World, what: Act, now: string): void {
  const isOpen = world.drift?.resolvedAt === null;
  if (what.startsWith("open") && !isOpen) {
    world.episode += 1;
    const before = `episode ${world.episode}`;
    world.drift = driftOf({ name: world.name, commit, before, firstSeen: now, lastSeen: now });
  }
  if (what.endsWith("end") && (isOpen || what !== "end")) {
    world.drift = { ...world.drift!, state: "resolved", resolvedAt: now, resolvedBy: "us" };
  }
}

/** What is to be told now, by the rule and not by how it is done; notes that it is. */
function expected(world: World): readonly string[] {
  const { name, drift, episode, shown, over } = world;
  if (drift === null) return [];
  if (drift.resolvedAt === null) {
    world.shown = episode;
    return shown === episode ? [] : [`drift-opened ${name} ${episode}`];
  }
  world.over = episode;
  world.shown = null;
  return shown === null && over === episode ? [] : [`drift-resolved ${name}`];
}

function short({ kind, about, text }: Alert): string {
  const [, name = ""] = /connector (\w+)/.exec(about) ?? [];
  const [, episode] = /episode (\d+)/.exec(text) ?? [];
  return [kind, name, ...(kind === "drift-opened" ? [episode] : [])].join(" ");
}

/** What each sink was sent, and what was to be told. */
async function live(all: readonly Step[], ofSinks: readonly (readonly Fate[])[]) {
  lives += 1;
  const clock = handClock();
  const tenant = { ...production, tenantId: `${production.tenantId}/${lives}` };
  const sent: readonly Message[][] = ofSinks.map(() => []);
  const sinks = ofSinks.map((fates, at) => keeping(`sink-${at}-${lives}`, sent[at] ?? [], fates));
  const worlds = names.map(
    (name): World => ({ name, episode: 0, drift: null, shown: null, over: 0 }),
  );
  const wanted: string[] = [];
  const instants: string[] = [];
  let process = startProcess(tenant, sinks, clock);
  // Of a first run nobody knows what somebody else did before.
  await process.tell(clock.now().toISOString(), []);
  for (const [index, step] of [...all, quiet].entries()) {
    // No instant comes twice.
    clock.advance(step.after + index + 1);
    const now = clock.now().toISOString();
    instants.push(now);
    for (const [at, world] of worlds.entries()) carryOut(world, step.acts[at] ?? "nothing", now);
    if (step.death !== "before") {
      wanted.push(...worlds.flatMap(expected));
      await process.tell(
        now,
        worlds.flatMap(({ drift }) => drift ?? []),
      );
    }
    if (step.death !== "none") process = startProcess(tenant, sinks, clock);
    await process.deliver();
  }
  for (let hours = 0; hours < 48; hours += 3) {
    clock.advance(3 * hour);
    await process.deliver();
  }
  return { sent, wanted, instants };
}

const quiet: Step = { acts: ["nothing", "nothing"], after: hour, death: "none" };

function alertsOf({ event }: Message): readonly Alert[] {
  return event.data.alerts;
}

function asFound({ overtakenAt: _, ...alert }: Alert): Alert {
  return alert;
}

/** What says that a difference is open, does not say that it is out of date, and comes after its end. */
function misleading(messages: readonly Message[], instants: readonly string[]): readonly Alert[] {
  const latest = new Map<string | undefined, number>();
  return messages.flatMap(alertsOf).filter((alert) => {
    const { matter, kind, at, overtakenAt } = alert;
    const order = instants.indexOf(at);
    const isLate = order < (latest.get(matter) ?? order);
    latest.set(matter, Math.max(order, latest.get(matter) ?? order));
    return kind === "drift-opened" && isLate && overtakenAt === undefined;
  });
}

test("what changed is told once and arrives at each sink, whatever fails, dies or is set back in between", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fates, fates, async (all, ...ofSinks) => {
      const { sent, wanted, instants } = await live(all, ofSinks);
      for (const messages of sent) {
        const byId = new Map(messages.map((message) => [message.id, alertsOf(message)]));
        for (const message of messages) {
          expect(byId.get(message.id)?.map(asFound)).toEqual(alertsOf(message).map(asFound));
        }
        const told = [...byId.values()].flat().map(short);
        expect(told.toSorted()).toEqual(wanted.toSorted());
        expect(misleading(messages, instants)).toEqual([]);
      }
    }),
    { numRuns: 40 },
  );
});
