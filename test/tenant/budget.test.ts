import fc from "fast-check";
import { expect, test } from "vitest";
import { openBudget } from "../../src/tenant/budget.ts";
import { handClock } from "./hand-clock.ts";

test("requests below the budget never wait", async () => {
  const clock = handClock();
  const budget = openBudget(50, clock);
  for (let request = 0; request < 100; request += 1) expect(await budget.take()).toBe(0);
  expect(clock.slept).toEqual([]);
});

test("the request after the last that fits waits until the first is a minute old", async () => {
  const clock = handClock();
  const budget = openBudget(2, clock);
  for (let request = 0; request < 4; request += 1) {
    await budget.take();
    clock.advance(1_000);
  }
  expect(await budget.take()).toBe(56_000);
});

test("no 60 seconds ever see more requests than the budget's share", async () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), gaps, async (share, pauses) => {
      const clock = handClock();
      const budget = openBudget(share, clock);
      const sent: number[] = [];
      for (const pause of pauses) {
        clock.advance(pause);
        await budget.take();
        sent.push(clock.now().getTime());
      }
      const limit = share * 2;
      for (const [index, instant] of sent.entries()) {
        const before = sent[index - limit];
        if (before !== undefined) expect(instant - before).toBeGreaterThanOrEqual(60_000);
      }
    }),
  );
});

test("what is left of the budget grows again when requests are a minute old", async () => {
  const clock = handClock();
  const budget = openBudget(2, clock);
  expect(budget.left()).toBe(4);
  await budget.take();
  clock.advance(30_000);
  await budget.take();
  expect(budget.left()).toBe(2);
  clock.advance(30_000);
  expect(budget.left()).toBe(3);
  expect(await budget.take()).toBe(0);
  clock.advance(-3_600_000);
  expect(budget.left()).toBe(1);
});

test("nothing is left of the budget during a pause", () => {
  const clock = handClock();
  const budget = openBudget(50, clock);
  budget.pause(7_000);
  expect(budget.left()).toBe(0);
  clock.advance(7_000);
  expect(budget.left()).toBe(100);
});

test("a pause holds every request until it is over", async () => {
  const clock = handClock();
  const budget = openBudget(50, clock);
  budget.pause(7_000);
  budget.pause(3_000);
  expect(budget.paused()).toBe(7_000);
  expect(await budget.take()).toBe(7_000);
  expect(await budget.take()).toBe(0);
});

test("a clock that is set back by a day costs a minute at most", async () => {
  const clock = handClock();
  const budget = openBudget(1, clock);
  await budget.take();
  await budget.take();
  clock.advance(-86_400_000);
  expect(await budget.take()).toBe(60_000);
});

test("a clock that is set back does not make a pause longer than what was asked", async () => {
  const clock = handClock();
  const budget = openBudget(50, clock);
  budget.pause(10_000);
  clock.advance(-3_600_000);
  expect(budget.paused()).toBe(10_000);
  clock.advance(4_000);
  budget.pause(1_000);
  expect(budget.paused()).toBe(6_000);
  clock.advance(-3_600_000);
  expect(await budget.take()).toBe(6_000);
});

test("a pause that is over does not prolong the next", () => {
  const clock = handClock();
  const budget = openBudget(50, clock);
  budget.pause(200_000);
  clock.advance(200_000);
  budget.pause(1_000);
  clock.advance(-3_600_000);
  expect(budget.paused()).toBe(1_000);
});

test("a share that is smaller than one request still lets one a minute through", async () => {
  const clock = handClock();
  const budget = openBudget(0.1, clock);
  expect(await budget.take()).toBe(0);
  expect(await budget.take()).toBe(60_000);
});

test("whoever waits stops when the signal says so", async () => {
  const clock = handClock();
  const budget = openBudget(0.5, clock);
  await budget.take();
  const reason = new Error("stopped");
  await expect(budget.take(AbortSignal.abort(reason))).rejects.toBe(reason);
});
