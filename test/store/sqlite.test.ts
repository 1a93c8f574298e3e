import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  mkdir,
  mkdtemp,
  open as openFile,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { type Fault, FaultError } from "../../src/model/fault.ts";
import { Secret } from "../../src/model/secret.ts";
import { migrations } from "../../src/store/migrations.ts";
import { openStore } from "../../src/store/store.ts";
import { auditContract } from "../contracts/audit.contract.ts";
import { storeContract } from "../contracts/store.contract.ts";
import { creation, entry, production, put, run, staging } from "../contracts/store-samples.ts";
import { recorded } from "../plan/builders.ts";

const program = fileURLToPath(new URL("another-process.ts", import.meta.url));
const folders: string[] = [];
const processes: ChildProcess[] = [];

afterAll(async () => {
  for (const child of processes) child.kill("SIGKILL");
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "plumbline-store-"));
  folders.push(folder);
  return folder;
}

async function newPath(): Promise<string> {
  return join(await emptyFolder(), "state.db");
}

function start(what: string, path: string): ChildProcess {
  const args = ["--expose-gc", program, what, path];
  return track(spawn(process.execPath, args, { stdio: ["pipe", "pipe", 2] }));
}

function track(child: ChildProcess): ChildProcess {
  processes.push(child);
  return child;
}

async function firstLine<Line>(child: ChildProcess): Promise<Line> {
  for await (const line of createInterface({ input: child.stdout! })) return JSON.parse(line);
  throw new Error("the process ended without a word");
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const thrown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(FaultError);
  return (thrown as FaultError).fault;
}

async function openAndClose(path: string): Promise<void> {
  await using store = await openStore({ sqlite: path });
  await store.settle(production, null, "done", put("fraud-check"));
}

async function place() {
  const path = await newPath();
  return () => openStore({ sqlite: path });
}

storeContract(place);
auditContract(place);

test("a killed process leaves what it had begun open, and what it had settled settled", async () => {
  const path = await newPath();
  const child = start("begin", path);
  const { key } = await firstLine<{ key: number }>(child);
  await killed(child);
  await using store = await openStore({ sqlite: path });
  const { journal, ledger } = await store.recall(production);
  expect(journal).toEqual([{ ...creation("fraud-check"), key }]);
  expect(ledger).toEqual([entry("welcome")]);
});

test("processes that open a new file at once and write at once lose nothing", async () => {
  const path = await newPath();
  const children = Array.from({ length: 3 }, () => start("write", path));
  const said = await Promise.all(children.map((child) => firstLine<{ salt: string }>(child)));
  expect(new Set(said.map(({ salt }) => salt)).size).toBe(1);
  await using store = await openStore({ sqlite: path });
  const { journal, ledger } = await store.recall(production);
  expect(journal).toEqual([]);
  expect(ledger).toHaveLength(3 * 20);
});

test("a lock of another process is waited for, and is free as soon as that one is killed", async () => {
  const path = await newPath();
  const child = start("hold", path);
  expect(await firstLine(child)).toEqual({ held: true });
  let time = 0;
  const clock = {
    now: () => new Date(time),
    sleep: async (milliseconds: number) => {
      time += milliseconds;
    },
  };
  await using store = await openStore({ sqlite: path }, clock);
  expect(await store.lock(production, 10_000)).toBeNull();
  expect(time).toBe(10_000);
  await using other = await store.lock({ ...production, tenantId: "another" }, 0);
  expect(other).not.toBeNull();
  await killed(child);
  await using lock = await store.lock(production, 0);
  expect(lock).not.toBeNull();
});

test("a waiting run gets the lock when the other lets go", async () => {
  const path = await newPath();
  let slept = 0;
  let letGo = async () => {};
  const clock = {
    now: () => new Date(slept * 100),
    sleep: async () => {
      slept += 1;
      if (slept === 3) await letGo();
    },
  };
  await using store = await openStore({ sqlite: path }, clock);
  const held = await store.lock(production, 0);
  letGo = async () => held?.[Symbol.asyncDispose]();
  await using lock = await store.lock(production, 10_000);
  expect(lock).not.toBeNull();
  expect(slept).toBe(3);
});

