/** What every store must hold to, whatever it is kept in. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import {
  emptyMemory,
  type LedgerChange,
  type LedgerEntry,
  type Store,
} from "../../src/model/store.ts";
import { recorded } from "../plan/builders.ts";
import { driftContract } from "./drift.contract.ts";
import { creation, entry, planned, production, put, run, staging } from "./store-samples.ts";

/** `place` makes room for one more store and answers how to open that one, as often as one likes. */
export function storeContract(place: () => Promise<() => Promise<Store>>): void {
  const opened = async () => (await place())();

  ledgerContract(opened);
  journalContract(opened);
  runsContract(opened);
  lockContract(place);
  driftContract(place);

  test("the salt of a store is the same whenever it is opened", async () => {
    const open = await place();
    const first = await open();
    const salt = await first.salt();
    await first[Symbol.asyncDispose]();
    await using second = await open();
    expect(Buffer.from(await second.salt())).toEqual(Buffer.from(salt));
    expect(salt.length).toBeGreaterThanOrEqual(16);
  });

  test("two stores have different salts", async () => {
    await using one = await opened();
    await using other = await opened();
    expect(Buffer.from(await one.salt())).not.toEqual(Buffer.from(await other.salt()));
  });

  test("what was written is there when the store is opened again", async () => {
    const open = await place();
    const first = await open();
    await first.settle(production, null, "done", put("fraud-check"));
    await first.record(production, run("2026-09-01T12:00:00.000Z"));
    await first[Symbol.asyncDispose]();
    await using second = await open();
    const { ledger, known } = await second.recall(production);
    expect(ledger).toEqual([entry("fraud-check")]);
    expect(known).toEqual(production);
  });

  test("what another opening of the store writes is seen by the next recall, and so is what this one writes", async () => {
    const open = await place();
    await using store = await open();
    await using other = await open();
    const alias = { ...production, name: "the same by another name" };
    const names = async () => (await store.recall(production)).ledger.map(({ name }) => name);
    expect(await names()).toEqual([]);
    await other.settle(production, null, "done", put("fraud-check"));
    expect(await names()).toEqual(["fraud-check"]);
    await store.settle(alias, null, "done", put("welcome"));
    expect(await names()).toEqual(["fraud-check", "welcome"]);
    expect((await store.recall(production)).known).toBeNull();
    await other.record(production, run("first"));
    expect((await store.recall(production)).known).toEqual(production);
    const key = await store.begin(alias, creation("crm-sync"));
    expect((await store.recall(production)).journal).toEqual([{ ...creation("crm-sync"), key }]);
  });
}

