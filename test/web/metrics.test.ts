/** What real runs of a practice tenant look like at /metrics of a real server. */
import { expect, test } from "vitest";
import type { Certificate, ConnectorCertificates, Run } from "../../src/model/generated/run.ts";
import { oldestOf } from "../../src/web/figures.ts";
import { type Metrics, openMetrics, type Standing } from "../../src/web/metrics.ts";
import { startWeb } from "../../src/web/web.ts";
import { makeCertificate } from "../certificates.ts";
import { allowing } from "../plan/builders.ts";
import { connector, openPractice, type Practice } from "../reconcile/practice-tenant.ts";
import { type Family, readExposition, sampleValue } from "./exposition.ts";

const tenant = "practice";

interface Watched extends AsyncDisposable {
  readonly practice: Practice;
  readonly metrics: Metrics;
  /** Stands in for what the store remembers of differences. */
  drifts: Error | null;
  standing: readonly Standing[];
  budgetLeft: number | null;
  /** Runs once and counts it. */
  run(...args: Parameters<Practice["run"]>): Promise<Run>;
  scrape(): Promise<string>;
  /** The value of one series. */
  value(name: string, labels?: Readonly<Record<string, string>>): Promise<number | undefined>;
  family(name: string): Promise<Family | undefined>;
}

async function watch(): Promise<Watched> {
  const metrics = openMetrics({ version: "1.2.3", standing: () => watched.standing });
  const practice = await openPractice({ onRequest: metrics.requested });
  const health = () => ({ ready: true, tenants: [] });
  const web = await startWeb({ host: "127.0.0.1", port: 0, health, metrics });
  metrics.add({
    tenant,
    budgetLeft: () => watched.budgetLeft,
    async drifts() {
      if (watched.drifts !== null) throw watched.drifts;
      await using store = await practice.openStore();
      return (await store.recall(practice.subject().tenant)).drifts;
    },
  });
  const watched: Watched = {
    practice,
    metrics,
    drifts: null,
    standing: [],
    budgetLeft: null,
    async run(...args) {
      const run = await practice.run(...args);
      await metrics.finished(run);
      return run;
    },
    scrape: async () => (await fetch(`${web.url}/metrics`)).text(),
    value: async (name, labels = { tenant }) =>
      sampleValue(readExposition(await watched.scrape()), name, labels),
    family: async (name) => readExposition(await watched.scrape()).get(name),
    async [Symbol.asyncDispose]() {
      await web.close();
      await practice[Symbol.asyncDispose]();
    },
  };
  return watched;
}

test("before the first run, what has not happened is 0 and what is not known is not there", async () => {
  await using watched = await watch();
  const response = readExposition(await watched.scrape());
  expect(sampleValue(response, "plumbline_build_info", { version: "1.2.3" })).toBe(1);
  expect(response.get("plumbline_runs_total")?.samples).toHaveLength(8);
  expect(sampleValue(response, "plumbline_runs_total", { tenant, result: "failed" })).toBe(0);
  expect(sampleValue(response, "plumbline_run_duration_seconds_count", { tenant })).toBe(0);
  expect(sampleValue(response, "plumbline_graph_throttled_seconds_total", { tenant })).toBe(0);
  expect(sampleValue(response, "plumbline_last_success_timestamp_seconds", { tenant })).toBe(0);
  for (const name of ["drifts", "plan_changes", "graph_budget_left_requests"]) {
    expect(response.get(`plumbline_${name}`)?.samples).toEqual([]);
  }
  expect(response.has("process_cpu_seconds_total")).toBe(true);
});

