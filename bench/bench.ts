// `npm run bench`: what Plumbline costs beside the least that any program could do, in one run.
// Absolute times depend on the machine; the ratios are what counts. The exit status is 1 when an aim
// is missed.
import { execFileSync, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { aim, definition, say } from "./aims.ts";
import type { Figures } from "./child.ts";
import { pages } from "./pages.ts";

const connectors = 20;
const tenants = 1_000;
const definitions = 20_000;
const rounds = 3;

const aims = { run: 2, memory: 256, definitions: 1.5, start: 400, secrets: 5 };

const here = fileURLToPath(new URL(".", import.meta.url));
const product = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "plumbline-bench-"));

/** Flags of Node as `npm start` has them, for the floor as for Plumbline. */
const flags = (
  JSON.parse(readFileSync(join(product, "package.json"), "utf8")) as { scripts: { start: string } }
).scripts.start
  .split(" ")
  .filter((word) => word.startsWith("--"));

function writeDefinitions(folder: string, count: number): string {
  const path = join(work, folder);
  mkdirSync(path);
  for (let index = 0; index < count; index++) {
    writeFileSync(
      join(path, `connector-${index}.yaml`),
      definition(index, `BENCH_PASSWORD_${index % connectors}`),
    );
  }
  return path;
}

/** A service with this many tenants, and a store of its own. */
function writeService(root: string, count: number): string {
  const path = mkdtempSync(join(work, "service-"));
  const tenant = (index: number) => `  - name: tenant-${index}
    tenantId: ${randomUUID()}
    cloud: { graph: "${root}" }
    credential: { token: { env: BENCH_TOKEN } }
    mode: apply
`;
  writeFileSync(
    join(path, "plumbline.yaml"),
    `apiVersion: plumbline/v1
kind: Service
definitions: ../connectors
fingerprintKey: { env: BENCH_FINGERPRINT_KEY }
tenants:
${Array.from({ length: count }, (_, index) => tenant(index)).join("")}`,
  );
  return join(path, "plumbline.yaml");
}

const env = {
  ...process.env,
  // As src/main.ts has it: types are stripped and code is compiled by the first process alone.
  NODE_COMPILE_CACHE: join(work, "compiled"),
  BENCH_TOKEN: "bench",
  BENCH_FINGERPRINT_KEY: "a-fingerprint-key-for-the-bench",
  ...Object.fromEntries(
    Array.from({ length: connectors }, (_, index) => [
      `BENCH_PASSWORD_${index}`,
      `password-${index}`,
    ]),
  ),
};

function measure(script: string, args: readonly (string | number)[]): Figures {
  const text = execFileSync(process.execPath, [...flags, here + script, ...args.map(String)], {
    env,
  });
  return JSON.parse(text.toString()) as Figures;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Of each figure by itself, but for memory: of a peak, the highest counts. */
function summary(figures: readonly Figures[]): Figures {
  return {
    milliseconds: median(figures.map(({ milliseconds }) => milliseconds)),
    processor: median(figures.map(({ processor }) => processor)),
    memory: Math.max(...figures.map(({ memory }) => memory)),
  };
}

function row(what: string, { milliseconds, processor, memory }: Figures): void {
  const cells = [
    `${milliseconds.toFixed(1)} ms`,
    `${processor.toFixed(1)} ms`,
    `${memory.toFixed(0)} MiB`,
  ];
  say(`${what.padEnd(52)}${cells.map((cell) => cell.padStart(12)).join("")}`);
}

interface Pair {
  readonly floor: Figures;
  readonly ours: Figures;
}

/** In turn, so that a machine that slows down slows both. */
async function inTurn(
  floor: () => Figures | Promise<Figures>,
  ours: () => Figures | Promise<Figures>,
): Promise<Pair> {
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    pairs.push({ floor: await floor(), ours: await ours() });
  }
  return {
    floor: summary(pairs.map((pair) => pair.floor)),
    ours: summary(pairs.map((pair) => pair.ours)),
  };
}

/** Ratios of processor time: waiting for the server costs both the same and would hide a part. */
function ratios({ floor, ours }: Pair): { readonly processor: number; readonly time: number } {
  return {
    processor: ours.processor / floor.processor,
    time: ours.milliseconds / floor.milliseconds,
  };
}

async function requestsSince(root: string): Promise<number> {
  return Number(await (await fetch(`${root}/requests`)).text());
}

async function compareRuns(root: string, count: number, parallel: number): Promise<void> {
  const requests: number[] = [];
  const pair = await inTurn(
    () => measure("floor.ts", [root, count, parallel]),
    async () => {
      await requestsSince(root);
      const figures = measure("reconcile.ts", [writeService(root, count), parallel]);
      // The process runs each tenant twice. Adopting writes nothing, so nothing is read back.
      requests.push((await requestsSince(root)) / (2 * count));
      return figures;
    },
  );
  const of = `${count} ${count === 1 ? "tenant" : "tenants"}, ${parallel} at a time`;
  row(`floor: fetch and parse, ${of}`, pair.floor);
  row(`no-change reconcile, ${of}`, pair.ours);
  const { processor, time } = ratios(pair);
  if (count === 1)
    return say(`  ${processor.toFixed(2)} times the floor (${time.toFixed(2)} by the clock)`);
  aim(`processor time over the floor (${time.toFixed(2)} by the clock)`, processor, aims.run, "");
  aim("requests per tenant", Math.max(...requests), pages.length, "");
  aim("peak memory", pair.ours.memory, aims.memory, " MiB");
}

async function compareDefinitions(): Promise<void> {
  const many = writeDefinitions("many", definitions);
  const pair = await inTurn(
    () => measure("definitions.ts", ["yaml", many]),
    () => measure("definitions.ts", ["all", many]),
  );
  row(`yaml alone, ${definitions} files`, pair.floor);
  row(`parse and validate, ${definitions} files`, pair.ours);
  const { processor, time } = ratios(pair);
  const what = `processor time over yaml alone (${time.toFixed(2)} by the clock)`;
  aim(what, processor, aims.definitions, "");
}

function measureSecrets(): void {
  const figures = summary(Array.from({ length: rounds }, () => measure("secrets.ts", [])));
  row("20 secrets of a no-change run, after the first", figures);
  aim("time that 20 secrets add", figures.milliseconds, aims.secrets, " ms");
}

function measureStart(): void {
  const starts = Array.from({ length: rounds }, () => {
    const begun = performance.now();
    execFileSync(process.execPath, ["src/main.ts", "validate"], { cwd: product, env });
    return performance.now() - begun;
  });
  say("validate of the examples, a new process each time");
  aim("time", median(starts), aims.start, " ms");
}

const server = fork(`${here}graph-server.ts`, [String(connectors)]);
try {
  const [port] = (await once(server, "message")) as [number];
  const root = `http://127.0.0.1:${port}`;
  const folder = writeDefinitions("connectors", connectors);
  measure("floor.ts", [root, 1, 1]);
  measure("reconcile.ts", [writeService(root, 1), 1]);
  measure("definitions.ts", ["all", folder]);
  execFileSync(process.execPath, ["src/main.ts", "validate"], { cwd: product, env });
  say(`Node ${process.version}, ${connectors} connectors a tenant, medians of ${rounds} rounds\n`);
  say(`${"".padEnd(52)}${["time", "processor", "peak"].map((head) => head.padStart(12)).join("")}`);
  await compareRuns(root, 1, 1);
  await compareRuns(root, tenants, 2);
  await compareRuns(root, tenants, 20);
  await compareDefinitions();
  measureSecrets();
  measureStart();
} finally {
  server.disconnect();
  rmSync(work, { recursive: true });
}
