/**
 * What the service does, as numbers that Prometheus collects. Labels are names of tenants, definitions
 * and sinks and words of ours: no URL, no id and nothing that anybody wrote about a fault, so
 * there is no secret in them and no more series than there are objects. docs/metrics.md says what
 * each number means.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Run } from "../model/generated/run.ts";
import { fromWorst } from "../model/result.ts";
import {
  type Aged,
  type Figures,
  figuresOf,
  isSuccess,
  oldestOf,
  seconds,
  sumOf,
} from "./figures.ts";

/** Where the numbers of one tenant come from, besides its runs. */
export interface Measured {
  readonly tenant: string;
  /** Requests that would not wait now; null before the tenant was first opened. Asked at each scrape. */
  readonly budgetLeft: () => number | null;
  /** Its differences over time. Asked after each run. */
  readonly drifts: () => Promise<readonly Aged[]>;
}

/** One request to Microsoft Graph as it ended. */
export interface Requested {
  readonly tenant: string;
  /** null: no answer came. */
  readonly status: number | null;
  /** Milliseconds of waiting because Graph or the budget asked for it. */
  readonly throttled: number;
}

/** How the schedule of one tenant stands. */
export interface Standing {
  readonly name: string;
  /** Runs in a row that did not get through. */
  readonly failures: number;
  /** RFC 3339 instant; null without a schedule. */
  readonly nextRun: string | null;
}

export interface MetricsOptions {
  /** Of the program. */
  readonly version: string;
  /** Called once for each scrape. */
  readonly standing: () => readonly Standing[];
}

/** Hears what becomes of alerts, by the name of their sink. */
export interface AlertCounts {
  queued(sink: string, alerts: number): void;
  delivered(sink: string, alerts: number): void;
  givenUp(sink: string, alerts: number): void;
  /** Whether it takes none until somebody mends it; also told of each sink at the start. */
  barred(sink: string, isBarred: boolean): void;
}

/** All metrics as text, in the format that the content type names. */
export interface Exposition {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface Metrics extends Exposition {
  /** From now on this tenant is told of, its counters from 0. */
  add(measured: Measured): void;
  requested(request: Requested): void;
  readonly alerts: AlertCounts;
  /** Counts a run. Rejects when the age of differences cannot be known; all else is counted then. */
  finished(run: Run): Promise<void>;
}

/** What is known of one tenant at present. */
interface Known {
  readonly measured: Measured;
  figures: Figures | null;
  /** Seconds since 1970; 0 while none of its runs has succeeded. */
  lastSuccess: number;
  /** Seconds since 1970; null where nothing is open. */
  oldestDrift: number | null;
}

/** Seconds: a plan without changes takes less than one, a large apply under throttling minutes. */
const BUCKETS = [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800];

export function openMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const tenants = new Map<string, Known>();
  collectDefaultMetrics({ register: registry });
  const counters = openCounters(registry);
  openGauges(registry, options, tenants);
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    alerts: openAlertCounts(registry),
    add(measured) {
      const { tenant } = measured;
      tenants.set(tenant, { measured, figures: null, lastSuccess: 0, oldestDrift: null });
      // What has not happened yet is 0: a first failure is then seen as an increase.
      for (const result of fromWorst) counters.runs.inc({ tenant, result }, 0);
      counters.throttled.inc({ tenant }, 0);
      counters.durations.zero({ tenant });
    },
    requested({ tenant, status, throttled }) {
      counters.requests.inc({ tenant, status: status ?? "none" });
      counters.throttled.inc({ tenant }, throttled / 1_000);
    },
    async finished(run) {
      const { tenant, result, startedAt, finishedAt } = run;
      counters.runs.inc({ tenant, result });
      // A clock that was set back in the middle of a run must not make it negative.
      counters.durations.observe({ tenant }, Math.max(0, seconds(finishedAt) - seconds(startedAt)));
      const known = tenants.get(tenant);
      if (known === undefined) return;
      known.figures = figuresOf(run, known.figures);
      if (isSuccess(run)) known.lastSuccess = seconds(finishedAt);
      known.oldestDrift = oldestOf(await known.measured.drifts());
    },
  };
}

function openCounters(registry: Registry) {
  const registers = [registry];
  return {
    runs: new Counter({
      name: "plumbline_runs_total",
      help: "Runs that have ended, by result.",
      labelNames: ["tenant", "result"],
      registers,
    }),
    durations: new Histogram({
      name: "plumbline_run_duration_seconds",
      help: "How long runs took, waiting included.",
      labelNames: ["tenant"],
      buckets: BUCKETS,
      registers,
    }),
    requests: new Counter({
      name: "plumbline_graph_requests_total",
      help: "Requests to Microsoft Graph, by the status they ended with after all tries.",
      labelNames: ["tenant", "status"],
      registers,
    }),
    throttled: new Counter({
      name: "plumbline_graph_throttled_seconds_total",
      help: "Time that requests waited because Microsoft Graph or the budget asked for it.",
      labelNames: ["tenant"],
      registers,
    }),
  };
}