function ledgerContract(opened: () => Promise<Store>): void {
  test("a new store remembers nothing of a tenant", async () => {
    await using store = await opened();
    expect(await store.recall(production)).toEqual(emptyMemory);
  });

  test("a ledger entry comes back with every detail", async () => {
    await using store = await opened();
    const want = entry("fraud-check", {
      displayName: "Betrug – prüfen ✓",
      protect: true,
      secrets: {
        "spec.query.code": recorded("hmac-sha256:0a1b2c3d$eHl6", null),
        "spec.authentication.basic.password": recorded(
          "scrypt:0a1b2c3d$eHl6",
          "2026-09-01T12:00:00.000Z",
          { trustedAt: "2026-09-02T12:00:00.000Z" },
        ),
      },
    });
    await store.settle(production, null, "done", [{ op: "put", entry: want }]);
    expect((await store.recall(production)).ledger).toEqual([want]);
  });

  test("a rename moves an entry to its new name in one step", async () => {
    await using store = await opened();
    await store.settle(production, null, "done", put("fraud"));
    await store.settle(production, null, "done", [
      { op: "put", entry: entry("fraud-check", { id: "id-of-fraud" }) },
      { op: "remove", kind: "ApiConnector", name: "fraud" },
    ]);
    expect((await store.recall(production)).ledger).toEqual([
      entry("fraud-check", { id: "id-of-fraud" }),
    ]);
  });

  test("a tenant sees its own entries only, whatever it is called", async () => {
    await using store = await opened();
    await store.settle(production, null, "done", put("fraud-check"));
    const elsewhere = { ...production, graph: "https://graph.microsoft.us" };
    expect((await store.recall(staging)).ledger).toEqual([]);
    expect((await store.recall(elsewhere)).ledger).toEqual([]);
    expect((await store.recall({ ...production, name: "prod" })).ledger).toHaveLength(1);
  });

  test("removing an entry leaves that of another tenant with the same name", async () => {
    await using store = await opened();
    await store.settle(production, null, "done", put("fraud-check"));
    await store.settle(staging, null, "done", put("fraud-check"));
    await store.settle(staging, null, "done", [
      { op: "remove", kind: "ApiConnector", name: "fraud-check" },
    ]);
    expect((await store.recall(production)).ledger).toHaveLength(1);
    expect((await store.recall(staging)).ledger).toHaveLength(0);
  });

  test("after any puts and removes the ledger is what was said last, sorted by name", async () => {
    await using store = await opened();
    const name = fc.constantFrom("a", "a-b", "ab", "b", "c0", "c-1");
    const change = fc.oneof(
      fc
        .record({ name, displayName: fc.string(), protect: fc.boolean() })
        .map((of): LedgerChange => ({ op: "put", entry: entry(of.name, of) })),
      name.map((of): LedgerChange => ({ op: "remove", kind: "ApiConnector", name: of })),
    );
    let tenants = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change), { maxLength: 4 }), async (settlements) => {
        tenants += 1;
        const tenant = { ...production, tenantId: `tenant-${tenants}` };
        const want = new Map<string, LedgerEntry>();
        for (const changes of settlements) {
          await store.settle(tenant, null, "done", changes);
          for (const one of changes) {
            if (one.op === "put") want.set(one.entry.name, one.entry);
            else want.delete(one.name);
          }
        }
        const sorted = [...want.keys()].sort().map((key) => want.get(key));
        expect((await store.recall(tenant)).ledger).toEqual(sorted);
      }),
      { numRuns: 40 },
    );
  });
}

