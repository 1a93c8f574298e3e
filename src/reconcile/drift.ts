/** The life of each difference between git and a tenant: pure, so that it can be read beside the plan. */
import { withoutEffect } from "../model/fault.ts";
import type { Drift } from "../model/generated/drift.ts";
import type { Change, HeldChange, Outcome, Plan } from "../model/generated/run.ts";
import type { DamagedRow, DriftChanges } from "../model/store.ts";
import type { Said } from "./said.ts";

/** One reading of a tenant, and what came of it. */
export interface Reading {
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  /** RFC 3339 instant. */
  readonly now: string;
  /** What git says now. */
  readonly said: Said;
  /** Rows that cannot be read. */
  readonly damaged: readonly DamagedRow[];
  /** Runs in a row that must see a difference before it is told of. */
  readonly after: number;
  /** Milliseconds for which resolved ones are kept. */
  readonly keep: number;
}

/** Openings within this many milliseconds, and how many of them are flapping. */
const FLAPPING_WITHIN = 86_400_000;
const FLAPPING = 3;

/**
 * | before          | in the plan now           | becomes                                          |
 * |-----------------|---------------------------|--------------------------------------------------|
 * | none, resolved  | yes                       | new, or flapping                                 |
 * | open            | yes                       | ongoing, or flapping                             |
 * | accepted        | yes, not accepted now     | the same, opened again                           |
 * | any             | yes, accepted             | accepted                                         |
 * | any             | yes, written by this run  | resolved by us                                   |
 * | open            | no                        | resolved: by us where we have written it, by a commit that changed what git says of it, else by someone |
 * | open            | could not be looked at    | as it was                                        |
 * | resolved        | no                        | forgotten after its time                         |
 */
export function driftChanges(
  known: readonly Drift[],
  reading: Reading,
  /** Those of `goneDrifts` that Plumbline is known to have ended. */
  ours: ReadonlySet<Drift>,
): DriftChanges {
  const seen = differencesIn(reading.plan);
  const before = new Map(known.map((drift) => [driftKey(drift), drift]));
  const now = seen.map((difference) =>
    seenNow(before.get(driftKey(difference)), difference, reading),
  );
  const gone = goneDrifts(known, reading);
  const keys = new Set(seen.map(driftKey));
  const at = Date.parse(reading.now);
  const isOver = ({ resolvedAt }: Drift) =>
    resolvedAt !== null && Date.parse(resolvedAt) + reading.keep < at;
  return {
    put: [...now, ...gone.map((drift) => resolvedLater(drift, reading, ours.has(drift)))],
    forget: [...known.filter(isOver), ...reading.damaged.filter((row) => row.of === "drift")]
      .filter((one) => !keys.has(driftKey(one)))
      .map(({ kind, name, path }) => ({ kind, name, path })),
  };
}

/** Open ones that this reading shows to be there no more. */
export function goneDrifts(known: readonly Drift[], reading: Reading): readonly Drift[] {
  const open = known.filter(({ resolvedAt }) => resolvedAt === null);
  if (open.length === 0) return [];
  const keys = new Set(differencesIn(reading.plan).map(driftKey));
  return open.filter((drift) => !keys.has(driftKey(drift))).filter(isLookedAt(reading));
}

/** What one difference of a tenant is known by. */
export function driftKey({ kind, name, path }: Pick<DamagedRow, "kind" | "name" | "path">): string {
  return `${kind} ${name} ${path}`;
}

type Difference = Pick<
  Drift,
  "kind" | "name" | "path" | "id" | "op" | "before" | "after" | "at"
> & {
  readonly isAccepted: boolean;
};

/** What is only not asked for, or was begun and does not show yet, is no difference. */
const noDrift: ReadonlySet<string> = new Set(["scope", "unseen"]);

function differencesIn(plan: Plan): readonly Difference[] {
  const { changes, held, accepted } = plan;
  const items = [...changes, ...held.filter(({ reason }) => !noDrift.has(reason.code))];
  return [
    ...items.flatMap(differencesOf),
    ...accepted.map(({ kind, name, id, path, before, after }) => ({
      ...{ kind, name, id, path, before, after, at: placeOf(plan, kind, name) },
      ...{ op: "update" as const, isAccepted: true },
    })),
  ];
}

function placeOf({ unchanged, changes, held }: Plan, kind: Drift["kind"], name: string) {
  const items = [...unchanged, ...changes, ...held];
  return items.find((one) => one.kind === kind && one.name === name)?.at ?? null;
}

