/** Alerts of one cause as one message: the same for every sink. */
import { createHash } from "node:crypto";
import { type Delivery, noProgress } from "../model/alert.ts";
import type { Alert, AlertEvent, AlertKind, AlertSeverity } from "../model/generated/alert.ts";
import { moment } from "../report/instants.ts";
import { clipped } from "../report/printable.ts";

/** What a sink makes its own form of. Every text is printable, and on one line. */
export interface Message {
  /** The same at each try: whoever has seen it drops the next one. */
  readonly id: string;
  readonly title: string;
  readonly severity: AlertSeverity;
  readonly lines: readonly Line[];
  /** Lines that were left out. */
  readonly omitted: number;
  /** When it came up, and its id: for the end of what people read. */
  readonly footing: string;
  /** For programs: all of it. */
  readonly event: AlertEvent;
  /** Parts and recipients that are not sent it again. */
  readonly done: readonly string[];
}

/** One sentence, and the tenants of which it is true. */
export interface Line {
  readonly tenants: string;
  readonly text: string;
}

/** Lines of a message; a person reads no more of them. */
const MOST_LINES = 25;
/** Characters of a line. */
const LINE_LIMIT = 400;
/** Characters of the names of one line. */
const NAMES_LIMIT = 1_500;
/** Characters of a title. */
export const TITLE_LIMIT = 140;
/** Names that are listed before the others are counted. */
const MOST_NAMES = 60;
/** The same in a title. */
const FEW_NAMES = 3;

export function messageOf({
  id,
  alerts,
  progress = noProgress,
}: Pick<Delivery, "id" | "alerts"> & Partial<Pick<Delivery, "progress">>): Message {
  const tenants = tenantsOf(alerts);
  const all = linesOf(alerts);
  const lines = all.slice(0, MOST_LINES);
  const title = titleOf(alerts, tenants);
  const severity = worstOf(alerts);
  return {
    id,
    title,
    severity,
    lines,
    omitted: all.length - lines.length,
    footing: `${whenOf(alerts)} · Plumbline ${id}`,
    event: eventOf(id, title, { alerts, tenants, severity }),
    done: progress.done,
  };
}

function tenantsOf(alerts: readonly Alert[]): readonly string[] {
  return [...new Set(alerts.map(({ tenant }) => tenant).filter(Boolean))];
}

/** From the first alert to the last one: it may be sent much later. */
function whenOf(alerts: readonly Alert[]): string {
  const instants = alerts.map(({ at }) => at).toSorted();
  return [...new Set([instants[0], instants.at(-1)])].map((at) => moment(at ?? "")).join(" to ");
}

function linesOf(alerts: readonly Alert[]): readonly Line[] {
  const byText = Map.groupBy(alerts, textOf);
  return [...byText].map(([text, all]) => ({
    tenants: clipped(listed(tenantsOf(all), MOST_NAMES), NAMES_LIMIT),
    text,
  }));
}

function textOf({ text, overtakenAt }: Alert): string {
  const later = overtakenAt === undefined ? "" : ` (Out of date since ${moment(overtakenAt)}.)`;
  return `${clipped(text, LINE_LIMIT)}${later}`;
}

/** With as many lines as fit into so many bytes, in the form that a sink gives them. */
export function trimmed(message: Message, bytes: number, formOf: (line: Line) => unknown): Message {
  const lines = fitting(message.lines, bytes, formOf);
  const omitted = message.omitted + message.lines.length - lines.length;
  return { ...message, lines, omitted };
}

/** The first items of a JSON array whose text has at most so many bytes. */
export function fitting<Item>(
  items: readonly Item[],
  bytes: number,
  formOf: (item: Item) => unknown,
): readonly Item[] {
  let left = bytes;
  const end = items.findIndex((item) => {
    left -= bytesOf(formOf(item)) + ",".length;
    return left < 0;
  });
  return end === -1 ? items : items.slice(0, end);
}