function journalContract(opened: () => Promise<Store>): void {
  test("what was begun stays open until it is settled, oldest first", async () => {
    await using store = await opened();
    const first = await store.begin(production, creation("fraud-check"));
    const second = await store.begin(production, { ...creation("welcome"), op: "update", id: "x" });
    expect((await store.recall(production)).journal).toEqual([
      { ...creation("fraud-check"), key: first },
      { ...creation("welcome"), op: "update", id: "x", key: second },
    ]);
    await store.settle(production, first, "done", put("fraud-check"));
    const { journal, ledger } = await store.recall(production);
    expect(journal.map(({ key }) => key)).toEqual([second]);
    expect(ledger).toEqual([entry("fraud-check")]);
  });

  test("an open journal entry is seen by its own tenant only", async () => {
    await using store = await opened();
    await store.begin(production, creation("fraud-check"));
    expect((await store.recall(staging)).journal).toEqual([]);
  });

  test("a journal entry is settled once, by its own tenant; else nothing changes", async () => {
    await using store = await opened();
    const key = await store.begin(production, creation("fraud-check"));
    await expect(store.settle(staging, key, "done", put("a"))).rejects.toBeInstanceOf(FaultError);
    expect((await store.recall(staging)).ledger).toEqual([]);
    await store.settle(production, key, "done", put("a"));
    await expect(store.settle(production, key, "done", put("b"))).rejects.toMatchObject({
      fault: { code: "store" },
    });
    expect((await store.recall(production)).ledger).toEqual([entry("a")]);
  });

  test("a create that was answered has its id and its ledger entry, and stays open", async () => {
    await using store = await opened();
    const key = await store.begin(production, creation("a"));
    await store.answer(production, key, "id-of-a", put("a"));
    expect(await store.recall(production)).toMatchObject({
      journal: [{ ...creation("a"), id: "id-of-a", key }],
      ledger: [entry("a")],
    });
    await store.settle(production, key, "shown", []);
    expect(await store.recall(production)).toMatchObject({ journal: [], ledger: [entry("a")] });
  });

  test("an answer is noted for an open entry of its own tenant only; else nothing changes", async () => {
    await using store = await opened();
    const key = await store.begin(production, creation("a"));
    await expect(store.answer(staging, key, "id", put("a"))).rejects.toBeInstanceOf(FaultError);
    expect((await store.recall(staging)).ledger).toEqual([]);
    await store.settle(production, key, "failed", []);
    await expect(store.answer(production, key, "id", put("a"))).rejects.toMatchObject({
      fault: { code: "store" },
    });
    expect((await store.recall(production)).ledger).toEqual([]);
  });

  test("what a begun write sends is kept, also where it is not known", async () => {
    await using store = await opened();
    for (const sends of [null, [], ["spec.query.code"]]) {
      await store.begin(production, { ...creation("a"), sends });
    }
    const { journal } = await store.recall(production);
    expect(journal.map(({ sends }) => sends)).toEqual([null, [], ["spec.query.code"]]);
  });

  test("a settlement that cannot be written whole leaves everything as it was", async () => {
    await using store = await opened();
    const key = await store.begin(production, creation("fraud-check"));
    const damaged = { op: "put", entry: { ...entry("b"), id: null } } as unknown as LedgerChange;
    await expect(
      store.settle(production, key, "done", [...put("a"), damaged]),
    ).rejects.toMatchObject({ fault: { code: "store" } });
    const { journal, ledger } = await store.recall(production);
    expect(journal).toHaveLength(1);
    expect(ledger).toEqual([]);
  });

  test("keys of journal entries are never given twice", async () => {
    await using store = await opened();
    const first = await store.begin(production, creation("a"));
    await store.settle(production, first, "failed", []);
    expect(await store.begin(production, creation("b"))).toBeGreaterThan(first);
  });
}