function differencesOf(item: Change | HeldChange): readonly Difference[] {
  const { op, kind, name, id, at, fields } = item;
  const base = { op, kind, name, id, at, isAccepted: false };
  // Nothing is known to differ of what is held because a secret or a certificate cannot be used.
  if (op === "update" && fields.length === 0) return [];
  const isWhole = op === "create" || op === "delete" || fields.length === 0;
  if (isWhole) return [{ ...base, path: "", before: null, after: null }];
  return fields.map(({ path, before, after }) => ({ ...base, path, before, after }));
}

function seenNow(known: Drift | undefined, difference: Difference, reading: Reading): Drift {
  const { plan, now, said: git, after } = reading;
  const { isAccepted, ...said } = difference;
  const isOpen = known !== undefined && known.resolvedAt === null;
  const isReopened = isOpen && known.state === "accepted" && !isAccepted;
  const isNew = !isOpen || isReopened;
  const openings =
    isNew && !isAccepted ? [...recent(known?.openings ?? [], now), now] : (known?.openings ?? []);
  const runs = isOpen ? known.runs + 1 : 1;
  const isFlapping = recent(openings, now).length >= FLAPPING;
  const state = isAccepted ? "accepted" : isFlapping ? "flapping" : isNew ? "new" : "ongoing";
  const drift: Drift = {
    ...said,
    state,
    counts: runs >= after,
    firstSeen: isOpen ? known.firstSeen : now,
    lastSeen: now,
    runs,
    openings: [...openings].slice(-10),
    // What was tried before has not ended it: this reading still shows it.
    attempted: outcomeOf(difference, reading) !== undefined,
    resolvedAt: null,
    resolvedBy: null,
    commit: plan.commit,
    definition: git.of(difference.kind, difference.name, difference.path),
  };
  return isWritten(difference, reading) ? { ...drift, ...resolved("us", reading) } : drift;
}

function recent(openings: readonly string[], now: string): readonly string[] {
  const since = Date.parse(now) - FLAPPING_WITHIN;
  return openings.filter((at) => Date.parse(at) > since);
}

function outcomeOf(
  { op, kind, name, isAccepted }: Difference,
  { outcomes }: Reading,
): Outcome | undefined {
  if (isAccepted) return undefined;
  return outcomes.find(
    (one) => one.op === op && one.kind === kind && one.name === name && hadEffect(one),
  );
}

/** What Microsoft Graph has refused changed nothing. */
function hadEffect({ result, error }: Outcome): boolean {
  if (result === "skipped") return false;
  return result !== "failed" || !withoutEffect.has(error?.code ?? "");
}

function isWritten(difference: Difference, reading: Reading): boolean {
  return outcomeOf(difference, reading)?.result === "done";
}

function resolved(by: NonNullable<Drift["resolvedBy"]>, { now }: Reading) {
  return { state: "resolved", resolvedAt: now, resolvedBy: by } as const;
}

function resolvedLater(drift: Drift, reading: Reading, isOurs: boolean): Drift {
  const { kind, name, path, definition } = drift;
  const isCommit = reading.said.of(kind, name, path) !== definition;
  const by = drift.attempted || isOurs ? "us" : isCommit ? "commit" : "someone";
  return { ...drift, ...resolved(by, reading) };
}

/**
 * Whether this reading can say that a difference is gone: its kind was read, and its object is where
 * nothing differs, or nowhere. What has a fault, or was left out of the run, says nothing.
 */
function isLookedAt({ plan, said }: Reading): (drift: Drift) => boolean {
  const unread = new Set(plan.unreadable.map(({ kind }) => kind));
  const isBroken = plan.faults.some(({ severity }) => severity === "error");
  const told = [...plan.unchanged, ...plan.changes, ...plan.held.filter(isWhollySeen)];
  const looked = new Set(told.map(({ kind, name }) => `${kind} ${name}`));
  return ({ kind, name }) => {
    if (unread.has(kind)) return false;
    if (looked.has(`${kind} ${name}`)) return true;
    return !isBroken && !said.isDefined(kind, name);
  };
}

/** What cannot be read at its source is not compared. */
const unread: ReadonlySet<string> = new Set(["secret", "certificate"]);

function isWhollySeen({ reason }: HeldChange): boolean {
  return !noDrift.has(reason.code) && !unread.has(reason.code);
}
