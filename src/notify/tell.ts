/** Puts what is news into the queue. Nothing is sent here: a run never waits for a sink. */
import type { Alerts, Queued } from "../model/alert.ts";
import type { Alert, AlertKind } from "../model/generated/alert.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import { idOf } from "./message.ts";
import type { Rules, Seen } from "./seen.ts";
import { transitions } from "./transitions.ts";

export interface Telling extends Rules {
  /** Names of the sinks. */
  readonly sinks: readonly string[];
  /** Milliseconds that alerts of one cause are gathered after the last of them. */
  readonly group: number;
  /** Kinds that are told; null: all. */
  readonly on: ReadonlySet<AlertKind> | null;
}

/** How many times `group` a message is held back at most while alerts keep coming. */
const LONGEST_GROUP = 10;

/**
 * Queues what a run has changed, with the note that it was told. Answers how many alerts that are. The
 * texts of a run are redacted already; `redact` is held over all of it once more.
 */
export async function tellRun(
  store: Alerts,
  tenant: TenantIdentity,
  seen: Seen,
  { telling, redact }: { readonly telling: Telling; readonly redact: (text: string) => string },
): Promise<number> {
  const before = await store.told(tenant);
  const { alerts, told } = transitions(before, seen, telling);
  const chosen = alerts
    .filter(({ kind }) => telling.on === null || telling.on.has(kind))
    .map((alert) => ({ ...alert, about: redact(alert.about), text: redact(alert.text) }));
  if (chosen.length === 0 && JSON.stringify(before) === JSON.stringify(told)) return 0;
  const now = seen.run.finishedAt;
  await store.enqueue(queuedFor(chosen, now, telling), now, { tenant, told });
  return chosen.length;
}

/** `now`: an RFC 3339 instant. */
export function queuedFor(
  alerts: readonly Alert[],
  now: string,
  { sinks, group }: Pick<Telling, "sinks" | "group">,
): readonly Queued[] {
  const start = Date.parse(now);
  const dueAt = new Date(start + group).toISOString();
  const latestAt = new Date(start + group * LONGEST_GROUP).toISOString();
  return sinks.flatMap((sink) =>
    alerts.map((alert) => ({ id: idOf(sink, alert), sink, alert, dueAt, latestAt })),
  );
}
