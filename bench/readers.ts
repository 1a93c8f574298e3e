// People and programs that read the service: open pages that renew themselves when a run has ended,
// and dashboards that ask the API. Run as a process of its own.
import { Agent, get, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const [url = "", token = ""] = process.argv.slice(2);
const [clients = 0, tenants = 0, until = 0] = process.argv.slice(4).map(Number);

/** Milliseconds between two questions of a dashboard, and the least between two of a page. */
const DASHBOARD = 2_000;
const PAGE = 1_000;

const latencies: number[] = [];
const failures = new Map<string, number>();

function fail(what: string): void {
  failures.set(what, (failures.get(what) ?? 0) + 1);
}

/** Each has an address of its own, as far as the limit of requests is concerned. */
function agentOf(client: number): Agent {
  const localAddress = `127.0.${1 + Math.floor(client / 250)}.${1 + (client % 250)}`;
  return new Agent({ keepAlive: true, localAddress });
}

function open(path: string, agent: Agent): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    get(`${url}${path}`, { agent, headers }, resolve).once("error", reject);
  });
}

async function ask(path: string, agent: Agent): Promise<void> {
  const begun = performance.now();
  try {
    const answer = await open(path, agent);
    for await (const _ of answer);
    latencies.push(performance.now() - begun);
    if (answer.statusCode !== 200) fail(`${answer.statusCode} of ${path.replace(/\d+/, "N")}`);
  } catch (error) {
    fail(String(error));
  }
}

async function watch(path: string, agent: Agent): Promise<void> {
  let isStale = true;
  const events = await open("/page/events", agent);
  if (events.statusCode !== 200) fail(`${events.statusCode} of events`);
  events.on("data", (chunk: Buffer) => {
    isStale ||= path === "/" || chunk.includes(`"${path.split("/").at(-1)}"`);
  });
  while (Date.now() < until) {
    if (isStale) {
      isStale = false;
      await ask(path, agent);
    }
    await pause(PAGE);
  }
  events.destroy();
}

async function poll(client: number, agent: Agent): Promise<void> {
  await pause(Math.random() * DASHBOARD);
  for (let turn = client; Date.now() < until; turn += 1) {
    const tenant = `/api/v1/tenants/tenant-${turn % tenants}`;
    const paths = ["/api/v1/tenants", tenant, `${tenant}/plan`, `${tenant}/drift`];
    const all = [...paths, `${tenant}/runs`, `${tenant}/audit`];
    await ask(all[turn % all.length] ?? tenant, agent);
    await pause(DASHBOARD * (0.5 + Math.random()));
  }
}

await Promise.all(
  Array.from({ length: clients }, (_, client) => {
    const agent = agentOf(client);
    if (client % 2 === 0) return poll(client, agent);
    return watch(client % 4 === 1 ? "/" : `/tenants/tenant-${client % tenants}`, agent);
  }),
);
// Cut off only when all of it has left.
process.send?.({ latencies, failures: [...failures] }, () => process.disconnect());
