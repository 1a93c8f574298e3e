/**
 * A program that uses the store at a path and says what came of it in one line of JSON. Those that
 * hold something then stay until their standard input ends.
 */
import { FaultError } from "../../src/model/fault.ts";
import { openStore } from "../../src/store/store.ts";
import { creation, production, put, run } from "../contracts/store-samples.ts";

const NOBODY = 65_534;
const [what, path = ""] = process.argv.slice(2);

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function begin(): Promise<void> {
  const store = await openStore({ sqlite: path });
  await store.settle(production, null, "done", put("welcome"));
  const key = await store.begin(production, creation("fraud-check"));
  process.stdin.resume();
  say({ key });
}

async function hold(): Promise<void> {
  const store = await openStore({ sqlite: path });
  const isHeld = (await store.lock(production, 0)) !== null;
  process.stdin.resume();
  // Nobody names the store or the lock from here on: it must be held all the same.
  setImmediate(() => {
    globalThis.gc?.();
    say({ held: isHeld });
  });
}

async function write(): Promise<void> {
  await using store = await openStore({ sqlite: path });
  const salt = await store.salt();
  for (let number = 0; number < 20; number += 1) {
    const name = `of-${process.pid}-${number}`;
    const key = await store.begin(production, creation(name));
    await store.settle(production, key, "done", put(name));
  }
  say({ salt: Buffer.from(salt).toString("hex") });
}

async function fill(): Promise<void> {
  await using store = await openStore({ sqlite: path });
  await store.settle(production, null, "done", put("fraud-check"));
  for (let number = 0; number < 2_000; number += 1) {
    await store.record(production, run(`run ${number}`, { commit: "0".repeat(4_000) }));
  }
}

/** As somebody who may read the folder and not write it. */
async function intrude(): Promise<void> {
  if (process.getuid?.() === 0) process.seteuid?.(NOBODY);
  await using store = await openStore({ sqlite: path });
  await store.begin(production, creation("fraud-check"));
}

const programs: Readonly<Record<string, () => Promise<void>>> = {
  begin,
  hold,
  write,
  fill,
  intrude,
};

try {
  await programs[what ?? ""]?.();
} catch (thrown) {
  if (!(thrown instanceof FaultError)) throw thrown;
  say({ fault: thrown.fault });
}
