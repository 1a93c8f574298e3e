/** What was told, and messages on their way: they survive the process, and hold no address of a sink. */
import type { Selectable } from "kysely";
import { type Alerts, type Delivery, type Note, TOLD_VERSION, type Told } from "../model/alert.ts";
import { FaultError } from "../model/fault.ts";
import type { Alert } from "../model/generated/alert.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import {
  beginDelivery,
  dropDelivery,
  expireDeliveries,
  joinDelivery,
  postponeDelivery,
  removeDelivery,
  replaceHeartbeat,
  replaceTold,
  selectHeartbeat,
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
  const toldText = async (tenant: TenantIdentity) => {
    const [[row]] = await database.read([selectTold(tenant)]);
    return row?.told ?? null;
  };
  const heartbeatText = async () => {
    const [[row]] = await database.read([selectHeartbeat()]);
    return row === undefined ? null : Buffer.from(row.value).toString();
  };
  const standsAs = async (note: Note) =>
    "tenant" in note ? toldText(note.tenant) : heartbeatText();
  return {
    async told(tenant) {
      const written = await toldText(tenant);
      return { value: written === null ? null : toTold(written, path), written };
    },
    async heartbeat() {
      const written = await heartbeatText();
      return { value: written, written };
    },
    async enqueue(queued, now, note) {
      const steps = [
        { query: noting(note), otherwise: "was changed by another process at the same time." },
        ...queued.flatMap((one) => [
          { query: beginDelivery(one, now) },
          { query: joinDelivery(one, now) },
        ]),
      ];
      try {
        await database.write("durable", steps);
        return true;
      } catch (thrown) {
        if (!(thrown instanceof FaultError)) throw thrown;
        if ((await standsAs(note)) !== note.before.written) return false;
        throw thrown;
      }
    },
    async take(sink, due) {
      const [row] = await database.write("durable", [{ query: takeDelivery(sink, due) }]);
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

/** The first step of the transaction: where it finds something else than was read, there is none. */
function noting(note: Note) {
  const { written } = note.before;
  return "tenant" in note
    ? replaceTold(note.tenant, written, JSON.stringify(note.told))
    : replaceHeartbeat(written, note.heartbeat);
}

/** null for an earlier format, which knew no sinks: what is so is then told to each once more. */
function toTold(written: string, path: string): Told | null {
  const value = parse(written, { path, what: "list of alerts" }, isObject);
  if (value["version"] === undefined && isObject(value["drifts"])) return null;
  return parse(written, { path, what: "list of alerts" }, isTold);
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
    value["version"] === TOLD_VERSION &&
    ["drifts", "matters"].every((key) => isObject(value[key])) &&
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
