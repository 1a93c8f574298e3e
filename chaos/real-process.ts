/** A run in a process of its own, which ends by itself, by a real kill -9, or on a disk that is full. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Run } from "../src/model/generated/run.ts";
import type { Errand } from "./child.ts";
import type { Ended } from "./engine.ts";
import { drawKill } from "./faults.ts";
import { judgeTexts } from "./leaks.ts";
import type { Trap } from "./tap.ts";
import { reopenStore, type World } from "./world.ts";

const child = fileURLToPath(new URL("child.ts", import.meta.url));

/** Bytes; a store grows beyond all of them. */
const fileSizes = [16_384, 32_768, 49_152, 65_536];

/** How it ends, drawn: at a step, in the middle of a request, or when no file may grow any more. */
export async function runForReal(world: World): Promise<Ended> {
  const { random, counts } = world;
  const how = random.pick(["step", "step", "request", "disk"] as const);
  counts.drawn(`real process: ${how}`);
  // Two connections of one process to a file are no other process.
  await world.store[Symbol.asyncDispose]();
  const trap = drawKill(random);
  const traps = how === "step" ? [trap] : [];
  const limit = how === "disk" ? random.pick(fileSizes) : null;
  world.course.push(
    `  a real process: ${how} ${how === "step" ? JSON.stringify(trap) : (limit ?? "")}`,
  );
  const started = start(errand(world, traps), limit);
  const output = Promise.all([text(started.stdout), text(started.stderr), once(started, "exit")]);
  if (how === "request") await killInRequest(world, started, output);
  const [stdout, stderr] = await output;
  const isKilled = started.signalCode === "SIGKILL";
  if (isKilled || (how === "disk" && /disk I\/O error|the disk/.test(stdout + stderr))) {
    counts.met(`real process: ${how}`);
  }
  judgeTexts(world, [stdout, stderr]);
  await reopenStore(world);
  if (!isKilled && stdout === "" && how !== "disk") throw new Error(stderr);
  return { run: stdout === "" || isKilled ? null : (JSON.parse(stdout) as Run), events: [] };
}

function errand(world: World, traps: readonly Trap[]): Errand {
  const { folder, sandbox, env, clock, policy, settle } = world;
  const { url, tenantId, token } = sandbox;
  const now = clock.now().toISOString();
  return { folder, sandbox: { url, tenantId, token }, env, now, policy, settle, traps };
}

function start(given: Errand, limit: number | null): ChildProcessWithoutNullStreams {
  const started =
    limit === null
      ? spawn(process.execPath, [child])
      : // In units of 512 bytes.
        spawn("sh", ["-c", `ulimit -f ${limit / 512}; exec "$0" "$1"`, process.execPath, child]);
  started.stdin.end(JSON.stringify(given));
  return started;
}

/** The request is held: what it asks for may be done by then, or be done although nobody waits for it. */
async function killInRequest(
  { random, sandbox }: World,
  started: ChildProcessWithoutNullStreams,
  ended: Promise<unknown>,
): Promise<void> {
  const { control } = sandbox;
  const method = random.pick(["GET", "POST", "PATCH", "PUT"]);
  const skip = random.below(3);
  const when = random.pick(["before-effect", "after-effect"] as const);
  control.clearFaults();
  control.injectFault({ kind: "delay", milliseconds: 600_000, method, skip, when });
  const held = async () => {
    for (let left = skip; left >= 0; left -= 1) await control.arrival(method, /./);
    started.kill("SIGKILL");
  };
  await Promise.race([held(), ended]);
  await ended;
  control.clearFaults();
  // A held request goes on now.
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
}
