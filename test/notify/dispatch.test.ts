import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import type { Store } from "../../src/model/store.ts";
import {
  backoffAfter,
  type Dispatching,
  expire,
  type Line,
  openLine,
  startDispatcher,
} from "../../src/notify/dispatch.ts";
import { emailSink } from "../../src/notify/sinks/email.ts";
import { again, type Sink, unanswered } from "../../src/notify/sinks/sink.ts";
import { slackSink } from "../../src/notify/sinks/slack.ts";
import { webhookSink } from "../../src/notify/sinks/webhook.ts";
import type { Tally } from "../../src/notify/tally.ts";
import { type Telling, tellHeartbeat, tellRun } from "../../src/notify/tell.ts";
import { openStore } from "../../src/store/store.ts";
import { alertOf } from "../contracts/alerts.contract.ts";
import { production } from "../contracts/store-samples.ts";
import { type HandClock, handClock } from "../reconcile/practice-tenant.ts";
import { type HttpReceiver, startHttpReceiver } from "./http-receiver.ts";
import { driftOf, failed, heldOf, minute, rules, type Shown, seenAt } from "./samples.ts";
import { startSmtpReceiver } from "./smtp-receiver.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-dispatch-"));
let made = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const telling: Telling = { ...rules, sinks: ["ops"], group: 60_000, on: null };
const key = "a key for tests alone";
const keep = 7 * 86_400_000;
/** Beyond the longest try. */
const lease = 90_000;
const hour = 3_600_000;

/** Sums by sink, as `ops delivered`. */
function counting(sums: Record<string, number>): Tally {
  const add = (what: string) => (sink: string, count: number) => {
    sums[`${sink} ${what}`] = (sums[`${sink} ${what}`] ?? 0) + count;
  };
  return {
    queued: add("queued"),
    delivered: add("delivered"),
    givenUp: add("given up"),
    barred: (sink, isBarred) => {
      sums[`${sink} barred`] = Number(isBarred);
    },
  };
}

interface Desk extends AsyncDisposable {
  readonly clock: HandClock;
  readonly receiver: HttpReceiver;
  /** Of the log, with a mark before those at the level of errors. */
  readonly lines: string[];
  readonly sums: Readonly<Record<string, number>>;
  readonly file: string;
  store(): Store;
  /** As a new process would open it. */
  restart(): Promise<void>;
  tell(minutes: number, shown: Shown, over?: Partial<Telling>): Promise<number>;
  /** The same difference of so many tenants, each with a message of its own. */
  tellApart(tenants: number): Promise<void>;
  /** What a dispatcher of the process would do with what is due now. */
  deliver(): Promise<void>;
  options(): Dispatching;
  ids(): readonly string[];
}

async function openDesk(): Promise<Desk> {
  made += 1;
  const file = join(folder, `${made}.db`);
  const clock = handClock(minute(0));
  const receiver = await startHttpReceiver();
  const lines: string[] = [];
  const add = (_facts: object, text: string) => void lines.push(text);
  const log = { info: add, warn: add, error: (_: object, text: string) => add({}, `! ${text}`) };
  const sums: Record<string, number> = {};
  const tally = counting(sums);
  let store = await openStore({ sqlite: file }, clock);
  const url = async () => new Secret(receiver.url);
  const webhook = webhookSink("ops", { url, key: async () => new Secret(key), clock });
  const never = new AbortController().signal;
  const tell: Desk["tell"] = (minutes, shown, over = {}) => {
    const seen = seenAt(minutes, shown);
    const { tenant = "production" } = shown;
    const identity = { ...production, name: tenant, tenantId: tenant };
    const own = { alerts: store.alerts, telling: { ...telling, ...over }, tally };
    return tellRun(own, identity, seen, (text) => text);
  };
  const options = () => ({ alerts: store.alerts, clock, log, tally, keep, random: () => 0 });
  let line: Line = openLine(webhook, options());
  return {
    ...{ clock, receiver, lines, sums, file, options },
    store: () => store,
    async restart() {
      await store[Symbol.asyncDispose]();
      store = await openStore({ sqlite: file }, clock);
      line = openLine(webhook, options());
    },
    tell,
    async tellApart(tenants) {
      for (let index = 0; index < tenants; index += 1) {
        const tenant = `tenant-${index}`;
        await tell(0, { tenant });
        await tell(index / 60, { tenant, drifts: [driftOf({ firstSeen: minute(1) })] });
      }
    },
    deliver: () => line({ stopping: never, aborting: never }),
    ids: () => receiver.received.map(({ body }) => JSON.parse(body).id),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

const drifting = { drifts: [driftOf()] };
const going = new AbortController().signal;

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
  const line = openLine(sink, { ...desk.options(), alerts: dying });
  const work = line({ stopping: signal, aborting: signal });
  await expect(work).rejects.toThrow("killed");
  await desk.restart();
  // Whoever took it may be sending it still.
  desk.clock.advance(sink.longest + lease - 1);
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
  desk.clock.advance(1);
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

test("a message that its sink will never take is given up, with a line in the log", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting);
  desk.clock.advance(60_000);
  desk.receiver.answer({ status: 413 });
  await desk.deliver();
  desk.clock.advance(7_200_000);
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
  expect(desk.lines).toEqual([
    "! ops: an alert is given up, for it is never taken. It answered 413.",
  ]);
  expect(desk.sums).toMatchObject({ "ops given up": 1, "ops barred": 0 });
});

