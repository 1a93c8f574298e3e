/** What every store must hold to of what the tenants' own audit logs tell. */
import { expect, test } from "vitest";
import { neverRead, type OutsideChange } from "../../src/model/attribution.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { Store } from "../../src/model/store.ts";
import { creation, production, put, run, staging } from "./store-samples.ts";

/** `place` makes room for one more store and answers how to open that one by this clock. */
export function attributionContract(place: () => Promise<(clock?: Clock) => Promise<Store>>): void {
  const opened = async (clock?: Clock) => (await place())(clock);

  const change: OutsideChange = {
    id: "B2C_1",
    at: "2026-09-01T12:00:00.000Z",
    activity: "Update Api connector",
    kind: "ApiConnector",
    op: "update",
    request: null,
    about: ["id-of-a", "<b>\u202E"],
    actor: { type: "user", name: "jane@contoso.com", id: null },
    seenAt: "2026-09-01T12:05:00.000Z",
  };
  const reading = {
    from: "2026-08-29T12:05:00.000Z",
    lookedAt: "2026-09-01T12:05:00.000Z",
    refusedAt: null,
  };
  const nothing = { put: [], forget: [] };
  const first = run("2026-09-01T12:05:00.000Z");

  test("a tenant whose audit log was never read has no reading", async () => {
    await using store = await opened();
    expect(await store.auditReading(production)).toEqual(neverRead);
  });

  test("what a run found in the audit log comes back whole, the oldest first, for its tenant alone", async () => {
    await using store = await opened();
    const earlier = { ...change, id: "B2C_2", at: "2026-09-01T11:00:00.000Z", actor: null };
    const found = { reading, put: [change, earlier], forget: [] };
    await store.record(production, first, undefined, found);
    expect((await store.recall(production)).outside).toEqual([earlier, change]);
    expect(await store.auditReading(production)).toEqual(reading);
    expect((await store.recall(staging)).outside).toEqual([]);
    expect(await store.auditReading(staging)).toEqual(neverRead);
  });

  test("a later run changes what is known, forgets, and moves the reading", async () => {
    await using store = await opened();
    await store.record(production, first, undefined, { reading, put: [change], forget: [] });
    const anonymous = { ...change, actor: null };
    const refused = { ...reading, refusedAt: "2026-09-02T12:00:00.000Z" };
    await store.record(production, first, undefined, {
      ...nothing,
      reading: refused,
      put: [anonymous],
    });
    expect((await store.recall(production)).outside).toEqual([anonymous]);
    expect(await store.auditReading(production)).toEqual(refused);
    await store.record(production, first, undefined, { ...nothing, reading, forget: [change.id] });
    expect((await store.recall(production)).outside).toEqual([]);
  });

  test("a run that moves the reading alone leaves the memory of its tenant as it is", async () => {
    await using store = await opened();
    await store.settle(production, null, "done", put("a"));
    await store.record(production, first);
    const before = await store.recall(production);
    await store.record(production, first, { put: [], forget: [] }, { ...nothing, reading });
    expect(await store.recall(production)).toBe(before);
  });

  test("names go from every kept run of a tenant, however many, and from those of no other", async () => {
    await using store = await opened();
    const naming = { ...first, actor: {} };
    for (let count = 0; count < 120; count += 1) await store.record(production, naming);
    await store.record(production, first);
    await store.record(staging, { ...naming, tenant: staging.name });
    await store.forgetActors(production.name, (one) => ({ ...one, commit: "forgotten" }));
    const runs = await store.runs(production.name, 1_000);
    expect(runs.filter(({ commit }) => commit === "forgotten")).toHaveLength(120);
    expect(runs).toHaveLength(121);
    expect((await store.runs(staging.name, 1))[0]?.commit).toBe(first.commit);
  });

  test("our own writes are told with when they ended, answered or not", async () => {
    let now = "2026-09-01T12:00:05.000Z";
    const clock: Clock = { now: () => new Date(now), sleep: async () => {} };
    await using store = await opened(clock);
    const answered = await store.begin(production, creation("a"));
    const closed = await store.begin(production, { ...creation("b"), op: "update", id: "id-of-b" });
    await store.begin(production, { ...creation("c"), request: null });
    await store.begin(staging, creation("d"));
    await store.answer(production, answered, "id-of-a", []);
    await store.settle(production, closed, "done", []);
    now = "2026-09-01T13:00:00.000Z";
    await store.settle(production, answered, "seen", []);
    const { startedAt, kind, request } = creation("a");
    const told = { kind, startedAt, request };
    const endedAt = "2026-09-01T12:00:05.000Z";
    expect(await store.writes(production, startedAt)).toEqual([
      { ...told, op: "create", id: "id-of-a", displayName: "The a", endedAt },
      { ...told, op: "update", id: "id-of-b", displayName: "The b", endedAt },
      { ...told, op: "create", id: null, displayName: "The c", endedAt: null, request: null },
    ]);
    expect(await store.writes(production, "2026-09-01T12:00:01.000Z")).toEqual([]);
  });

  test("our own writes of eight days stay, however many they are, and older ones go beyond a thousand", async () => {
    let now = Date.parse("2026-09-01T12:00:00.000Z");
    const clock: Clock = { now: () => new Date(now), sleep: async () => {} };
    await using store = await opened(clock);
    const write = async () => {
      const startedAt = new Date(now).toISOString();
      const key = await store.begin(production, {
        ...creation("a"),
        op: "update",
        id: "x",
        startedAt,
      });
      await store.settle(production, key, "done", []);
    };
    for (let count = 0; count < 1_010; count += 1) await write();
    const since = "2026-09-01T00:00:00.000Z";
    expect(await store.writes(production, since)).toHaveLength(1_010);
    now += 9 * 86_400_000;
    await write();
    expect((await store.writes(production, since)).length).toBeLessThanOrEqual(1_001);
  });
}
