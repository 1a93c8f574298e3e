import type { Logger } from "pino";
import { FaultError, failure } from "../../model/fault.ts";
import type { Run } from "../../model/generated/run.ts";
import { hostnameOf } from "../../model/network.ts";
import type { Secret } from "../../model/secret.ts";
import { systemClock } from "../../model/system-clock.ts";
import { nothingAsked } from "../../plan/input.ts";
import { reconcile } from "../../reconcile/reconcile.ts";
import { type Schedule, type Scheduled, startSchedule } from "../../reconcile/schedule.ts";
import type { Notify, Subject } from "../../reconcile/subject.ts";
import { render, renderLine } from "../../report/report.ts";
import { createRedactors } from "../../secrets/secrets.ts";
import { refuseOpenDoor } from "../../web/access.ts";
import { type Measured, type Metrics, openMetrics } from "../../web/metrics.ts";
import { startWeb } from "../../web/web.ts";
import { actorOf } from "../actor.ts";
import { type CommonFlags, type Configured, configure } from "../command.ts";
import { exitStatus } from "../exit.ts";
import { webLog } from "../logging.ts";
import { logEvent } from "../run-log.ts";
import { type AccessTokens, followTokens, openAccessTokens } from "../serving/access-tokens.ts";
import { type Alerting, startAlerting } from "../serving/alerting.ts";
import { openApi } from "../serving/api.ts";
import { jitterOf } from "../serving/jitter.ts";
import { openPage } from "../serving/page.ts";
import { pageActs } from "../serving/page-acts.ts";
import { openRunNow } from "../serving/run-now.ts";
import { sourceLink } from "../serving/source-link.ts";
import { type Stop, stopSignal } from "../stop.ts";
import { openTenants, parallelTenants } from "../tenants.ts";
import { hasColour, print, type Terminal, widthOf } from "../terminal.ts";
import { version } from "../version.ts";
import { openServiceSecrets, type WiredToApply, wireToApply } from "../wiring.ts";

/** Every tenant once at start, then by its schedule, until SIGTERM or SIGINT. */
export async function serveVerb(flags: CommonFlags, terminal: Terminal): Promise<number> {
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  refusePeople(configured);
  const tokens = await readTokens(configured, terminal);
  using stop = stopSignal();
  let schedule: Schedule | null = null;
  const standing = () => schedule?.status() ?? [];
  const metrics = openMetrics({ version, standing });
  const opening = [configured, flags, terminal, "info", metrics.requested] as const;
  const { wiring, log, redactors } = await openTenants(wireToApply, ...opening);
  await using _ = wiring;
  const redact = (token: Secret) => redactors.service.add(token);
  for (const { token } of tokens.access?.tokens ?? []) redact(token);
  for (const wired of wiring.tenants) metrics.add(measured(wired));
  const health = { ready: false };
  const subjectOf = subjectsByName(wiring.tenants);
  const runNow = openRunNow(() => schedule, subjectOf, log);
  const notify = notifier(terminal, log);
  const acts = pageActs(subjectOf, { runNow, clock: systemClock, notify, stopping: stop.stopping });
  const shown = { acts, sourceLink: sourceLink(configured.settings.sourceUrl) };
  const page = openPage(wiring.tenants, { ...shown, status: standing, clock: systemClock });
  const asking = { ...wiring, status: standing, runNow, acts: page.options.acts };
  await using web = await startWeb({
    ...configured.settings.listen,
    trustedProxies: configured.settings.trustedProxies,
    health: () => ({ ready: health.ready, tenants: standing() }),
    metrics,
    access: tokens.access,
    page: page.options,
    api: openApi({ ...asking, clock: systemClock }),
    log: webLog(log),
  });
  using _following = followTokens(tokens, {
    ...{ renew: web.renewTokens, redact, log, clock: systemClock },
  });
  log.info(`plumbline ${version} serves; ${addresses(web.url)}`);
  log.info(`the page is at ${web.url}/`);
  const report = printer(terminal, log, () => schedule);
  await using alerting = startAlerting(configured.settings.alerts, {
    ...{ store: wiring.store, secrets: wiring.secrets, redactors, log, clock: systemClock },
    tally: metrics.alerts,
    status: standing,
    subjects: wiring.tenants.map(({ subject }) => subject),
  });
  const tell: Tell = async (run, { subject }) => {
    await count(run, metrics, log);
    page.ended(run);
    await report(run);
    await alerting.told(subject, run);
  };
  const { began } = alerting;
  const listening = { notify, began, tell, by: actorOf(terminal.env) };
  schedule = startSchedule({
    tenants: wiring.tenants.map((wired) => scheduled(wired, stop, listening)),
    parallel: parallelTenants,
    clock: systemClock,
    jitter: jitterOf(configured.wanted),
  });
  void schedule.started.then(() => {
    health.ready = true;
  });
  await aborted(stop.stopping);
  log.info("stopping: the write in hand is finished first");
  await schedule.stop();
  log.info("stopped");
  return exitStatus.clean;
}

