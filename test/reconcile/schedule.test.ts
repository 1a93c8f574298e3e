import { EventEmitter, once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Run } from "../../src/model/generated/run.ts";
import {
  backoff,
  type Schedule,
  type Scheduled,
  startSchedule,
} from "../../src/reconcile/schedule.ts";
import { handClock } from "./practice-tenant.ts";

const everySecond = "* * * * * *";

/** A tenant whose runs begin and end in sight of a test. */
interface Watched {
  readonly tenant: Scheduled;
  /** Triggers of the runs that have begun. */
  readonly begun: string[];
  /** Resolves when the next run begins. */
  next(): Promise<unknown>;
  /** Runs wait for this before they end; none by default. */
  hold: Promise<unknown> | null;
  result: Run["result"];
  outcomes: Run["outcomes"];
}

function watched(name: string, schedule: string | null = null): Watched {
  const events = new EventEmitter();
  const self: Watched = {
    begun: [],
    next: () => once(events, "begun"),
    hold: null,
    result: "clean",
    outcomes: [],
    tenant: {
      name,
      schedule,
      timezone: "UTC",
      async run(trigger, by) {
        self.begun.push(by === undefined ? trigger : `${trigger} by ${by}`);
        events.emit("begun");
        await self.hold;
        return { ...runOf(name, trigger, self.result), outcomes: self.outcomes };
      },
    },
  };
  return self;
}

function runOf(tenant: string, trigger: Run["trigger"], result: Run["result"]): Run {
  const at = "2026-08-20T08:00:00.000Z";
  const nothing = { id: "20260820T080000000Z", commit: null, plan: null, outcomes: [], faults: [] };
  return { tenant, trigger, mode: "apply", startedAt: at, finishedAt: at, ...nothing, result };
}

function start(
  tenants: readonly Watched[],
  { parallel = 8, clock = handClock() } = {},
): Schedule & AsyncDisposable {
  const schedule = startSchedule({
    tenants: tenants.map(({ tenant }) => tenant),
    parallel,
    clock,
    jitter: 0,
  });
  return { ...schedule, [Symbol.asyncDispose]: schedule.stop };
}

test.for([
  { failures: 0, want: 0 },
  { failures: 1, want: 30_000 },
  { failures: 2, want: 60_000 },
  { failures: 3, want: 120_000 },
  { failures: 6, want: 960_000 },
  { failures: 7, want: 1_800_000 },
  { failures: 5_000, want: 1_800_000 },
])(
  "after $failures failures in a row a tenant is left alone for $want ms",
  ({ failures, want }) => {
    expect(backoff(failures)).toBe(want);
  },
);

test("every tenant runs at once at start, without waiting for its schedule", async () => {
  const tenants = [watched("a"), watched("b", "0 0 1 1 *")];
  await using schedule = start(tenants);
  await schedule.started;
  expect(tenants.map(({ begun }) => begun)).toEqual([["start"], ["start"]]);
  expect(schedule.status()).toEqual([
    {
      name: "a",
      result: "clean",
      finishedAt: "2026-08-20T08:00:00.000Z",
      nextRun: null,
      failures: 0,
      isRunning: false,
    },
    expect.objectContaining({ name: "b", nextRun: expect.stringMatching(/-01-01T00:00:00.000Z$/) }),
  ]);
});

test("no more tenants run at the same time than allowed, and all have their turn", async () => {
  const tenants = ["a", "b", "c", "d", "e"].map((name) => watched(name));
  const gates = tenants.map((tenant) => {
    const gate = Promise.withResolvers<void>();
    tenant.hold = gate.promise;
    return gate;
  });
  await using schedule = start(tenants, { parallel: 2 });
  const begun = () => tenants.flatMap(({ begun, tenant }) => begun.map(() => tenant.name));
  await setImmediate();
  expect(begun()).toEqual(["a", "b"]);
  const third = tenants[2]?.next();
  gates[1]?.resolve();
  await third;
  await setImmediate();
  expect(begun()).toEqual(["a", "b", "c"]);
  for (const gate of gates) gate.resolve();
  await schedule.started;
  expect(begun()).toEqual(["a", "b", "c", "d", "e"]);
});

test.concurrent("a tick that falls into a run of the same tenant starts no second one", async () => {
  const [slow, metronome] = [watched("slow", everySecond), watched("metronome", everySecond)];
  const gate = Promise.withResolvers<void>();
  slow.hold = gate.promise;
  await using _ = start([slow, metronome]);
  await metronome.next();
  await metronome.next();
  await metronome.next();
  expect(slow.begun).toEqual(["start"]);
  const again = slow.next();
  gate.resolve();
  await again;
  expect(slow.begun).toEqual(["start", "schedule"]);
});

test.concurrent("a tenant that fails is left alone for a while, and the others are not", async () => {
  const clock = handClock(new Date().toISOString());
  const [failing, metronome] = [watched("failing", everySecond), watched("metronome", everySecond)];
  failing.result = "unreadable";
  await using schedule = start([failing, metronome], { clock });
  await schedule.started;
  const quietUntil = clock.now().getTime() + backoff(1);
  const [status] = schedule.status();
  expect(status).toMatchObject({ result: "unreadable", failures: 1 });
  expect(Date.parse(status?.nextRun ?? "")).toBeGreaterThanOrEqual(quietUntil);
  await metronome.next();
  await metronome.next();
  expect(failing.begun).toEqual(["start"]);
  failing.result = "converged";
  clock.advance(backoff(1));
  await failing.next();
  await setImmediate();
  expect(schedule.status()[0]).toMatchObject({ result: "converged", failures: 0 });
});

