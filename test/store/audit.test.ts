import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import type { AuditVerdict } from "../../src/model/generated/audit.ts";
import { selectEntries } from "../../src/store/audit-queries.ts";
import { openStore } from "../../src/store/store.ts";
import { happened } from "../contracts/audit.contract.ts";
import { production, run } from "../contracts/store-samples.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-audit-"));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const newPath = () => join(folder, `${++files}.db`);

async function fiveEntries(path: string): Promise<void> {
  await using store = await openStore({ sqlite: path });
  for (let number = 1; number <= 5; number += 1) {
    const at = `2026-09-0${number}T12:00:00.000Z`;
    await store.settle(production, null, "done", [], [happened({ at, name: `c-${number}` })]);
  }
}

/** The verdict after somebody has had a hand in the file. */
async function afterwards(sql: string): Promise<AuditVerdict> {
  const path = newPath();
  await fiveEntries(path);
  {
    using database = new DatabaseSync(path);
    database.exec(sql);
  }
  await using store = await openStore({ sqlite: path });
  return await store.verifyAudit();
}

const tampering = [
  {
    what: "an entry that was edited",
    sql: `UPDATE audit SET entry = replace(entry, 'somebody', 'nobody') WHERE sequence = 3`,
    problems: ["Entry 3 was edited."],
  },
  {
    what: "an entry that is no longer JSON",
    sql: `UPDATE audit SET entry = '"a"' WHERE sequence = 2`,
    problems: ["Entry 2 was edited.", "Entry 2 cannot be read."],
  },
  {
    what: "a hash that was made anew for an edited entry",
    sql: `UPDATE audit SET hash = '${"1".repeat(64)}' WHERE sequence = 3`,
    problems: ["Entry 3 was edited.", "Entry 4 does not follow the one before it."],
  },
  {
    what: "a gap",
    sql: "DELETE FROM audit WHERE sequence IN (2, 3)",
    problems: ["Entries 2 to 3 are missing."],
  },
  {
    what: "a beginning that was cut off",
    sql: "DELETE FROM audit WHERE sequence <= 2",
    problems: ["Entries 1 to 2 are missing."],
  },
  {
    what: "an end that was cut off",
    sql: "DELETE FROM audit WHERE sequence >= 4",
    problems: ["Entries 4 to 5 are missing at the end."],
  },
  {
    what: "an audit of which nothing is left",
    sql: "DELETE FROM audit",
    problems: ["Entries 1 to 5 are missing at the end."],
  },
  {
    what: "a head that was moved back",
    sql: "UPDATE audit_head SET sequence = 4",
    problems: ["The newest entry is not the one that was written last."],
  },
];

test.for(tampering)("$what is found", async ({ sql, problems }) => {
  expect((await afterwards(sql)).problems).toEqual(problems);
});

test("without the note of which entry is the newest, that is said", async () => {
  expect((await afterwards("DELETE FROM audit_head")).problems).toEqual([
    "The note of which entry is the newest is missing.",
  ]);
});

test("an entry that was kept elsewhere is not taken for the same because it was removed", async () => {
  const path = newPath();
  await fiveEntries(path);
  await using store = await openStore(
    { sqlite: path, keepAudit: 3 * 86_400_000 },
    clockAt("2026-09-06T12:00:00Z"),
  );
  const [first, second] = await store.audit({ limit: 5 });
  await store.record(production, run("2026-09-06T12:00:00.000Z"));
  const other = "b".repeat(64);
  const problemsOf = async (sequence: number, hash = other) =>
    (await store.verifyAudit({ sequence, hash })).problems;
  expect(await problemsOf(2, second?.hash)).toEqual([]);
  expect(await problemsOf(2)).toEqual(["Entry 2 is another than the one that was kept elsewhere."]);
  expect(await problemsOf(1, first?.hash)).toEqual([
    expect.stringContaining("Entry 1, which was kept elsewhere, was removed"),
  ]);
  expect(await problemsOf(7)).toEqual(["Entry 7, which was kept elsewhere, is missing."]);
});

test("what is added after an end was cut off does not hide the gap", async () => {
  const path = newPath();
  await fiveEntries(path);
  {
    using database = new DatabaseSync(path);
    database.exec("DELETE FROM audit WHERE sequence = 5");
  }
  await using store = await openStore({ sqlite: path });
  await store.settle(production, null, "done", [], [happened()]);
  expect((await store.verifyAudit()).problems).toEqual(["Entry 5 is missing."]);
});

test("without the head of its audit the store writes nothing more, and says so", async () => {
  const path = newPath();
  await fiveEntries(path);
  {
    using database = new DatabaseSync(path);
    database.exec("DELETE FROM audit_head");
  }
  await using store = await openStore({ sqlite: path });
  await expect(store.settle(production, null, "done", [], [happened()])).rejects.toMatchObject({
    fault: { code: "store", message: expect.stringMatching(/lost the head of its audit/) },
  });
});

test("a chain of many pages is verified to its end", async () => {
  await using store = await openStore({ sqlite: newPath() });
  const entries = Array.from({ length: 1_001 }, (_, index) => happened({ name: `c-${index}` }));
  await store.settle(production, null, "done", [], entries);
  expect(await store.verifyAudit()).toMatchObject({ entries: 1_001, problems: [] });
});

function clockAt(now: string) {
  return { now: () => new Date(now), sleep: async () => {} };
}

test("entries that are older than they are kept go, and the chain that is left is whole", async () => {
  const path = newPath();
  await fiveEntries(path);
  const keepAudit = 3 * 86_400_000;
  {
    await using store = await openStore(
      { sqlite: path, keepAudit },
      clockAt("2026-09-06T12:00:00Z"),
    );
    await store.record(production, run("2026-09-06T12:00:00.000Z"));
    const entries = await store.audit({ limit: 10 });
    expect(entries.map(({ sequence, entry }) => [sequence, entry.action])).toEqual([
      [3, "update"],
      [4, "update"],
      [5, "update"],
      [6, "retain"],
    ]);
    expect((await store.verifyAudit()).problems).toEqual([]);
  }
  await using later = await openStore({ sqlite: path, keepAudit }, clockAt("2027-01-01T00:00:00Z"));
  await later.record(production, run("2027-01-01T00:00:00.000Z"));
  expect((await later.audit({ limit: 10 })).map(({ sequence }) => sequence)).toEqual([7]);
  expect((await later.verifyAudit()).problems).toEqual([]);
});

test("a beginning that was cut off further than was owned up to is found", async () => {
  const path = newPath();
  await fiveEntries(path);
  const options = { sqlite: path, keepAudit: 3 * 86_400_000 };
  await using store = await openStore(options, clockAt("2026-09-06T12:00:00Z"));
  await store.record(production, run("2026-09-06T12:00:00.000Z"));
  using database = new DatabaseSync(path);
  database.exec("DELETE FROM audit WHERE sequence = 3");
  expect((await store.verifyAudit()).problems).toEqual(["Entries 1 to 3 are missing."]);
});

test("the entries of one tenant are found however many the others have", async () => {
  const path = newPath();
  await fiveEntries(path);
  using database = new DatabaseSync(path);
  for (const query of [
    { tenants: [production.name], limit: 20 },
    { tenants: [production.name], name: "c-1", limit: 20 },
    { tenants: [production.name], run: "r", limit: 20 },
  ]) {
    const { sql, parameters } = selectEntries(query);
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...(parameters as string[]));
    const steps = plan.map(({ detail }) => String(detail)).join("; ");
    expect(steps).toContain("USING INDEX");
    expect(steps).not.toMatch(/\bSCAN\b/);
  }
});
