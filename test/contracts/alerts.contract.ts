/** What every store must hold to about alerts, whatever it is kept in. */
import { expect, test } from "vitest";
import { nothingTold, type Queued, type Told } from "../../src/model/alert.ts";
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

const told: Told = {
  ...nothingTold,
  commit: "9f2c",
  drifts: {
    "ApiConnector/fraud-check/spec.targetUrl": {
      state: "open",
      flapping: false,
      cause: "drift-opened/tenant/production",
      toldAt: at(0),
    },
  },
};

/** `place` makes room for one more store and answers how to open that one, as often as one likes. */
export function alertsContract(place: () => Promise<() => Promise<Store>>): void {
  const opened = async () => (await place())();

  test("what was told and what is to be sent survive the end of the process", async () => {
    const open = await place();
    const first = await open();
    await first.alerts.enqueue([queued("a")], at(0), { tenant: production, told });
    await first[Symbol.asyncDispose]();
    await using second = await open();
    expect(await second.alerts.told(production)).toEqual(told);
    expect(await second.alerts.told(staging)).toBeNull();
    expect(await second.alerts.take("ops", at(60), at(120))).toEqual({
      id: "a",
      sink: "ops",
      createdAt: at(0),
      attempts: 1,
      lastError: null,
      alerts: [queued("a").alert],
    });
  });

  test("alerts of one cause that come close to each other are one message, in their order", async () => {
    await using store = await opened();
    await store.alerts.enqueue([queued("a")], at(0), null);
    await store.alerts.enqueue([queued("b", {}, 50)], at(50), null);
    const other = { alert: alertOf("c", { cause: "another" }) };
    await store.alerts.enqueue([queued("c", other, 50)], at(50), null);
    expect(await store.alerts.take("ops", at(60), at(999))).toBeNull();
    const first = await store.alerts.take("ops", at(110), at(999));
    expect(first?.alerts.map(({ tenant }) => tenant)).toEqual(["tenant of a", "tenant of b"]);
    expect((await store.alerts.take("ops", at(110), at(999)))?.id).toBe("c");
    expect(await store.alerts.take("ops", at(110), at(999))).toBeNull();
  });

  test("a message is not held back for ever by alerts that keep coming", async () => {
    await using store = await opened();
    for (let seconds = 0; seconds <= 570; seconds += 30) {
      await store.alerts.enqueue([queued(`n${seconds}`, {}, seconds)], at(seconds), null);
    }
    const message = await store.alerts.take("ops", at(600), at(999));
    expect(message?.alerts).toHaveLength(20);
  });

  test("no alert joins a message that somebody has begun to send", async () => {
    await using store = await opened();
    await store.alerts.enqueue([queued("a")], at(0), null);
    await store.alerts.take("ops", at(60), at(120));
    await store.alerts.enqueue([queued("b", {}, 61)], at(61), null);
    await store.alerts.postponed("a", at(90), "HTTP 500");
    const again = await store.alerts.take("ops", at(90), at(120));
    expect(again).toMatchObject({ id: "a", attempts: 2, lastError: "HTTP 500" });
    expect(again?.alerts).toHaveLength(1);
  });

  test("an alert that is queued twice is told once, before it was sent and after", async () => {
    await using store = await opened();
    await store.alerts.enqueue([queued("a")], at(0), null);
    await store.alerts.enqueue([queued("a")], at(0), null);
    expect((await store.alerts.take("ops", at(60), at(120)))?.alerts).toHaveLength(1);
    await store.alerts.enqueue([queued("a")], at(61), null);
    expect(await store.alerts.take("ops", at(119), at(200))).toBeNull();
  });

  test("a message that was taken by a process that died is due again", async () => {
    await using store = await opened();
    await store.alerts.enqueue([queued("a")], at(0), null);
    await store.alerts.take("ops", at(60), at(120));
    expect(await store.alerts.take("ops", at(119), at(200))).toBeNull();
    expect(await store.alerts.take("ops", at(120), at(200))).toMatchObject({
      id: "a",
      attempts: 2,
    });
  });

  test("each sink has messages of its own, and a delivered one is gone", async () => {
    await using store = await opened();
    await store.alerts.enqueue([queued("a"), queued("b", { sink: "mail" })], at(0), null);
    await store.alerts.delivered("a");
    expect(await store.alerts.take("ops", at(60), at(120))).toBeNull();
    expect(await store.alerts.take("mail", at(60), at(120))).toMatchObject({ id: "b" });
  });

  test("what expires is answered, but for what was dropped and told before", async () => {
    await using store = await opened();
    const alone = (name: string) => ({ alert: alertOf(name, { cause: name }) });
    await store.alerts.enqueue([queued("a", alone("a")), queued("b", alone("b"))], at(0), null);
    await store.alerts.enqueue([queued("c", alone("c"), 500)], at(500), null);
    await store.alerts.dropped("a", at(1), "HTTP 404");
    expect(await store.alerts.take("ops", at(60), at(61))).toMatchObject({ id: "b" });
    expect(await store.alerts.take("ops", at(60), at(61))).toBeNull();
    expect((await store.alerts.expire(at(500))).map(({ id }) => id)).toEqual(["b"]);
    expect(await store.alerts.expire(at(500))).toEqual([]);
    expect(await store.alerts.take("ops", at(560), at(999))).toMatchObject({ id: "c" });
  });

  test("a message that becomes too long is continued in another one", async () => {
    await using store = await opened();
    const many = Array.from({ length: 501 }, (_, index) => queued(`n${index}`));
    await store.alerts.enqueue(many, at(0), null);
    const sizes = [await store.alerts.take("ops", at(60), at(999))];
    sizes.push(await store.alerts.take("ops", at(60), at(999)));
    expect(sizes.map((one) => one?.alerts.length).toSorted()).toEqual([1, 500]);
  });
}
