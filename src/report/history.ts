/** What happened, run by run, from the entries of the audit: pure, so that programs get the same. */
import { CERTIFICATE_PATH, PASSWORD_PATH } from "../model/definition.ts";
import type {
  AuditEntry,
  ChainedEntry,
  Snapshot,
  UserFlowSnapshot,
} from "../model/generated/audit.ts";
import type { HistoryEvent, HistoryRun } from "../model/generated/history.ts";
import type { FieldChange } from "../model/generated/run.ts";
import { REDACTED } from "./printable.ts";

/**
 * Newest first. A write is one event, whose result is that of its end; `begun` where no end was
 * written. What happened outside of runs stands alone.
 */
export function historyOf(entries: readonly ChainedEntry[]): readonly HistoryRun[] {
  const runs = Map.groupBy(entries, ({ sequence, entry: { run, tenant } }) =>
    run === null ? `${sequence}` : `${run} ${tenant?.name}`,
  );
  return [...runs.values()].map(runOf).reverse();
}

function runOf(entries: readonly ChainedEntry[]): HistoryRun {
  const [first] = entries;
  const {
    run = null,
    at = "",
    commit = null,
    trigger = null,
    by = "",
    tenant,
  } = first?.entry ?? {};
  const events: HistoryEvent[] = [];
  for (const chained of entries) {
    const begun = events.findIndex((event) => isEndOf(event, chained.entry));
    const before = events[begun];
    if (before === undefined) events.push(eventOf(chained));
    else events[begun] = ended(before, chained.entry);
  }
  return { tenant: tenant?.name ?? null, run, at, commit, trigger, by, events };
}

/** Sequences of the writes that had begun and whose end is among the entries, also in a later run. */
export function endedWrites(entries: readonly ChainedEntry[]): ReadonlySet<number> {
  const open: ChainedEntry[] = [];
  const ended = new Set<number>();
  for (const chained of entries) {
    const at = open.findIndex(({ entry }) => isEndOf(entry, chained.entry));
    if (at >= 0) ended.add(open.splice(at, 1)[0]?.sequence ?? chained.sequence);
    else if (chained.entry.result === "begun") open.push(chained);
  }
  return ended;
}

type Begun = Pick<AuditEntry, "action" | "kind" | "name" | "result">;

function isEndOf({ action, kind, name, result }: Begun, entry: AuditEntry): boolean {
  const isBare = entry.before === null && entry.after === null;
  const isIts = action === entry.action && kind === entry.kind && name === entry.name;
  return isBare && result === "begun" && isIts;
}

function eventOf({ sequence, entry }: ChainedEntry): HistoryEvent {
  const { action, result, kind, name, id, requestId, until, message, before, after } = entry;
  const fields = differences(before, after);
  return { sequence, action, result, kind, name, id, requestId, until, message, fields };
}

/** Why it was done, and then what went wrong. */
function ended(begun: HistoryEvent, { result, id, requestId, message }: AuditEntry): HistoryEvent {
  const said = [begun.message, message].filter((text) => text !== "").join(" ");
  return { ...begun, result, id: id ?? begun.id, requestId, message: said };
}

/** Path of the kind of authentication. */
const KIND = "spec.authentication";

/** Of a connector, or of the steps of a user flow. */
type State = Snapshot | UserFlowSnapshot;

/** How one state became the other. Values of secrets are kept nowhere. */
function differences(before: State | null, after: State | null): FieldChange[] {
  const paths = [...new Set([...Object.keys(shown(before)), ...Object.keys(shown(after))])];
  return paths.flatMap((path): FieldChange[] => {
    const one = shown(before)[path];
    const other = shown(after)[path];
    if (one?.mark === other?.mark) return [];
    // The whole of a connector that comes or goes has no other kind of authentication before.
    if (path === KIND && (before === null || after === null)) return [];
    const field = { path, before: one?.text ?? null, after: other?.text ?? null };
    return [one?.secret || other?.secret ? { ...field, secret: true } : field];
  });
}

/** One property: what is told of it, and what tells it from another. */
interface Shown {
  readonly text: string | null;
  readonly mark: string | null;
  readonly secret?: true;
}

function shown(state: State | null): Readonly<Record<string, Shown>> {
  if (state === null) return {};
  if ("apiConnectors" in state) return shownSteps(state);
  const plain = (text: string | null): Shown => ({ text, mark: text });
  const hidden = (mark: string | null): Shown => ({
    text: mark === null ? "(unknown)" : REDACTED,
    mark: mark ?? "unknown",
    secret: true,
  });
  const { displayName, targetUrl, query, authentication } = state;
  const { type, username, fingerprint, certificates } = authentication;
  const keys = query.map((one) => [`spec.query.${one.key}`, hidden(one.fingerprint)] as const);
  const thumbprints = certificates.map(({ thumbprint }) => thumbprint ?? "?").join(", ");
  return {
    "spec.displayName": plain(displayName),
    "spec.targetUrl": plain(targetUrl),
    ...Object.fromEntries(keys),
    [KIND]: plain(type),
    ...(type === "basic" && {
      "spec.authentication.basic.username": plain(username),
      [PASSWORD_PATH]: hidden(fingerprint),
    }),
    ...(type === "certificate" && { [CERTIFICATE_PATH]: plain(thumbprints) }),
  };
}

function shownSteps({ apiConnectors }: UserFlowSnapshot): Readonly<Record<string, Shown>> {
  const called = Object.entries(apiConnectors).map(([step, connector]): [string, Shown] => {
    const { id = null, displayName = null } = connector ?? {};
    const text = displayName === null ? id : `${displayName} (${id})`;
    return [`spec.apiConnectors.${step}`, { text, mark: id }];
  });
  return Object.fromEntries(called);
}
