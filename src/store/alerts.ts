/** What was told, and messages on their way: they survive the process, and hold no address of a sink. */
import type { Selectable } from "kysely";
import type { Alerts, Delivery, Told } from "../model/alert.ts";
import type { Alert } from "../model/generated/alert.ts";
import {
  beginDelivery,
  dropDelivery,
  expireDeliveries,
  joinDelivery,
  postponeDelivery,
  putTold,
  removeDelivery,
  selectTold,
  takeDelivery,
} from "./alert-queries.ts";
import type { Database } from "./database.ts";
import { isObject, parse } from "./rows.ts";
import type { Tables } from "./tables.ts";

/** `path`: of the store, for faults. */
export function alertsIn(database: Database, path: string): Alerts {
  const write = async (query: ReturnType<typeof removeDelivery>) => {
    await database.write("durable", [{ query }]);
  };
  return {
    async told(tenant) {
      const [[row]] = await database.read([selectTold(tenant)]);
      return row === undefined ? null : parse(row.told, { path, what: "list of alerts" }, isTold);
    },
    async enqueue(queued, now, told) {
      const steps = [
        ...queued.flatMap((one) => [
          { query: beginDelivery(one, now) },
          { query: joinDelivery(one, now) },
        ]),
        ...(told === null ? [] : [{ query: putTold(told.tenant, told.told) }]),
      ];
      if (steps.length > 0) await database.write("durable", steps);
    },
    async take(sink, now, until) {
      const [row] = await database.write("durable", [{ query: takeDelivery(sink, now, until) }]);
      return row === undefined ? null : toDelivery(row as DeliveryRow, path);
    },
    delivered: (id) => write(removeDelivery(id)),
    // Whoever loses these sends a message too early or once more, which is allowed.
    postponed: (id, dueAt, error) => write(postponeDelivery(id, dueAt, error)),
    dropped: (id, at, error) => write(dropDelivery(id, at, error)),
    async expire(before) {
      const rows = await database.write("cheap", [{ query: expireDeliveries(before) }]);
      // The statement answers these columns.
      const gone = rows as readonly (DeliveryRow & { readonly dropped_at: string | null })[];
      return gone.flatMap((row) => (row.dropped_at === null ? [toDelivery(row, path)] : []));
    },
  };
}

type DeliveryRow = Pick<
  Selectable<Tables["deliveries"]>,
  "id" | "sink" | "created_at" | "attempts" | "last_error" | "alerts"
>;

function toDelivery(row: DeliveryRow, path: string): Delivery {
  const { id, sink, created_at: createdAt, attempts, last_error: lastError } = row;
  const alerts = parse(row.alerts, { path, what: `message ${id}` }, isAlerts);
  return { id, sink, createdAt, attempts, lastError, alerts };
}

/** The outline only. */
function isTold(value: unknown): value is Told {
  return (
    isObject(value) &&
    ["drifts", "certificates", "held"].every((key) => isObject(value[key])) &&
    (value["failure"] === null || isObject(value["failure"]))
  );
}

function isAlerts(value: unknown): value is readonly Alert[] {
  return Array.isArray(value) && value.every(isAlert);
}

/** The outline only. */
function isAlert(value: unknown): boolean {
  const texts = ["kind", "severity", "cause", "tenant", "about", "text", "at"];
  return isObject(value) && texts.every((key) => typeof value[key] === "string");
}
