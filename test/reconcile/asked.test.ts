import { expect, test } from "vitest";
import { nothingAsked } from "../../src/plan/input.ts";
import { plan } from "../../src/plan/plan.ts";
import { askedFaults } from "../../src/reconcile/asked.ts";
import { desired, inputOf, listed, live, ours } from "../plan/builders.ts";

const a = desired("a");
const certificates = [listed("NEW", "2026-08-01", "2027-08-01", "active")];

test.for([
  { what: "a connector with a password is trusted", over: {}, want: [] },
  {
    what: "a connector that somebody gave a certificate has no password to trust",
    over: { authentication: { type: "certificate", certificates } as const },
    want: ["a has no password in the tenant, so there is none to trust. Send it: plumbline apply."],
  },
])("$what", ({ over, want }) => {
  const input = inputOf({
    desired: [a],
    live: [live("x1", a, over)],
    ledger: [ours("x1", a)],
    input: { asked: { ...nothingAsked, only: ["a"] } },
  });
  const faults = askedFaults(input, plan(input), true);
  expect(faults.map(({ message }) => message)).toEqual(want);
});
