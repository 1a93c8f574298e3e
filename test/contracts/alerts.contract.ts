/** What every store must hold to about alerts, whatever it is kept in. */
import { expect, test } from "vitest";
import { noProgress, nothingTold, type Queued, type Told } from "../../src/model/alert.ts";
import type { Alert } from "../../src/model/generated/alert.ts";
import type { Store } from "../../src/model/store.ts";
import { production, staging } from "./store-samples.ts";

const start = Date.parse("2026-09-01T12:00:00.000Z");

/** So many seconds after the start. */
function at(seconds: number): string {
  return new Date(start + seconds * 1_000).toISOString();
}

export function alertOf(tenant: string, more: Partial<Alert> = {}): Alert {
  return {
    kind: "run-failing",
    severity: "error",
    reminder: false,
    cause: "run-failing/outage",
    tenant,
    about: "",
    text: "3 runs in a row have failed.",
    run: null,
    at: at(0),
    ...more,
  };
}

/** Gathered for a minute after it, and for ten at most. */
function queued(id: string, more: Partial<Queued> = {}, seconds = 0): Queued {
  const alert = alertOf(`tenant of ${id}`);
  const until = { dueAt: at(seconds + 60), latestAt: at(seconds + 600) };
  return { id, sink: "ops", alert, ...until, ...more };
}

const key = "drift/ApiConnector/fraud-check/spec.targetUrl";

const told: Told = {
  ...nothingTold,
  commit: "9f2c",
  drifts: { [key]: { state: "open", flapping: false, resolvedAt: null } },
  matters: {
    [key]: {
      kind: "drift-opened",
      step: at(0),
      cause: "tenant/production",
      told: { ops: { step: at(0), at: at(0) } },
    },
  },
};

const nothing = { value: null, written: null };

/** Whatever is noted with it. */
async function enqueue({ alerts }: Store, all: readonly Queued[], now: string): Promise<void> {
  const before = await alerts.heartbeat("tests");
  const heartbeat = `${before.value ?? ""}${now}`;
  expect(await alerts.enqueue(all, now, { heartbeat, group: "tests", before })).toBe(true);
}

/** Far from any wait that is meant. */
function take({ alerts }: Store, sink: string, now: string, until: string) {
  return alerts.take(sink, { now, until, latest: at(100_000) });
}

