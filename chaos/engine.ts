/** One process of Plumbline on the world of a seed, from its start to its end or its death. */

import type { Clock } from "../src/model/clock.ts";
import type { Run } from "../src/model/generated/run.ts";
import type { LedgerEntry } from "../src/model/store.ts";
import { reconcile } from "../src/reconcile/reconcile.ts";
import type { RunEvent, Subject } from "../src/reconcile/subject.ts";
import { openStore } from "../src/store/store.ts";
import { runOptions, wiring } from "../test/reconcile/practice-tenant.ts";
import { createTap, type Tap, type Trap, tapped } from "./tap.ts";
import { createTurns, type Turns } from "./turns.ts";
import { openCertificate, reopenStore, type World } from "./world.ts";

/** How a process ended. */
export interface Ended {
  /** null: it was killed. */
  readonly run: Run | null;
  readonly events: readonly RunEvent[];
  /** What the ledger held when one of two at once had ended. */
  readonly ledger?: readonly LedgerEntry[];
}

/** Puts another port in the place of one, for a campaign that must find a fault. */
export type Spoil = (subject: Subject) => Subject;

export interface RunSettings {
  readonly traps: readonly Trap[];
  /** Milliseconds of real time for one try of a request. */
  readonly timeout: number;
  readonly spoil: Spoil;
}

export function subjectOf(world: World, timeout: number, store = world.store): Subject {
  const { folder, clock, sandbox, env, policy, settle } = world;
  const options = { timeout, certificate: openCertificate };
  return { ...wiring({ folder, clock, sandbox, store, env, options })(), policy, settle };
}

export async function runAlone(world: World, settings: RunSettings): Promise<Ended> {
  const tap = createTap({ ...world, traps: settings.traps, turns: null });
  const ended = await live(settings.spoil(subjectOf(world, settings.timeout)), tap);
  if (ended.run === null) await reopenStore(world);
  return ended;
}

/** The second one has a connection of its own to the store, as another process has. */
export async function runTwo(world: World, settings: RunSettings): Promise<readonly Ended[]> {
  const turns = createTurns(2, world.random);
  const clock = inTurn(world.clock, turns);
  const stores = [
    await openStore({ sqlite: world.storePath }, clock),
    await openStore({ sqlite: world.storePath }, clock),
  ];
  const ends = await Promise.all(
    stores.map(async (store, index) => {
      const traps = index === 0 ? settings.traps : [];
      const tap = createTap({ ...world, traps, turns });
      const subject = settings.spoil(subjectOf(world, settings.timeout, store));
      const ended = await live(subject, tap);
      // The operating system takes a dead process's locks away.
      if (ended.run === null) await store[Symbol.asyncDispose]();
      const { ledger } = await world.store.recall(world.tenant);
      turns.leave();
      return { ...ended, ledger };
    }),
  );
  for (const store of stores) await store[Symbol.asyncDispose]();
  return ends;
}

/** Who waits for the lock lets the other one go on. */
function inTurn(clock: Clock, turns: Turns): Clock {
  return {
    now: clock.now,
    async sleep(milliseconds, signal) {
      await clock.sleep(milliseconds, signal);
      await turns.enter();
    },
  };
}

/** A run whose store and tenant pass the tap. */
export async function live(given: Subject, tap: Tap): Promise<Ended> {
  const events: RunEvent[] = [];
  const { store, reader, writer, ...rest } = given;
  const subject = {
    ...rest,
    store: tapped(store, "store", tap),
    reader: tapped(reader, "tenant", tap),
    writer: writer && tapped(writer, "tenant", tap),
  };
  const run = await Promise.race([
    reconcile(subject, runOptions(events)),
    tap.died.then(() => null),
  ]);
  return { run, events };
}
