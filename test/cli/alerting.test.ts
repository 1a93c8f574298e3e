/** What stands between the runs of serve and the sinks, on a real store. */
import pino from "pino";
import { expect, test } from "vitest";
import { type Alerting, startAlerting } from "../../src/cli/alerting.ts";
import { createRedactors, openSecrets } from "../../src/secrets/secrets.ts";
import { startHttpReceiver } from "../notify/http-receiver.ts";
import { connector, openPractice } from "../reconcile/practice-tenant.ts";

const at = { file: "plumbline.yaml", line: 1, column: 1 };

test("a run that does not end is told of once, until one ends", async () => {
  await using practice = await openPractice();
  await using receiver = await startHttpReceiver();
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
  const start = (): Alerting =>
    startAlerting(
      { ...rules, sinks: [{ name: "ops", type: "slack", url }] },
      {
        ...{ secrets, redactors: createRedactors(), store, clock, tally },
        ...{ log: pino({ level: "silent" }), status: () => [], subjects: [subject] },
      },
    );
  {
    await using alerting = start();
    alerting.began(subject);
    await told;
  }
  const texts = () => receiver.received.map(({ body }) => JSON.parse(body).blocks[1].text.text);
  expect(texts()).toEqual([expect.stringMatching(/^practice: The run that began at .* not ended/)]);
  await using alerting = start();
  alerting.began(subject);
  await alerting.told(subject, await practice.run());
  const { value } = await store.alerts.told(subject.tenant);
  expect(value?.matters).toEqual({});
});
