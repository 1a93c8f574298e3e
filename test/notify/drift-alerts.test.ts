/** What real runs of a practice tenant tell of a difference, from its first look to its end. */
import { expect, test } from "vitest";
import type { Alert } from "../../src/model/generated/alert.ts";
import { messageOf } from "../../src/notify/message.ts";
import { tellRun } from "../../src/notify/tell.ts";
import { acceptDrift } from "../../src/reconcile/accept.ts";
import { connector, openPractice, type Practice } from "../reconcile/practice-tenant.ts";

const telling = { sinks: ["ops"], group: 0, on: null, after: 3, remindEvery: 0 };
const tally = { queued() {} };
const elsewhere = "https://elsewhere.example/";
const hour = 3_600_000;
const commit = "9f2c";

/** A run that is told as serve tells it; what is queued then is taken out. */
async function tell(
  practice: Practice,
  run: { readonly isApply: boolean; readonly after?: number },
): Promise<readonly Alert[]> {
  const { tenant, load: loadPlain } = practice.subject();
  const load = () => ({ ...loadPlain(), commit });
  const over = run.isApply ? {} : ({ mode: "report", writer: null } as const);
  const ended = await practice.run({ load, ...over }, run);
  await using store = await practice.openStore();
  const { drifts } = await store.recall(tenant);
  const seen = { graph: tenant.graph, run: ended, drifts };
  const desk = { alerts: store.alerts, telling, tally };
  await tellRun(desk, tenant, seen, (text) => text);
  const told: Alert[] = [];
  for (;;) {
    const due = { now: ended.finishedAt, until: ended.finishedAt, latest: "9999" };
    const delivery = await store.alerts.take("ops", due);
    if (delivery === null) return told;
    expect(messageOf(delivery).event.data.tenants).toEqual([tenant.name]);
    told.push(...delivery.alerts);
    await store.alerts.delivered(delivery.id);
  }
}

const short = ({ kind, about }: Alert) => `${kind} ${about}`;

test("a change by hand is told when it is found, after an acceptance of it has ended, and when it is put right", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  expect(await tell(practice, { isApply: true })).toEqual([]);

  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
  const [opened, ...others] = await tell(practice, { isApply: false });
  expect(others).toEqual([]);
  expect(short(opened!)).toBe("drift-opened API connector a spec.targetUrl");
  expect(opened!.text).toContain(`is "${elsewhere}" in the tenant`);
  expect(await tell(practice, { isApply: false })).toEqual([]);

  const until = new Date(practice.clock.now().getTime() + 2 * hour).toISOString();
  const accepting = { name: "a", path: "spec.targetUrl", until, by: "somebody", reason: "later" };
  const { signal } = new AbortController();
  await acceptDrift(practice.subject(), accepting, () => undefined, signal);
  expect(await tell(practice, { isApply: false })).toEqual([]);

  const again = await tell(practice, { isApply: false, after: 3 * hour });
  expect(again.map(short)).toEqual(["drift-reopened API connector a spec.targetUrl"]);

  const resolved = await tell(practice, { isApply: true });
  expect(resolved.map(short)).toEqual(["drift-resolved API connector a spec.targetUrl"]);
  expect(resolved[0]?.text).toContain("Plumbline put it right.");
  expect(await tell(practice, { isApply: true })).toEqual([]);
});

test("what was changed by hand and put right in the same run is told once", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  await tell(practice, { isApply: true });
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
  const told = await tell(practice, { isApply: true });
  expect(told.map(short)).toEqual(["drift-resolved API connector a spec.targetUrl"]);
  expect(await tell(practice, { isApply: true })).toEqual([]);
});