function openAlertCounts(registry: Registry): AlertCounts {
  const counter = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ["sink"], registers: [registry] });
  const queued = counter("plumbline_alerts_queued_total", "Alerts that are to be sent.");
  const delivered = counter(
    "plumbline_alerts_delivered_total",
    "Alerts that their sink has taken.",
  );
  const givenUp = counter(
    "plumbline_alerts_given_up_total",
    "Alerts that are never sent any more: too old, or refused for good.",
  );
  const barred = new Gauge({
    name: "plumbline_alert_sink_barred",
    help: "Whether (1) a sink takes no alerts until somebody mends its address, its key or its rights.",
    labelNames: ["sink"],
    registers: [registry],
  });
  return {
    queued: (sink, alerts) => queued.inc({ sink }, alerts),
    delivered: (sink, alerts) => delivered.inc({ sink }, alerts),
    givenUp: (sink, alerts) => givenUp.inc({ sink }, alerts),
    barred(sink, isBarred) {
      barred.set({ sink }, isBarred ? 1 : 0);
      for (const one of [queued, delivered, givenUp]) one.inc({ sink }, 0);
    },
  };
}

type Sample<Label extends string> = readonly [Readonly<Record<Label, string>>, number];

/** Worked out anew at each scrape, so that the series of what is gone is gone as well. */
function gauge<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  samples: () => readonly Sample<Label>[],
): void {
  new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, value] of samples()) this.set({ ...labels }, value);
    },
  });
}

function openGauges(
  registry: Registry,
  { version, standing }: MetricsOptions,
  tenants: ReadonlyMap<string, Known>,
): void {
  gauge(
    registry,
    "plumbline_build_info",
    "Always 1; the version is its label.",
    ["version"],
    () => [[{ version }, 1]],
  );
  openStandings(registry, standing);
  openTimes(registry, tenants);
  openCounts(registry, tenants);
}

function openStandings(registry: Registry, standing: MetricsOptions["standing"]): void {
  gauge(
    registry,
    "plumbline_consecutive_failed_runs",
    "Runs that failed since the last one that got through.",
    ["tenant"],
    () => standing().map(({ name, failures }) => [{ tenant: name }, failures]),
  );
  gauge(
    registry,
    "plumbline_next_run_timestamp_seconds",
    "When the schedule begins the next run; no series without a schedule.",
    ["tenant"],
    () =>
      standing().flatMap(({ name, nextRun }) =>
        nextRun === null ? [] : [[{ tenant: name }, seconds(nextRun)] as const],
      ),
  );
}

function openTimes(registry: Registry, tenants: ReadonlyMap<string, Known>): void {
  gauge(
    registry,
    "plumbline_last_success_timestamp_seconds",
    "When the last run ended that looked at the tenant and did all that it may; 0: none yet.",
    ["tenant"],
    () => [...tenants].map(([tenant, { lastSuccess }]) => [{ tenant }, lastSuccess]),
  );
  gauge(
    registry,
    "plumbline_drift_oldest_timestamp_seconds",
    "When the oldest open difference was first seen; no series where there is none.",
    ["tenant"],
    () =>
      [...tenants].flatMap(([tenant, { oldestDrift }]) =>
        oldestDrift === null ? [] : [[{ tenant }, oldestDrift] as const],
      ),
  );
  gauge(
    registry,
    "plumbline_certificate_expiry_timestamp_seconds",
    "Until when the tenant has a valid client certificate for a connector, without a gap.",
    ["tenant", "name"],
    () =>
      [...tenants].flatMap(([tenant, { figures }]) =>
        [...(figures?.certificates ?? [])].map(([name, end]) => [{ tenant, name }, end] as const),
      ),
  );
}

function openCounts(registry: Registry, tenants: ReadonlyMap<string, Known>): void {
  gauge(
    registry,
    "plumbline_drifts",
    "Objects that differ from git when the last run is over that could read their kind.",
    ["tenant", "kind"],
    () =>
      ofEach(tenants, "kind", ({ kinds }) => [...kinds].map(([kind, { drift }]) => [kind, drift])),
  );
  gauge(
    registry,
    "plumbline_plan_changes",
    "Changes in the last plan, by verb.",
    ["tenant", "verb"],
    () =>
      ofEach(tenants, "verb", (figures) =>
        sumOf(figures, ({ changes }) => Object.entries(changes)),
      ),
  );
  gauge(
    registry,
    "plumbline_plan_held_changes",
    "Changes that the last plan holds back, by the code of the rule; no series where there are none.",
    ["tenant", "code"],
    () => ofEach(tenants, "code", (figures) => sumOf(figures, ({ held }) => held)),
  );
  gauge(
    registry,
    "plumbline_graph_budget_left_requests",
    "Requests to Microsoft Graph that could be sent now without waiting.",
    ["tenant"],
    () =>
      [...tenants].flatMap(([tenant, { measured }]) => {
        const left = measured.budgetLeft();
        return left === null ? [] : [[{ tenant }, left] as const];
      }),
  );
}

/** Nothing of a tenant whose first plan is still to come. */
function ofEach<Label extends string>(
  tenants: ReadonlyMap<string, Known>,
  label: Label,
  counts: (figures: Figures) => readonly (readonly [string, number])[],
): readonly Sample<Label | "tenant">[] {
  return [...tenants].flatMap(([tenant, { figures }]) =>
    figures === null
      ? []
      : counts(figures).map(
          ([word, count]) =>
            [{ tenant, [label]: word } as Record<Label | "tenant", string>, count] as const,
        ),
  );
}
