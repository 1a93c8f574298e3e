import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { FaultError, failure } from "../../src/model/fault.ts";
import type { Store } from "../../src/model/store.ts";
import type { RunEvent } from "../../src/reconcile/subject.ts";
import { connector, openPractice, told } from "./practice-tenant.ts";

test("a run creates what is missing, and the next one finds nothing to do", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  expect(told(await practice.run())).toEqual(["converged", "create a done", "create b done"]);
  expect(practice.requests()).toEqual(["GET 200", "POST 201", "POST 201", "GET 200"]);
  const { store, tenant } = practice.subject();
  expect((await store.recall(tenant)).journal).toEqual([]);
  expect((await practice.plan()).changes).toEqual([]);
  expect(told(await practice.run())).toEqual(["clean"]);
  expect(practice.requests()).toEqual(["GET 200", "GET 200"]);
});

test("planning lists once and sends nothing else, whatever the plan holds", async () => {
  await using practice = await openPractice();
  const names = Array.from({ length: 12 }, (_, index) => `c${index}`);
  practice.define(Object.fromEntries(names.map((name) => [`${name}.yaml`, connector(name)])));
  expect((await practice.plan()).summary.create).toBe(12);
  expect(practice.requests()).toEqual(["GET 200"]);
});

test("planning records no run and takes no lock", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const { store, tenant } = practice.subject();
  await using lock = await store.lock(tenant, 0);
  expect(lock).not.toBeNull();
  expect((await practice.plan()).changes).toHaveLength(1);
  expect(await store.runs("practice", 1)).toEqual([]);
});

test("a run in report mode holds no writer, and tells the drift", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const report = { mode: "report", writer: null } as const;
  const run = await practice.run(report, { trigger: "schedule", isApply: false });
  expect(told(run)).toEqual(["drift"]);
  expect(run.plan?.changes).toHaveLength(1);
  expect(practice.requests()).toEqual(["GET 200"]);
});

test("apply refuses a tenant in report mode and says which key to change", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const run = await practice.run({ mode: "report", writer: null });
  expect(told(run)).toEqual(["refused"]);
  expect(run.faults[0]?.message).toContain("Set mode: apply for this tenant in plumbline.yaml.");
});

test("a fault in the definitions stops the run before the tenant is read", async () => {
  await using practice = await openPractice();
  practice.define({
    "a.yaml": connector("a"),
    "b.yaml": connector("b").replace("spec:", "spec: 1"),
  });
  const run = await practice.run();
  expect(told(run)).toEqual(["invalid"]);
  expect(run.plan?.faults[0]?.at?.file).toBe("connectors/b.yaml");
  expect(practice.requests()).toEqual([]);
});

test("a pinned id that is not live stops the run after reading, and nothing is written", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b", { metadata: "id: gone" }) });
  expect(told(await practice.run())).toEqual(["invalid"]);
  expect(practice.requests()).toEqual(["GET 200"]);
});

test("a plan whose digest was not approved is refused, and the approved one is applied", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const { digest } = await practice.plan();
  practice.define({ "a.yaml": connector("a", { displayName: "other" }) });
  const refused = await practice.run({}, { approved: [digest] });
  expect(told(refused)).toEqual(["refused"]);
  expect(refused.faults[0]?.message).toContain(refused.plan?.digest);
  practice.define({ "a.yaml": connector("a") });
  expect(told(await practice.run({}, { approved: ["sha256:0", digest] }))).toEqual([
    "converged",
    "create a done",
  ]);
});

test("a second run of the same tenant waits, and is refused when the first takes too long", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  await using other = await practice.openStore();
  const { tenant } = practice.subject();
  const lock = await other.lock({ ...tenant, name: "the same by another name" }, 0);
  const refused = await practice.run();
  expect(told(refused)).toEqual(["refused"]);
  expect(refused.faults[0]?.code).toBe("locked");
  expect(practice.events).toContainEqual({ type: "waiting", tenant: "practice", for: "lock" });
  await lock?.[Symbol.asyncDispose]();
  expect(told(await practice.run())).toEqual(["converged", "create a done"]);
});