function runsContract(opened: () => Promise<Store>): void {
  test("a finished run comes back as it was", async () => {
    await using store = await opened();
    const want = run("2026-09-01T12:00:00.000Z", {
      commit: "9f2c",
      result: "partial",
      outcomes: [
        { op: "create", kind: "ApiConnector", name: "a", id: null, result: "skipped" },
        { op: "update", kind: "ApiConnector", name: "b", id: "id-b", result: "done" },
      ],
      faults: [{ severity: "error", code: "timeout", message: "Graph did not answer.", at: null }],
    });
    await store.record(production, want);
    expect(await store.runs("production", 10)).toEqual([want]);
  });

  test("runs come newest first, as many as asked for, of one tenant only", async () => {
    await using store = await opened();
    for (const minute of ["01", "02", "03"]) {
      await store.record(production, run(`2026-09-01T12:${minute}:00.000Z`));
    }
    await store.record(staging, run("2026-09-01T13:00:00.000Z", { tenant: "staging" }));
    expect((await store.runs("production", 2)).map(({ startedAt }) => startedAt)).toEqual([
      "2026-09-01T12:03:00.000Z",
      "2026-09-01T12:02:00.000Z",
    ]);
    expect(await store.runs("nobody", 2)).toEqual([]);
  });

  test("a run is found by what it is called, and outlines tell how each tenant's runs ended", async () => {
    await using store = await opened();
    const first = run("2026-09-01T12:01:00.000Z");
    const last = run("2026-09-01T12:02:00.000Z");
    await store.record(production, first);
    await store.record(production, last);
    const { id, startedAt, finishedAt, result } = last;
    expect(await store.run("production", first.id)).toEqual(first);
    expect(await store.run("production", "20260901T130000000Z")).toBeNull();
    expect(await store.run("staging", first.id)).toBeNull();
    expect(await store.outlines(["production", "staging"], 1)).toEqual([
      [{ id, startedAt, finishedAt, result }],
      [],
    ]);
    expect((await store.outlines(["production"], 9))[0]).toHaveLength(2);
    expect(await store.outlines([], 9)).toEqual([]);
    const [before = []] = await store.outlines(["production"], 9, last.id);
    expect(before.map((one) => one.id)).toEqual([first.id]);
    for (const id of [first.id, "20260901T130000000Z"]) {
      expect(await store.outlines(["production"], 9, id)).toEqual([[]]);
    }
  });

  test("only the newest 1,000 runs of a tenant are kept", async () => {
    await using store = await opened();
    await store.record(staging, run("the only one", { tenant: "staging" }));
    for (let number = 1; number <= 1_002; number += 1) {
      await store.record(production, run(`run ${number}`));
    }
    const kept = await store.runs("production", 2_000);
    expect(kept.map(({ startedAt }) => startedAt)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => `run ${1_002 - index}`),
    );
    expect(await store.runs("staging", 10)).toHaveLength(1);
  });

  test("a tenant's name belongs to nobody until a run has read the tenant whole", async () => {
    await using store = await opened();
    const mistyped = { ...production, tenantId: "mistyped" };
    for (const plan of [null, planned(false)]) {
      await store.record(mistyped, run("unread", { plan }));
      expect((await store.recall(mistyped)).known).toBeNull();
    }
    expect((await store.recall(production)).known).toBeNull();
    await store.record(production, run("read"));
    expect((await store.recall(production)).known).toEqual(production);
    expect((await store.recall(mistyped)).known).toEqual(production);
    expect(await store.runs("production", 9)).toHaveLength(3);
  });

  test("a tenant's name is known under the identity that ran first", async () => {
    await using store = await opened();
    await store.record(production, run("first"));
    expect((await store.recall(production)).known).toEqual(production);
    const moved = { ...production, tenantId: "another" };
    expect((await store.recall(moved)).known).toEqual(production);
    await store.record(moved, run("second"));
    expect((await store.recall(moved)).known).toEqual(production);
  });
}

function lockContract(place: () => Promise<() => Promise<Store>>): void {
  test("a tenant is locked for one at a time, also under another name", async () => {
    await using store = await (await place())();
    const held = await store.lock(production, 0);
    expect(held).not.toBeNull();
    expect(await store.lock(production, 0)).toBeNull();
    expect(await store.lock({ ...production, name: "prod" }, 0)).toBeNull();
    await held?.[Symbol.asyncDispose]();
    await using again = await store.lock(production, 0);
    expect(again).not.toBeNull();
  });

  test("a lock that is let go twice does not let go of its successor", async () => {
    await using store = await (await place())();
    const first = await store.lock(production, 0);
    await first?.[Symbol.asyncDispose]();
    await using second = await store.lock(production, 0);
    await first?.[Symbol.asyncDispose]();
    expect(second).not.toBeNull();
    expect(await store.lock(production, 0)).toBeNull();
  });

  test("different tenants are locked side by side", async () => {
    await using store = await (await place())();
    await using one = await store.lock(production, 0);
    await using other = await store.lock(staging, 0);
    expect([one, other]).not.toContain(null);
  });

  test("a lock excludes other openings of the store and ends when its store is closed", async () => {
    const open = await place();
    const one = await open();
    await using other = await open();
    await one.lock(production, 0);
    expect(await other.lock(production, 0)).toBeNull();
    await one[Symbol.asyncDispose]();
    await using lock = await other.lock(production, 0);
    expect(lock).not.toBeNull();
  });

  test("waiting for a lock ends with the signal's reason", async () => {
    await using store = await (await place())();
    await using _held = await store.lock(production, 0);
    const stop = new AbortController();
    const waiting = store.lock(production, 60_000, stop.signal);
    stop.abort(new Error("the service stops"));
    await expect(waiting).rejects.toThrow("the service stops");
  });
}