test.each([401, 403, 404, 410])(
  "an address that answers %d for days is told of once, loudly, and is sent everything when it is renewed",
  async (status) => {
    await using desk = await openDesk();
    await desk.tellApart(2);
    desk.clock.advance(120_000);
    const day = 86_400_000;
    desk.receiver.answer(...Array(500).fill({ status }));
    const end = desk.clock.now().getTime() + 3 * day;
    while (desk.clock.now().getTime() < end) {
      await desk.deliver();
      desk.clock.advance(60_000);
    }
    const tries = desk.ids().length;
    // One message alone each quarter of an hour.
    expect(tries).toBe(3 * 24 * 4);
    expect(desk.lines.filter((line) => line.startsWith("!"))).toEqual([
      expect.stringContaining(`! ops: it takes no alerts. It answered ${status}. Renew`),
    ]);
    expect(desk.sums).toMatchObject({ "ops barred": 1 });
    desk.receiver.forgetAnswers();
    for (let minutes = 0; minutes < 30; minutes += 5) {
      desk.clock.advance(5 * 60_000);
      await desk.deliver();
    }
    expect(new Set(desk.ids().slice(tries)).size).toBe(2);
    expect(desk.lines).toContain("ops: it takes alerts again");
    expect(desk.sums).toEqual({ "ops queued": 2, "ops delivered": 2, "ops barred": 0 });
  },
);

test("a sink that takes nothing is sent no other message until it was left alone for a while", async () => {
  await using desk = await openDesk();
  await desk.tellApart(3);
  desk.clock.advance(120_000);
  desk.receiver.answer({ status: 404 }, { status: 404 });
  for (const [after, requests] of [
    [0, 1],
    [0, 1],
    [15 * 60_000 - 1, 1],
    [1, 2],
    [0, 2],
  ] as const) {
    desk.clock.advance(after);
    await desk.deliver();
    expect(desk.ids()).toHaveLength(requests);
  }
});

test("a clock that is set back leaves a sink that takes nothing alone for no longer", async () => {
  await using desk = await openDesk();
  await desk.tellApart(2);
  desk.clock.advance(120_000);
  desk.receiver.answer({ status: 404 });
  await desk.deliver();
  desk.clock.advance(-900 * hour);
  await desk.deliver();
  expect(desk.ids().length).toBeGreaterThan(1);
});

test("after a failure the others of its sink wait for the next look", async () => {
  await using desk = await openDesk();
  await desk.tellApart(3);
  desk.clock.advance(120_000);
  desk.receiver.answer({ status: 500 });
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
  await desk.deliver();
  expect(desk.ids()).toHaveLength(3);
});

test("a service that asks for time is sent none of its messages until then", async () => {
  await using desk = await openDesk();
  await desk.tellApart(3);
  desk.clock.advance(120_000);
  desk.receiver.answer({ status: 429, headers: { "retry-after": "300" } });
  for (const after of [0, 100_000, 199_999]) {
    desk.clock.advance(after);
    await desk.deliver();
    expect(desk.ids()).toHaveLength(1);
  }
  desk.clock.advance(1);
  await desk.deliver();
  expect(desk.ids()).toHaveLength(4);
  expect(new Set(desk.ids()).size).toBe(3);
});

