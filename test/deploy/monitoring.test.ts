/** The dashboard, the alert rules and docs/metrics.md against what a real service answers. */
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { definition, openService, practice } from "../cli/program.ts";
import { type Family, readExposition, sampleValue } from "../web/exposition.ts";
import { readPromQl } from "./promql.ts";

interface Target {
  readonly expr: string;
  readonly datasource: { readonly uid: string };
}

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly targets: readonly Target[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; query: string }[] };
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

function read(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
}

const dashboard: Dashboard = JSON.parse(read("deploy/grafana/plumbline.json"));
const groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[] = parse(
  read("deploy/prometheus/plumbline.rules.yaml"),
).groups;
const rules = groups.flatMap((group) => group.rules);
const documentation = read("docs/metrics.md");

/** By name, from the table. */
const documented = new Map(
  [...documentation.matchAll(/^\| `(plumbline_\w+)` \| (\w+) \| (.*?) \| (.+) \|$/gm)].map(
    ([, name = "", type, labels = ""]) =>
      [name, { type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label) }] as const,
  ),
);

/** What a real service answers after one run. */
let families: ReadonlyMap<string, Family> = new Map();
let ours: readonly Family[] = [];

beforeAll(async () => {
  families = await scraped();
  ours = [...families.values()].filter(({ name }) => name.startsWith("plumbline_"));
});

async function scraped(): Promise<ReadonlyMap<string, Family>> {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  service.env["SINK_URL"] = "https://hooks.example/";
  const sinks = [{ name: "ops", slack: { url: { env: "SINK_URL" } } }];
  service.configure({
    alerts: { sinks },
    tenants: [practice(tenant, { schedule: "0 0 1 1 *" })],
  });
  service.write("connectors/a.yaml", definition("a"));
  const serving = service.start(["serve"]);
  await serving.says("practice: converged: 1 created");
  const url = /metrics at (http:[^\s"]+)/.exec(serving.stderr())?.[1] ?? "";
  const response = await fetch(url);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  expect(text).not.toContain("open sesame");
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toMatchObject({ status: 0 });
  return readExposition(text);
}

test("a service counts its run, its requests, and what is left of its budget", () => {
  const tenant = "practice";
  const value = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    sampleValue(families, name, { tenant, ...labels });
  expect(value("plumbline_runs_total", { result: "converged" })).toBe(1);
  expect(value("plumbline_run_duration_seconds_count")).toBe(1);
  expect(value("plumbline_consecutive_failed_runs")).toBe(0);
  expect(value("plumbline_last_success_timestamp_seconds")).toBeGreaterThan(1_700_000_000);
  expect(value("plumbline_next_run_timestamp_seconds")).toBeGreaterThan(1_700_000_000);
  expect(value("plumbline_plan_changes", { verb: "create" })).toBe(1);
  expect(value("plumbline_drifts", { kind: "ApiConnector" })).toBe(0);
  expect(value("plumbline_graph_requests_total", { status: "201" })).toBe(1);
  // Nothing is news, and the first alert is to be seen as an increase.
  expect(sampleValue(families, "plumbline_alerts_queued_total", { sink: "ops" })).toBe(0);
  expect(sampleValue(families, "plumbline_alert_sink_barred", { sink: "ops" })).toBe(0);
  const sent = families.get("plumbline_graph_requests_total")?.samples ?? [];
  const total = sent.reduce((sum, one) => sum + one.value, 0);
  expect(value("plumbline_graph_budget_left_requests")).toBe(100 - total);
});

test("every metric of ours is documented with its type and labels, and no other is", () => {
  expect([...documented.keys()].toSorted()).toEqual(ours.map(({ name }) => name).toSorted());
  for (const { name, type, samples } of ours) {
    expect({ name, type: documented.get(name)?.type }).toEqual({ name, type });
    const labels = documented.get(name)?.labels;
    for (const sample of samples) {
      const own = Object.keys(sample.labels).filter((label) => label !== "le");
      expect({ name, own: own.toSorted() }).toEqual({ name, own: labels?.toSorted() });
    }
  }
});

/** Those that Prometheus adds to every series. */
const ofScrape = ["job", "instance"];

/** By the name of a series: the labels that it may have; undefined where there is no such series. */
function labelsOf(metric: string): readonly (string | undefined)[] | undefined {
  if (metric === "up") return ofScrape;
  const isBucket = metric.endsWith("_bucket");
  const family = metric.replace(/_(bucket|sum|count)$/, "");
  const isHistogram = families.get(family)?.type === "histogram";
  const labels = documented.get(isHistogram ? family : metric)?.labels;
  if (labels === undefined || (!isHistogram && !families.has(metric))) return undefined;
  return [...labels, ...ofScrape, ...(isBucket ? ["le"] : [])];
}

const expressions = [
  ...rules.map(({ alert, expr }) => ({ where: `alert ${alert}`, expr })),
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({ where: `panel ${title}`, expr })),
  ),
];

