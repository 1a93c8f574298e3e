/** What becomes of the store's file while no process runs, and what its operator does then. */
import {
  closeSync,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { FaultError } from "../src/model/fault.ts";
import { openStore } from "../src/store/store.ts";
import { violate } from "./violation.ts";
import { connectorsOf, imageOf, type Moment, type World } from "./world.ts";

type Damage = (path: string, world: World) => void;

export const damages: Readonly<Record<string, Damage>> = {
  deleted: (path) => remove(path, ["", "-wal", "-shm"]),
  "deleted but for its write-ahead log": (path) => remove(path, [""]),
  "its first bytes overwritten": (path) => overwrite(path, 0, 100),
  "a page overwritten": (path, { random }) =>
    overwrite(path, 4_096 * (1 + random.below(pages(path) - 1)), 4_096),
  "cut in the middle": (path) => truncateSync(path, 4_096 * Math.max(1, pages(path) >> 1)),
  "cut to nothing": (path) => truncateSync(path, 0),
  "without a readable difference": (path) => execute(path, "UPDATE drifts SET drift = 'chaos'"),
  "without a readable acceptance": (path) =>
    execute(path, "UPDATE acceptances SET value = 'chaos', until = 'chaos'"),
};

/** Damages the file. Either it is read as it was, or the program says so and writes nothing. */
export async function damageStore(world: World, how: string, before: Moment): Promise<void> {
  await world.store[Symbol.asyncDispose]();
  damages[how]?.(world.storePath, world);
  world.sandbox.control.clearRequests();
  const told = await refusal(world);
  if (told !== null) {
    if (!/move it away/.test(told))
      violate("The operator is told what to do", "move it away", told);
    const requests = world.sandbox.control.requests();
    if (requests.length > 0) violate("A damaged store sends nothing", [], requests);
    moveAway(world.storePath);
    world.store = await openStore({ sqlite: world.storePath }, world.clock);
  }
  const { ledger, journal } = await world.store.recall(world.tenant);
  world.counts.met(`store ${how}`);
  world.counts.met(`store ${how}, and ${told === null ? "opened" : "told"}`);
  const kept = JSON.stringify({ ledger, journal });
  const { memory } = before;
  if (kept === JSON.stringify({ ledger: memory.ledger, journal: memory.journal })) return;
  if (ledger.length + journal.length > 0) violate("A damaged store is told", memory, kept);
  forgetEverything(world);
}

/** What the program says; null when it can use the file. Leaves the store open then. */
async function refusal(world: World): Promise<string | null> {
  try {
    world.store = await openStore({ sqlite: world.storePath }, world.clock);
    await world.store.recall(world.tenant);
    return null;
  } catch (thrown) {
    await world.store[Symbol.asyncDispose]();
    if (thrown instanceof FaultError && thrown.fault.code === "store") return thrown.fault.message;
    throw thrown;
  }
}

/** What was ours is nobody's until it is found again by its name. */
function forgetEverything(world: World): void {
  world.made.clear();
  world.unsent.clear();
  for (const connector of connectorsOf(world)) {
    world.unmanaged.set(connector.id, imageOf(connector));
  }
}

function moveAway(path: string): void {
  for (const end of ["", "-wal", "-shm"]) {
    if (existsSync(path + end)) renameSync(path + end, `${path}.bad${end}`);
  }
}

function remove(path: string, ends: readonly string[]): void {
  for (const end of ends) rmSync(path + end, { force: true });
}

function execute(path: string, sql: string): void {
  using file = new DatabaseSync(path);
  file.exec(sql);
}

function pages(path: string): number {
  return Math.max(2, Math.floor(statSync(path).size / 4_096));
}

function overwrite(path: string, at: number, length: number): void {
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(length, "chaos"), 0, length, at);
  closeSync(file);
}
