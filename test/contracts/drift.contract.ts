/** What every store must hold to of differences over time. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Drift } from "../../src/model/generated/drift.ts";
import type { DriftChanges, Store } from "../../src/model/store.ts";
import { production, put, run } from "./store-samples.ts";

const at = "2026-09-01T12:00:00.000Z";

function drift(name: string, path: string, runs = 1): Drift {
  return {
    ...({ kind: "ApiConnector", id: `id-of-${name}`, op: "update", state: "new" } as const),
    ...{ name, path, before: "live", after: "git", at: null, counts: true, runs },
    ...{ firstSeen: at, lastSeen: at, openings: [at], attempted: false },
    ...{ resolvedAt: null, resolvedBy: null, commit: null, definition: null },
  };
}

const field = fc.tuple(fc.constantFrom("a", "b", "B"), fc.constantFrom("", "spec.x", "spec.é"));
const changes: fc.Arbitrary<DriftChanges> = fc.record({
  put: fc.uniqueArray(
    fc
      .tuple(field, fc.integer({ min: 1, max: 9 }))
      .map(([[name, path], runs]) => drift(name, path, runs)),
    { selector: ({ name, path }) => `${name} ${path}`, maxLength: 5 },
  ),
  forget: fc.array(
    field.map(([name, path]) => ({ kind: "ApiConnector", name: `${name}-gone`, path })),
    { maxLength: 2 },
  ),
});

/** `place` makes room for one more store and answers how to open that one, as often as one likes. */
export function driftContract(place: () => Promise<() => Promise<Store>>): void {
  test("whatever is noted of differences, a store that knows it answers as one that reads it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(changes, { minLength: 1, maxLength: 5 }), async (runs) => {
        const open = await place();
        await using store = await open();
        await using other = await open();
        for (const found of runs) {
          await store.recall(production);
          await store.record(production, run(at), found);
          expect(await store.recall(production)).toEqual(await other.recall(production));
        }
      }),
      { numRuns: 20 },
    );
  });

  test("what is noted of differences lets a store forget nothing else that it knows", async () => {
    await using store = await (await place())();
    await store.settle(production, null, "done", put("a"));
    await store.record(production, run(at));
    const before = await store.recall(production);
    await store.record(production, run(at), { put: [drift("a", "spec.x")], forget: [] });
    const after = await store.recall(production);
    expect(after.drifts).toEqual([drift("a", "spec.x")]);
    expect(after.ledger).toBe(before.ledger);
  });

  test("what somebody else settles while a run is recorded is known afterwards", async () => {
    await using store = await (await place())();
    await store.recall(production);
    const recording = store.record(production, run(at), {
      put: [drift("a", "spec.x")],
      forget: [],
    });
    await Promise.all([recording, store.settle(production, null, "done", put("a"))]);
    const { ledger, drifts } = await store.recall(production);
    expect([ledger, drifts]).toMatchObject([[{ name: "a" }], [{ name: "a" }]]);
  });
}
