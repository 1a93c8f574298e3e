import { expect, test } from "vitest";
import { nothingAsked, type Policy } from "../../src/plan/input.ts";
import type { ChangeWindow } from "../../src/plan/windows.ts";
import type { RunOptions } from "../../src/reconcile/reconcile.ts";
import { allowing } from "../plan/builders.ts";
import { connector, openPractice, type Practice, told } from "./practice-tenant.ts";

const hour = 3_600_000;
const minute = 60_000;

/** Two hours from 22:00 on; the practice begins at 08:00. */
const nights: ChangeWindow = {
  cron: "0 22 * * *",
  timezone: "UTC",
  duration: 2 * hour,
  effect: "allow",
};

const within = (...windows: readonly ChangeWindow[]): { policy: Policy } => ({
  policy: allowing(["adopt", "create", "update", "delete"], {
    windows,
    limits: { deletes: 9, deletePercent: 100, changes: null },
  }),
});

const writesOf = (practice: Practice) =>
  practice.requests().filter((request) => !request.startsWith("GET"));

/** From the evening of the practice's first day, so many milliseconds after 22:00. */
function toNight(practice: Practice, after = 0): void {
  practice.clock.advance(
    Date.parse("2026-08-20T22:00:00Z") + after - practice.clock.now().getTime(),
  );
}

/** The window closes while the change of this name is written. */
function closingWhile(practice: Practice, name: string): Partial<RunOptions> {
  return {
    notify: (event) => {
      if (event.type === "writing" && event.change.name === name) practice.clock.advance(2 * hour);
    },
  };
}

test("outside its windows a tenant is not written to, and inside them it is", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  const run = await practice.run(within(nights));
  expect(told(run)).toEqual(["refused"]);
  expect(run.plan?.held.map(({ reason }) => reason.code)).toEqual(["window", "window"]);
  expect(writesOf(practice)).toEqual([]);
  toNight(practice);
  expect(told(await practice.run(within(nights)))).toEqual([
    "converged",
    "create a done",
    "create b done",
  ]);
  practice.clock.advance(12 * hour);
  expect(told(await practice.run(within(nights)))).toEqual(["clean"]);
});

test("a service outside the windows of its tenant tells the drift, and asks for one listing", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const options = { trigger: "schedule", isApply: false } as const;
  practice.requests();
  expect(told(await practice.run(within(nights), options))).toEqual(["drift"]);
  expect(practice.requests()).toEqual(["GET 200"]);
  toNight(practice);
  expect((await practice.run(within(nights), options)).result).toBe("converged");
});

test("a connector is not taken over outside the windows, even as it is", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  await practice.run();
  await using another = await openPractice();
  another.define({ "a.yaml": connector("a") });
  another.sandbox.control.setState(practice.sandbox.control.state());
  expect(told(await another.run(within(nights)))).toEqual(["refused"]);
  await using store = await another.openStore();
  expect((await store.recall(another.subject().tenant)).ledger).toEqual([]);
});

test("what was approved at noon is applied at night", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const { digest, summary } = await practice.plan(within(nights));
  expect(summary).toMatchObject({ create: 0, held: 1 });
  const approved = { approved: [digest] };
  expect(told(await practice.run(within(nights), approved))).toEqual(["refused"]);
  toNight(practice);
  expect(told(await practice.run(within(nights), approved))).toEqual([
    "converged",
    "create a done",
  ]);
});

test("a run in progress finishes its write when the window closes, and the next window sees the rest", async () => {
  await using practice = await openPractice();
  const all = ["a", "b", "c"].map((name) => [`${name}.yaml`, connector(name)]);
  practice.define(Object.fromEntries(all));
  toNight(practice);
  const run = await practice.run(within(nights), closingWhile(practice, "a"));
  expect(told(run)).toEqual(["refused", "create a done", "create b skipped", "create c skipped"]);
  expect(run.outcomes[1]?.error).toMatchObject({
    code: "refused",
    message:
      "The change window closed before this was attempted. The next one opens on 2026-08-21 22:00:00 UTC.",
  });
  expect(run.faults).toEqual([]);
  practice.clock.advance(22 * hour);
  expect(told(await practice.run(within(nights)))).toEqual([
    "converged",
    "create b done",
    "create c done",
  ]);
  expect(practice.sandbox.control.state().connectors).toHaveLength(3);
});

test("a create whose answer is lost is seen through although its window has closed", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  practice.sandbox.control.injectFault({ kind: "drop-before-effect", method: "POST", count: 1 });
  toNight(practice);
  expect(told(await practice.run(within(nights), closingWhile(practice, "a")))).toEqual([
    "refused",
    "create a done",
    "create b skipped",
  ]);
});

test("a window that denies stops a run in progress as well", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  const backup: ChangeWindow = { ...nights, cron: "0 9 * * *", effect: "deny" };
  const run = await practice.run(within(backup), closingWhile(practice, "a"));
  expect(told(run)).toEqual(["refused", "create a done", "create b skipped"]);
  expect(run.outcomes[1]?.error?.message).toContain("2026-08-20 11:00:00 UTC");
});

test("a window that has closed before the first write leaves nothing attempted", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  toNight(practice);
  const notify: RunOptions["notify"] = ({ type }) => {
    if (type === "planned") practice.clock.advance(2 * hour);
  };
  expect(told(await practice.run(within(nights), { notify }))).toEqual([
    "refused",
    "create a skipped",
  ]);
  expect(writesOf(practice)).toEqual([]);
});

test("a refusal of Graph weighs more than a window that closed", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "POST", count: 1 });
  toNight(practice);
  expect(told(await practice.run(within(nights), closingWhile(practice, "a")))).toEqual([
    "partial",
    "create a failed",
    "create b skipped",
  ]);
});

test("a delete is announced outside the windows, its time runs, and it is carried out inside", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  await practice.run();
  practice.define({ "b.yaml": connector("b") });
  expect(told(await practice.run(within(nights)))).toEqual(["clean"]);
  const { held } = await practice.plan(within(nights));
  expect(held.map(({ reason }) => reason.code)).toEqual(["announced"]);
  const due = await practice.run(within(nights), { after: 2 * hour });
  expect(told(due)).toEqual(["refused"]);
  expect(due.plan?.held.map(({ reason }) => reason.code)).toEqual(["window"]);
  toNight(practice);
  expect(told(await practice.run(within(nights)))).toEqual(["converged", "delete a done"]);
});

test("passwords are asserted inside the windows alone, and trusted at any time", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  await practice.run();
  const asked = { ...nothingAsked, only: ["a"] };
  const asserting = { asked: { ...asked, assert: true } };
  expect(told(await practice.run(within(nights), asserting))).toEqual(["refused"]);
  const trusted = await practice.run(within(nights), { asked, isTrust: true });
  expect(trusted.result).toBe("clean");
  expect(trusted.plan?.secrets.find(({ name }) => name === "a")?.state).toBe("trusted");
  toNight(practice, minute);
  expect(told(await practice.run(within(nights), asserting))).toEqual([
    "converged",
    "update a done",
  ]);
});