test.for(expressions)("$where asks for metrics and labels that exist", ({ expr }) => {
  const { selectors, grouping } = readPromQl(expr);
  expect(selectors).not.toEqual([]);
  for (const { metric, matchers } of selectors) {
    const labels = labelsOf(metric);
    expect(labels, metric).toBeDefined();
    for (const label of [...Object.keys(matchers), ...grouping]) {
      expect(labels, `${label} of ${metric}`).toContain(label);
    }
  }
});

test("what is no PromQL, and a metric that is not there, would be noticed", () => {
  expect(() => readPromQl("sum(plumbline_runs_total")).toThrow("No PromQL");
  expect(labelsOf("plumbline_nothing_total")).toBeUndefined();
  expect(labelsOf("plumbline_run_duration_seconds_bucket")).toContain("le");
});

test("the codes of held changes that nobody is alerted of are codes of a plan", () => {
  const text = read("schemas/plan.schema.json");
  const asked = expressions.flatMap(({ expr }) => readPromQl(expr).selectors);
  const codes = asked.flatMap(({ matchers }) => matchers["code"]?.split("|") ?? []);
  expect(codes).toContain("window");
  for (const code of codes) expect(text).toContain(`"${code}"`);
});

test("every alert is documented, and says in whole sentences what to do", () => {
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  const shortened = documentation.replaceAll("`…", "`PlumblineCertificateExpires");
  for (const rule of rules) {
    expect(shortened).toContain(`\`${rule.alert}\``);
    expect(Object.keys(rule).toSorted()).toEqual(
      expect.arrayContaining(["alert", "annotations", "expr", "labels"]),
    );
    if (rule.for !== undefined) expect(rule.for).toMatch(/^\d+[mh]$/);
    expect(["info", "warning", "critical"]).toContain(rule.labels.severity);
    expect(rule.annotations.description).toMatch(/^[A-Z{].*\.$/);
    expect(rule.annotations.summary).toMatch(/^[A-Z{].*[^.]$/);
  }
});

test("an alert speaks of labels that its series have", () => {
  for (const { expr, annotations } of rules) {
    // What stands on the left of a comparison or of `and` gives its labels.
    const [selector] = readPromQl(expr).selectors;
    const spoken = Object.values(annotations).flatMap((text) => [
      ...text.matchAll(/\$labels\.(\w+)/g),
    ]);
    for (const [, label] of spoken) expect(labelsOf(selector?.metric ?? "")).toContain(label);
  }
});

test("the dashboard has a choice of tenant and of data source, and uses them throughout", () => {
  const { panels, templating } = dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(templating.list.map(({ name }) => name)).toEqual(["datasource", "tenant"]);
  const [, metric = "", label] = /^label_values\((\w+), (\w+)\)$/.exec(
    templating.list[1]?.query ?? "",
  ) as RegExpExecArray;
  expect(labelsOf(metric)).toContain(label);
  for (const { expr, datasource } of panels.flatMap(({ targets }) => targets)) {
    expect(datasource.uid).toBe("${datasource}");
    for (const { metric: asked, matchers } of readPromQl(expr).selectors) {
      if (labelsOf(asked)?.includes("tenant")) expect(matchers["tenant"]).toBe("$tenant");
    }
  }
});
