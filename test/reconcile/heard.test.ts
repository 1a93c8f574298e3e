/** Reading an audit log again and again, while entries arrive late and in any order. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type DirectoryAudit, neverRead, type OutsideChange } from "../../src/model/attribution.ts";
import { emptyMemory, type Store } from "../../src/model/store.ts";
import type { TenantReader } from "../../src/model/tenant.ts";
import {
  attributionChanges,
  type Heard,
  hear,
} from "../../src/reconcile/attribution/attribution.ts";
import { openStore } from "../../src/store/store.ts";
import { creation, run } from "../contracts/store-samples.ts";
import { desired, ours } from "../plan/builders.ts";

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.parse("2026-08-20T00:00:00.000Z");
const instant = (after: number) => new Date(start + after).toISOString();

interface Arriving {
  readonly at: number;
  readonly late: number;
}

function entry({ at }: Arriving, index: number): DirectoryAudit {
  return {
    id: `e${index}`,
    at: instant(at),
    activity: "Update Api connector",
    kind: "ApiConnector",
    op: "update",
    request: null,
    about: [`connector ${index}`],
    actor: { type: "user", name: "jane", id: null, aliases: [] },
  };
}

const tenant = { name: "t", graph: "https://graph.microsoft.com", tenantId: "t" };

/**
 * One run at that moment, over a log in which everything arrives after its own delay. `most`: entries
 * that one reading brings.
 */
async function listen(
  store: Store,
  log: readonly Arriving[],
  now: number,
  { most = Infinity, keep = 30 * day } = {},
): Promise<Heard> {
  const arrived = log
    .map((one, index) => ({ ...one, entry: entry(one, index) }))
    .filter(({ at, late }) => at + late <= now);
  const audits = async (since: string) => {
    const all = arrived.map((one) => one.entry).filter(({ at }) => at >= since);
    const entries = all.toSorted((one, other) => (one.at < other.at ? -1 : 1)).slice(0, most);
    const left = entries.length < all.length ? { after: entries.at(-1)?.at ?? since } : null;
    return { entries, left, caller: [], brokenOff: null };
  };
  const { memory, ...heard } = await heardBy(store, audits, now);
  const found = { lookedAt: null, keep, now: instant(now) };
  await store.record(tenant, run("r"), undefined, attributionChanges(heard, memory, found));
  return heard;
}

async function heardBy(store: Store, audits: TenantReader["audits"], now: number) {
  const memory = await store.recall(tenant);
  const attribution = { read: true, actors: "keep" } as const;
  const { signal } = new AbortController();
  const subject = { tenant, attribution, store, reader: { audits } };
  return { memory, ...(await hear(subject, memory, instant(now), signal, () => {})) };
}

