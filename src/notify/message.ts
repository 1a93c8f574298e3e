/** Alerts of one cause as one message: the same for every sink. */
import { createHash } from "node:crypto";
import type { Delivery } from "../model/alert.ts";
import type { Alert, AlertEvent, AlertKind, AlertSeverity } from "../model/generated/alert.ts";
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
  /** For programs: all of it. */
  readonly event: AlertEvent;
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
/** Names that are listed before the others are counted. */
const MOST_NAMES = 60;
/** The same in a title. */
const FEW_NAMES = 3;

export function messageOf({ id, alerts }: Pick<Delivery, "id" | "alerts">): Message {
  const tenants = [...new Set(alerts.map(({ tenant }) => tenant).filter(Boolean))];
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
    event: eventOf(id, title, { alerts, tenants, severity }),
  };
}

function linesOf(alerts: readonly Alert[]): readonly Line[] {
  const byText = new Map<string, Set<string>>();
  for (const { text, tenant } of alerts) {
    byText.set(text, (byText.get(text) ?? new Set()).add(tenant));
  }
  return [...byText].map(([text, tenants]) => ({
    tenants: clipped(listed([...tenants].filter(Boolean), MOST_NAMES), NAMES_LIMIT),
    text: clipped(text, LINE_LIMIT),
  }));
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
  const what = first === undefined ? "Nothing" : titles[first.kind](alerts.length);
  const many = tenants.length > 1 ? `${tenants.length} tenants (` : "";
  const where = `${many}${listed(tenants, FEW_NAMES)}${many && ")"}`;
  const reminder = first?.reminder === true ? "Still so: " : "";
  return clipped(`${reminder}${what}${where && `: ${where}`}`, 140);
}

const titles: Readonly<Record<AlertKind, (count: number) => string>> = {
  "drift-opened": (count) => `Drift of ${objects(count)}`,
  "drift-reopened": (count) => `Drift that was accepted counts again, of ${objects(count)}`,
  "drift-resolved": (count) => `Drift of ${objects(count)} is resolved`,
  "run-failing": () => "Runs fail",
  "run-recovered": () => "Runs get through again",
  certificate: (count) =>
    `${count === 1 ? "A certificate is" : `${count} certificates are`} ending`,
  held: (count) => `${count === 1 ? "A change is" : `${count} changes are`} held`,
  heartbeat: () => "Plumbline is alive",
  test: () => "A test of Plumbline's alerts",
};

function objects(count: number): string {
  return count === 1 ? "one field or object" : `${count} fields or objects`;
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
      omitted: 0,
    },
  };
}

/** Equal for the same alert, so that one that is queued twice is told once. 32 hexadecimal digits. */
export function idOf(sink: string, { cause, tenant, about, text, at }: Alert): string {
  const parts = JSON.stringify([sink, cause, tenant, about, text, at]);
  return createHash("sha256").update(parts).digest("hex").slice(0, 32);
}