test.each([400, 415, 422])(
  "a message that is answered %d is kept while no other one passes, and given up once one has",
  async (status) => {
    await using desk = await openDesk();
    await desk.tellApart(2);
    desk.clock.advance(120_000);
    const day = 24 * hour;
    desk.receiver.answer(...Array(99).fill({ status }));
    for (let hours = 0; hours < 72; hours += 1) {
      await desk.deliver();
      desk.clock.advance(hour);
    }
    expect(desk.lines.filter((line) => line.startsWith("!"))).toEqual([
      expect.stringContaining(`! ops: it takes no alerts. It answered ${status}.`),
    ]);
    expect(desk.sums).toEqual({ "ops queued": 2, "ops barred": 1 });
    // One of the two is taken from now on, the other one is not.
    const bad = desk.ids()[0];
    desk.receiver.answerBy(({ body }) => (JSON.parse(body).id === bad ? status : 202));
    for (let hours = 0; hours < 6; hours += 1) {
      await desk.deliver();
      desk.clock.advance(hour);
    }
    expect(desk.sums).toMatchObject({ "ops delivered": 1, "ops given up": 1, "ops barred": 0 });
    expect(desk.lines.at(-1)).toBe(
      `! ops: an alert is given up, for it is never taken. It answered ${status}.`,
    );
    const tries = desk.ids().length;
    desk.clock.advance(day);
    await desk.deliver();
    expect(desk.ids()).toHaveLength(tries);
  },
);

test("what nobody knows to have arrived is sent four times, ever later, and then given up loudly", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting);
  desk.clock.advance(60_000);
  const tries: string[] = [];
  const sink: Sink = {
    ...{ name: "ops", longest: 0 },
    async send({ id }) {
      tries.push(id);
      return tries.length === 1 ? again("It was down.") : unanswered("It did not say.");
    },
  };
  const signals = { stopping: going, aborting: going };
  for (const [after, count] of [
    [0, 1],
    [30_000, 2],
    [30 * 60_000 - 1, 2],
    [1, 3],
    [hour - 1, 3],
    [1, 4],
    [2 * hour - 1, 4],
    [1, 5],
    [24 * hour, 5],
  ] as const) {
    desk.clock.advance(after);
    // As after a restart each time.
    await openLine(sink, desk.options())(signals);
    expect(tries).toHaveLength(count);
  }
  expect(new Set(tries).size).toBe(1);
  expect(desk.lines.at(-1)).toMatch(/^! ops: an alert is given up, for it may have arrived/);
  expect(desk.sums).toMatchObject({ "ops given up": 1 });
});

test("a recipient that has the mail is not sent it again after a restart, and one that is refused bars nobody", async () => {
  await using desk = await openDesk();
  await using mail = await startSmtpReceiver();
  await desk.tell(0, drifting);
  desk.clock.advance(60_000);
  const to = ["a@contoso.com", "b@contoso.com", "c@contoso.com"];
  const addresses = { from: "plumbline@contoso.com", to };
  const server = { host: "127.0.0.1", port: mail.port, login: null };
  const deliver = () =>
    openLine(
      emailSink("ops", { ...server, ...addresses }),
      desk.options(),
    )({ stopping: going, aborting: going });
  mail.answer("RCPT TO:<b", "451 greylisted");
  mail.answer("RCPT TO:<c", "451 greylisted");
  await deliver();
  await desk.restart();
  desk.clock.advance(hour);
  mail.answer("RCPT TO:<b", "451 greylisted");
  await deliver();
  await desk.restart();
  desk.clock.advance(hour);
  mail.answer("RCPT TO:<b", "550 no such mailbox");
  await deliver();
  desk.clock.advance(24 * hour);
  await deliver();
  expect(mail.mails.map((one) => one.to)).toEqual([["a@contoso.com"], ["c@contoso.com"]]);
  expect(desk.lines.at(-1)).toBe("ops: an alert was sent. 1 of its recipients were refused.");
  expect(desk.sums).toMatchObject({ "ops delivered": 1, "ops barred": 0 });
  await desk.restart();
  expect(readFileSync(desk.file, "latin1")).not.toContain("b@contoso.com");
});

