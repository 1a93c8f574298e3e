/** The statements about what was told, and about messages on their way. */
import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Due, Progress, Queued } from "../model/alert.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import { build } from "./build.ts";

/** Alerts of one message: beyond them another one is begun. */
const MOST = 500;

export function selectTold({ graph, tenantId }: TenantIdentity) {
  return build
    .selectFrom("told")
    .select("told")
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .compile();
}

/** Answers a row only when it stood as `before` says; null: when there was none. */
export function replaceTold(
  { graph, tenantId }: TenantIdentity,
  before: string | null,
  told: string,
) {
  if (before === null) {
    return build
      .insertInto("told")
      .values({ graph, tenant_id: tenantId, told })
      .onConflict((conflict) => conflict.doNothing())
      .returning("graph")
      .compile();
  }
  return build
    .updateTable("told")
    .set({ told })
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .where("told", "=", before)
    .returning("graph")
    .compile();
}

/** In `meta`: the instant of the last one, as UTF-8. */
function heartbeatOf(group: string): string {
  return `heartbeat/${group}`;
}

export function selectHeartbeat(group: string) {
  return build.selectFrom("meta").select("value").where("key", "=", heartbeatOf(group)).compile();
}

/** As above. */
export function replaceHeartbeat(group: string, before: string | null, instant: string) {
  const key = heartbeatOf(group);
  const value = Buffer.from(instant);
  if (before === null) {
    return build
      .insertInto("meta")
      .values({ key, value })
      .onConflict((conflict) => conflict.doNothing())
      .returning("key")
      .compile();
  }
  return build
    .updateTable("meta")
    .set({ value })
    .where("key", "=", key)
    .where("value", "=", Buffer.from(before))
    .returning("key")
    .compile();
}

/** Alerts of one sink and one cause that are queued together: at most as many as one message takes. */
export interface Batch extends Omit<Queued, "alert"> {
  readonly cause: string;
  /** Their JSON. */
  readonly alerts: readonly string[];
}

/** A message is written once, whatever joins it: each write is as long as all of it. */
export function batchesOf(queued: readonly Queued[]): readonly Batch[] {
  const bySinkAndCause = Map.groupBy(queued, ({ sink, alert }) => `${sink}\n${alert.cause}`);
  return [...bySinkAndCause.values()].flatMap((all) => {
    const parts = Array.from({ length: Math.ceil(all.length / MOST) }, (_, index) =>
      all.slice(index * MOST, (index + 1) * MOST),
    );
    return parts.flatMap((part) => batchOf(part) ?? []);
  });
}

function batchOf(part: readonly Queued[]): Batch | null {
  const [first] = part;
  if (first === undefined) return null;
  const { sink, dueAt, latestAt, alert } = first;
  const alerts = [...new Set(part.map((one) => JSON.stringify(one.alert)))];
  return { id: idOf(part), sink, dueAt, latestAt, cause: alert.cause, alerts };
}

/** Another one than that of a message which begins with the same alert, and has not the others. */
function idOf(part: readonly Queued[]): string {
  const ids = [...new Set(part.map(({ id }) => id))];
  const [id = ""] = ids;
  return ids.length === 1 ? id : createHash("sha256").update(ids.join()).digest("hex").slice(0, 32);
}

/** The message that a batch may still join. */
function gathering({ sink, cause, alerts }: Batch, now: string) {
  return sql`SELECT id FROM deliveries WHERE sink = ${sink} AND cause = ${cause}
    AND attempts = 0 AND dropped_at IS NULL AND due_at >= ${now}
    AND length + ${alerts.length} <= ${MOST} ORDER BY created_at, id LIMIT 1`;
}

/** Begins a message, unless there is one to join, or one of this id already. */
export function beginDelivery(batch: Batch, now: string) {
  const { id, sink, cause, dueAt, latestAt } = batch;
  return sql`INSERT INTO deliveries
    (id, sink, cause, created_at, due_at, latest_at, attempts, alerts)
    SELECT ${id}, ${sink}, ${cause}, ${now}, max(${dueAt}, ${now}), ${latestAt}, 0, '[]'
    WHERE NOT EXISTS (${gathering(batch, now)})
    ON CONFLICT (id) DO NOTHING`.compile(build);
}

/** What is there already is not added once more. */
export function joinDelivery(batch: Batch, now: string) {
  const more = batch.alerts.join(",");
  return sql`UPDATE deliveries
    SET due_at = max(min(${batch.dueAt}, latest_at), ${now}), length = length + ${batch.alerts.length},
      alerts = iif(length = 0, '[', rtrim(alerts, ']') || ',') || ${more} || ']'
    WHERE id = (${gathering(batch, now)})
    AND EXISTS (SELECT 1 FROM json_each(${`[${more}]`}) WHERE instr(deliveries.alerts, value) = 0)`.compile(
    build,
  );
}

/** Matters that are looked for one by one in each message: beyond them their tenant is. */
const FEW = 20;

/** Notes in what is still to be sent of a tenant that these matters have changed again. */
export function overtakeAlerts(tenant: string, matters: readonly string[], now: string) {
  // Of an alert that was not overtaken its matter is the last. A message of others is left unwritten:
  // while a sink is down there are many, and long ones.
  const marks =
    matters.length > FEW
      ? [JSON.stringify({ tenant }).slice(1, -1)]
      : matters.map((matter) => JSON.stringify({ matter }).slice(1));
  return sql`UPDATE deliveries
    SET alerts = (SELECT json_group_array(json(
      CASE WHEN value ->> '$.matter' IN (SELECT value FROM json_each(${JSON.stringify(matters)}))
        AND value ->> '$.overtakenAt' IS NULL
      THEN json_set(value, '$.overtakenAt', ${now}) ELSE value END)) FROM json_each(deliveries.alerts))
    WHERE dropped_at IS NULL AND json_valid(alerts)
    AND EXISTS (SELECT 1 FROM json_each(${JSON.stringify(marks)})
      WHERE instr(deliveries.alerts, value) > 0)`.compile(build);
}

/** Answers the message, if one is due. */
export function takeDelivery(sink: string, { now, until, latest }: Due) {
  const due = build
    .selectFrom("deliveries")
    .select("id")
    .where("sink", "=", sink)
    .where("dropped_at", "is", null)
    .where(({ eb, or }) => or([eb("due_at", "<=", now), eb("due_at", ">", latest)]))
    .orderBy("due_at")
    .orderBy("created_at")
    .orderBy("id")
    .limit(1);
  return build
    .updateTable("deliveries")
    .set(({ eb }) => ({ attempts: eb("attempts", "+", 1), due_at: until }))
    .where("id", "=", due)
    .returning(columns)
    .compile();
}

const columns = [
  "id",
  "sink",
  "created_at",
  "attempts",
  "last_error",
  "progress",
  "alerts",
] as const;

export function removeDelivery(id: string) {
  return build.deleteFrom("deliveries").where("id", "=", id).compile();
}

export function postponeDelivery(id: string, dueAt: string, error: string, progress: Progress) {
  return build
    .updateTable("deliveries")
    .set({ due_at: dueAt, last_error: error, progress: JSON.stringify(progress) })
    .where("id", "=", id)
    .compile();
}

export function dropDelivery(id: string, at: string, error: string) {
  return build
    .updateTable("deliveries")
    .set({ dropped_at: at, last_error: error })
    .where("id", "=", id)
    .compile();
}

export function expireDeliveries(before: string) {
  return build
    .deleteFrom("deliveries")
    .where("created_at", "<", before)
    .returning([...columns, "dropped_at"])
    .compile();
}
