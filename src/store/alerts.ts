/** What was told, and messages on their way: they survive the process, and hold no address of a sink. */
import type { Selectable } from "kysely";
import {
  type Alerts,
  type Delivery,
  type Expired,
  type Note,
  noProgress,
  type Progress,
  TOLD_VERSION,
  type Told,
} from "../model/alert.ts";
import { FaultError } from "../model/fault.ts";
import type { Alert } from "../model/generated/alert.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import {
  batchesOf,
  beginDelivery,
  dropDelivery,
  expireDeliveries,
  joinDelivery,
  overtakeAlerts,
  postponeDelivery,
  removeDelivery,
  replaceHeartbeat,
  replaceTold,
  selectHeartbeat,
  selectTold,
  takeDelivery,
} from "./alert-queries.ts";
import type { Database } from "./database.ts";
import { isObject, parse, parsed } from "./rows.ts";
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
  const heartbeatText = async (group: string) => {
    const [[row]] = await database.read([selectHeartbeat(group)]);
    return row === undefined ? null : Buffer.from(row.value).toString();
  };
  const standsAs = async (note: Note) =>
    "tenant" in note ? toldText(note.tenant) : heartbeatText(note.group);
  return {
    async told(tenant) {
      const written = await toldText(tenant);
      return { value: written === null ? null : toTold(written, path), written };
    },
    async heartbeat(group) {
      const written = await heartbeatText(group);
      return { value: written, written };
    },
    async enqueue(queued, now, note) {
      const steps = [
        { query: noting(note), otherwise: "was changed by another process at the same time." },
        ...overtaking(note, now),
        ...batchesOf(queued).flatMap((batch) => [
          { query: beginDelivery(batch, now) },
          { query: joinDelivery(batch, now) },
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
    postponed: (id, dueAt, error, progress) => write(postponeDelivery(id, dueAt, error, progress)),
    dropped: (id, at, error) => write(dropDelivery(id, at, error)),
    async expire(before) {
      const rows = await database.write("cheap", [{ query: expireDeliveries(before) }]);
      // The statement answers these columns.
      const gone = rows as readonly (DeliveryRow & { readonly dropped_at: string | null })[];
      return gone.flatMap((row) => (row.dropped_at === null ? [toExpired(row)] : []));
    },
  };
}

/** The first step of the transaction: where it finds something else than was read, there is none. */
function noting(note: Note) {
  const { written } = note.before;
  return "tenant" in note
    ? replaceTold(note.tenant, written, JSON.stringify(note.told))
    : replaceHeartbeat(note.group, written, note.heartbeat);
}

function overtaking(note: Note, now: string) {
  const of = "tenant" in note ? note.overtaken : [note.group];
  const tenant = "tenant" in note ? note.tenant.name : "";
  return of.length === 0 ? [] : [{ query: overtakeAlerts(tenant, of, now) }];
}

/** null for another format, be it earlier or later: what is so is then told to each sink once more. */
function toTold(written: string, path: string): Told | null {
  const value = parse(written, { path, what: "list of alerts" }, isObject);
  const { version } = value;
  if (version === undefined && isObject(value["drifts"])) return null;
  if (typeof version === "number" && version !== TOLD_VERSION) return null;
  return parse(written, { path, what: "list of alerts" }, isTold);
}

type DeliveryRow = Pick<
  Selectable<Tables["deliveries"]>,
  "id" | "sink" | "created_at" | "attempts" | "last_error" | "progress" | "alerts"
>;

function toDelivery(row: DeliveryRow, path: string): Delivery {
  const { id, sink, created_at: createdAt, attempts, last_error: lastError } = row;
  const what = `message ${id}`;
  const alerts = parse(row.alerts, { path, what }, isAlerts);
  const progress =
    row.progress === null ? noProgress : parse(row.progress, { path, what }, isProgress);
  return { id, sink, createdAt, attempts, lastError, progress, alerts };
}

/** It is gone already, so one that is damaged must count too, and not hide the others. */
function toExpired({ id, sink, attempts, last_error: lastError, alerts }: DeliveryRow): Expired {
  return { id, sink, attempts, lastError, alerts: lengthOf(alerts) };
}

function lengthOf(alerts: string): number {
  const value = parsed(alerts);
  return Array.isArray(value) ? value.length : 1;
}

function isProgress(value: unknown): value is Progress {
  if (!isObject(value)) return false;
  const { done, unanswered } = value;
  const isNamed = Array.isArray(done) && done.every((one) => typeof one === "string");
  return isNamed && typeof unanswered === "number";
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
