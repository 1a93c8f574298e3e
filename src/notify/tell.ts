/** Puts what is news into the queue. Nothing is sent here: a run never waits for a sink. */
import type { Alerts, Queued, Told } from "../model/alert.ts";
import { FaultError, failure } from "../model/fault.ts";
import type { Alert } from "../model/generated/alert.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import type { Addressed } from "./matters.ts";
import { hashOf, idOf } from "./message.ts";
import type { Rules, Seen } from "./seen.ts";
import type { Tally } from "./tally.ts";
import { type Endless, endlessTransitions, type Transitions, transitions } from "./transitions.ts";

export interface Telling extends Rules {
  /** Milliseconds that alerts of one cause are gathered after the last of them. */
  readonly group: number;
}

export interface Desk {
  readonly alerts: Alerts;
  readonly telling: Telling;
  readonly tally: Pick<Tally, "queued">;
}

/** How many times `group` a message is held back at most while alerts keep coming. */
const LONGEST_GROUP = 10;

/** Times that another process may be quicker, of those that share a store. */
const MOST_TRIES = 20;

/**
 * Queues what a run has changed, with the note that it was told. Answers how many alerts that are. The
 * texts of a run are redacted already; `redact` is held over all of it once more. Throws a FaultError
 * with code `store`.
 */
export function tellRun(
  desk: Desk,
  tenant: TenantIdentity,
  seen: Seen,
  redact: (text: string) => string,
): Promise<number> {
  const next = (told: Told | null) => transitions(told, seen, desk.telling);
  return queueNews(desk, tenant, seen.run.finishedAt, next, redact);
}

/** The same for a run that does not end: nothing is told of it but its tenant and since when. */
export function tellEndless(desk: Desk, tenant: TenantIdentity, endless: Endless): Promise<number> {
  const next = (told: Told | null) => endlessTransitions(told, endless, desk.telling);
  return queueNews(desk, tenant, endless.now, next, (text) => text);
}

async function queueNews(
  { alerts: store, telling, tally }: Desk,
  tenant: TenantIdentity,
  now: string,
  next: (told: Told | null) => Transitions,
  redact: (text: string) => string,
): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const before = await store.told(tenant);
    const { alerts, told, overtaken } = next(before.value);
    if (alerts.length === 0 && before.written === JSON.stringify(told)) return 0;
    const queued = queuedFor(alerts.map(redacted(redact)), now, telling.group);
    if (await store.enqueue(queued, now, { tenant, before, told, overtaken })) {
      count(queued, tally);
      return alerts.length;
    }
  }
  const message = `What is told of ${tenant.name} is changed by other processes again and again.`;
  throw new FaultError(failure("store", `${message} The next run tells it.`));
}

function redacted(redact: (text: string) => string) {
  return ({ alert, sinks }: Addressed): Addressed => ({
    alert: { ...alert, about: redact(alert.about), text: redact(alert.text) },
    sinks,
  });
}

function count(queued: readonly Queued[], tally: Desk["tally"]): void {
  for (const { sink } of queued) tally.queued(sink, 1);
}

/**
 * Queues the same to every sink, unless it was told already. `now`: an RFC 3339 instant to the minute,
 * so that another process on the same store has the same.
 */
export async function tellHeartbeat(
  { alerts: store, telling, tally }: Desk,
  tenants: readonly TenantIdentity[],
  alerts: readonly Alert[],
  now: string,
): Promise<void> {
  const group = heartbeatGroup(tenants, telling);
  const before = await store.heartbeat(group);
  if (before.value === now) return;
  // One that could not be sent is out of date once the next one is due.
  const addressed = alerts.map((alert) => ({
    alert: { ...alert, matter: group },
    sinks: telling.sinks,
  }));
  const queued = queuedFor(addressed, now, telling.group);
  if (await store.enqueue(queued, now, { heartbeat: now, group, before })) count(queued, tally);
}

/** Another process of the same service has the same; another service that shares the store has its own. */
function heartbeatGroup(tenants: readonly TenantIdentity[], { sinks }: Telling): string {
  const known = tenants.map(({ graph, tenantId, name }) => JSON.stringify([graph, tenantId, name]));
  return hashOf([...known.toSorted(), "", ...sinks.toSorted()]).slice(0, 16);
}

function queuedFor(alerts: readonly Addressed[], now: string, group: number): readonly Queued[] {
  const start = Date.parse(now);
  const dueAt = new Date(start + group).toISOString();
  const latestAt = new Date(start + group * LONGEST_GROUP).toISOString();
  return alerts.flatMap(({ alert, sinks }) =>
    sinks.map((sink) => ({ id: idOf(sink, alert), sink, alert, dueAt, latestAt })),
  );
}
