/** Puts the sinks of plumbline.yaml behind the port, and the queue between them and the runs of serve. */
import { createTask } from "node-cron";
import type { Logger } from "pino";
import type { Clock } from "../../model/clock.ts";
import { milliseconds } from "../../model/duration.ts";
import { toFault } from "../../model/fault.ts";
import type { Run } from "../../model/generated/run.ts";
import type { Secrets, SecretUse } from "../../model/secret.ts";
import type { Store } from "../../model/store.ts";
import type { TenantIdentity } from "../../model/tenant.ts";
import { startDispatcher } from "../../notify/dispatch.ts";
import { heartbeatAlerts } from "../../notify/heartbeat.ts";
import { openSink } from "../../notify/notify.ts";
import type { Sink } from "../../notify/sinks/sink.ts";
import type { Tally } from "../../notify/tally.ts";
import { type Desk, tellEndless, tellHeartbeat, tellRun } from "../../notify/tell.ts";
import type { TenantStatus } from "../../reconcile/schedule.ts";
import type { PlanSubject } from "../../reconcile/subject.ts";
import type { Redactors } from "../../secrets/secrets.ts";
import {
  type AlertSettings,
  defaultKeep,
  type SinkSettings,
} from "../configuration/alert-settings.ts";

export interface Opening {
  /** The service's own. */
  readonly secrets: Secrets;
  readonly redactors: Redactors;
  readonly clock: Clock;
}

/** Sends nothing yet. Each secret is read when it is needed, and told to the redactor. */
export function openSinks(
  sinks: readonly SinkSettings[],
  { secrets, redactors, clock }: Opening,
): readonly Sink[] {
  const read = (use: SecretUse) => async () => {
    const value = await secrets.resolve(use);
    redactors.service.add(value);
    return value;
  };
  return sinks.map((sink) => {
    switch (sink.type) {
      case "teams":
      case "slack":
        return openSink({ ...sink, url: read(sink.url) }, clock);
      case "webhook":
        return openSink({ ...sink, url: read(sink.url), key: read(sink.key) }, clock);
      case "email": {
        const { login } = sink;
        const signIn = login && { ...login, password: read(login.password) };
        return openSink({ ...sink, login: signIn }, clock);
      }
      default:
        return sink satisfies never;
    }
  });
}

export interface Alerting extends AsyncDisposable {
  /** A run of this tenant begins: one that does not end is told of as well. */
  began(subject: PlanSubject): void;
  /** Queues what the run has changed. Never throws: what goes wrong is in the log. */
  told(subject: PlanSubject, run: Run): Promise<void>;
}

export interface AlertingOptions extends Opening {
  readonly store: Store;
  readonly log: Logger;
  readonly tally: Tally;
  readonly status: () => readonly TenantStatus[];
  readonly subjects: readonly PlanSubject[];
}

/** Milliseconds after which a run that has not ended is told of, and between two looks for one. */
const LONGEST_RUN = 3_600_000;
const WATCH_EVERY = 60_000;

/**
 * Begins to send what an earlier process has left. `settings`: null when nobody is told; what was once
 * queued expires all the same.
 */
export function startAlerting(settings: AlertSettings | null, options: AlertingOptions): Alerting {
  const { store, log, clock, tally } = options;
  const sinks = settings === null ? [] : openSinks(settings.sinks, options);
  const keep = settings?.keep ?? milliseconds(defaultKeep);
  const dispatching = { alerts: store.alerts, clock, log, tally, keep };
  const dispatcher = startDispatcher(sinks, dispatching);
  if (settings === null) {
    const stop = () => dispatcher.stop();
    return { began() {}, told: async () => {}, [Symbol.asyncDispose]: stop };
  }
  const telling = { ...settings, sinks: settings.sinks.map(({ name }) => name) };
  const desk: Desk = { alerts: store.alerts, telling, tally };
  const heartbeat = startHeartbeat(settings.heartbeat, desk, options);
  const watch = startWatch(desk, options);
  return {
    began: watch.began,
    async told({ tenant, redactor }, run) {
      watch.ended(tenant);
      await logged(log, async () => {
        const { drifts } = await store.recall(tenant);
        const seen = { graph: tenant.graph, run, drifts };
        await tellRun(desk, tenant, seen, (text) => redactor.redact(text));
      });
    },
    async [Symbol.asyncDispose]() {
      await watch.stop();
      await heartbeat[Symbol.asyncDispose]();
      await dispatcher.stop();
    },
  };
}

/** Tells of runs that do not end: nobody else would, for each tenant has one run at a time. */
function startWatch(desk: Desk, { clock, log }: AlertingOptions) {
  const running = new Map<TenantIdentity, Date>();
  const stopping = new AbortController();
  const look = async () => {
    const now = clock.now();
    for (const [tenant, began] of running) {
      // A clock that was set back since must not let it run for longer.
      if (Math.abs(now.getTime() - began.getTime()) < LONGEST_RUN) continue;
      const times = { since: began.toISOString(), now: now.toISOString() };
      await logged(log, () => tellEndless(desk, tenant, { tenant: tenant.name, ...times }));
    }
  };
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      await clock.sleep(WATCH_EVERY, stopping.signal).catch(() => undefined);
      if (!stopping.signal.aborted) await look();
    }
  })();
  return {
    began: ({ tenant }: PlanSubject) => void running.set(tenant, clock.now()),
    ended: (tenant: TenantIdentity) => void running.delete(tenant),
    async stop() {
      stopping.abort(new Error("Asked to stop."));
      await watching;
    },
  };
}

function startHeartbeat(
  schedule: string | null,
  desk: Desk,
  options: AlertingOptions,
): AsyncDisposable {
  if (schedule === null) return { async [Symbol.asyncDispose]() {} };
  const tick = ({ date }: { readonly date: Date }) =>
    logged(options.log, () => tellPulse(desk, date, options));
  const task = createTask(schedule, tick, {
    timezone: "UTC",
    noOverlap: true,
    suppressMissedWarning: true,
    logger: { info() {}, warn() {}, error() {}, debug() {} },
  });
  void task.start();
  return { [Symbol.asyncDispose]: async () => void (await task.destroy()) };
}

/** `date`: when it was due. */
async function tellPulse(
  desk: Desk,
  date: Date,
  { store, status, subjects }: AlertingOptions,
): Promise<void> {
  const pulses = await Promise.all(
    status().map(async ({ name, ...how }) => {
      const subject = subjects.find(({ tenant }) => tenant.name === name);
      const told = subject === undefined ? null : await store.alerts.told(subject.tenant);
      return { tenant: name, ...how, told: told?.value ?? null };
    }),
  );
  const now = `${date.toISOString().slice(0, "2026-09-01T08:00".length)}:00.000Z`;
  const tenants = subjects.map(({ tenant }) => tenant);
  await tellHeartbeat(desk, tenants, heartbeatAlerts(pulses, now), now);
}

async function logged(log: Logger, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const { code, message } = toFault(thrown);
    const err = code === "internal" ? thrown : undefined;
    log.warn({ code, err }, `What changed could not be told. ${message}`);
  }
}
