// `npm run load -- --minutes 30`: one service that runs many tenants by an accelerated schedule while
// many clients read its page and its API. Absolute figures depend on the machine; whether a request
// fails and whether memory grows does not. The exit status is 1 when an aim is missed. Linux only.
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { aim, definition, say } from "./aims.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    clients: { type: "string", default: "200" },
    tenants: { type: "string", default: "100" },
    /** Seconds between two runs of a tenant. */
    every: { type: "string", default: "30" },
  },
});
const minutes = Number(values.minutes);
const clients = Number(values.clients);
const tenants = Number(values.tenants);
const every = Number(values.every);
const connectors = 10;
/** Milliseconds between two changes by somebody else, in one tenant after the other. */
const drift = 2_000;
const aims = { failed: 0, p99: 250, growth: 1.1 };

const here = fileURLToPath(new URL(".", import.meta.url));
const product = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "plumbline-load-"));
const token = "a-token-of-the-dashboards-in-the-hall";

function writeService(ports: readonly number[]): void {
  mkdirSync(join(work, "connectors"));
  for (let index = 0; index < connectors; index++) {
    writeFileSync(
      join(work, "connectors", `connector-${index}.yaml`),
      definition(index, "BENCH_PASSWORD"),
    );
  }
  const http = {
    listen: "127.0.0.1:0",
    access: { tokens: [{ name: "hall", role: "viewer", token: { env: "BENCH_TOKEN" } }] },
  };
  const all = ports.map((port, index) => ({
    ...{ name: `tenant-${index}`, sandbox: { port }, mode: "apply", settle: "0s" },
    schedule: `${secondsOf(index)} * * * * *`,
  }));
  const service = { apiVersion: "plumbline/v1", kind: "Service", definitions: "connectors" };
  const fingerprintKey = { env: "BENCH_KEY" };
  // JSON is YAML.
  const text = JSON.stringify({ ...service, http, fingerprintKey, tenants: all });
  writeFileSync(join(work, "plumbline.yaml"), text);
}

/** For cron, spread over the time between two runs. */
function secondsOf(index: number): string {
  const seconds = [];
  for (let at = index % every; at < 60; at += every) seconds.push(at);
  return seconds.join(",");
}

function serve(): ChildProcess {
  const env = {
    ...{ PATH: process.env["PATH"], HOME: work, BENCH_TOKEN: token },
    ...{ BENCH_PASSWORD: "bench", BENCH_KEY: "a-fingerprint-key-for-the-bench" },
  };
  const flags = ["--max-semi-space-size=2", join(product, "src/main.ts"), "serve"];
  return spawn(process.execPath, flags, { cwd: work, env, stdio: ["ignore", "ignore", "pipe"] });
}

/** Where it listens, when every tenant has had its first run. */
async function ready(service: ChildProcess): Promise<string> {
  let said = "";
  let url = "";
  service.stderr?.on("data", (chunk: Buffer) => {
    if (url === "") said += String(chunk);
  });
  while (url === "") {
    await pause(100);
    url = /health at (http:\S+)\/healthz/.exec(said)?.[1] ?? "";
    if (service.exitCode !== null) throw new Error(said);
  }
  while ((await fetch(`${url}/readyz`)).status !== 200) await pause(250);
  return url;
}

interface Read {
  readonly latencies: readonly number[];
  readonly failures: readonly (readonly [string, number])[];
}

/** MiB. */
function residentMemory(pid: number): number {
  const [, kib = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1_024;
}

function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5);
}

function percentile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

async function runsSoFar(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts = [...text.matchAll(/^plumbline_runs_total\{[^}]*\} (\d+)/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

async function measure(service: ChildProcess): Promise<void> {
  const url = await ready(service);
  const before = await runsSoFar(url);
  const until = Date.now() + minutes * 60_000;
  const readers = fork(`${here}readers.ts`, [url, token, ...[clients, tenants, until].map(String)]);
  const memory: number[] = [];
  const sampling = setInterval(() => memory.push(residentMemory(service.pid ?? 0)), 5_000);
  const [{ latencies, failures }] = (await once(readers, "message")) as [Read];
  clearInterval(sampling);
  const runs = (await runsSoFar(url)) - before;
  const failed = failures.reduce((sum, [, count]) => sum + count, 0);
  say(
    `Node ${process.version}, ${minutes} min, ${tenants} tenants with ${connectors} connectors each every ${values.every} s, ${clients} clients`,
  );
  say(
    `  ${runs} runs, ${latencies.length} requests, ${(latencies.length / minutes / 60).toFixed(0)} a second`,
  );
  const parts = [0.5, 0.95, 0.99, 1].map((part) => percentile(latencies, part).toFixed(1));
  say(`  milliseconds: median ${parts[0]}, p95 ${parts[1]}, p99 ${parts[2]}, longest ${parts[3]}`);
  const sixth = Math.floor(memory.length / 6);
  // The first sixth fills caches.
  const [early, late] = [memory.slice(sixth, 2 * sixth), memory.slice(-sixth)].map(median);
  say(
    `  resident memory: ${early?.toFixed(0)} MiB in the second sixth of the time, ${late?.toFixed(0)} MiB in the last, peak ${Math.max(...memory).toFixed(0)} MiB`,
  );
  for (const [what, count] of failures) say(`  failed: ${count} times ${what}`);
  aim("failed requests", failed, aims.failed, "");
  aim("p99", percentile(latencies, 0.99), aims.p99, " ms");
  aim("memory, last sixth over second", (late ?? 0) / (early ?? 1), aims.growth, "");
}

const practice = fork(`${here}practice-tenants.ts`, [tenants, connectors, drift].map(String));
const [ports] = (await once(practice, "message")) as [readonly number[]];
writeService(ports);
const service = serve();
try {
  await measure(service);
} finally {
  if (service.kill("SIGTERM")) await once(service, "exit");
  practice.disconnect();
  rmSync(work, { recursive: true });
}
