/** A process seen from outside: each call of its store and its tenant is a step, and any may be its last. */
import { FaultError, failure } from "../src/model/fault.ts";
import type { HandClock } from "../test/reconcile/practice-tenant.ts";
import type { Counts } from "./counts.ts";
import type { Turns } from "./turns.ts";

/** What happens to a process, and when. */
export interface Trap {
  readonly kind: "kill" | "clock" | "disk";
  /** Calls that pass first. For `disk` only those that write to the store are counted. */
  readonly at: number;
  /** Such as `tenant.delete`: only its calls are counted; null: all. */
  readonly point: string | null;
  /** Before the call, or after its effect and before its answer. */
  readonly phase: "before" | "after";
  /** `clock`: milliseconds to jump, forward or back. `disk`: how many calls fail. */
  readonly amount: number;
}

export interface Tap {
  /** Resolves when the process was killed; it does nothing more then. */
  readonly died: Promise<void>;
  call<T>(point: string, work: () => Promise<T>): Promise<T>;
}

export interface TapOptions {
  readonly traps: readonly Trap[];
  readonly clock: HandClock;
  readonly counts: Counts;
  /** When it is whose turn; null for a process alone. */
  readonly turns: Turns | null;
  /** What a kill is; left out: the process is abandoned where it stands. */
  readonly kill?: () => void;
}

/** Of the store, those that commit something. */
const commits = new Set(
  ["begin", "answer", "settle", "record", "salt"].map((name) => `store.${name}`),
);

export function createTap(options: TapOptions): Tap {
  const { traps, clock, counts, turns } = options;
  const { promise: died, resolve: die } = Promise.withResolvers<void>();
  const calls = new Map<string | null, number>();
  const callsOf = (point: string | null) => calls.get(point) ?? 0;
  let writes = 0;
  /** Answers whether the process lives on. */
  const spring = (point: string, phase: Trap["phase"]): boolean => {
    for (const trap of traps) {
      if (trap.kind === "disk" || trap.phase !== phase) continue;
      if (trap.point !== null && trap.point !== point) continue;
      if (trap.at !== callsOf(trap.point)) continue;
      counts.met(`trap ${trap.kind}`);
      counts.met(`${trap.kind} ${phase} ${point}`);
      if (trap.kind === "clock") clock.advance(trap.amount);
      else {
        options.kill?.();
        die();
        return false;
      }
    }
    return true;
  };
  const fillDisk = (point: string): void => {
    if (!commits.has(point)) return;
    const full = traps.find(
      ({ kind, at, amount }) => kind === "disk" && writes >= at && writes < at + amount,
    );
    writes += 1;
    if (full === undefined) return;
    counts.met("trap disk");
    counts.met(`disk full at ${point}`);
    throw new FaultError(failure("store", "The store cannot grow: the disk is full."));
  };
  return {
    died,
    async call(point, work) {
      await turns?.enter();
      if (!spring(point, "before")) return never();
      fillDisk(point);
      const answer = await work();
      if (!spring(point, "after")) return never();
      for (const counted of [null, point]) calls.set(counted, callsOf(counted) + 1);
      return answer;
    },
  };
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

/** The same port, each call of which passes the tap. */
export function tapped<Port extends object>(port: Port, room: string, tap: Tap): Port {
  return new Proxy(port, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver);
      if (typeof member !== "function" || typeof key === "symbol") return member;
      return (...given: unknown[]) =>
        tap.call(`${room}.${key}`, async () => Reflect.apply(member, target, given));
    },
  });
}
