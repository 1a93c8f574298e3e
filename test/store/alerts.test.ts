import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { nothingTold } from "../../src/model/alert.ts";
import { openStore } from "../../src/store/store.ts";
import { alertsContract } from "../contracts/alerts.contract.ts";
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

test("what an earlier format says was told is not known, and can be changed", async () => {
  const open = await place();
  await (await open())[Symbol.asyncDispose]();
  const database = new DatabaseSync(join(folder, `${made}.db`));
  const { graph, tenantId } = production;
  const old = '{"commit":null,"drifts":{},"failure":null,"certificates":{},"held":{}}';
  database.prepare("INSERT INTO told VALUES (?, ?, ?)").run(graph, tenantId, old);
  database.close();
  await using store = await open();
  const before = await store.alerts.told(production);
  expect(before).toEqual({ value: null, written: old });
  const note = { tenant: production, before, told: nothingTold };
  expect(await store.alerts.enqueue([], "2026-09-01T12:00:00.000Z", note)).toBe(true);
  expect((await store.alerts.told(production)).value).toEqual(nothingTold);
});
