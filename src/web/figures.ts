/** What one run says in numbers. Pure; what a run could not see keeps its last number. */
import { type Kind, kinds } from "../model/definition.ts";
import { isPressing } from "../model/drift.ts";
import type { Drift } from "../model/generated/drift.ts";
import type {
  Change,
  ConnectorCertificates,
  HoldReason,
  Outcome,
  Plan,
  Run,
} from "../model/generated/run.ts";

type Verb = Change["op"];

/** Of the last run that could read this kind of object. */
export interface KindFigures {
  /** What its plan would do. */
  readonly changes: Readonly<Record<Verb, number>>;
  /** What it would not do, by the code of the rule. */
  readonly held: ReadonlyMap<HoldReason["code"], number>;
  /** What differs from git when the run is over. */
  readonly drift: number;
}

/** Of one tenant. Instants are seconds since 1970. */
export interface Figures {
  /** Without those kinds that no run could read yet. */
  readonly kinds: ReadonlyMap<Kind, KindFigures>;
  /** By `metadata.name`: when the tenant is without a valid certificate for it. */
  readonly certificates: ReadonlyMap<string, number>;
}

/** Seconds since 1970. */
export function seconds(instant: string): number {
  return Date.parse(instant) / 1_000;
}

/** null while no run has planned anything; `before` are those of the runs before. */
export function figuresOf(run: Run, before: Figures | null): Figures | null {
  const { plan, outcomes, startedAt } = run;
  if (plan === null || isUndecided(plan)) return before;
  const unread = new Set(plan.unreadable.map(({ kind }) => kind));
  const figures = kinds.flatMap((kind) => {
    const known = unread.has(kind) ? before?.kinds.get(kind) : kindFigures(kind, plan, outcomes);
    return known === undefined ? [] : [[kind, known] as const];
  });
  const certificates = unread.has("ApiConnector")
    ? (before?.certificates ?? new Map())
    : expiries(plan.certificates, startedAt);
  return { kinds: new Map(figures), certificates };
}

function kindFigures(kind: Kind, plan: Plan, outcomes: readonly Outcome[]): KindFigures {
  const isOf = (one: { readonly kind: Kind }) => one.kind === kind;
  const verbs = counted(plan.changes.filter(isOf).map(({ op }) => op));
  const count = (verb: Verb) => verbs.get(verb) ?? 0;
  return {
    changes: {
      create: count("create"),
      update: count("update"),
      adopt: count("adopt"),
      delete: count("delete"),
    },
    held: counted(plan.held.filter(isOf).map(({ reason }) => reason.code)),
    drift: driftCount(kind, plan, outcomes),
  };
}

/** Over all kinds, by any key. */
export function sumOf<Key>(
  { kinds }: Figures,
  counts: (figures: KindFigures) => Iterable<readonly [Key, number]>,
): readonly (readonly [Key, number])[] {
  const sums = new Map<Key, number>();
  for (const figures of kinds.values()) {
    for (const [key, count] of counts(figures)) sums.set(key, (sums.get(key) ?? 0) + count);
  }
  return [...sums];
}

/** Faulty definitions: its empty lists say nothing of the tenant. */
function isUndecided({ complete, unreadable }: Plan): boolean {
  return !complete && unreadable.length === 0;
}

function driftCount(kind: Kind, { changes, held }: Plan, outcomes: readonly Outcome[]): number {
  const isDone = ({ op, name }: Change) =>
    outcomes.some(
      (one) => one.result === "done" && one.kind === kind && one.op === op && one.name === name,
    );
  const left = changes.filter((change) => change.kind === kind && !isDone(change));
  const kept = held.filter((one) => one.kind === kind && isDrift(one.reason));
  return left.length + kept.length;
}

/** A delete that waits for its time is on its way; what a run was not asked for is no drift of it. */
function isDrift({ code }: HoldReason): boolean {
  return code !== "scope" && code !== "announced";
}

function counted<Key>(keys: readonly Key[]): ReadonlyMap<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Connectors that no definition names are told as one, by the end that comes first. */
function expiries(
  all: readonly ConnectorCertificates[],
  startedAt: string,
): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const one of all) {
    const end = expiryOf(one, startedAt);
    if (end === null) continue;
    const name = one.name ?? "";
    ends.set(name, Math.min(end, ends.get(name) ?? end));
  }
  return ends;
}

/**
 * null where the tenant has no certificate. Where none is valid, the last end that has passed; and
 * where none has been valid yet, the run that saw it: a number in the future would calm people.
 */
function expiryOf({ list, validUntil }: ConnectorCertificates, startedAt: string): number | null {
  const live = list.filter((one) => one.live);
  if (live.length === 0) return null;
  if (validUntil !== null) return seconds(validUntil);
  const now = seconds(startedAt);
  const ended = live.map(({ notAfter }) => seconds(notAfter)).filter((end) => end <= now);
  return ended.length === 0 ? now : Math.max(...ended);
}

/** It looked at the tenant and did all that it may; what is held is told by numbers of its own. */
export function isSuccess({ result, plan }: Run): boolean {
  if (plan === null) return false;
  return result === "clean" || result === "converged" || result === "drift" || result === "refused";
}

/** A difference over time, as far as its age asks. */
export type Aged = Pick<Drift, "state" | "firstSeen" | "resolvedAt" | "counts">;

/** When the oldest difference opened that counts and nobody has accepted; null where there is none. */
export function oldestOf(drifts: readonly Aged[]): number | null {
  const open = drifts.filter(isPressing);
  return open.length === 0 ? null : Math.min(...open.map(({ firstSeen }) => seconds(firstSeen)));
}