test("the file, its folder and its locks are for their owner only", async () => {
  const folder = join(await emptyFolder(), ".plumbline");
  const path = join(folder, "state.db");
  await using store = await openStore({ sqlite: path });
  await store.settle(production, null, "done", put("fraud-check"));
  await using _lock = await store.lock(production, 0);
  const names = await readdir(folder, { recursive: true });
  expect(names.length).toBeGreaterThanOrEqual(4);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  for (const name of names) {
    expect([name, (await stat(join(folder, name))).mode & 0o077]).toEqual([name, 0]);
  }
});

test("the store holds fingerprints of a secret and never the secret", async () => {
  const path = await newPath();
  const canary = new Secret("canary-5f1e9c");
  {
    await using store = await openStore({ sqlite: path });
    const secret = recorded("scrypt:0a1b2c3d$eHl6", null);
    const secrets = { password: { ...secret, canary } };
    await store.settle(production, null, "done", [{ op: "put", entry: entry("a", { secrets }) }]);
    const careless = { ...run("now"), canary };
    await store.record(production, careless);
    const folder = join(path, "..");
    for (const name of await readdir(folder)) {
      if (!(await stat(join(folder, name))).isFile()) continue;
      expect((await readFile(join(folder, name))).includes("canary-5f1e9c")).toBe(false);
    }
    expect(JSON.stringify(await store.runs("production", 1))).toContain("[redacted]");
  }
});

test("a file from a newer version is refused and left as it is", async () => {
  const path = await newPath();
  await openAndClose(path);
  const database = new DatabaseSync(path);
  database.exec("PRAGMA user_version = 99");
  database.close();
  const before = await readFile(path);
  const fault = await faultOf(openStore({ sqlite: path }));
  expect(fault.code).toBe("store");
  expect(fault.message).toMatch(/newer Plumbline \(its format is 99, this one knows \d+\)/);
  expect(await readFile(path)).toEqual(before);
});

test("a write that an older version began is still open, and it is not known what it sent", async () => {
  const path = await newPath();
  const database = new DatabaseSync(path);
  database.exec(migrations[0] ?? "");
  database.exec("PRAGMA application_id = 0x506c756d; PRAGMA user_version = 1");
  database.exec(`INSERT INTO journal VALUES (1, '${production.graph}', '${production.tenantId}',
    'update', 'ApiConnector', 'a', 'id-of-a', 'A', '[]', '2026-09-01T12:00:00.000Z', NULL)`);
  database.close();
  await using store = await openStore({ sqlite: path });
  const { journal } = await store.recall(production);
  expect(journal).toMatchObject([{ op: "update", name: "a", id: "id-of-a", sends: null }]);
});

test("the database of another program is refused and left as it is", async () => {
  const path = await newPath();
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE songs (title TEXT)");
  database.close();
  const before = await readFile(path);
  const fault = await faultOf(openStore({ sqlite: path }));
  expect(fault).toMatchObject({
    code: "store",
    message: expect.stringMatching(/database of another program/),
  });
  expect(await readFile(path)).toEqual(before);
});

test("a file that is no database is refused and left as it is", async () => {
  const path = await newPath();
  await writeFile(path, "shopping list: ".repeat(100));
  const fault = await faultOf(openStore({ sqlite: path }));
  expect(fault).toMatchObject({ code: "store", message: expect.stringMatching(/is not a store/) });
  expect(await readFile(path, "utf8")).toMatch(/^shopping list/);
});

test("an empty file becomes a store", async () => {
  const path = await newPath();
  await writeFile(path, "");
  await openAndClose(path);
  await using store = await openStore({ sqlite: path });
  expect((await store.recall(production)).ledger).toHaveLength(1);
});

test("a damaged file is found when it is opened", async () => {
  const path = await newPath();
  await openAndClose(path);
  const file = await openFile(path, "r+");
  // Everything behind the first page, which holds the header and the schema.
  const { size } = await file.stat();
  await file.write(Buffer.alloc(size - 4_096, 0xa5), 0, size - 4_096, 4_096);
  await file.close();
  const fault = await faultOf(openStore({ sqlite: path }));
  expect(fault).toMatchObject({
    code: "store",
    message: expect.stringMatching(/is damaged.*move it away/),
  });
});

