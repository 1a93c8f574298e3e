/** Whatever is wrong with the store: it is said, nothing is written to the tenant, nothing is lost. */
import { spawn } from "node:child_process";
import { closeSync, cpSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { definition, type Ended, observe, openService, practice, type Service } from "./program.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const storeOf = ({ folder }: Service) => join(folder, ".plumbline/state.db");
const writes = ({ control }: Sandbox) =>
  control.requests().filter(({ method }) => method !== "GET");

/** A service that manages one connector, and whose git has another one by now. */
async function managing(service: Service): Promise<Sandbox> {
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", definition("a"));
  expect(await service.run(["apply"])).toMatchObject({ status: 0 });
  service.write("connectors/b.yaml", definition("b"));
  tenant.control.clearRequests();
  return tenant;
}

function execute(service: Service, sql: string): void {
  using file = new DatabaseSync(storeOf(service));
  file.exec(sql);
}

const damages: readonly { what: string; damage: (service: Service) => void; says: string }[] = [
  {
    what: "damaged in the middle",
    damage: (service) => {
      const file = openSync(storeOf(service), "r+");
      const { size } = statSync(storeOf(service));
      writeSync(file, Buffer.alloc(size - 4_096, 0xa5), 0, size - 4_096, 4_096);
      closeSync(file);
    },
    says: "is damaged",
  },
  {
    what: "from a newer version",
    damage: (service) => execute(service, "PRAGMA user_version = 99"),
    says: "was written by a newer Plumbline",
  },
  {
    what: "without the head of its audit",
    damage: (service) => execute(service, "DELETE FROM audit_head"),
    says: "has lost the head of its audit",
  },
];

test.for(damages)("with a store that is $what nothing is written to the tenant", async (row) => {
  await using service = openService();
  const tenant = await managing(service);
  row.damage(service);
  const before = readFileSync(storeOf(service));
  const { status, stdout } = await service.run(["apply"]);
  expect([status, stdout.replaceAll(/\s+/g, " ")]).toEqual([5, expect.stringContaining(row.says)]);
  expect(writes(tenant)).toEqual([]);
  if (row.what !== "without the head of its audit") {
    expect(readFileSync(storeOf(service))).toEqual(before);
  }
});

test("with a store that another process keeps locked nothing is written to the tenant", async () => {
  await using service = openService();
  const tenant = await managing(service);
  using file = new DatabaseSync(storeOf(service));
  file.exec("BEGIN EXCLUSIVE");
  const { status, stdout } = await service.run(["apply"]);
  expect([status, stdout]).toEqual([5, expect.stringContaining("locked by another process")]);
  expect(writes(tenant)).toEqual([]);
  file.exec("ROLLBACK");
  expect(await service.run(["apply"])).toMatchObject({ status: 0 });
});

/** `apply` with at most so many blocks of 512 bytes in any file, as on a disk that is full. */
async function appliedOnFullDisk(service: Service, blocks: number): Promise<Ended> {
  const limited = `ulimit -f ${blocks}; exec "$0" "$@"`;
  const args = ["-c", limited, process.execPath, main, "apply"];
  const env = { PATH: process.env["PATH"] ?? "", HOME: service.folder, ...service.env };
  return await observe(spawn("sh", args, { cwd: service.folder, env })).ended;
}

test("on a disk that is full nothing is written to the tenant, and what was known stays known", async () => {
  await using service = openService();
  const tenant = await managing(service);
  const { status, stdout } = await appliedOnFullDisk(service, 1);
  expect([status, stdout]).toEqual([5, expect.stringMatching(/disk|cannot be/)]);
  expect(writes(tenant)).toEqual([]);
  const after = await service.run(["apply"]);
  expect([after.status, after.stdout]).toEqual([0, expect.stringContaining("1 created")]);
});

test("a store that was moved away is made anew, and the connectors are adopted by name", async () => {
  await using service = openService();
  const tenant = await managing(service);
  damages[0]?.damage(service);
  cpSync(storeOf(service), join(service.folder, "damaged.db"));
  for (const suffix of ["", "-wal", "-shm"]) service.remove(`.plumbline/state.db${suffix}`);
  const { status, stdout } = await service.run(["apply"]);
  expect([status, stdout]).toEqual([0, expect.stringContaining("1 created, 1 adopted")]);
  expect(writes(tenant).map(({ method }) => method)).toEqual(["POST"]);
});
