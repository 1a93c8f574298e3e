/** Who changed the tenant: its audit log is read once in a run, and what is ours is left out. */
import type {
  AttributionChanges,
  AuditReading,
  DirectoryAudits,
  Outside,
  OutsideChange,
} from "../../model/attribution.ts";
import { PASSWORD_PATH } from "../../model/definition.ts";
import { type Fault, toFault } from "../../model/fault.ts";
import type { Memory, Store } from "../../model/store.ts";
import type { TenantReader } from "../../model/tenant.ts";
import { toInstant } from "../../plan/instant.ts";
import { isAbout, isAfter } from "../../plan/outside.ts";
import { sinceOf } from "../../plan/password.ts";
import type { AttributionSettings, Notify, PlanSubject } from "../subject.ts";
import { notOurs } from "./own-writes.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Milliseconds by which an entry may arrive late. Of 99 in a hundred Microsoft once said five minutes
 * (https://learn.microsoft.com/entra/identity/monitoring-health/reference-log-latency has no figure any
 * more); an incident takes hours, or a day.
 */
const LATE = 3 * DAY;

/**
 * Milliseconds that an audit log of Azure AD B2C goes back, but for an hour: Graph refuses to be asked
 * for an earlier instant than it has (https://github.com/microsoftgraph/msgraph-beta-sdk-dotnet/issues/626),
 * and that refusal would stand for a log that may not be read.
 */
const LOG_KEPT = 7 * DAY - HOUR;

/** Milliseconds after a refusal until it is asked again. */
const ASKED_AGAIN = DAY;

/** Changes that are kept of a tenant; another program may write without an end. */
const MOST_KEPT = 1_000;

/** What says that this app, tenant or cloud has no such log to read. */
const refusals: ReadonlySet<string> = new Set(["forbidden", "not-found", "rejected"]);

/** What listening needs. */
type Listening = Pick<PlanSubject, "tenant" | "attribution"> & {
  readonly store: Pick<Store, "auditReading" | "writes">;
  readonly reader: Pick<TenantReader, "audits">;
};

/** What a run knows of changes by somebody else. */
export interface Heard {
  /** For the plan. */
  readonly outside: Outside;
  /** For the store, but for when the tenant was looked at. */
  readonly reading: AuditReading;
  /** What was read for the first time. */
  readonly fresh: readonly OutsideChange[];
  /** That the log may not be read, where it was not said before. */
  readonly note: Fault | null;
}

/** Nothing depends on it: whatever goes wrong here, the run goes on. `now`: RFC 3339 instant. */
export async function hear(
  subject: Listening,
  memory: Memory,
  now: string,
  signal: AbortSignal,
  notify: Notify,
): Promise<Heard> {
  const { attribution, store, tenant } = subject;
  const reading = await store.auditReading(tenant);
  const known = withoutOldActors(memory.outside, attribution, now);
  const silent: Heard = {
    outside: { changes: known, lookedAt: reading.lookedAt },
    reading,
    fresh: [],
    note: null,
  };
  if (!attribution.read || isRefused(reading, now)) return silent;
  // What may pass is for the log alone.
  const warned = (fault: Fault, cause: unknown) =>
    notify({ type: "fault", tenant: tenant.name, fault: { ...fault, severity: "warning" }, cause });
  try {
    const since = beginning(reading, memory, now);
    const found = await subject.reader.audits(since, signal);
    if (found.brokenOff) warned(found.brokenOff, null);
    const fresh = await others(subject, found, memory, now);
    return {
      ...silent,
      outside: { ...silent.outside, changes: merged(known, fresh) },
      reading: { ...reading, from: nextBeginning(found, since, now), refusedAt: null },
      fresh,
    };
  } catch (thrown) {
    signal.throwIfAborted();
    const fault = toFault(thrown);
    if (refusals.has(fault.code)) return refused(silent, fault, now);
    warned(fault, thrown);
    return silent;
  }
}

/** For the run to say, once. */
function refused(silent: Heard, fault: Fault, now: string): Heard {
  const isNews = silent.reading.refusedAt === null;
  const reading = { ...silent.reading, refusedAt: now };
  return { ...silent, reading, note: isNews ? refusedNote(fault) : null };
}

function refusedNote(fault: Fault): Fault {
  const message = `Who changes the tenant cannot be told: ${fault.message} Everything else works without it. This is said once; attribution: { read: false } for this tenant in plumbline.yaml ends the question.`;
  return { ...fault, severity: "warning", message };
}

function isRefused({ refusedAt }: AuditReading, now: string): boolean {
  if (refusedAt === null) return false;
  const passed = Date.parse(now) - Date.parse(refusedAt);
  // A clock that was set back must not keep the question from being asked.
  return passed >= 0 && passed < ASKED_AGAIN;
}