const damages = [
  { what: "secrets that are no JSON", sql: "UPDATE ledger SET secrets = '{'" },
  { what: "secrets of another shape", sql: `UPDATE ledger SET secrets = '{"a":1}'` },
  { what: "a kind that nobody knows", sql: "UPDATE ledger SET kind = 'Unicorn'" },
  { what: "ids of another shape", sql: `UPDATE journal SET listed = '{"a":1}'` },
  { what: "a run of another shape", sql: `UPDATE runs SET run = '[]'` },
];

test.for(damages)("an entry with $what is a fault that names it", async ({ sql }) => {
  const path = await newPath();
  {
    await using store = await openStore({ sqlite: path });
    const secrets = { password: recorded("f", null) };
    await store.settle(production, null, "done", [{ op: "put", entry: entry("a", { secrets }) }]);
    await store.begin(production, creation("b"));
    await store.record(production, run("now"));
  }
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  await using store = await openStore({ sqlite: path });
  const fault = await faultOf(store.recall(production).then(() => store.runs("production", 1)));
  expect(fault).toMatchObject({
    code: "store",
    message: expect.stringMatching(/is damaged \((ledger entry a|journal entry 1|run 1) /),
  });
});

test("what an older version said less of is read with what it did not say", async () => {
  const path = await newPath();
  {
    await using store = await openStore({ sqlite: path });
    const secrets = { password: recorded("f", "2026-08-01T00:00:00.000Z") };
    await store.settle(production, null, "done", [{ op: "put", entry: entry("a", { secrets }) }]);
    await store.record(production, run("2026-08-01T00:00:00.000Z"));
  }
  const database = new DatabaseSync(path);
  database.exec(`UPDATE ledger SET secrets =
    '{"password":{"fingerprint":"f","assertedAt":"2026-08-01T00:00:00.000Z"}}'`);
  database.exec(`UPDATE runs SET run =
    json_remove(run, '$.id', '$.plan.secrets', '$.plan.certificates', '$.plan.window', '$.plan.uses')`);
  database.close();
  await using store = await openStore({ sqlite: path });
  const { ledger } = await store.recall(production);
  expect(ledger[0]?.secrets).toEqual({
    password: {
      fingerprint: "f",
      assertedAt: "2026-08-01T00:00:00.000Z",
      trustedAt: null,
      recordedAt: null,
      run: null,
    },
  });
  const [read] = await store.runs("production", 1);
  expect(read).toEqual(run("2026-08-01T00:00:00.000Z"));
});

test("a path that leads through a file is a fault that says so", async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, "file"), "");
  const fault = await faultOf(openStore({ sqlite: join(folder, "file", "deeper", "state.db") }));
  expect(fault).toMatchObject({
    code: "store",
    message: expect.stringMatching(/part of its path is a file/),
  });
});

test("a folder in the place of the file is a fault that says so", async () => {
  const path = await newPath();
  await mkdir(path);
  const fault = await faultOf(openStore({ sqlite: path }));
  expect(fault).toMatchObject({
    code: "store",
    message: expect.stringMatching(/Check that it is a file/),
  });
});

test("a folder that may not be written is a fault that says what to do", async () => {
  const folder = await emptyFolder();
  await chmod(folder, 0o555);
  const child = start("intrude", join(folder, "state.db"));
  const { fault } = await firstLine<{ fault: Fault }>(child);
  expect(fault).toMatchObject({
    code: "store",
    message: expect.stringMatching(/permission denied\. Give this user write access/),
  });
});

test("a store that may only be read is a fault that says what to do", async () => {
  const path = await newPath();
  await openAndClose(path);
  await chmod(path, 0o444);
  await chmod(join(path, ".."), 0o555);
  const child = start("intrude", path);
  const { fault } = await firstLine<{ fault: Fault }>(child);
  expect(fault).toMatchObject({ code: "store", message: expect.stringMatching(/this user/) });
});