/** Before the store is opened or a tenant is touched, so that a mistake leaves nothing behind. */
async function readTokens({ settings }: Configured, terminal: Terminal): Promise<AccessTokens> {
  const { host } = settings.listen;
  const prompt = (message: string) => void terminal.stderr.write(`${message}\n`);
  const reading = { env: terminal.env, redactors: createRedactors(), prompt };
  const tokens = await openAccessTokens(settings.access, openServiceSecrets(settings, reading));
  refuseOpenDoor(hostnameOf(host), tokens.access);
  return tokens;
}

/** Answers for tenants of plumbline.yaml alone. */
function subjectsByName(tenants: readonly WiredToApply[]): (name: string) => Subject {
  const subjects = new Map(tenants.map(({ settings, subject }) => [settings.name, subject]));
  return (name) => {
    const subject = subjects.get(name);
    if (subject === undefined) throw new Error("Somebody asked for a tenant that there is not");
    return subject;
  };
}

/** A device code asks a person, and nobody watches a service. */
function refusePeople({ wanted, settings }: Configured): void {
  const asking = wanted.find(
    ({ connection }) => connection.type === "graph" && connection.credential.deviceCode,
  );
  const name = settings.keyVault.credential?.deviceCode ? "keyVault" : asking?.name;
  if (name === undefined) return;
  const message = `${name} signs in with a device code, which needs a person. Give serve another credential.`;
  throw new FaultError(failure("configuration", message));
}

/** Tells everybody of a run that has ended. */
type Tell = (run: Run, wired: WiredToApply) => Promise<void>;

interface Listening {
  readonly notify: Notify;
  readonly began: Alerting["began"];
  readonly tell: Tell;
  readonly by: string;
}

/** At a terminal, the report says how a run ended; a log line beside it would say it twice. */
function notifier({ stderr }: Terminal, log: Logger): Notify {
  return (event) => {
    if (event.type !== "finished" || stderr.isTTY !== true) logEvent(log, event);
  };
}

function scheduled(
  wired: WiredToApply,
  { stopping, aborting }: Stop,
  { notify, began, tell, by }: Listening,
): Scheduled {
  const { subject, settings } = wired;
  const { name, schedule, timezone } = settings;
  return {
    name,
    schedule,
    timezone,
    run: (trigger, asker = by) => {
      began(subject);
      const options = { trigger, isApply: false, approved: null, asked: nothingAsked, by: asker };
      return reconcile(subject, { ...options, notify, stopping, aborting });
    },
    told: (run) => tell(run, wired),
  };
}

function addresses(url: string): string {
  return `health at ${url}/healthz and ${url}/readyz, API at ${url}/api/v1, metrics at ${url}/metrics`;
}

/** What the metrics ask of a tenant. */
function measured({ settings, subject, budgetLeft }: WiredToApply): Measured {
  const { store, tenant } = subject;
  const drifts = async () => (await store.recall(tenant)).drifts;
  return { tenant: settings.name, budgetLeft, drifts };
}

async function count(run: Run, metrics: Metrics, log: Logger): Promise<void> {
  const { tenant } = run;
  await metrics
    .finished(run)
    .catch((err: unknown) => log.warn({ tenant, err }, "the age of differences is not known"));
}

/** A whole report when there is something to say, else one line. */
function printer(terminal: Terminal, log: Logger, schedule: () => Schedule | null) {
  const { stdout, env } = terminal;
  const options = { colour: hasColour(stdout, env), width: widthOf(stdout) };
  return async (run: Run): Promise<void> => {
    const status = schedule()?.status() ?? [];
    const nextRuns = new Map(
      status.flatMap(({ name, nextRun }) => (nextRun === null ? [] : [[name, nextRun] as const])),
    );
    const isQuiet = run.result === "clean" && run.trigger === "schedule";
    const text = isQuiet
      ? `${renderLine(run, nextRuns.get(run.tenant))}\n`
      : render({ type: "runs", runs: [run], nextRuns }, "text", options);
    // A reader of the output that went away must not end the service.
    await print(stdout, text).catch((err: unknown) => log.warn({ err }, "a run was not told"));
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    // The service lives on its timers and sockets; a listener alone would not keep it alive.
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