test("a message that was overtaken while it could not be sent says so, and one that was not does not", async () => {
  await using desk = await openDesk();
  await desk.tell(0, failed("network"), { after: 1 });
  desk.clock.advance(60_000);
  desk.receiver.answer({ status: 500 });
  await desk.deliver();
  await desk.tell(2, {});
  desk.clock.advance(200_000);
  await desk.deliver();
  const [first, ...others] = desk.receiver.received.map(({ body }) => JSON.parse(body).data);
  expect(first.title).toBe("Runs do not get through: production");
  expect(others.map(({ title }) => title).toSorted()).toEqual([
    "Out of date: Runs do not get through: production",
    "Runs get through again: production",
  ]);
  const late = others.find(({ kind }) => kind === "run-failing");
  expect(late.alerts[0]).toMatchObject({ at: minute(0), overtakenAt: minute(2) });
});

test("a first start tells of all tenants in one message of each kind, and so does a reminder", async () => {
  await using desk = await openDesk();
  const plan = { held: [heldOf("limit")] };
  for (const day of [0, 1]) {
    for (let index = 0; index < 60; index += 1) {
      const tenant = `tenant-${index}`;
      const commit = `commit of ${tenant}`;
      await desk.tell(day * 24 * 60 + index / 30, { ...drifting, plan, tenant, commit });
    }
    desk.clock.advance(24 * hour);
    await desk.deliver();
  }
  const told = desk.receiver.received.map(({ body }) => JSON.parse(body).data);
  expect(told.map(({ cause, tenants }) => [cause, tenants.length]).toSorted()).toEqual([
    ["drift-opened/first", 60],
    ["held/limit/first", 60],
    ["reminder/drift-opened", 60],
    ["reminder/held", 60],
  ]);
});

test("of two services that share a store, each has its heartbeat", async () => {
  await using desk = await openDesk();
  const { alerts, tally } = desk.options();
  const other = { ...production, tenantId: "another" };
  const own = { alerts, telling, tally };
  const pager = { ...own, telling: { ...telling, sinks: ["pager"] } };
  for (const [at, tenants, text] of [
    [own, [production, other], "both"],
    [own, [other, production], "both, as another process sees them"],
    [own, [other], "the other"],
    [pager, [other], "another sink"],
  ] as const) {
    await tellHeartbeat(at, tenants, [{ ...heartbeat, text }], minute(1));
  }
  desk.clock.advance(600_000);
  await desk.deliver();
  const texts = desk.receiver.received.flatMap(({ body }) =>
    JSON.parse(body).data.alerts.map(({ text }: { readonly text: string }) => text),
  );
  expect(texts).toEqual(["both", "the other"]);
  expect(desk.sums).toMatchObject({ "ops queued": 2, "pager queued": 1 });
});

test("a heartbeat that arrives after the next one was due says that it is out of date", async () => {
  await using desk = await openDesk();
  const { alerts, tally } = desk.options();
  for (const minutes of [0, 24 * 60]) {
    const at = minute(minutes);
    const told = [{ ...heartbeat, at, cause: `heartbeat/${at}` }];
    await tellHeartbeat({ alerts, telling, tally }, [production], told, at);
  }
  desk.clock.advance(25 * hour);
  await desk.deliver();
  expect(desk.receiver.received.map(({ body }) => JSON.parse(body).data.title)).toEqual([
    "Out of date: Plumbline is alive: production",
    "Plumbline is alive: production",
  ]);
});

test("a message that fails lets the later ones pass", async () => {
  await using desk = await openDesk();
  await desk.tellApart(2);
  desk.clock.advance(120_000);
  desk.receiver.answer({ status: 500 });
  await desk.deliver();
  await desk.deliver();
  expect(new Set(desk.ids()).size).toBe(2);
});

test("what could not be sent for as long as it is kept is given up with a line in the log", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting);
  desk.clock.advance(60_000);
  desk.receiver.answer({ status: 503 });
  await desk.deliver();
  desk.clock.advance(keep);
  await expire(desk.options());
  expect(desk.lines.at(-1)).toBe(
    "! ops: an alert is given up, for alerts.keep is over. It answered 503.",
  );
  expect(desk.sums).toMatchObject({ "ops given up": 1 });
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
});

test("what a clock that ran ahead has queued is sent, and what it has put off", async () => {
  await using desk = await openDesk();
  const year = 365 * 24 * 60;
  await desk.tell(year, drifting);
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
});

test("only the kinds that are asked for are told, and what is open when another one is added, once", async () => {
  await using desk = await openDesk();
  const on = new Set(["certificate"] as const);
  expect(await desk.tell(0, drifting, { on })).toBe(0);
  expect(await desk.tell(1, drifting)).toBe(1);
  expect(await desk.tell(2, drifting)).toBe(0);
});

