import { expect, test } from "vitest";
import type { OutsideChange } from "../../src/model/attribution.ts";
import type { Drift } from "../../src/model/generated/drift.ts";
import { emptyMemory } from "../../src/model/store.ts";
import { isAbout } from "../../src/plan/outside.ts";
import { driftOf } from "../notify/samples.ts";
import { desired, live, liveFlow, ours, planOf, userFlow } from "./builders.ts";

const id = "11111111-0000-4000-8000-000000000000";
const otherId = "22222222-0000-4000-8000-000000000000";
const lookedAt = "2026-08-20T07:00:00.000Z";
const a = desired("a");

function change(over: Partial<OutsideChange> = {}): OutsideChange {
  return {
    id: "e1",
    at: "2026-08-20T07:30:00.000Z",
    activity: "Update Api connector",
    kind: "ApiConnector",
    op: "update",
    request: null,
    about: [id],
    actor: null,
    seenAt: "2026-08-20T08:00:00.000Z",
    ...over,
  };
}

/** What the plan says of a connector whose URL differs. */
function who(
  changes: readonly OutsideChange[],
  looked: string | null = lookedAt,
  drifts: readonly Drift[] = [],
) {
  const ledger = [ours(id, a)];
  const plan = planOf({
    desired: [a],
    live: [live(id, a, { targetUrl: "https://elsewhere.example/" })],
    input: {
      memory: { ...emptyMemory, ledger, drifts },
      outside: { changes, lookedAt: looked },
    },
  });
  expect(plan.changes).toHaveLength(1);
  return plan.changes[0]?.who?.id;
}

test.each<{ name: string; over: Partial<OutsideChange>; counts: boolean }>([
  { name: "since the tenant was looked at", over: {}, counts: true },
  {
    name: "after the connectors were listed, and read by the same run",
    over: { at: "2026-08-20T07:00:01.000Z", seenAt: lookedAt },
    counts: true,
  },
  {
    name: "shortly before, that is read only now",
    over: { at: "2026-08-20T06:57:00.000Z" },
    counts: true,
  },
  {
    name: "shortly before, that was known then",
    over: { at: "2026-08-20T06:57:00.000Z", seenAt: lookedAt },
    counts: false,
  },
  {
    name: "long before, that is read only now",
    over: { at: "2026-08-20T06:00:00.000Z" },
    counts: false,
  },
  {
    name: "of a time that is still to come",
    over: { at: "2026-08-20T08:06:00.000Z" },
    counts: false,
  },
  { name: "of another connector", over: { about: [otherId, "A connector"] }, counts: false },
  { name: "by its name alone", over: { about: ["a CONNECTOR"] }, counts: true },
  { name: "of no object", over: { about: [] }, counts: false },
  { name: "that deleted it", over: { op: "delete" }, counts: false },
])("a change $name brings a difference about: $counts", ({ over, counts }) => {
  expect(who([change(over)])).toBe(counts ? "e1" : undefined);
});

test("of several changes the latest is told", () => {
  expect(who([change(), change({ id: "e2", at: "2026-08-20T07:40:00.000Z" })])).toBe("e2");
});

test("a tenant that was never looked at blames nobody", () => {
  expect(who([change()], null)).toBeUndefined();
});

test("a difference that goes on is counted from before it opened", () => {
  const open = driftOf({ name: "a", absentAt: "2026-08-19T07:00:00.000Z" });
  const yesterday = change({ at: "2026-08-19T08:00:00.000Z", seenAt: "2026-08-19T09:00:00.000Z" });
  expect(who([yesterday], lookedAt, [open])).toBe("e1");
  const { absentAt: _, ...unknown } = open;
  expect(who([change()], lookedAt, [unknown])).toBeUndefined();
});

test("a field that is news beside one that always differed is counted from the last look on", () => {
  const { absentAt: _, ...always } = driftOf({ name: "a", path: "spec.displayName" });
  expect(who([change()], lookedAt, [always])).toBe("e1");
  const early = change({ at: "2026-08-19T08:00:00.000Z", seenAt: "2026-08-19T09:00:00.000Z" });
  expect(who([early], lookedAt, [always])).toBeUndefined();
});

test("a step of a user flow is told with whoever changed its flow", () => {
  const plan = planOf({
    desired: [a],
    live: [live(id, a)],
    ledger: [ours(id, a)],
    flows: [userFlow("B2X_1_signup", { postFederationSignup: "a" })],
    liveFlows: [liveFlow("B2X_1_signup")],
    input: {
      outside: {
        changes: [change({ kind: "UserFlow", about: ["b2x_1_SIGNUP", id] }), change({ id: "e2" })],
        lookedAt,
      },
    },
  });
  expect(plan.changes).toMatchObject([{ kind: "UserFlow", who: { id: "e1" } }]);
});

test("an id decides where an entry has one", () => {
  const called = { kind: "ApiConnector", ids: [id], names: ["Fraud check"] } as const;
  expect(isAbout([otherId, "Fraud check"], called)).toBe(false);
  expect(isAbout([id.toUpperCase(), "another name"], called)).toBe(true);
  expect(isAbout(["Fraud check"], called)).toBe(true);
});
