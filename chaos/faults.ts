/** What may go wrong in a round, on the way to the tenant and in a process. */
import type { InjectedFault } from "../src/sandbox/injected-fault.ts";
import type { Random } from "./random.ts";
import type { Trap } from "./tap.ts";
import { namedSecrets, type World } from "./world.ts";

/** Milliseconds of real time that a try may take in a round in which answers come too late. */
export const SHORT_TIMEOUT = 250;

const methods = ["GET", "POST", "PATCH", "PUT", "DELETE"] as const;

type Draw = (random: Random) => InjectedFault;

const some = (random: Random) => ({
  ...(random.chance(0.8) && { method: random.pick(methods) }),
  skip: random.pick([0, 0, 1, 2]),
  count: random.pick([1, 1, 2, 3, 6]),
});
const status =
  (code: number, advised = false): Draw =>
  (random) => ({
    kind: "status",
    status: code,
    ...some(random),
    ...(advised && { retryAfter: random.pick([1, 10, 70, 400]) }),
  });
const write = (random: Random) => ({
  method: random.pick(methods.slice(1)),
  skip: random.below(2),
  count: random.pick([1, 1, 2]),
});

export const networkFaults: Readonly<Record<string, Draw>> = {
  "429 with advice": status(429, true),
  "429 without advice": status(429),
  "500": status(500),
  "502": status(502),
  "503": status(503),
  "503 with advice": status(503, true),
  "504": status(504),
  "401": status(401),
  "403": status(403),
  "400": status(400),
  "409": status(409),
  "HTML as a success": (random) => ({ kind: "html-body", ...some(random) }),
  "HTML as a failure": (random) => ({ kind: "html-body", status: 502, ...some(random) }),
  "torn JSON": (random) => ({ kind: "torn-body", ...some(random) }),
  "an answer cut off": (random) => ({ kind: "cut-body", ...some(random) }),
  "dropped before the effect": (random) => ({ kind: "drop-before-effect", ...some(random) }),
  "dropped after the effect": (random) => ({ kind: "drop-after-effect", ...write(random) }),
  "a page twice": (random) => ({ kind: "duplicate-page", skip: random.below(4) }),
  "an empty page": (random) => ({ kind: "empty-page", skip: random.below(4) }),
  "a page lost": (random) => ({
    ...random.pick([
      { kind: "status", status: 404 } as const,
      { kind: "status", status: 410 } as const,
      { kind: "drop-before-effect", count: 3 } as const,
    ]),
    path: "skiptoken",
    skip: random.below(3),
  }),
  "stale reads": staleReads,
  "a success without effect": (random) => ({
    kind: "no-effect",
    method: "PUT",
    skip: random.below(2),
    count: random.pick([1, 2]),
  }),
  // A write that takes effect after everybody gave up on it is beyond what reading can resolve.
  "a read that comes too late": (random) => ({
    kind: "delay",
    method: "GET",
    milliseconds: 60_000,
    skip: random.below(4),
    count: random.pick([1, 3]),
  }),
  "a write that is answered too late": (random) => ({
    kind: "delay",
    ...write(random),
    milliseconds: 60_000,
    when: "after-effect",
    count: 1,
  }),
};

/**
 * No more than the reads of one settle time: for how much longer a create without an answer might
 * show, nobody knows.
 */
function staleReads(random: Random): InjectedFault {
  return {
    kind: "stale-reads",
    method: random.pick(methods.slice(1)),
    skip: random.below(2),
    count: random.pick([1, 2]),
    reads: random.between(1, 4),
  };
}

export interface DrawnFault {
  readonly name: string;
  readonly fault: InjectedFault;
}

/** A refusal whose text quotes a secret. */
function telling(fault: InjectedFault, world: World): InjectedFault {
  const secrets = namedSecrets(world);
  if (fault.kind !== "status" || secrets.length === 0) return fault;
  const secret = world.random.pick(secrets);
  world.typed.add(secret);
  const message = `No: ${secret}`;
  return { ...fault, body: { error: { code: "AADB2C", message } } };
}

/** Longer than any run looks: what was created is answered, and shown by no read. */
const longLag: DrawnFault = {
  name: "a create that no read shows",
  fault: { kind: "stale-reads", method: "POST", reads: 40 },
};

export function drawNetworkFaults(world: World): readonly DrawnFault[] {
  const { random } = world;
  if (random.chance(0.06) && isWhole(world)) return [longLag];
  const count = random.pick([0, 1, 1, 2, 3]);
  return Array.from({ length: count }, () => {
    // Too late costs real time.
    const possible = Object.entries(networkFaults).filter(
      ([name]) => !name.includes("too late") || random.chance(0.25),
    );
    const [name, draw] = random.pick(possible);
    const fault = draw(random);
    return { name, fault: random.chance(0.3) ? telling(fault, world) : fault };
  }).filter(({ fault }) => fault.kind !== "stale-reads" || isWhole(world));
}

/** Whether these faults must be over within a day, after which what never showed counts as gone. */
export function isLong(faults: readonly DrawnFault[]): boolean {
  return faults.some(({ fault }) => fault.kind === "stale-reads");
}

/** Whether a try of a request must end early in real time. */
export function isSlow(faults: readonly DrawnFault[]): boolean {
  return faults.some(({ fault }) => fault.kind === "delay");
}

/** Where a listing has pages, a part of it that lags behind the rest would hide objects. */
function isWhole({ sandbox }: World): boolean {
  return sandbox.control.settings().pageSize === null;
}

const HOUR = 3_600_000;

/** A create without an answer that does not show within the settle time is beyond any reading. */
export function drawTraps(random: Random, faults: readonly DrawnFault[]): readonly Trap[] {
  if (faults.includes(longLag)) return [];
  const traps: Trap[] = [];
  if (random.chance(0.35)) traps.push(drawKill(random));
  if (random.chance(0.1) && !isLong(faults)) {
    const amount = random.pick([HOUR, 30 * HOUR, 80 * HOUR, -HOUR, -30 * HOUR]);
    traps.push({ ...drawKill(random), kind: "clock", amount });
  }
  if (random.chance(0.12)) {
    const amount = random.pick([1, 2, 10]);
    traps.push({ kind: "disk", at: random.below(6), point: null, phase: "before", amount });
  }
  return traps;
}

/** Few runs have one of these, so half of the traps wait for it. */
const rarePoints = [
  ...["create", "update", "upload", "bind", "delete"].map((name) => `tenant.${name}`),
  "store.answer",
];

/** At a drawn step. */
export function drawKill(random: Random): Trap {
  const point = random.chance(0.5) ? random.pick(rarePoints) : null;
  const at = point === null ? random.below(random.pick([8, 16, 30])) : random.pick([0, 0, 0, 1]);
  return { kind: "kill", at, point, phase: random.pick(["before", "after"]), amount: 0 };
}