test("two processes on one store that end a run at the same moment tell of it once", async () => {
  await using desk = await openDesk();
  await using other = await openStore({ sqlite: desk.file }, desk.clock);
  // Each knows how it stood before the other wrote.
  const { promise: bothRead, resolve } = Promise.withResolvers<void>();
  let reads = 0;
  const meeting = ({ alerts }: Store): Store["alerts"] => ({
    ...alerts,
    async told(tenant) {
      const noted = await alerts.told(tenant);
      if (++reads >= 2) resolve();
      await bothRead;
      return noted;
    },
  });
  const tally = counting({});
  const told = await Promise.all(
    [desk.store(), other].map((store) =>
      tellRun(
        { alerts: meeting(store), telling, tally },
        production,
        seenAt(0, drifting),
        (text) => text,
      ),
    ),
  );
  expect(told.toSorted()).toEqual([0, 1]);
  for (const [index, { alerts }] of [desk.store(), other].entries()) {
    const told = [{ ...heartbeat, text: `As process ${index} sees it.` }];
    await tellHeartbeat({ alerts, telling, tally }, [production], told, minute(1));
  }
  desk.clock.advance(600_000);
  await desk.deliver();
  const kinds = desk.receiver.received.map(({ body }) => JSON.parse(body).data);
  expect(kinds.map(({ kind, alerts }) => [kind, alerts.length])).toEqual([
    ["drift-opened", 1],
    ["heartbeat", 1],
  ]);
});

const heartbeat = alertOf("production", {
  kind: "heartbeat",
  cause: `heartbeat/${minute(1)}`,
  at: minute(1),
});

test("a message is redacted before it is queued", async () => {
  await using desk = await openDesk();
  const drift = driftOf({ name: "sesame", before: "https://old.contoso.com/sesame" });
  const seen = seenAt(0, { drifts: [drift] });
  const redact = (text: string) => text.replaceAll("sesame", "[redacted]");
  const { alerts, tally } = desk.options();
  await tellRun({ alerts, telling, tally }, production, seen, redact);
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
  expect([1, 2, 3, 7, 8, 40].map((attempts) => backoffAfter(attempts, 0) / 1_000)).toEqual([
    30, 60, 120, 1_920, 3_600, 3_600,
  ]);
  expect(backoffAfter(1, 1)).toBe(37_500);
});

/** Resolves when each of these stands at the beginning of a line of the log. */
function listening(...beginnings: readonly string[]) {
  const missing = new Set(beginnings);
  const { promise, resolve } = Promise.withResolvers<void>();
  const add = (_facts: object, text: string) => {
    for (const beginning of missing) if (text.startsWith(beginning)) missing.delete(beginning);
    if (missing.size === 0) resolve();
  };
  return { heard: promise, log: { info: add, warn: add, error: add } };
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
  const dispatcher = startDispatcher([ops, down], { ...desk.options(), alerts: flaky, log });
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
    longest: 0,
    send: (_message, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () =>
          resolve({ result: "again", reason: "Stopped.", after: null }),
        );
        begin();
      }),
  };
  const dispatcher = startDispatcher([sink], desk.options());
  await begun;
  await dispatcher.stop();
  await desk.restart();
  await desk.deliver();
  expect(desk.ids()).toHaveLength(1);
});

test("however many sinks hang, another one is sent to, and the dispatcher stops", async () => {
  await using desk = await openDesk();
  const hanging = Array.from({ length: 12 }, (_, index) => `hanging-${index}`);
  await desk.tell(0, drifting, { sinks: [...hanging, "ops"], group: 0 });
  const never = () => new Promise<Secret>(() => undefined);
  const { heard, log } = listening("ops: an alert was sent");
  const sinks = [
    ...hanging.map((name) => slackSink(name, never)),
    slackSink("ops", async () => new Secret(desk.receiver.url)),
  ];
  const dispatcher = startDispatcher(sinks, { ...desk.options(), log });
  await heard;
  await dispatcher.stop();
  expect(desk.receiver.received).toHaveLength(1);
});

test("what is queued for nobody expires although no sink is configured any more", async () => {
  await using desk = await openDesk();
  await desk.tell(0, drifting);
  desk.clock.advance(keep + 60_000);
  const { heard, log } = listening("ops: an alert is given up");
  const dispatcher = startDispatcher([], { ...desk.options(), log });
  await heard;
  await dispatcher.stop();
  await desk.restart();
  expect(await desk.store().alerts.expire("9999")).toEqual([]);
});
