import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { nothingTold } from "../../src/model/alert.ts";
import { openStore } from "../../src/store/store.ts";
import { alertOf, alertsContract } from "../contracts/alerts.contract.ts";
import { production } from "../contracts/store-samples.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-alerts-"));
let made = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function place() {
  made += 1;
  const sqlite = join(folder, `${made}.db`);
  return () => openStore({ sqlite });
}

alertsContract(place);

test("damaged memory of what was told is a fault that names it", async () => {
  const open = await place();
  await (await open())[Symbol.asyncDispose]();
  const database = new DatabaseSync(join(folder, `${made}.db`));
  const { graph, tenantId } = production;
  database.prepare("INSERT INTO told VALUES (?, ?, ?)").run(graph, tenantId, '{"drifts":[]}');
  database.close();
  await using store = await open();
  await expect(store.alerts.told(production)).rejects.toThrow(/damaged \(list of alerts/);
});

test.each([
  {
    of: "an earlier",
    old: '{"commit":null,"drifts":{},"failure":null,"certificates":{},"held":{}}',
  },
  { of: "a later", old: '{"version":3,"of":"times to come"}' },
])("what $of format says was told is not known, and can be changed", async ({ old }) => {
  const open = await place();
  await (await open())[Symbol.asyncDispose]();
  const database = new DatabaseSync(join(folder, `${made}.db`));
  const { graph, tenantId } = production;
  database.prepare("INSERT INTO told VALUES (?, ?, ?)").run(graph, tenantId, old);
  database.close();
  await using store = await open();
  const before = await store.alerts.told(production);
  expect(before).toEqual({ value: null, written: old });
  const note = { tenant: production, before, told: nothingTold, overtaken: [] };
  expect(await store.alerts.enqueue([], "2026-09-01T12:00:00.000Z", note)).toBe(true);
  expect((await store.alerts.told(production)).value).toEqual(nothingTold);
});

test("a message that is damaged counts when it expires, and hides no other", async () => {
  const open = await place();
  await (await open())[Symbol.asyncDispose]();
  const database = new DatabaseSync(join(folder, `${made}.db`));
  const insert = database.prepare(
    `INSERT INTO deliveries (id, sink, cause, created_at, due_at, latest_at, attempts, alerts)
     VALUES (?, 'ops', ?, ?, ?, ?, 0, ?)`,
  );
  const at = "2026-09-01T12:00:00.000Z";
  for (const [id, alerts] of [
    ["a", "[{"],
    ["b", "{}"],
    ["c", JSON.stringify([alertOf("production"), alertOf("staging")])],
  ] as const) {
    insert.run(id, id, at, at, at, alerts);
  }
  database.close();
  await using store = await open();
  const gone = await store.alerts.expire("2026-09-02T12:00:00.000Z");
  expect(Object.fromEntries(gone.map(({ id, alerts }) => [id, alerts]))).toEqual({
    ...{ a: 1, b: 1, c: 2 },
  });
});

test("a store with a damaged message is brought up to date, and its tenant is told of as before", async () => {
  const open = await place();
  await (await open())[Symbol.asyncDispose]();
  const database = new DatabaseSync(join(folder, `${made}.db`));
  database.exec(
    "ALTER TABLE deliveries DROP COLUMN progress; ALTER TABLE deliveries DROP COLUMN length; PRAGMA user_version = 8",
  );
  const insert = database.prepare(
    `INSERT INTO deliveries (id, sink, cause, created_at, due_at, latest_at, attempts, alerts)
     VALUES (?, 'ops', ?, ?, ?, ?, 0, ?)`,
  );
  const [now = "", due = "", latest = ""] = [0, 1, 9].map(
    (minutes) => `2026-09-01T12:0${minutes}:00.000Z`,
  );
  const alert = alertOf(production.name);
  insert.run("a", "damaged", now, due, latest, `[${JSON.stringify(alert)}`);
  insert.run("b", alert.cause, now, due, latest, JSON.stringify([alert]));
  database.close();
  await using store = await open();
  const before = { value: null, written: null };
  const note = { tenant: production, before, told: nothingTold, overtaken: ["one"] };
  const queued = { id: "c", sink: "ops", dueAt: due, latestAt: latest };
  const other = alertOf("staging");
  expect(await store.alerts.enqueue([{ ...queued, alert: other }], now, note)).toBe(true);
  const all = { now: latest, until: "9999", latest: "9999" };
  await expect(store.alerts.take("ops", all)).rejects.toThrow(/damaged \(message a/);
  expect(await store.alerts.take("ops", all)).toMatchObject({ id: "b", alerts: [alert, other] });
});
