import fc from "fast-check";
import { expect, test } from "vitest";
import type { Limits, PlanInput } from "../../src/plan/input.ts";
import { nothingAsked } from "../../src/plan/input.ts";
import { allowing, desired, live, ours, planOf, type Situation, told } from "./builders.ts";

const announcedAt = "2026-08-01T00:00:00.000Z";

/** So many managed connectors, of which the last `gone` have left git long ago. */
function situation(
  managed: number,
  gone: number,
  limits: Partial<Limits> = {},
  input: Partial<PlanInput> = {},
): Situation {
  const all = Array.from({ length: managed }, (_, index) =>
    desired(`c${String(index).padStart(2, "0")}`),
  );
  const policy = allowing(["adopt", "create", "update", "delete"], {
    limits: { deletes: 1, deletePercent: 34, changes: null, ...limits },
  });
  return {
    desired: all.slice(0, managed - gone),
    live: all.map((one) => live(`x-${one.definition.name}`, one)),
    ledger: all.map((one, index) =>
      ours(`x-${one.definition.name}`, one, {
        announcedAt: index < managed - gone ? null : announcedAt,
      }),
    ),
    input: { policy, ...input },
  };
}

const deletesOf = (given: Situation) => {
  const { summary, held } = planOf(given);
  const limited = held.filter(({ reason }) => reason.code === "limit").length;
  return `${summary.delete} carried out, ${limited} held`;
};

test.for([
  { managed: 20, gone: 1, want: "1 carried out, 0 held" },
  { managed: 3, gone: 1, want: "1 carried out, 0 held" },
  // Half of all, and the last one: no tenant is too small for the percentage.
  { managed: 2, gone: 1, want: "0 carried out, 1 held" },
  { managed: 1, gone: 1, want: "0 carried out, 1 held" },
  { managed: 20, gone: 2, want: "0 carried out, 2 held" },
  { managed: 20, gone: 20, want: "0 carried out, 20 held" },
])("of $managed managed connectors $gone that left git: $want", ({ managed, gone, want }) => {
  expect(deletesOf(situation(managed, gone))).toBe(want);
});

test("both limits count together, and raising one alone is not enough", () => {
  expect(deletesOf(situation(9, 9, { deletes: 9 }))).toBe("0 carried out, 9 held");
  expect(deletesOf(situation(9, 9, { deletePercent: 100 }))).toBe("0 carried out, 9 held");
  expect(deletesOf(situation(9, 9, { deletes: 9, deletePercent: 100 }))).toBe(
    "9 carried out, 0 held",
  );
  expect(deletesOf(situation(20, 1, { deletes: 0 }))).toBe("0 carried out, 1 held");
  expect(deletesOf(situation(20, 1, { deletePercent: 0 }))).toBe("0 carried out, 1 held");
});

test("a limit that is broken says both numbers and exactly what lifts it", () => {
  const [held] = planOf(situation(4, 3)).held;
  expect(held?.reason.message).toBe(
    "3 of 4 managed connectors would be deleted, which is 75 percent: one run may delete 1, and 34 percent.",
  );
  expect(held?.reason.lift).toContain("limits.deletes to 3 and limits.deletePercent to 75");
  expect(held?.reason.lift).toContain("--lift deletes");
  expect(deletesOf(situation(4, 3, { deletes: 3, deletePercent: 75 }))).toBe(
    "3 carried out, 0 held",
  );
});

test("a limit of deletes holds deletes alone", () => {
  const given = situation(4, 3);
  const plan = planOf({ ...given, desired: [...(given.desired ?? []), desired("new")] });
  expect(plan.changes.map(({ op, name }) => `${op} ${name}`)).toEqual(["create new"]);
});

test("a limit of changes holds every write when there are too many, and no adoption that writes nothing", () => {
  const all = ["a", "b", "c"].map((name) => desired(name));
  const adopted = desired("d");
  const input = (changes: number) => ({
    policy: allowing(["adopt", "create"], { limits: { deletes: 1, deletePercent: 34, changes } }),
  });
  const given = { desired: [...all, adopted], live: [live("x4", adopted)] };
  expect(planOf({ ...given, input: input(3) }).summary).toMatchObject({
    create: 3,
    adopt: 1,
    held: 0,
  });
  const { summary, held } = planOf({ ...given, input: input(2) });
  expect(summary).toMatchObject({ create: 0, adopt: 1, held: 3 });
  expect(held[0]?.reason.message).toContain("would write 3 objects: limits.changes allows 2");
});

test("a lift carries out what the limit holds, under the digest that was looked at", () => {
  const before = planOf(situation(4, 3));
  const lifted = planOf(situation(4, 3, {}, { asked: { ...nothingAsked, liftDeletes: true } }));
  expect(lifted.digest).toBe(before.digest);
  expect(lifted.summary).toMatchObject({ delete: 3, held: 0 });
});

test("a lift of deletes lifts nothing else", () => {
  const asked = { ...nothingAsked, liftDeletes: true };
  const waiting = situation(4, 3, {}, { asked });
  const protectedOne = {
    ...waiting,
    ledger: (waiting.ledger ?? []).map((entry) => ({ ...entry, protect: true })),
  };
  expect(told(planOf(protectedOne)).held).toHaveLength(3);
  const early = {
    ...waiting,
    ledger: (waiting.ledger ?? []).map((entry) => ({ ...entry, announcedAt: null })),
  };
  expect(planOf(early).held.map(({ reason }) => reason.code)).toEqual([
    "announced",
    "announced",
    "announced",
  ]);
  const many = situation(4, 3, { changes: 2 }, { asked });
  expect(planOf(many).summary).toMatchObject({ delete: 0, held: 3 });
});

test("no run deletes more than both limits allow, however many connectors there are", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 100 }),
      (managed, wanted, deletes, deletePercent) => {
        const gone = Math.min(managed, wanted);
        const { summary, held } = planOf(situation(managed, gone, { deletes, deletePercent }));
        expect(summary.delete).toBeLessThanOrEqual(deletes);
        expect(summary.delete * 100).toBeLessThanOrEqual(deletePercent * managed);
        // All of them or none: nobody chooses for the person who took them away.
        expect([0, gone]).toContain(summary.delete);
        expect(summary.delete + held.length).toBe(gone);
      },
    ),
  );
});