/** Entries that are known already are left out where so many are kept that the oldest went. */
function beginning({ from }: AuditReading, { outside: known, damaged }: Memory, now: string) {
  const oldest = toInstant(Date.parse(now) - LOG_KEPT);
  if (damaged.some((row) => row.of === "outside")) return oldest;
  const [first] = known.length >= MOST_KEPT ? known : [];
  // A clock that ran ahead must not leave out all that comes until then.
  const last = from !== null && from <= now ? from : oldest;
  return latest(oldest, last, first?.at ?? oldest);
}

/**
 * What arrives late is read again and again for as long as it may: also after the end was reached in
 * several runs, of which the last one began far later.
 */
function nextBeginning({ left }: DirectoryAudits, since: string, now: string): string {
  if (left === "older") return since;
  return left === null ? toInstant(Date.parse(now) - LATE) : left.after;
}

function latest(...instants: readonly string[]): string {
  return instants.reduce((one, other) => (one > other ? one : other));
}

/** Entries that are neither known nor ours. */
async function others(
  { store, tenant, attribution }: Listening,
  { entries, caller }: DirectoryAudits,
  { outside }: Memory,
  now: string,
): Promise<readonly OutsideChange[]> {
  const known = new Set(outside.map(({ id }) => id));
  const [first] = entries;
  if (first === undefined || entries.every(({ id }) => known.has(id))) return [];
  const writes = await store.writes(tenant, toInstant(Date.parse(first.at) - DAY));
  const theirs = notOurs(entries, writes, caller).filter(({ id }) => !known.has(id));
  const changes = theirs.map(({ actor, ...entry }): OutsideChange => {
    const who = actor && { type: actor.type, name: actor.name, id: actor.id };
    return { ...entry, actor: who, seenAt: now };
  });
  return withoutOldActors(changes, attribution, now);
}

/** The very same list where nothing is new. */
function merged(
  known: readonly OutsideChange[],
  fresh: readonly OutsideChange[],
): readonly OutsideChange[] {
  if (fresh.length === 0) return known;
  const key = ({ at, id }: OutsideChange) => `${at} ${id}`;
  return [...known, ...fresh].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** Whether the name of whoever did something then is over its time. */
export function isActorOver(at: string, { actors }: AttributionSettings, now: string): boolean {
  if (actors === "keep") return false;
  return actors === "omit" || Date.parse(at) + actors <= Date.parse(now);
}

/** The very same list where none is over. */
export function withoutOldActors(
  changes: readonly OutsideChange[],
  settings: AttributionSettings,
  now: string,
): readonly OutsideChange[] {
  const isOver = ({ actor, at }: OutsideChange) => actor !== null && isActorOver(at, settings, now);
  if (!changes.some(isOver)) return changes;
  return changes.map((one) => (isOver(one) ? { ...one, actor: null } : one));
}

/**
 * What is to be kept of it. `lookedAt`: when this run looked at the tenant whole; null: it did not.
 * `keep`: milliseconds that differences are remembered for.
 */
export function attributionChanges(
  { outside: { changes }, reading, fresh }: Heard,
  memory: Memory,
  { lookedAt, keep, now }: { lookedAt: string | null; keep: number; now: string },
): AttributionChanges {
  const stored = new Map(memory.outside.map((one) => [one.id, one]));
  const news = new Set(fresh.map(({ id }) => id));
  const end = Date.parse(now) - Math.max(keep, LOG_KEPT + DAY);
  const isKept = (one: OutsideChange, index: number) =>
    changes.length - index <= MOST_KEPT && (Date.parse(one.at) >= end || isMarking(one, memory));
  const kept = new Set(changes.filter(isKept).map(({ id }) => id));
  const unreadable = memory.damaged.filter((row) => row.of === "outside").map(({ name }) => name);
  return {
    reading: { ...reading, lookedAt: lookedAt ?? reading.lookedAt },
    put: changes.filter(
      (one) => kept.has(one.id) && (news.has(one.id) || stored.get(one.id) !== one),
    ),
    forget: [...memory.outside.map(({ id }) => id), ...unreadable].filter((id) => !kept.has(id)),
  };
}

/** A password that was not sent since is in doubt for as long. */
function isMarking(change: OutsideChange, { ledger }: Memory): boolean {
  const { about } = change;
  return ledger.some(({ kind, id, displayName, secrets }) => {
    const since = sinceOf(secrets[PASSWORD_PATH]);
    if (kind !== change.kind || since === null || !isAfter(change, since)) return false;
    return about.length === 0 || isAbout(about, { kind, ids: [id], names: [displayName] });
  });
}
