import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import type { Store } from "../../src/model/store.ts";
import { backoff, deliverDue, expire, KEPT, startDispatcher } from "../../src/notify/dispatch.ts";
import type { Sink } from "../../src/notify/sinks/sink.ts";
import { slackSink } from "../../src/notify/sinks/slack.ts";
import { webhookSink } from "../../src/notify/sinks/webhook.ts";
import { type Telling, tellRun } from "../../src/notify/tell.ts";
import { openStore } from "../../src/store/store.ts";
import { production } from "../contracts/store-samples.ts";
import { type HandClock, handClock } from "../reconcile/practice-tenant.ts";
import { type HttpReceiver, startHttpReceiver } from "./http-receiver.ts";
import { driftOf, failed, minute, rules, type Shown, seenAt } from "./samples.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-dispatch-"));
let made = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const telling: Telling = { ...rules, sinks: ["ops"], group: 60_000, on: null };
const key = "a key for tests alone";

interface Desk extends AsyncDisposable {
  readonly clock: HandClock;
  readonly receiver: HttpReceiver;
  readonly lines: string[];
  readonly file: string;
  store(): Store;
  /** As a new process would open it. */
  restart(): Promise<void>;
  tell(minutes: number, shown: Shown, over?: Partial<Telling>): Promise<number>;
  deliver(sink?: Sink): Promise<void>;
  ids(): readonly string[];
}

async function openDesk(): Promise<Desk> {
  made += 1;
  const file = join(folder, `${made}.db`);
  const clock = handClock(minute(0));
  const receiver = await startHttpReceiver();
  const lines: string[] = [];
  const add = (_facts: object, text: string) => void lines.push(text);
  const log = { info: add, warn: add };
  let store = await openStore({ sqlite: file }, clock);
  const url = async () => new Secret(receiver.url);
  const webhook = webhookSink("ops", { url, key: async () => new Secret(key), clock });
  const never = new AbortController().signal;
  return {
    ...{ clock, receiver, lines, file },
    store: () => store,
    async restart() {
      await store[Symbol.asyncDispose]();
      store = await openStore({ sqlite: file }, clock);
    },
    tell(minutes, shown, over = {}) {
      const seen = seenAt(minutes, shown);
      const { tenant = "production" } = shown;
      const identity = { ...production, name: tenant, tenantId: tenant };
      const options = { telling: { ...telling, ...over }, redact: (text: string) => text };
      return tellRun(store.alerts, identity, seen, options);
    },
    deliver(sink = webhook) {
      const options = { alerts: store.alerts, clock, log, random: () => 0 };
      return deliverDue(sink, options, { stopping: never, aborting: never });
    },
    ids: () => receiver.received.map(({ body }) => JSON.parse(body).id),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

const drifting = { drifts: [driftOf()] };

test("what a run has changed is sent after the grouping window, and once", async () => {
  await using desk = await openDesk();
  expect(await desk.tell(0, drifting)).toBe(1);
  expect(await desk.tell(1, drifting)).toBe(0);
  await desk.deliver();
  expect(desk.ids()).toEqual([]);
  desk.clock.advance(60_000);
  await desk.deliver();
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
  expect(desk.lines).toEqual(["ops: an alert was sent"]);
});

test("one outage over 50 tenants is one message", async () => {
  await using desk = await openDesk();
  for (let index = 0; index < 50; index += 1) {
    // They find out one after the other, over more than the window.
    await desk.tell(index / 10, failed("network", { tenant: `tenant-${index}` }), { after: 1 });
  }
  desk.clock.advance(20 * 60_000);
  await desk.deliver();
  expect(desk.receiver.received).toHaveLength(1);
  expect(JSON.parse(desk.receiver.received[0]!.body).data.tenants).toHaveLength(50);
});

test("a message outlives the process between its queueing and its sending, and nothing is told twice", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting);
  await desk.restart();
  expect(await desk.tell(1, drifting)).toBe(0);
  desk.clock.advance(60_000);
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
});

test("a process that dies between the sending and its record sends the same id again", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting);
  desk.clock.advance(60_000);
  const dying = {
    ...desk.store().alerts,
    delivered: () => Promise.reject(new Error("killed")),
  };
  const url = async () => new Secret(desk.receiver.url);
  const sink = webhookSink("ops", { url, key: async () => new Secret(key), clock: desk.clock });
  const signal = new AbortController().signal;
  const log = { info() {}, warn() {} };
  const work = deliverDue(
    sink,
    { alerts: dying, clock: desk.clock, log },
    { stopping: signal, aborting: signal },
  );
  await expect(work).rejects.toThrow("killed");
  await desk.restart();
  desk.clock.advance(120_000);
  await desk.deliver();
  const [first, second, ...more] = desk.ids();
  expect(first).toBe(second);
  expect(more).toEqual([]);
});

test("an answer of 500 is tried again after the back-off, with the same id, and then it is done", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting);
  desk.clock.advance(60_000);
  desk.receiver.answer({ status: 500 }, { status: 200 });
  await desk.deliver();
  desk.clock.advance(29_999);
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
  desk.clock.advance(1);
  await desk.deliver();
  expect(new Set(desk.ids()).size).toBe(1);
  expect(desk.ids()).toHaveLength(2);
  desk.clock.advance(7_200_000);
  await desk.deliver();
  expect(desk.ids()).toHaveLength(2);
});