async function inStore(work: (store: Store) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-heard-"));
  try {
    await using store = await openStore({ sqlite: join(folder, "state.db") });
    await work(store);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("no entry is missed however late it arrives within three days, and none is news twice", async () => {
  const arriving = fc.record({
    at: fc.integer({ min: 0, max: 15 * day }),
    late: fc.oneof(fc.integer({ min: 0, max: hour }), fc.integer({ min: 0, max: 3 * day - hour })),
  });
  const pauses = fc.array(fc.integer({ min: 60_000, max: 12 * hour }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.array(arriving, { maxLength: 20 }), pauses, async (log, between) => {
      await inStore(async (store) => {
        const news: string[] = [];
        let now = 0;
        for (const pause of [...between, ...Array.from({ length: 50 }, () => 12 * hour)]) {
          now += pause;
          const { fresh } = await listen(store, log, now);
          news.push(...fresh.map(({ id }) => id));
        }
        expect(news.toSorted()).toEqual(log.map((_, index) => `e${index}`).toSorted());
      });
    }),
    { numRuns: 20 },
  );
});

test("what arrives late is found also after the end of the log was reached in several runs", async () => {
  const log = [0, 1, 2, 3].map((at) => ({ at: at * hour, late: 0 }));
  const late = { at: hour / 2, late: 9 * hour };
  await inStore(async (store) => {
    const readings = [4, 5, 6, 7, 8, 12, 13].map((at) => at * hour);
    const news: string[] = [];
    for (const now of readings) {
      news.push(
        ...(await listen(store, [...log, late], now, { most: 2 })).fresh.map(({ id }) => id),
      );
    }
    expect(news).toEqual(["e0", "e1", "e2", "e3", "e4"]);
  });
});

test("a log that never ends is kept to a bound, and what went does not come back as news", async () => {
  const log = Array.from({ length: 1_200 }, (_, index) => ({ at: index * 60_000, late: 0 }));
  await inStore(async (store) => {
    await listen(store, log, 2 * day);
    expect((await store.recall(tenant)).outside).toHaveLength(1_000);
    expect((await listen(store, log, 2 * day + hour)).fresh).toEqual([]);
  });
});

test("a clock that ran ahead for a while makes no entry of the time after it missed", async () => {
  const log = [{ at: day, late: 0 }];
  await inStore(async (store) => {
    await listen(store, [], 100 * day);
    expect((await listen(store, log, 2 * day)).fresh.map(({ id }) => id)).toEqual(["e0"]);
  });
});

test("what is read again is news once, however short differences are remembered", async () => {
  const log = [{ at: 0, late: 0 }];
  await inStore(async (store) => {
    const news: number[] = [];
    for (const now of [hour, 12 * hour, 2 * day, 3 * day]) {
      news.push((await listen(store, log, now, { keep: hour })).fresh.length);
    }
    expect(news).toEqual([1, 0, 0, 0]);
  });
});

test("a reading that leaves older entries begins at the same instant again", async () => {
  await inStore(async (store) => {
    const asked: string[] = [];
    const audits: TenantReader["audits"] = async (since) => {
      asked.push(since);
      const left = asked.length === 1 ? null : "older";
      return { entries: [], left, caller: [], brokenOff: null };
    };
    for (const now of [4 * day, 4 * day + hour, 4 * day + 2 * hour]) {
      const { memory, ...heard } = await heardBy(store, audits, now);
      const found = { lookedAt: null, keep: day, now: instant(now) };
      await store.record(tenant, run("r"), undefined, attributionChanges(heard, memory, found));
    }
    expect(asked).toEqual([instant(-3 * day + hour), instant(day), instant(day)]);
  });
});

test("an entry of a write that was begun long before it is ours", async () => {
  await inStore(async (store) => {
    const made = { ...creation("c"), op: "update", id: "x1", displayName: "connector 0" } as const;
    await store.begin(tenant, { ...made, startedAt: instant(0) });
    const by = { type: "app", name: null, id: "of Microsoft", aliases: [] } as const;
    const audits: TenantReader["audits"] = async () => ({
      entries: [{ ...entry({ at: hour / 2, late: 0 }, 0), actor: by }],
      left: null,
      caller: [],
      brokenOff: null,
    });
    expect((await heardBy(store, audits, hour)).fresh).toEqual([]);
  });
});

test("a refusal by a clock that ran ahead does not keep the log from being asked", async () => {
  await inStore(async (store) => {
    const reading = { ...neverRead, refusedAt: instant(100 * day) };
    await store.record(tenant, run("r"), undefined, { reading, put: [], forget: [] });
    expect((await listen(store, [{ at: 0, late: 0 }], hour)).fresh).toHaveLength(1);
  });
});

test("a change that puts a password in doubt is kept for as long, and another is not", () => {
  const connector = desired("a");
  const change = (id: string, about: string): OutsideChange => {
    const { actor: _, ...told } = entry({ at: 0, late: 0 }, 0);
    return { ...told, actor: null, id, about: [about], seenAt: instant(0) };
  };
  const outside = [change("in doubt", connector.definition.displayName), change("other", "b")];
  const memory = { ...emptyMemory, ledger: [ours("x1", connector)], outside };
  const heard = {
    outside: { changes: outside, lookedAt: null },
    reading: neverRead,
    fresh: [],
    note: null,
  };
  const now = instant(300 * day);
  expect(attributionChanges(heard, memory, { lookedAt: null, keep: day, now }).forget).toEqual([
    "other",
  ]);
});
