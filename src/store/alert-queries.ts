/** The statements about what was told, and about messages on their way. */
import { sql } from "kysely";
import type { Due, Queued } from "../model/alert.ts";
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
const HEARTBEAT = "heartbeat";

export function selectHeartbeat() {
  return build.selectFrom("meta").select("value").where("key", "=", HEARTBEAT).compile();
}

/** As above. */
export function replaceHeartbeat(before: string | null, instant: string) {
  const value = Buffer.from(instant);
  if (before === null) {
    return build
      .insertInto("meta")
      .values({ key: HEARTBEAT, value })
      .onConflict((conflict) => conflict.doNothing())
      .returning("key")
      .compile();
  }
  return build
    .updateTable("meta")
    .set({ value })
    .where("key", "=", HEARTBEAT)
    .where("value", "=", Buffer.from(before))
    .returning("key")
    .compile();
}

/** The message that an alert may still join. */
function gathering({ sink, alert }: Queued, now: string) {
  return sql`SELECT id FROM deliveries WHERE sink = ${sink} AND cause = ${alert.cause}
    AND attempts = 0 AND dropped_at IS NULL AND due_at >= ${now}
    AND json_array_length(alerts) < ${MOST} ORDER BY created_at, id LIMIT 1`;
}

/** Begins a message, unless there is one to join, or one of this id already. */
export function beginDelivery(queued: Queued, now: string) {
  const { id, sink, alert, dueAt, latestAt } = queued;
  return sql`INSERT INTO deliveries
    (id, sink, cause, created_at, due_at, latest_at, attempts, alerts)
    SELECT ${id}, ${sink}, ${alert.cause}, ${now}, max(${dueAt}, ${now}), ${latestAt}, 0, '[]'
    WHERE NOT EXISTS (${gathering(queued, now)})
    ON CONFLICT (id) DO NOTHING`.compile(build);
}

/** An alert that is there already is not added once more. */
export function joinDelivery(queued: Queued, now: string) {
  const { dueAt, alert } = queued;
  const text = JSON.stringify(alert);
  return sql`UPDATE deliveries
    SET alerts = json_insert(alerts, '$[#]', json(${text})), due_at = max(min(${dueAt}, latest_at), ${now})
    WHERE id = (${gathering(queued, now)})
    AND NOT EXISTS (SELECT 1 FROM json_each(alerts) WHERE value = json(${text}))`.compile(build);
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

const columns = ["id", "sink", "created_at", "attempts", "last_error", "alerts"] as const;

export function removeDelivery(id: string) {
  return build.deleteFrom("deliveries").where("id", "=", id).compile();
}

export function postponeDelivery(id: string, dueAt: string, error: string) {
  return build
    .updateTable("deliveries")
    .set({ due_at: dueAt, last_error: error })
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