test("a service that asks for more time than the back-off gets it", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting);
  desk.clock.advance(60_000);
  desk.receiver.answer({ status: 429, headers: { "retry-after": "300" } });
  await desk.deliver();
  desk.clock.advance(299_000);
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
  desk.clock.advance(1_000);
  await desk.deliver();
  expect(desk.ids()).toHaveLength(2);
});

test("a refusal is told in the log and not tried again", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting);
  desk.clock.advance(60_000);
  desk.receiver.answer({ status: 404 });
  await desk.deliver();
  desk.clock.advance(7_200_000);
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
  expect(desk.lines).toEqual([
    "ops: an alert was refused, and is not sent again. It answered 404.",
  ]);
});

test("a message that fails lets the later ones pass", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting);
  await desk.tell(1, { ...drifting, plan: { held: [] }, tenant: "other" });
  desk.clock.advance(120_000);
  desk.receiver.answer({ status: 500 });
  await desk.deliver();
  await desk.deliver();
  expect(new Set(desk.ids()).size).toBe(2);
});

test("what could not be sent within a week is dropped with a line in the log", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting);
  desk.clock.advance(60_000);
  desk.receiver.answer({ status: 503 });
  await desk.deliver();
  desk.clock.advance(KEPT);
  const { clock, lines } = desk;
  const add = (_facts: object, text: string) => void lines.push(text);
  await expire({ alerts: desk.store().alerts, clock, log: { info: add, warn: add } });
  expect(lines.at(-1)).toBe(
    "ops: an alert was not sent within 7 days, and is dropped. It answered 503.",
  );
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
});

test("only the kinds that are asked for are told, and the others not later either", async () => {
  await using desk = await openDesk();
  const on = new Set(["certificate"] as const);
  expect(await desk.tell(0, drifting, { on })).toBe(0);
  expect(await desk.tell(1, drifting)).toBe(0);
});

test("a message is redacted before it is queued", async () => {
  await using desk = await openDesk();
  const seen = seenAt(0, { drifts: [driftOf({ before: "https://old.contoso.com/sesame" })] });
  const redact = (text: string) => text.replaceAll("sesame", "[redacted]");
  await tellRun(desk.store().alerts, production, seen, { telling, redact });
  desk.clock.advance(60_000);
  await desk.deliver();
  expect(desk.receiver.received[0]?.body).toContain("[redacted]");
  expect(desk.receiver.received[0]?.body).not.toContain("sesame");
});

test("neither the store nor the log holds the address or the key of a sink", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting);
  desk.clock.advance(60_000);
  desk.receiver.answer({ status: 500 });
  await desk.deliver();
  await desk.restart();
  const held = `${readFileSync(desk.file, "latin1")}${desk.lines.join("\n")}`;
  expect(held).toContain("It answered 500.");
  expect(held).not.toContain("canary");
  expect(held).not.toContain(key);
});

test("tries come after 30 s, then twice as long each time up to an hour, with jitter", () => {
  expect([1, 2, 3, 7, 8, 40].map((attempts) => backoff(attempts, 0) / 1_000)).toEqual([
    30, 60, 120, 1_920, 3_600, 3_600,
  ]);
  expect(backoff(1, 1)).toBe(37_500);
});

/** Resolves when each of these stands at the beginning of a line of the log. */
function listening(...beginnings: readonly string[]) {
  const missing = new Set(beginnings);
  const { promise, resolve } = Promise.withResolvers<void>();
  const add = (_facts: object, text: string) => {
    for (const beginning of missing) if (text.startsWith(beginning)) missing.delete(beginning);
    if (missing.size === 0) resolve();
  };
  return { heard: promise, log: { info: add, warn: add } };
}

test("the dispatcher sends by itself, in spite of a sink that is down and of a store that fails once", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting, { sinks: ["ops", "down"], group: 0 });
  const { alerts } = desk.store();
  let failures = 1;
  const flaky = {
    ...alerts,
    take: (...args: Parameters<typeof alerts.take>) => {
      if (failures-- > 0) throw new Error("disk");
      return alerts.take(...args);
    },
  };
  const { heard, log } = listening(
    "Alerts cannot be sent now.",
    "down: an alert was not sent.",
    "ops: an alert was sent",
  );
  const down = slackSink("down", async () => new Secret("http://127.0.0.1:1/"));
  const ops = slackSink("ops", async () => new Secret(desk.receiver.url));
  const dispatcher = startDispatcher([ops, down], { alerts: flaky, clock: desk.clock, log });
  await heard;
  await dispatcher.stop();
  expect(desk.receiver.received).toHaveLength(1);
});

test("a stop breaks off what takes too long, and the next start sends it", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting, { group: 0 });
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const sink: Sink = {
    name: "ops",
    send: (_message, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () =>
          resolve({ result: "again", reason: "Stopped.", after: null }),
        );
        begin();
      }),
  };
  const log = { info() {}, warn() {} };
  const { clock } = desk;
  const dispatcher = startDispatcher([sink], { alerts: desk.store().alerts, clock, log });
  await begun;
  await dispatcher.stop();
  await desk.restart();
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
});
