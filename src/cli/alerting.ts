/** Puts the sinks of plumbline.yaml behind the port, and the queue between them and the runs of serve. */
import { createTask } from "node-cron";
import type { Logger } from "pino";
import type { Clock } from "../model/clock.ts";
import { toFault } from "../model/fault.ts";
import type { Run } from "../model/generated/run.ts";
import type { Secrets, SecretUse } from "../model/secret.ts";
import type { Store } from "../model/store.ts";
import { startDispatcher } from "../notify/dispatch.ts";
import { heartbeatAlerts } from "../notify/heartbeat.ts";
import { openSink } from "../notify/notify.ts";
import type { Sink } from "../notify/sinks/sink.ts";
import { queuedFor, type Telling, tellRun } from "../notify/tell.ts";
import type { TenantStatus } from "../reconcile/schedule.ts";
import type { PlanSubject } from "../reconcile/subject.ts";
import type { Redactors } from "../secrets/secrets.ts";
import type { AlertSettings, SinkSettings } from "./alert-settings.ts";

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
  /** Queues what the run has changed. Never throws: what goes wrong is in the log. */
  told(subject: PlanSubject, run: Run): Promise<void>;
}

export interface AlertingOptions extends Opening {
  readonly store: Store;
  readonly log: Logger;
  readonly status: () => readonly TenantStatus[];
  readonly subjects: readonly PlanSubject[];
}

/** Begins to send what an earlier process has left. `settings`: null when nobody is told. */
export function startAlerting(settings: AlertSettings | null, options: AlertingOptions): Alerting {
  if (settings === null) return { told: async () => {}, async [Symbol.asyncDispose]() {} };
  const { store, log, clock } = options;
  const telling: Telling = { ...settings, sinks: settings.sinks.map(({ name }) => name) };
  const sinks = openSinks(settings.sinks, options);
  const dispatcher = startDispatcher(sinks, { alerts: store.alerts, clock, log });
  const heartbeat = startHeartbeat(settings.heartbeat, telling, options);
  return {
    async told({ tenant, redactor }, run) {
      await logged(log, async () => {
        const { drifts } = await store.recall(tenant);
        const redact = (text: string) => redactor.redact(text);
        await tellRun(
          store.alerts,
          tenant,
          { graph: tenant.graph, run, drifts },
          { telling, redact },
        );
      });
    },
    async [Symbol.asyncDispose]() {
      await heartbeat[Symbol.asyncDispose]();
      await dispatcher.stop();
    },
  };
}

function startHeartbeat(
  schedule: string | null,
  telling: Telling,
  options: AlertingOptions,
): AsyncDisposable {
  if (schedule === null) return { async [Symbol.asyncDispose]() {} };
  const tick = () => logged(options.log, () => tellPulse(telling, options));
  const task = createTask(schedule, tick, {
    timezone: "UTC",
    noOverlap: true,
    suppressMissedWarning: true,
    logger: { info() {}, warn() {}, error() {}, debug() {} },
  });
  void task.start();
  return { [Symbol.asyncDispose]: async () => void (await task.destroy()) };
}

async function tellPulse(
  telling: Telling,
  { store, clock, status, subjects }: AlertingOptions,
): Promise<void> {
  const pulses = await Promise.all(
    status().map(async ({ name, ...how }) => {
      const subject = subjects.find(({ tenant }) => tenant.name === name);
      const told = subject === undefined ? null : await store.alerts.told(subject.tenant);
      return { tenant: name, ...how, told };
    }),
  );
  // To the minute, so that a second process on the same store would tell the same.
  const now = `${clock.now().toISOString().slice(0, "2026-09-01T08:00".length)}:00.000Z`;
  const alerts = heartbeatAlerts(pulses, now);
  await store.alerts.enqueue(queuedFor(alerts, now, telling), now, null);
}

async function logged(log: Logger, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const { code, message } = toFault(thrown);
    const err = code === "internal" ? thrown : undefined;
    log.warn({ code, err }, `What changed could not be told. ${message}`);
  }
}