/** `place` makes room for one more store and answers how to open that one, as often as one likes. */
export function alertsContract(place: () => Promise<() => Promise<Store>>): void {
  const opened = async () => (await place())();

  test("what was told and what is to be sent survive the end of the process", async () => {
    const open = await place();
    const first = await open();
    const note = { tenant: production, before: nothing, told, overtaken: [] };
    expect(await first.alerts.enqueue([queued("a")], at(0), note)).toBe(true);
    await first[Symbol.asyncDispose]();
    await using second = await open();
    expect(await second.alerts.told(production)).toMatchObject({ value: told });
    expect(await second.alerts.told(staging)).toEqual(nothing);
    expect(await take(second, "ops", at(60), at(120))).toEqual({
      id: "a",
      sink: "ops",
      createdAt: at(0),
      attempts: 1,
      lastError: null,
      progress: noProgress,
      alerts: [queued("a").alert],
    });
  });

  test("alerts of one cause that come close to each other are one message, in their order", async () => {
    await using store = await opened();
    await enqueue(store, [queued("a")], at(0));
    await enqueue(store, [queued("b", {}, 50)], at(50));
    const other = { alert: alertOf("c", { cause: "another" }) };
    await enqueue(store, [queued("c", other, 50)], at(50));
    expect(await take(store, "ops", at(60), at(999))).toBeNull();
    const first = await take(store, "ops", at(110), at(999));
    expect(first?.alerts.map(({ tenant }) => tenant)).toEqual(["tenant of a", "tenant of b"]);
    expect((await take(store, "ops", at(110), at(999)))?.id).toBe("c");
    expect(await take(store, "ops", at(110), at(999))).toBeNull();
  });

  test("a message is not held back for ever by alerts that keep coming", async () => {
    await using store = await opened();
    for (let seconds = 0; seconds <= 570; seconds += 30) {
      await enqueue(store, [queued(`n${seconds}`, {}, seconds)], at(seconds));
    }
    const message = await take(store, "ops", at(600), at(999));
    expect(message?.alerts).toHaveLength(20);
  });

  test("no alert joins a message that somebody has begun to send", async () => {
    await using store = await opened();
    await enqueue(store, [queued("a")], at(0));
    await take(store, "ops", at(60), at(120));
    await enqueue(store, [queued("b", {}, 61)], at(61));
    const progress = { done: ["first part"], unanswered: 1 };
    await store.alerts.postponed("a", at(90), "HTTP 500", progress);
    const again = await take(store, "ops", at(90), at(120));
    expect(again).toMatchObject({ id: "a", attempts: 2, lastError: "HTTP 500", progress });
    expect(again?.alerts).toHaveLength(1);
  });

  test("an alert that is queued twice is told once, before it was sent and after", async () => {
    await using store = await opened();
    await enqueue(store, [queued("a")], at(0));
    await enqueue(store, [queued("a")], at(0));
    expect((await take(store, "ops", at(60), at(120)))?.alerts).toHaveLength(1);
    await enqueue(store, [queued("a")], at(61));
    expect(await take(store, "ops", at(119), at(200))).toBeNull();
  });

  test("what is queued with an alert that is on its way already is sent", async () => {
    await using store = await opened();
    await enqueue(store, [queued("a")], at(0));
    await take(store, "ops", at(60), at(999));
    await enqueue(store, [queued("a", {}, 61), queued("b", {}, 61)], at(61));
    const message = await take(store, "ops", at(121), at(999));
    expect(message?.alerts).toContainEqual(queued("b").alert);
    // Also when all of it is queued twice.
    await enqueue(store, [queued("a", {}, 122), queued("b", {}, 122)], at(122));
    expect(await take(store, "ops", at(200), at(999))).toBeNull();
  });

  test("a message that was taken by a process that died is due again", async () => {
    await using store = await opened();
    await enqueue(store, [queued("a")], at(0));
    await take(store, "ops", at(60), at(120));
    expect(await take(store, "ops", at(119), at(200))).toBeNull();
    expect(await take(store, "ops", at(120), at(200))).toMatchObject({
      id: "a",
      attempts: 2,
    });
  });

  test("each sink has messages of its own, and a delivered one is gone", async () => {
    await using store = await opened();
    await enqueue(store, [queued("a"), queued("b", { sink: "mail" })], at(0));
    await store.alerts.delivered("a");
    expect(await take(store, "ops", at(60), at(120))).toBeNull();
    expect(await take(store, "mail", at(60), at(120))).toMatchObject({ id: "b" });
  });

  test("what expires is answered, but for what was dropped and told before", async () => {
    await using store = await opened();
    const alone = (name: string) => ({ alert: alertOf(name, { cause: name }) });
    await enqueue(store, [queued("a", alone("a")), queued("b", alone("b"))], at(0));
    await enqueue(store, [queued("c", alone("c"), 500)], at(500));
    await store.alerts.dropped("a", at(1), "HTTP 404");
    expect(await take(store, "ops", at(60), at(61))).toMatchObject({ id: "b" });
    expect(await take(store, "ops", at(60), at(61))).toBeNull();
    expect((await store.alerts.expire(at(500))).map(({ id }) => id)).toEqual(["b"]);
    expect(await store.alerts.expire(at(500))).toEqual([]);
    expect(await take(store, "ops", at(560), at(999))).toMatchObject({ id: "c" });
  });

  test("a message that becomes too long is continued in another one", async () => {
    await using store = await opened();
    const many = Array.from({ length: 501 }, (_, index) => queued(`n${index}`));
    await enqueue(store, many, at(0));
    const sizes = [await take(store, "ops", at(60), at(999))];
    sizes.push(await take(store, "ops", at(60), at(999)));
    expect(sizes.map((one) => one?.alerts.length).toSorted()).toEqual([1, 500]);
  });

  test("what was told is changed only by whoever knows how it stood, and nothing is queued otherwise", async () => {
    const open = await place();
    await using one = await open();
    await using other = await open();
    const first = { tenant: production, before: nothing, told, overtaken: [] };
    expect(await one.alerts.enqueue([queued("a")], at(0), first)).toBe(true);
    expect(await other.alerts.enqueue([queued("b")], at(0), first)).toBe(false);
    const before = await other.alerts.told(production);
    const next = { tenant: production, before, told: { ...told, commit: "abcd" }, overtaken: [] };
    expect(await other.alerts.enqueue([queued("c")], at(0), next)).toBe(true);
    const late = { ...next, told: { ...told, commit: "ef01" } };
    expect(await one.alerts.enqueue([queued("d")], at(0), late)).toBe(false);
    expect((await one.alerts.told(production)).value?.commit).toBe("abcd");
    const message = await take(one, "ops", at(60), at(120));
    expect(message?.alerts.map(({ tenant }) => tenant)).toEqual(["tenant of a", "tenant of c"]);
  });

  test("of two processes one alone queues a heartbeat", async () => {
    const open = await place();
    await using one = await open();
    await using other = await open();
    for (const heartbeat of [at(0), at(3_600)]) {
      const group = "of both";
      const before = await one.alerts.heartbeat(group);
      const same = await other.alerts.heartbeat(group);
      expect(await one.alerts.enqueue([], heartbeat, { heartbeat, group, before })).toBe(true);
      const late = { heartbeat, group, before: same };
      expect(await other.alerts.enqueue([], heartbeat, late)).toBe(false);
      expect((await other.alerts.heartbeat(group)).value).toBe(heartbeat);
      expect((await other.alerts.heartbeat("of others")).value).toBeNull();
    }
  });

  test("a batch that has no room in one message goes whole into another one", async () => {
    await using store = await opened();
    const batch = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => queued(`n${from + index}`));
    await enqueue(store, batch(0, 300), at(0));
    await enqueue(store, batch(300, 600), at(1));
    await enqueue(store, batch(600, 700), at(2));
    const messages = [await take(store, "ops", at(99), at(999))];
    messages.push(await take(store, "ops", at(99), at(999)));
    expect(messages.map((one) => one?.alerts.length).toSorted()).toEqual([300, 400]);
    expect(await take(store, "ops", at(99), at(999))).toBeNull();
  });

  test("an alert whose matter has changed again is out of date, from its first change on, and no other is", async () => {
    await using store = await opened();
    const of = (id: string, tenant: string, matter?: string) =>
      queued(id, { alert: alertOf(tenant, { cause: id, ...(matter && { matter }) }) });
    const all = [
      of("a", production.name, "one"),
      of("b", production.name, "two"),
      of("c", staging.name, "three"),
      of("d", production.name),
    ];
    await enqueue(store, all, at(0));
    await take(store, "ops", at(60), at(120));
    const note = { tenant: production, before: nothing, told, overtaken: ["one"] };
    expect(await store.alerts.enqueue([], at(70), note)).toBe(true);
    const before = await store.alerts.told(production);
    expect(await store.alerts.enqueue([], at(80), { ...note, before })).toBe(true);
    const marks: Record<string, string | undefined> = {};
    for (let index = 0; index < 4; index += 1) {
      const message = await take(store, "ops", at(200), at(999));
      marks[message?.id ?? ""] = message?.alerts[0]?.overtakenAt;
    }
    expect(marks).toEqual({ a: at(70), b: undefined, c: undefined, d: undefined });
  });

  test("of many matters that change at once, each alert that was not out of date is from then on", async () => {
    await using store = await opened();
    const matters = Array.from({ length: 30 }, (_, index) => `matter ${index}`);
    const of = (matter: string) =>
      queued(matter, { alert: alertOf(production.name, { matter, about: matter }) });
    await enqueue(store, [...matters.map(of), of("another")], at(0));
    for (const [count, seconds] of [
      [1, 1],
      [30, 2],
    ] as const) {
      const before = await store.alerts.told(production);
      const overtaken = matters.slice(0, count);
      const note = { tenant: production, before, told, overtaken };
      expect(await store.alerts.enqueue([], at(seconds), note)).toBe(true);
    }
    const message = await take(store, "ops", at(60), at(999));
    expect(message?.alerts.map(({ overtakenAt }) => overtakenAt)).toEqual([
      at(1),
      ...Array(29).fill(at(2)),
      undefined,
    ]);
  });

  test("no alert joins a message that was given up", async () => {
    await using store = await opened();
    await enqueue(store, [queued("a")], at(0));
    await store.alerts.dropped("a", at(1), "HTTP 413");
    await enqueue(store, [queued("b", {}, 2)], at(2));
    expect((await take(store, "ops", at(62), at(999)))?.alerts).toEqual([queued("b").alert]);
  });

  test("what is due is not taken for one that gathers alerts still, and a late alert begins another message", async () => {
    await using store = await opened();
    await enqueue(store, [queued("a")], at(0));
    // Due, and nobody has looked yet.
    await enqueue(store, [queued("b", {}, 61)], at(61));
    expect((await take(store, "ops", at(61), at(999)))?.alerts).toHaveLength(1);
    expect((await take(store, "ops", at(121), at(999)))?.id).toBe("b");
  });

  test("what a clock that ran ahead has put off is due", async () => {
    await using store = await opened();
    await enqueue(store, [queued("a", {}, 400_000)], at(400_000));
    const due = { now: at(60), until: at(120), latest: at(30_000) };
    expect(await store.alerts.take("ops", { ...due, latest: at(500_000) })).toBeNull();
    expect(await store.alerts.take("ops", due)).toMatchObject({ id: "a" });
    expect(await store.alerts.take("ops", due)).toBeNull();
  });
}
