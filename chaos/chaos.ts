// `npm run chaos [-- --seeds N --start S --workers N --verbose]`: seeded faults over the whole engine,
// the real store file and a practice tenant over HTTP. A seed that fails says how to play it again;
// the exit status is 1 then.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { added, type Count, countLines } from "./counts.ts";
import type { SeedResult } from "./seed.ts";

/** Courses that are printed; of the others, the seeds alone. */
const MOST_SHOWN = 5;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "300" },
    start: { type: "string", default: "0" },
    workers: { type: "string", default: "2" },
    verbose: { type: "boolean", default: false },
  },
});
const first = number("start", 0);
let count = number("seeds", 1);
const workers = Math.min(number("workers", 1), count);

function number(name: "seeds" | "start" | "workers", least: number): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= least) return value;
  console.error(`--${name} is a whole number from ${least}.`);
  process.exit(1);
}

let next = first;
// Whoever interrupts a long campaign still learns what it has found.
process.on("SIGINT", () => {
  count = next - first;
});
let counts: Readonly<Record<string, Count>> = {};
const failed: number[] = [];

function take(result: SeedResult): void {
  const { seed, problem, course } = result;
  counts = added(counts, result.counts);
  if (problem !== null) failed.push(seed);
  const isShown = problem !== null && failed.length <= MOST_SHOWN;
  if (!isShown && !values.verbose) return;
  console.log(`seed ${seed}\n${course.map((line) => `  ${line}`).join("\n")}`);
  if (problem === null) return;
  console.log(`${problem}\nTo play it again: npm run chaos -- --start ${seed} --seeds 1\n`);
}

/** A worker is given one seed after the other. */
async function work(): Promise<void> {
  const worker = fork(fileURLToPath(new URL("worker.ts", import.meta.url)));
  const give = () => {
    if (next < first + count) worker.send(next++);
    else worker.disconnect();
  };
  worker.on("message", (message: SeedResult | "ready") => {
    if (message !== "ready") take(message);
    give();
  });
  const [status] = await once(worker, "exit");
  if (status !== 0) throw new Error(`A worker ended with ${status}.`);
}

const begun = performance.now();
await Promise.all(Array.from({ length: workers }, work));
const seconds = (performance.now() - begun) / 1_000;

console.log(countLines(counts).join("\n"));
const others = failed.slice(MOST_SHOWN);
if (others.length > 0) console.log(`failed too: ${others.join(" ")}`);
console.log(
  `${count} seeds from ${first} in ${seconds.toFixed(1)} s, ${((seconds * 1_000) / count).toFixed(0)} ms each: ${failed.length === 0 ? "all clean" : `${failed.length} failed`}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
