import { expect, test } from "vitest";
import type { Suspension } from "../../src/model/generated/run.ts";
import { planResult, runResult } from "../../src/model/result.ts";
import { emptyMemory } from "../../src/model/store.ts";
import { nothingAsked } from "../../src/plan/input.ts";
import { nextTurn } from "../../src/plan/turn.ts";
import { allowing, desired, inputOf, live, ours, planOf, told } from "./builders.ts";

// Plans are made on 2026-08-20 at 08:00.
const a = desired("a");
const b = desired("b");
const differing = {
  live: [live("x1", a, { displayName: "A" }), live("x2", b, { displayName: "B" })],
};
const ledger = [ours("x1", a), ours("x2", b)];

function suspended(over: Partial<Suspension> = {}): Suspension {
  return {
    kind: "ApiConnector",
    name: "a",
    since: "2026-08-20T07:00:00.000Z",
    until: "2026-08-20T09:00:00.000Z",
    by: "somebody",
    reason: "the web hook moves",
    ...over,
  };
}

function situation(...suspensions: readonly Suspension[]) {
  const memory = { ...emptyMemory, ledger, suspensions };
  return { desired: [a, b], ...differing, input: { memory } };
}

test("a suspended connector still shows its drift, and the others go on", () => {
  const plan = planOf(situation(suspended()));
  expect(told(plan)).toEqual({
    changes: ["update b x2: displayName"],
    held: ["suspended: update a x1: displayName"],
  });
  expect(plan.held[0]?.reason).toEqual({
    code: "suspended",
    message: "It is suspended by somebody: the web hook moves",
    lift: "Run plumbline resume a --tenant contoso.",
    until: "2026-08-20T09:00:00.000Z",
  });
});

test("a suspended tenant holds all that differs", () => {
  const plan = planOf(situation(suspended({ kind: null, name: null })));
  expect(plan.changes).toEqual([]);
  expect(plan.held.map(({ reason }) => [reason.code, reason.lift])).toEqual([
    ["suspended", "Run plumbline resume contoso."],
    ["suspended", "Run plumbline resume contoso."],
  ]);
  expect(planResult(plan)).toBe("drift");
  expect(runResult(plan, [], [], true)).toBe("refused");
  expect(runResult(plan, [], [], false)).toBe("drift");
});

test("a suspension is in the plan also where nothing differs, until it ends by itself", () => {
  const memory = { ...emptyMemory, ledger: [ours("x1", a)], suspensions: [suspended()] };
  const calm = { desired: [a], live: [live("x1", a)], input: { memory } };
  expect(planOf(calm).suspended).toEqual([suspended()]);
  expect(told(planOf(calm))).toEqual({ unchanged: ["a x1"] });
  const later = { ...calm, input: { memory, now: "2026-08-20T09:00:00.000Z" } };
  expect(planOf(later).suspended).toEqual([]);
  expect(nextTurn(inputOf(calm))).toBe(Date.parse("2026-08-20T09:00:00.000Z"));
});

test("a connector whose definition is gone or was renamed is suspended by its name as well", () => {
  const policy = allowing(["adopt", "create", "update", "delete"], { deleteAfter: 0 });
  const { input } = situation(suspended());
  const gone = planOf({
    desired: [b],
    live: [live("x1", a), live("x2", b)],
    input: { ...input, policy },
  });
  expect(told(gone).held).toEqual(["suspended: delete a x1"]);
  const renamed = desired("new", { previously: "a", displayName: "New" });
  const after = planOf({ desired: [renamed, b], live: [live("x1", a), live("x2", b)], input });
  expect(told(after).held?.[0]).toMatch(/^suspended: adopt|^suspended: update/);
});

test("whoever restores a connector means it, whatever is suspended", () => {
  const asked = {
    ...nothingAsked,
    only: ["a"],
    restored: { a: { state: null, id: "x1", later: 0 } },
  };
  const { input, ...rest } = situation(suspended(), suspended({ kind: null, name: null }));
  expect(told(planOf({ ...rest, input: { ...input, asked } })).changes).toEqual([
    "update a x1: displayName",
  ]);
});