test("the names and units of metrics are those that Prometheus asks for", async () => {
  await using watched = await watch();
  const families = [...readExposition(await watched.scrape()).values()];
  const ours = families.filter(({ name }) => name.startsWith("plumbline_"));
  expect(ours.length).toBeGreaterThan(10);
  for (const { name, type, help } of ours) {
    expect(name).toMatch(/^plumbline_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    expect(name).not.toMatch(/milliseconds|minutes|_ms\b/);
    expect(help).toMatch(/^[A-Z].*\.$/);
  }
});

test("drift is counted until a run has mended it", async () => {
  await using watched = await watch();
  const { practice } = watched;
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  const reported = await watched.run({ mode: "report", writer: null }, { isApply: false });
  expect(reported.result).toBe("drift");
  expect(await watched.value("plumbline_drifts", { tenant, kind: "ApiConnector" })).toBe(2);
  expect(await watched.value("plumbline_drifts", { tenant, kind: "UserFlow" })).toBe(0);
  expect(await watched.value("plumbline_plan_changes", { tenant, verb: "create" })).toBe(2);
  expect(await watched.value("plumbline_plan_changes", { tenant, verb: "delete" })).toBe(0);

  const applied = await watched.run();
  expect(applied.result).toBe("converged");
  expect(await watched.value("plumbline_drifts", { tenant, kind: "ApiConnector" })).toBe(0);
  expect(await watched.value("plumbline_runs_total", { tenant, result: "drift" })).toBe(1);
  expect(await watched.value("plumbline_runs_total", { tenant, result: "converged" })).toBe(1);
  expect(await watched.value("plumbline_run_duration_seconds_count")).toBe(2);
  expect(await watched.value("plumbline_last_success_timestamp_seconds")).toBe(
    Date.parse(applied.finishedAt) / 1_000,
  );
});

test("what is held is counted by its rule, and is drift unless it is a delete on its way", async () => {
  await using watched = await watch();
  const { practice } = watched;
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  await watched.run({ policy: allowing(["adopt"]) });
  expect(await watched.value("plumbline_plan_held_changes", { tenant, code: "verb" })).toBe(2);
  expect(await watched.value("plumbline_drifts", { tenant, kind: "ApiConnector" })).toBe(2);

  await watched.run();
  practice.define({ "b.yaml": connector("b") });
  await watched.run({ policy: allowing(["adopt", "create", "update", "delete"]) });
  const held = await watched.family("plumbline_plan_held_changes");
  expect(held?.samples).toMatchObject([{ labels: { code: "announced" }, value: 1 }]);
  expect(await watched.value("plumbline_drifts", { tenant, kind: "ApiConnector" })).toBe(0);
});

test("what a run could not read keeps its numbers, and has none before it was read", async () => {
  await using watched = await watch();
  const { practice } = watched;
  const report = [{ mode: "report", writer: null }, { isApply: false }] as const;
  const { control } = practice.sandbox;
  const refuse = () =>
    control.injectFault({ kind: "status", status: 403, path: "apiConnectors", count: 20 });
  refuse();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  await watched.run(...report);
  expect(await watched.value("plumbline_drifts", { tenant, kind: "ApiConnector" })).toBe(undefined);
  expect(await watched.value("plumbline_drifts", { tenant, kind: "UserFlow" })).toBe(0);

  control.clearFaults();
  await watched.run(...report);
  refuse();
  await watched.run(...report);
  expect(await watched.value("plumbline_drifts", { tenant, kind: "ApiConnector" })).toBe(2);
  expect(await watched.value("plumbline_plan_changes", { tenant, verb: "create" })).toBe(2);
});

test("a run that sees nothing of the tenant leaves the numbers of the last one that did", async () => {
  await using watched = await watch();
  const { practice } = watched;
  practice.define({ "a.yaml": connector("a") });
  await watched.run({ mode: "report", writer: null }, { isApply: false });
  const success = await watched.value("plumbline_last_success_timestamp_seconds");

  practice.sandbox.control.injectFault({ kind: "status", status: 403, count: 10 });
  expect((await watched.run()).result).toBe("unreadable");
  practice.sandbox.control.clearFaults();
  practice.define({ "a.yaml": "kind: Nonsense\n" });
  expect((await watched.run()).result).toBe("invalid");

  expect(await watched.value("plumbline_drifts", { tenant, kind: "ApiConnector" })).toBe(1);
  expect(await watched.value("plumbline_last_success_timestamp_seconds")).toBe(success);
  expect(await watched.value("plumbline_runs_total", { tenant, result: "unreadable" })).toBe(1);
  expect(await watched.value("plumbline_runs_total", { tenant, result: "invalid" })).toBe(1);
});

test("requests are counted by the status they end with, and their waiting in seconds", async () => {
  await using watched = await watch();
  const { practice } = watched;
  practice.define({ "a.yaml": connector("a") });
  const { control } = practice.sandbox;
  control.injectFault({ kind: "status", status: 429, retryAfter: 7, path: "apiConnectors" });
  control.injectFault({ kind: "status", status: 400, method: "POST" });
  await watched.run();
  control.injectFault({ kind: "drop-before-effect", count: 10 });
  await watched.run();
  const requests = await watched.family("plumbline_graph_requests_total");
  const statuses = requests?.samples.map(({ labels }) => labels["status"]);
  expect(statuses?.toSorted()).toEqual(["200", "400", "none"]);
  expect(await watched.value("plumbline_graph_throttled_seconds_total")).toBe(7);
});

test("the oldest difference that counts is told by when it was first seen", async () => {
  await using watched = await watch();
  const { practice } = watched;
  const name = "plumbline_drift_oldest_timestamp_seconds";
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  await watched.run();
  expect(await watched.value(name)).toBeUndefined();

  const drift = { after: 2, keep: 30 * 86_400_000 };
  const looking = { mode: "report", writer: null, drift } as const;
  practice.sandbox.control.changeConnector("a", { targetUrl: "https://elsewhere.example/" });
  const first = await watched.run(looking, { isApply: false });
  expect(await watched.value(name)).toBeUndefined();
  practice.sandbox.control.changeConnector("b", { targetUrl: "https://elsewhere.example/" });
  await watched.run(looking, { isApply: false });
  const firstSeen = Date.parse(first.finishedAt) / 1_000;
  expect(await watched.value(name)).toBe(firstSeen);

  watched.drifts = new Error("The disk is full.");
  await expect(watched.run(looking, { isApply: false })).rejects.toThrow("The disk is full.");
  expect(await watched.value("plumbline_run_duration_seconds_count")).toBe(4);
  expect(await watched.value(name)).toBe(firstSeen);

  watched.drifts = null;
  await watched.run();
  expect(await watched.value(name)).toBeUndefined();
});

test("what somebody has accepted is no difference that grows old", () => {
  const open = { state: "ongoing", resolvedAt: null, counts: true } as const;
  const oldest = { ...open, firstSeen: "2026-08-18T00:00:00.000Z" };
  const accepted = { ...open, state: "accepted", firstSeen: "2026-08-01T00:00:00.000Z" } as const;
  expect(oldestOf([{ ...open, firstSeen: "2026-08-19T00:00:00.000Z" }, oldest, accepted])).toBe(
    Date.parse(oldest.firstSeen) / 1_000,
  );
  expect(oldestOf([accepted, { ...oldest, resolvedAt: "2026-08-19T00:00:00.000Z" }])).toBeNull();
});

test("the budget and the schedule are told as they are at the time of the scrape", async () => {
  await using watched = await watch();
  const sandbox = { name: "sandbox", failures: 0, nextRun: null };
  watched.standing = [{ name: tenant, failures: 2, nextRun: "2026-08-20T09:00:00.000Z" }, sandbox];
  watched.budgetLeft = 97;
  expect(await watched.value("plumbline_graph_budget_left_requests")).toBe(97);
  expect(await watched.value("plumbline_consecutive_failed_runs")).toBe(2);
  expect(await watched.value("plumbline_next_run_timestamp_seconds")).toBe(
    Date.parse("2026-08-20T09:00:00.000Z") / 1_000,
  );
  watched.budgetLeft = 0;
  watched.standing = [sandbox];
  expect(await watched.value("plumbline_graph_budget_left_requests")).toBe(0);
  expect(await watched.value("plumbline_next_run_timestamp_seconds")).toBeUndefined();
});

test("the end of a certificate is told until its connector is gone", async () => {
  await using watched = await watch();
  const { practice } = watched;
  const certificate = await makeCertificate({ notBefore: "2026-08-01", notAfter: "2026-09-01" });
  const byCertificate = "certificate: { pfx: { env: PFX }, passphrase: { env: PHRASE } } }";
  practice.define({ "a.yaml": connector("a").replace(/basic: .*/, byCertificate) });
  practice.setEnv("PFX", certificate.base64);
  practice.setEnv("PHRASE", certificate.passphrase);
  expect((await watched.run()).result).toBe("converged");
  await watched.run();
  const name = "plumbline_certificate_expiry_timestamp_seconds";
  expect(await watched.value(name, { tenant, name: "a" })).toBe(certificate.notAfter);

  practice.sandbox.control.injectFault({ kind: "status", status: 403, count: 10 });
  await watched.run();
  expect(await watched.value(name, { tenant, name: "a" })).toBe(certificate.notAfter);
  practice.sandbox.control.clearFaults();

  practice.define({});
  practice.sandbox.control.setState({});
  await watched.run();
  expect((await watched.family(name))?.samples).toEqual([]);
});

test("certificates that are over, and those of connectors that no definition names, are told too", async () => {
  await using watched = await watch();
  watched.practice.define({});
  const run = await watched.practice.run();
  const one = (name: string | null, ends: readonly string[], validUntil: string | null) => {
    const list = ends.map((notAfter) => ({ live: true, notAfter }) as Certificate);
    return { kind: "ApiConnector", name, list, validUntil } as ConnectorCertificates;
  };
  const later = "2027-01-01T00:00:00.000Z";
  const sooner = "2026-10-01T00:00:00.000Z";
  const certificates = [
    one("over", ["2026-07-01T00:00:00.000Z", "2026-08-01T00:00:00.000Z"], null),
    one("not-begun", [later], null),
    one("none", [], null),
    one(null, [later], later),
    one(null, [sooner], sooner),
  ];
  if (run.plan === null) throw new Error("There is no plan.");
  await watched.metrics.finished({ ...run, plan: { ...run.plan, certificates } });
  const told = await watched.family("plumbline_certificate_expiry_timestamp_seconds");
  expect(told?.samples.map(({ labels, value }) => [labels["name"], value])).toEqual([
    ["over", Date.parse("2026-08-01T00:00:00.000Z") / 1_000],
    ["not-begun", Date.parse(run.startedAt) / 1_000],
    ["", Date.parse(sooner) / 1_000],
  ]);
});

test.for(['a"} 1\nplumbline_up{x="', "back\\slash", "new\nline", "é 名 🔑", "{}=,#", "\\n", ""])(
  "a tenant called %j is told under its own name and disturbs no other series",
  async (name) => {
    await using watched = await watch();
    watched.metrics.add({ tenant: name, budgetLeft: () => 1, drifts: async () => [] });
    const run = await watched.run();
    await watched.metrics.finished({ ...run, tenant: name });
    const families = readExposition(await watched.scrape());
    for (const known of [name, tenant]) {
      const labels = { tenant: known, result: run.result };
      expect(sampleValue(families, "plumbline_runs_total", labels)).toBe(1);
    }
    expect(families.has("plumbline_up")).toBe(false);
  },
);

test("neither a secret, a URL, an id nor the text of a fault is in the metrics", async () => {
  await using watched = await watch();
  const { practice } = watched;
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  practice.sandbox.control.injectFault({
    kind: "status",
    method: "POST",
    status: 400,
    body: { error: { code: "canary", message: "secret of A_PASSWORD" } },
  });
  const { outcomes } = await watched.run();
  const text = await watched.scrape();
  expect(outcomes).toMatchObject([{ result: "failed" }, { result: "done" }]);
  expect(text).not.toMatch(/secret of|canary|contoso\.com|https?:/);
  for (const { id } of outcomes) expect(text).not.toContain(id ?? practice.sandbox.tenantId);
});

test("alerts are counted by their sink, from 0 on, and a sink that is barred is 1 until it is not", async () => {
  await using watched = await watch();
  const { alerts } = watched.metrics;
  const seen = async () => {
    const names = ["alerts_queued_total", "alerts_delivered_total", "alerts_given_up_total"];
    const all = [...names, "alert_sink_barred"].map((name) =>
      watched.value(`plumbline_${name}`, { sink: "ops" }),
    );
    return Promise.all(all);
  };
  alerts.barred("ops", false);
  expect(await seen()).toEqual([0, 0, 0, 0]);
  alerts.queued("ops", 3);
  alerts.delivered("ops", 2);
  alerts.givenUp("ops", 1);
  alerts.barred("ops", true);
  expect(await seen()).toEqual([3, 2, 1, 1]);
  alerts.barred("ops", false);
  expect(await seen()).toEqual([3, 2, 1, 0]);
});
