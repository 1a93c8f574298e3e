import { expect, test } from "vitest";
import { connector, openPractice, type Practice, told } from "./practice-tenant.ts";

async function openApplied(): Promise<Practice> {
  const practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  await practice.run();
  practice.sandbox.control.changeConnector("a", { displayName: "Changed" });
  practice.requests();
  return practice;
}

test("one listing verifies all writes that show at once", async () => {
  await using practice = await openApplied();
  practice.sandbox.control.changeConnector("b", { displayName: "Changed too" });
  expect(told(await practice.run())).toEqual(["converged", "update a done", "update b done"]);
  expect(practice.requests()).toEqual(["GET 200", "PATCH 204", "PATCH 204", "GET 200"]);
});

test("a write that shows within the time to settle is verified", async () => {
  await using practice = await openApplied();
  practice.sandbox.control.injectFault({ kind: "stale-reads", method: "PATCH", reads: 3 });
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
  expect(practice.requests()).toEqual(["GET 200", "PATCH 204", ...Array(4).fill("GET 200")]);
});

test("a write that does not show within the time to settle is not a success", async () => {
  await using practice = await openApplied();
  practice.sandbox.control.injectFault({ kind: "stale-reads", method: "PATCH", reads: 50 });
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "update a unverified"]);
  expect(run.outcomes[0]?.error?.message).toContain(
    "after 5 s reads still differ in spec.displayName.",
  );
});

test("a create that does not show within the time to settle is not a success", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  practice.sandbox.control.injectFault({ kind: "stale-reads", method: "POST", reads: 50 });
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "create a unverified"]);
  expect(run.outcomes[0]?.error?.message).toContain("after 5 s reads still do not show it.");
});

test("a write that Graph accepts without doing it is found out", async () => {
  await using practice = await openApplied();
  practice.sandbox.control.injectFault({ kind: "no-effect", method: "PATCH" });
  expect(told(await practice.run())).toEqual(["partial", "update a unverified"]);
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
});

test("a write that cannot be read back is not a success, and says why", async () => {
  await using practice = await openApplied();
  practice.sandbox.control.injectFault({
    kind: "status",
    status: 403,
    method: "GET",
    skip: 1,
    count: 50,
  });
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "update a unverified"]);
  expect(run.outcomes[0]?.error?.message).toContain("it could not be read back: ");
});

test("a write that cannot be read back for a failing store is not a success", async () => {
  await using practice = await openApplied();
  const { store } = practice.subject();
  let recalled = 0;
  const recall: typeof store.recall = async (tenant) => {
    recalled += 1;
    // The first one is before the plan, the others with the write.
    if (recalled > 3) throw new Error("canary");
    return store.recall(tenant);
  };
  const run = await practice.run({ store: { ...store, recall } });
  expect(told(run)).toEqual(["partial", "update a unverified"]);
  expect(JSON.stringify(run)).not.toContain("canary");
});

test("a run that is asked to stop reads back once and does not wait", async () => {
  await using practice = await openApplied();
  practice.sandbox.control.injectFault({ kind: "stale-reads", method: "PATCH", reads: 50 });
  const stopping = new AbortController();
  const notify = ({ type }: { type: string }) => type === "verifying" && stopping.abort();
  const run = await practice.run({}, { stopping: stopping.signal, notify });
  expect(told(run)).toEqual(["partial", "update a unverified"]);
  expect(practice.requests()).toEqual(["GET 200", "PATCH 204", "GET 200"]);
});

test("a connector that was just created and does not show yet is waited for, not made again", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  practice.sandbox.control.injectFault({ kind: "stale-reads", method: "POST", reads: 4 });
  const stopping = new AbortController();
  const notify = ({ type }: { type: string }) => type === "verifying" && stopping.abort();
  expect(told(await practice.run({}, { stopping: stopping.signal, notify }))).toEqual([
    "partial",
    "create a unverified",
  ]);
  expect(told(await practice.run({}, { after: 0 }))).toEqual(["clean"]);
  expect(practice.sandbox.control.state().connectors).toHaveLength(1);
});

test("a clock that was set back does not make a run wait for as long", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  await practice.run();
  practice.sandbox.control.deleteConnector("a");
  practice.clock.advance(-3_600_000);
  const before = practice.clock.now().getTime() + 60_000;
  expect(told(await practice.run())).toEqual(["converged", "create a done"]);
  expect(practice.clock.now().getTime() - before).toBeLessThanOrEqual(10_000);
});
