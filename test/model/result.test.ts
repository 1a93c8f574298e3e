import { expect, test } from "vitest";
import { failure } from "../../src/model/fault.ts";
import type { Outcome, Plan } from "../../src/model/generated/run.ts";
import { planResult, runResult, worst } from "../../src/model/result.ts";
import { allowing, desired, live, ours, planOf } from "../plan/builders.ts";

const a = desired("a");
const unreadableSecret = desired("a", { password: failure("secret-source", "no") });
const fault = failure("schema", "No.");
const warning = { ...fault, severity: "warning" } as const;
const matching = { desired: [a], live: [live("x1", a)], ledger: [ours("x1", a)] };

const windows = [
  { cron: "0 22 * * *", timezone: "UTC", duration: 3_600_000, effect: "allow" },
] as const;

const plans = {
  matching: planOf(matching),
  onlyUnmanaged: planOf({ live: [live("x1", a)] }),
  warned: planOf({ ...matching, input: { faults: [warning] } }),
  create: planOf({ desired: [a] }),
  heldDelete: planOf({ live: [live("x1", a)], ledger: [ours("x1", a)] }),
  heldByWindow: planOf({ desired: [a], input: { policy: allowing(["create"], { windows }) } }),
  heldByBoth: planOf({
    desired: [a],
    live: [live("x2", desired("b"))],
    ledger: [ours("x2", desired("b"))],
    input: { policy: allowing(["create"], { windows }) },
  }),
  heldSecret: planOf({ desired: [unreadableSecret] }),
  faulty: planOf({ input: { faults: [fault] } }),
  pinnedNowhere: planOf({ desired: [a, desired("b", { id: "gone" })] }),
  unreadable: planOf({ input: { observations: [{ kind: "ApiConnector", fault }] } }),
} satisfies Readonly<Record<string, Plan>>;

test.for([
  { plan: "matching", want: "clean" },
  { plan: "onlyUnmanaged", want: "clean" },
  { plan: "warned", want: "clean" },
  { plan: "create", want: "drift" },
  { plan: "heldDelete", want: "drift" },
  { plan: "heldByWindow", want: "drift" },
  { plan: "heldSecret", want: "drift" },
  { plan: "faulty", want: "invalid" },
  { plan: "pinnedNowhere", want: "invalid" },
  { plan: "unreadable", want: "unreadable" },
] as const)("a plan that is $plan is $want", ({ plan, want }) => {
  expect(planResult(plans[plan])).toBe(want);
});

const outcome = (result: Outcome["result"]): Outcome => ({
  op: "create",
  kind: "ApiConnector",
  name: "a",
  id: "x1",
  result,
});

test.for([
  { plan: "matching", outcomes: [], faults: [], want: "clean" },
  { plan: "warned", outcomes: [], faults: [warning], want: "clean" },
  { plan: "create", outcomes: ["done"], faults: [], want: "converged" },
  { plan: "create", outcomes: ["failed"], faults: [], want: "partial" },
  { plan: "create", outcomes: ["skipped"], faults: [], want: "partial" },
  { plan: "create", outcomes: ["unverified"], faults: [], want: "partial" },
  { plan: "create", outcomes: ["done"], faults: [fault], want: "partial" },
  { plan: "heldDelete", outcomes: [], faults: [], want: "refused" },
  { plan: "heldByWindow", outcomes: [], faults: [], want: "refused" },
  { plan: "heldByBoth", outcomes: [], faults: [], want: "refused" },
  { plan: "heldSecret", outcomes: [], faults: [], want: "partial" },
  { plan: "faulty", outcomes: [], faults: [], want: "invalid" },
  { plan: "unreadable", outcomes: [], faults: [], want: "unreadable" },
] as const)("a run of $plan with $outcomes is $want", ({ plan, outcomes, faults, want }) => {
  expect(runResult(plans[plan], outcomes.map(outcome), faults)).toBe(want);
});

test.for([
  { plan: "heldByWindow", want: "drift" },
  { plan: "heldByBoth", want: "refused" },
  { plan: "heldDelete", want: "refused" },
  { plan: "matching", want: "clean" },
] as const)("a run of $plan that nobody asked to apply is $want", ({ plan, want }) => {
  expect(runResult(plans[plan], [], [], false)).toBe(want);
});

test("what a run was not allowed to begin is refused, unless something else went wrong", () => {
  const refused = { ...outcome("skipped"), error: failure("refused", "The window closed.") };
  const stopped = { ...outcome("skipped"), error: failure("stopped", "Asked to stop.") };
  const resultOf = (...outcomes: readonly Outcome[]) => runResult(plans.create, outcomes, []);
  expect(resultOf(outcome("done"), refused)).toBe("refused");
  expect(resultOf(outcome("failed"), refused)).toBe("partial");
  expect(resultOf(outcome("done"), stopped)).toBe("partial");
});

test.for([
  { results: [], want: "clean" },
  { results: ["clean", "converged"], want: "converged" },
  { results: ["drift", "invalid", "clean"], want: "invalid" },
  { results: ["invalid", "refused"], want: "refused" },
  { results: ["refused", "partial"], want: "partial" },
  { results: ["partial", "unreadable"], want: "unreadable" },
  { results: ["unreadable", "failed"], want: "failed" },
] as const)("the worst of $results is $want", ({ results, want }) => {
  expect(worst(results)).toBe(want);
});
