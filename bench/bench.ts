// `npm run bench`: what Plumbline costs beside the least that any program could do, in one run.
// Absolute times depend on the machine; the ratios are what counts.
import { execFileSync, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Figures } from "./child.ts";

const connectors = 20;
const tenants = 1_000;
const definitions = 20_000;
const rounds = 3;

const here = fileURLToPath(new URL(".", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "plumbline-bench-"));

const definition = (index: number) => `apiVersion: plumbline/v1
kind: ApiConnector
metadata: { name: connector-${index} }
spec:
  displayName: Connector ${index}
  targetUrl: https://connector-${index}.api.contoso.example/entra/sign-up
  authentication:
    basic: { username: entra, password: { env: BENCH_PASSWORD_${index % connectors} } }
`;

function writeDefinitions(folder: string, count: number): string {
  const path = join(work, folder);
  mkdirSync(path);
  for (let index = 0; index < count; index++) {
    writeFileSync(join(path, `connector-${index}.yaml`), definition(index));
  }
  return path;
}

/** A service with this many tenants, and a store of its own. */
function writeService(name: string, root: string, count: number): string {
  const path = join(work, name);
  mkdirSync(path);
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
  const text = execFileSync(process.execPath, [here + script, ...args.map(String)], { env });
  return JSON.parse(text.toString()) as Figures;
}

/** The median of some rounds, by time. */
function median(figures: readonly Figures[]): Figures {
  const sorted = [...figures].sort((a, b) => a.milliseconds - b.milliseconds);
  return sorted[Math.floor(sorted.length / 2)] as Figures;
}

function line(what: string, figures: Figures, extra: string): void {
  const time = `${figures.milliseconds.toFixed(0)} ms`.padStart(9);
  const memory = `${figures.memory.toFixed(0)} MiB`.padStart(8);
  process.stdout.write(`${what.padEnd(58)} ${time} ${memory}  ${extra}\n`);
}

async function requestsSince(root: string): Promise<number> {
  return Number(await (await fetch(`${root}/requests`)).text());
}

/** Floor and reconcile in turn, so that a machine that slows down slows both. */
async function compare(root: string, count: number, parallel: number): Promise<void> {
  const floors: Figures[] = [];
  const runs: Figures[] = [];
  let requests = 0;
  for (let round = 0; round < rounds; round++) {
    floors.push(measure("floor.ts", [root, count, parallel]));
    await requestsSince(root);
    const file = writeService(`service-${count}-${parallel}-${round}`, root, count);
    runs.push(measure("reconcile.ts", [file, parallel]));
    // Both runs of the process list each tenant once; the first also reads nothing back, since
    // adopting what matches writes nothing to the tenant.
    requests = (await requestsSince(root)) / 2;
  }
  const floor = median(floors);
  const run = median(runs);
  const of = `${count} ${count === 1 ? "tenant" : "tenants"}, ${parallel} at a time`;
  line(`floor: fetch and parse, ${of}`, floor, "");
  const ratio = (run.milliseconds / floor.milliseconds).toFixed(2);
  line(`no-change reconcile, ${of}`, run, `${ratio} x floor, ${requests} requests`);
}

const server = fork(`${here}graph-server.ts`, [String(connectors)]);
try {
  const [port] = (await once(server, "message")) as [number];
  const root = `http://127.0.0.1:${port}`;
  writeDefinitions("connectors", connectors);
  process.stdout.write(
    `Node ${process.version}, ${connectors} connectors a tenant, median of ${rounds}\n\n`,
  );
  await compare(root, 1, 1);
  await compare(root, tenants, 2);
  await compare(root, tenants, 20);

  const many = writeDefinitions("many", definitions);
  const alone: Figures[] = [];
  const whole: Figures[] = [];
  for (let round = 0; round < rounds; round++) {
    alone.push(measure("definitions.ts", ["yaml", many]));
    whole.push(measure("definitions.ts", ["all", many]));
  }
  const ratio = (median(whole).milliseconds / median(alone).milliseconds).toFixed(2);
  line(`yaml alone, ${definitions} files`, median(alone), "");
  line(`parse and validate, ${definitions} files`, median(whole), `${ratio} x yaml alone`);

  const root2 = fileURLToPath(new URL("..", import.meta.url));
  const starts = Array.from({ length: 5 }, () => {
    const begun = performance.now();
    execFileSync(process.execPath, [`${root2}src/main.ts`, "validate"], { cwd: root2 });
    return { milliseconds: performance.now() - begun, memory: 0 };
  });
  process.stdout.write(
    `${"validate of the examples, from a cold start".padEnd(58)} ${median(starts).milliseconds.toFixed(0).padStart(6)} ms\n`,
  );
} finally {
  server.disconnect();
  rmSync(work, { recursive: true });
}