test("two runs at once on one store make one connector", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  await using other = await practice.openStore();
  // The clock skips sleeping, so waiting for the lock must not use up its ten seconds at once.
  const clock = { ...practice.clock, sleep: () => setImmediate() };
  await using waiting = await practice.openStore(clock);
  const results = await Promise.all([
    practice.run({ store: other }),
    practice.run({ store: waiting }),
  ]);
  expect(results.map(({ result }) => result).toSorted()).toEqual(["clean", "converged"]);
  expect(practice.requests().filter((sent) => sent.startsWith("POST"))).toHaveLength(1);
});

test("a run is recorded with its plan and outcomes", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const run = await practice.run({}, { trigger: "start" });
  expect(await practice.subject().store.runs("practice", 5)).toEqual([run]);
  expect(run).toMatchObject({ tenant: "practice", trigger: "start", mode: "apply", commit: null });
});

test("a run with every kind of outcome is as its published schema says", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b"), "c.yaml": connector("c") });
  const stopping = new AbortController();
  practice.sandbox.control.injectFault({ kind: "no-effect", method: "POST" });
  practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "POST" });
  const notify = (event: RunEvent) => {
    if (event.type === "wrote" && event.outcome.name === "b") stopping.abort();
  };
  const run = await practice.run({}, { stopping: stopping.signal, notify });
  expect(run.outcomes.map(({ result }) => result)).toEqual(["unverified", "failed", "skipped"]);
  const read = (name: string): object => JSON.parse(readFileSync(`schemas/${name}`, "utf8"));
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  const validate = ajv.addSchema(read("plan.schema.json")).compile(read("run.schema.json"));
  validate(JSON.parse(JSON.stringify({ version: 1, runs: [run] })));
  expect(validate.errors).toBeNull();
});

test("events tell a run from start to end", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  await practice.run();
  expect(practice.events.map(({ type }) => type)).toEqual([
    "started",
    "planned",
    "writing",
    "wrote",
    "verifying",
    "finished",
  ]);
});

test("a tenant name that came to stand for another tenant is held in every run", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  await practice.run();
  practice.requests();
  const tenant = { ...practice.subject().tenant, tenantId: "another" };
  for (const _ of [1, 2]) {
    const run = await practice.run({ tenant });
    expect(told(run)).toEqual(["refused"]);
    expect(run.plan?.held.map(({ reason }) => reason.code)).toEqual(["tenant"]);
  }
  expect(practice.requests()).toEqual(["GET 200", "GET 200"]);
});

test("a name that came to stand for another tenant teaches the store nothing about that one", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  await practice.run();
  const tenant = { ...practice.subject().tenant, tenantId: "another" };
  const { store } = practice.subject();
  const [recorded] = (await store.recall(practice.subject().tenant)).ledger;
  const gone = { ...recorded!, name: "theirs", id: "gone" };
  await store.settle(tenant, null, "done", [{ op: "put", entry: gone }]);
  const update = { op: "update", kind: "ApiConnector", name: "theirs", id: "gone" } as const;
  const startedAt = "2026-08-01T00:00:00.000Z";
  await store.begin(tenant, {
    ...update,
    displayName: "theirs",
    sends: null,
    request: null,
    listed: [],
    startedAt,
    run: null,
  });
  const before = await store.recall(tenant);
  await practice.run({ tenant });
  const refusals = ["adopt ApiConnector a: tenant"];
  expect(await store.recall(tenant)).toEqual({ ...before, refusals });
});

test("a run that is asked to stop finishes the write in hand, skips the rest and is recorded", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  const stopping = new AbortController();
  practice.sandbox.control.injectFault({ kind: "delay", method: "POST", milliseconds: 20 });
  const arrived = practice.sandbox.control.arrival("POST", /apiConnectors/);
  const running = practice.run({}, { stopping: stopping.signal });
  await arrived;
  stopping.abort();
  const run = await running;
  expect(told(run)).toEqual(["partial", "create a done", "create b skipped"]);
  expect(run.outcomes[1]?.error?.code).toBe("stopped");
  expect(await practice.subject().store.runs("practice", 1)).toEqual([run]);
  expect(told(await practice.run())).toEqual(["converged", "create b done"]);
});