test.concurrent("a clock that is set back keeps no tenant from its runs", async () => {
  const clock = handClock(new Date().toISOString());
  const [healthy, failing] = [watched("healthy", everySecond), watched("failing", everySecond)];
  failing.result = "unreadable";
  await using schedule = start([healthy, failing], { clock });
  await schedule.started;
  clock.advance(-3_600_000);
  await Promise.all([healthy.next(), failing.next()]);
});

test.for([
  { result: "failed", failures: 1 },
  { result: "unreadable", failures: 1 },
  { result: "invalid", failures: 0 },
  { result: "refused", failures: 0 },
  { result: "drift", failures: 0 },
  { result: "clean", failures: 0 },
] as const)(
  "a run that ends as $result counts as $failures failures",
  async ({ result, failures }) => {
    const tenant = watched("a");
    tenant.result = result;
    await using schedule = start([tenant]);
    await schedule.started;
    expect(schedule.status()[0]?.failures).toBe(failures);
  },
);

test("a run that failed is told with the instant at which the next one will be", async () => {
  const failing = watched("failing", everySecond);
  failing.result = "unreadable";
  const clock = handClock(new Date().toISOString());
  const told: (string | null | undefined)[] = [];
  let schedule: Schedule | null = null;
  const tenant: Scheduled = {
    ...failing.tenant,
    told: async () => {
      told.push(schedule?.status()[0]?.nextRun);
    },
  };
  schedule = startSchedule({ tenants: [tenant], parallel: 1, clock, jitter: 0 });
  await schedule.started;
  await schedule.stop();
  expect(told).toHaveLength(1);
  expect(Date.parse(told[0] ?? "")).toBeGreaterThanOrEqual(clock.now().getTime() + backoff(1));
});

const notVerified: Run["outcomes"][number] = {
  op: "update",
  kind: "ApiConnector",
  name: "a",
  id: "1",
  result: "unverified",
  error: { severity: "error", code: "unverified", message: "No read shows it.", at: null },
};

test.for([
  { what: "a write that did not get through", outcomes: [notVerified], failures: 1 },
  { what: "a connector that waits for its secret alone", outcomes: [], failures: 0 },
])("a partial run for $what counts as $failures failures", async ({ outcomes, failures }) => {
  const tenant = watched("a");
  Object.assign(tenant, { result: "partial", outcomes });
  await using schedule = start([tenant]);
  await schedule.started;
  expect(schedule.status()[0]?.failures).toBe(failures);
});

test("stopping waits for the run in hand and starts nothing more", async () => {
  const [running, waiting] = [watched("running", everySecond), watched("waiting", everySecond)];
  const gate = Promise.withResolvers<void>();
  running.hold = gate.promise;
  const begins = running.next();
  const schedule = start([running, waiting], { parallel: 1 });
  await begins;
  let isStopped = false;
  const stopping = schedule.stop().then(() => {
    isStopped = true;
  });
  await setImmediate();
  expect(isStopped).toBe(false);
  gate.resolve();
  await stopping;
  expect([running.begun, waiting.begun]).toEqual([["start"], []]);
});

test("a schedule is read in the timezone of its tenant", async () => {
  const tenants = ["Asia/Tokyo", "America/New_York"].map((timezone) => {
    const each = watched(timezone, "30 12 * * *");
    return { ...each, tenant: { ...each.tenant, timezone } };
  });
  await using schedule = start(tenants);
  await schedule.started;
  const hours = schedule
    .status()
    .map(({ name, nextRun }) =>
      new Date(nextRun ?? "").toLocaleTimeString("en-GB", { timeZone: name, timeStyle: "short" }),
    );
  expect(hours).toEqual(["12:30", "12:30"]);
});

test("a tenant is run when somebody asks, and the status tells of that run", async () => {
  const tenant = watched("a");
  await using schedule = start([tenant]);
  await schedule.started;
  tenant.result = "converged";
  expect(await schedule.runNow("a", "ada")).toMatchObject({ result: "converged" });
  expect(tenant.begun).toEqual(["start", "command by ada"]);
  expect(schedule.status()).toMatchObject([{ result: "converged" }]);
  expect(await schedule.runNow("b", "ada")).toBe(null);
});

test("whoever asks for a run while one is in hand is refused, and no second one begins", async () => {
  const tenant = watched("a");
  const gate = Promise.withResolvers<void>();
  tenant.hold = gate.promise;
  await using schedule = start([tenant]);
  await expect(schedule.runNow("a", "ada")).rejects.toMatchObject({ fault: { code: "locked" } });
  gate.resolve();
  await schedule.started;
  expect(tenant.begun).toEqual(["start"]);
});

test("a tenant that is left alone after a failure is run when somebody asks", async () => {
  const tenant = watched("a", everySecond);
  tenant.result = "unreadable";
  await using schedule = start([tenant], { clock: handClock(new Date().toISOString()) });
  await schedule.started;
  expect(await schedule.runNow("a", "ada")).toMatchObject({ result: "unreadable" });
  expect(schedule.status()).toMatchObject([{ failures: 2 }]);
});

test("nobody can ask for a run of a service that has stopped", async () => {
  const schedule = start([watched("a")]);
  await schedule.started;
  await schedule.stop();
  await expect(schedule.runNow("a", "ada")).rejects.toMatchObject({ fault: { code: "stopped" } });
});
