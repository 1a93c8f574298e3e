/** What stands between the runs of serve and the sinks, on a real store. */
import { setImmediate } from "node:timers/promises";
import pino from "pino";
import { expect, test } from "vitest";
import { type Alerting, startAlerting } from "../../../src/cli/serving/alerting.ts";
import { createRedactors, openSecrets } from "../../../src/secrets/secrets.ts";
import { startHttpReceiver } from "../../notify/http-receiver.ts";
import { connector, openPractice } from "../../reconcile/practice-tenant.ts";

const at = { file: "plumbline.yaml", line: 1, column: 1 };

/** An alerting of one tenant and one sink, which may be started as often as one likes. */
async function openDesk() {
  const practice = await openPractice();
  const receiver = await startHttpReceiver();
  practice.define({ "a.yaml": connector("a") });
  const subject = practice.subject();
  const secrets = openSecrets({
    env: { HOOK_URL: receiver.url },
    fingerprint: { salt: () => subject.store.salt() },
  });
  const source = { type: "env", name: "HOOK_URL" } as const;
  const url = { path: "alerts.sinks[0].slack.url", at, source };
  const { promise: told, resolve } = Promise.withResolvers<void>();
  const delivered = () => resolve();
  const ignore = () => undefined;
  const tally = { queued: ignore, delivered, givenUp: ignore, barred: ignore };
  const rules = { after: 3, remindEvery: 0, heartbeat: null, group: 0, keep: 1e9, on: null };
  const { store, clock } = subject;
  return {
    ...{ practice, subject, told },
    clock: practice.clock,
    start: (): Alerting =>
      startAlerting(
        { ...rules, sinks: [{ name: "ops", type: "slack", url }] },
        {
          ...{ secrets, redactors: createRedactors(), store, clock, tally },
          ...{ log: pino({ level: "silent" }), status: () => [], subjects: [subject] },
        },
      ),
    texts: () => receiver.received.map(({ body }) => JSON.parse(body).blocks[1].text.text),
    matters: async () => (await store.alerts.told(subject.tenant)).value?.matters,
    async [Symbol.asyncDispose]() {
      await receiver[Symbol.asyncDispose]();
      await practice[Symbol.asyncDispose]();
    },
  };
}

test("a run that does not end is told of once, until one ends", async () => {
  await using desk = await openDesk();
  const { subject, practice } = desk;
  {
    await using alerting = desk.start();
    alerting.began(subject);
    await desk.told;
  }
  expect(desk.texts()).toEqual([
    expect.stringMatching(/^practice: The run that began at .* not ended/),
  ]);
  await using alerting = desk.start();
  alerting.began(subject);
  await alerting.told(subject, await practice.run());
  expect(await desk.matters()).toEqual({});
});

test("a run that has ended is not waited for any more", async () => {
  await using desk = await openDesk();
  const { subject, practice, clock } = desk;
  const run = await practice.run();
  await using alerting = desk.start();
  alerting.began(subject);
  await alerting.told(subject, run);
  const end = clock.now().getTime() + 24 * 3_600_000;
  // Whoever looks does so in each of these turns, on a clock that has no other time.
  for (let turns = 0; turns < 50 || clock.now().getTime() < end; turns += 1) await setImmediate();
  expect(await desk.matters()).toEqual({});
  expect(desk.texts()).toEqual([]);
});

test("a run that does not end is told of although the clock was set back", async () => {
  await using desk = await openDesk();
  const { subject, clock } = desk;
  const began = clock.now();
  await using alerting = desk.start();
  alerting.began(subject);
  clock.advance(-10_000 * 3_600_000);
  await desk.told;
  expect(clock.now().getTime()).toBeLessThan(began.getTime());
});