test("a write that is broken off is told as that, stays open, and is resolved by the next run", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  practice.sandbox.control.injectFault({ kind: "delay", method: "POST", milliseconds: 60_000 });
  const [stopping, aborting] = [new AbortController(), new AbortController()];
  const arrived = practice.sandbox.control.arrival("POST", /apiConnectors/);
  const running = practice.run({}, { stopping: stopping.signal, aborting: aborting.signal });
  await arrived;
  stopping.abort(new Error("Asked to stop."));
  aborting.abort(new Error("Asked to stop."));
  const run = await running;
  expect(told(run)).toEqual(["partial", "create a failed"]);
  expect(run.outcomes[0]?.error).toMatchObject({
    code: "stopped",
    message: "It was broken off; the next run resolves it by reading.",
  });
  const { store, tenant } = practice.subject();
  expect((await store.recall(tenant)).journal).toHaveLength(1);
  practice.sandbox.control.clearFaults();
  await practice.run();
  expect(told(await practice.run())).toEqual(["clean"]);
  expect(practice.sandbox.control.state().connectors).toHaveLength(1);
});

test("a run that is asked to stop before anything was read does nothing", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const run = await practice.run({}, { stopping: AbortSignal.abort() });
  expect(told(run)).toEqual(["partial"]);
  expect(run.faults.map(({ code }) => code)).toEqual(["stopped"]);
  expect(practice.requests()).toEqual([]);
});

test("a store that cannot be read stops the run before the tenant is read", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const run = await practice.run({ store: failing(practice.subject().store, ["recall"]) });
  expect(told(run)).toEqual(["partial"]);
  expect(run.faults.map(({ code }) => code)).toEqual(["store"]);
  expect(practice.requests()).toEqual([]);
});

test("what was written is told although the run cannot be recorded", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const run = await practice.run({ store: failing(practice.subject().store, ["record"]) });
  expect(told(run)).toEqual(["partial", "create a done"]);
  expect(run.faults.map(({ code }) => code)).toEqual(["store"]);
});

test("what was written is told although the store fails right after the write", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  const run = await practice.run({ store: failing(practice.subject().store, ["answer"]) });
  expect(told(run)).toEqual(["partial", "create a failed", "create b failed"]);
  expect(run.outcomes.map(({ error }) => error?.code)).toEqual(["store", "store"]);
  expect(told(await practice.run())).toEqual(["converged", "adopt a done", "adopt b done"]);
  expect(practice.sandbox.control.state().connectors).toHaveLength(2);
});

test("a bug in a run is told as one, recorded, and shows its cause to the log alone", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const bug = new TypeError("canary");
  const run = await practice.run({
    load: () => {
      throw bug;
    },
  });
  expect(told(run)).toEqual(["failed"]);
  expect(JSON.stringify(run)).not.toContain("canary");
  expect(practice.events).toContainEqual(expect.objectContaining({ type: "fault", cause: bug }));
  expect(await practice.subject().store.runs("practice", 1)).toEqual([run]);
});

test("a bug while reading the tenant or a secret shows its cause to the log, in a run and in a plan", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const bug = new TypeError("boom");
  const fail = async () => {
    throw bug;
  };
  const { secrets, reader } = practice.subject();
  for (const over of [
    { reader: { ...reader, list: fail } },
    { secrets: { ...secrets, resolve: fail } },
    { secrets: { ...secrets, fingerprint: fail } },
  ]) {
    const told = expect.objectContaining({ type: "fault", tenant: "practice", cause: bug });
    await practice.run(over);
    expect(practice.events).toContainEqual(told);
    practice.events.length = 0;
    await practice.plan(over);
    expect(practice.events).toEqual([told]);
  }
});

test("what only the tenant refuses is told once, by the plan", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  practice.sandbox.control.injectFault({ kind: "status", status: 403, method: "GET" });
  expect((await practice.plan()).unreadable).toHaveLength(1);
  expect(practice.events).toEqual([]);
});

/** The same store, of which some methods fail. */
function failing(store: Store, methods: readonly (keyof Store)[]): Store {
  const fail = async () => {
    throw new FaultError(failure("store", "The disk is full."));
  };
  return { ...store, ...Object.fromEntries(methods.map((method) => [method, fail])) };
}