/** Of its JSON, as it travels: escapes and all. */
export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function listed(names: readonly string[], most: number): string {
  const left = names.length - most;
  return `${names.slice(0, most).join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

function titleOf(alerts: readonly Alert[], tenants: readonly string[]): string {
  const [first] = alerts;
  const what = first === undefined ? "Nothing" : titles[first.kind](alerts);
  const many = tenants.length > 1 ? `${tenants.length} tenants (` : "";
  const where = `${many}${listed(tenants, FEW_NAMES)}${many && ")"}`;
  return clipped(`${standingOf(alerts)}${what}${where && `: ${where}`}`, TITLE_LIMIT);
}

function standingOf(alerts: readonly Alert[]): string {
  if (alerts.every(({ overtakenAt }) => overtakenAt !== undefined)) return "Out of date: ";
  return alerts[0]?.reminder === true ? "Still so: " : "";
}

/** True of all that has the kind: of whatever keeps runs from getting through, and of each step of a certificate. */
const titles: Readonly<Record<AlertKind, (alerts: readonly Alert[]) => string>> = {
  "drift-opened": (alerts) => `Drift of ${objects(alerts)}`,
  "drift-reopened": (alerts) => `Drift that was accepted counts again, of ${objects(alerts)}`,
  "drift-resolved": (alerts) => `Drift of ${objects(alerts)} is resolved`,
  "run-failing": () => "Runs do not get through",
  "run-recovered": () => "Runs get through again",
  certificate: (alerts) =>
    `Certificates of ${counted(alerts, "one connector", "connectors")} near their end or are past it`,
  held: (alerts) => {
    const count = distinct(alerts, ({ about, matter = about }) => matter);
    return count === 1 ? "A change is held" : `${count} changes are held`;
  },
  heartbeat: () => "Plumbline is alive",
  test: () => "A test of Plumbline's alerts",
};

function objects(alerts: readonly Alert[]): string {
  return counted(alerts, "one field or object", "fields or objects");
}

/** What they are about. */
function counted(alerts: readonly Alert[], one: string, many: string): string {
  const count = distinct(alerts, ({ about }) => about);
  return count === 1 ? one : `${count} ${many}`;
}

/** What came up twice, or in two ways, counts once. */
function distinct(alerts: readonly Alert[], of: (alert: Alert) => string): number {
  return new Set(alerts.map((alert) => JSON.stringify([alert.tenant, of(alert)]))).size;
}

function worstOf(alerts: readonly Alert[]): AlertSeverity {
  const found = (["error", "warning"] as const).find((severity) =>
    alerts.some((alert) => alert.severity === severity),
  );
  return found ?? "info";
}

function eventOf(
  id: string,
  title: string,
  told: {
    readonly alerts: readonly Alert[];
    readonly tenants: readonly string[];
    readonly severity: AlertSeverity;
  },
): AlertEvent {
  const { alerts, tenants, severity } = told;
  const { kind = "test", cause = "test", at = "", reminder = false } = alerts[0] ?? {};
  return {
    specversion: "1.0",
    id,
    source: "/plumbline",
    type: `plumbline.alert.${kind}`,
    subject: cause,
    time: at,
    datacontenttype: "application/json",
    data: {
      version: 1,
      ...{ kind, severity, reminder, cause, title },
      tenants: [...tenants],
      alerts: [...alerts],
    },
  };
}

/** Names something that is so of a tenant, to whoever is told of it. 16 hexadecimal digits. */
export function matterOf(tenant: string, key: string): string {
  return hashOf([tenant, key]).slice(0, 16);
}

/** Equal for the same alert, so that one that is queued twice is told once. 32 hexadecimal digits. */
export function idOf(sink: string, { cause, tenant, about, text, at }: Alert): string {
  return hashOf([sink, cause, tenant, about, text, at]).slice(0, 32);
}

/** 64 hexadecimal digits. */
export function hashOf(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