test("a disk that takes no more is a fault, and what was there stays readable", async () => {
  const path = await newPath();
  const limited = `ulimit -f 400; exec "$0" "$@"`;
  const child = track(
    spawn("sh", ["-c", limited, process.execPath, program, "fill", path], {
      stdio: ["pipe", "pipe", 2],
    }),
  );
  const { fault } = await firstLine<{ fault: Fault }>(child);
  expect(fault).toMatchObject({ code: "store", message: expect.stringMatching(/disk/) });
  await once(child, "exit");
  await using store = await openStore({ sqlite: path });
  expect((await store.recall(production)).ledger).toEqual([entry("fraud-check")]);
  expect((await store.runs("production", 2_000)).length).toBeGreaterThan(0);
});

test("a recall gives the very same memory as long as nothing was written about the tenant", async () => {
  await using store = await openStore({ sqlite: await newPath() });
  await store.settle(production, null, "done", put("fraud-check"));
  await store.record(production, run("first"));
  const memory = await store.recall(production);
  await store.settle(staging, null, "done", put("welcome"));
  await store.record(production, run("second"));
  expect(await store.recall(production)).toBe(memory);
  await store.settle(production, null, "done", put("welcome"));
  expect(await store.recall(production)).not.toBe(memory);
});

test("what another process has written is seen, also where nothing was written here since", async () => {
  const path = await newPath();
  await using store = await openStore({ sqlite: path });
  expect((await store.recall(production)).journal).toEqual([]);
  const child = start("begin", path);
  const { key } = await firstLine<{ key: number }>(child);
  await killed(child);
  expect((await store.recall(production)).journal).toEqual([{ ...creation("fraud-check"), key }]);
});

test("the file does not grow with every run", async () => {
  const path = await newPath();
  await using store = await openStore({ sqlite: path });
  for (let number = 1; number <= 1_120; number += 1) {
    await store.record(production, run(`run ${number}`));
  }
  using file = new DatabaseSync(path, { readOnly: true });
  expect(file.prepare("SELECT count(*) AS count, min(sequence) AS first FROM runs").get()).toEqual({
    count: 1_020,
    first: 101,
  });
});

const day = 86_400_000;

async function recordEach(path: string, keepRuns: number | null, now: string, finished: string[]) {
  const clock = { now: () => new Date(now), sleep: async () => {} };
  await using store = await openStore({ sqlite: path, keepRuns }, clock);
  for (const finishedAt of finished)
    await store.record(production, run(finishedAt, { finishedAt }));
}

async function runsIn(path: string, tenant: string): Promise<readonly string[]> {
  await using store = await openStore({ sqlite: path, keepRuns: 2 * day });
  return (await store.runs(tenant, 5_000)).map(({ finishedAt }) => finishedAt);
}

test("runs go when they are older than they are kept, and each tenant's last one stays", async () => {
  const path = await newPath();
  {
    await using store = await openStore({ sqlite: path });
    for (const finishedAt of ["2026-08-01T12:00:00.000Z", "2026-08-02T12:00:00.000Z"]) {
      await store.record(staging, run(finishedAt, { tenant: "staging", finishedAt }));
    }
  }
  await recordEach(path, null, "2026-09-03T12:00:00Z", [
    "2026-09-01T12:00:00.000Z",
    "2026-09-02T12:00:00.000Z",
  ]);
  await recordEach(path, 2 * day, "2026-09-04T00:00:00Z", ["2026-09-04T00:00:00.000Z"]);
  expect(await runsIn(path, "production")).toEqual([
    "2026-09-04T00:00:00.000Z",
    "2026-09-02T12:00:00.000Z",
  ]);
  expect(await runsIn(path, "staging")).toEqual(["2026-08-02T12:00:00.000Z"]);
});

test("as many runs are kept as there are when it is said for how long", async () => {
  const path = await newPath();
  const many = Array.from({ length: 1_060 }, (_, second) =>
    new Date(Date.UTC(2026, 8, 4) + second * 1_000).toISOString(),
  );
  await recordEach(path, 2 * day, "2026-09-04T00:30:00Z", many);
  expect(await runsIn(path, "production")).toHaveLength(1_060);
});
