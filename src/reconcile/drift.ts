/** The life of each difference between git and a tenant: pure, so that it can be read beside the plan. */
import { digestOf } from "../model/digest.ts";
import { withoutEffect } from "../model/fault.ts";
import type { Drift } from "../model/generated/drift.ts";
import type { Change, HeldChange, Outcome, Plan } from "../model/generated/run.ts";
import type { DriftChanges } from "../model/store.ts";
import type { PlanInput } from "../plan/input.ts";

/** One reading of a tenant, and what came of it. */
export interface Reading {
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  /** RFC 3339 instant. */
  readonly now: string;
  /** Digest of what a definition says; null: there is none. */
  readonly definitionOf: (kind: Drift["kind"], name: string) => string | null;
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
 * | open            | no                        | resolved: by us after a write that did not show, by a commit that changed its definition, else by someone |
 * | open            | could not be looked at    | as it was                                        |
 * | resolved        | no                        | forgotten after its time                         |
 */
export function driftChanges(known: readonly Drift[], reading: Reading): DriftChanges {
  const seen = differencesIn(reading.plan);
  const before = new Map(known.map((drift) => [keyOf(drift), drift]));
  const now = seen.map((difference) => seenNow(before.get(keyOf(difference)), difference, reading));
  const keys = new Set(seen.map(keyOf));
  const others = known.filter((drift) => !keys.has(keyOf(drift)));
  const gone = others.filter(({ resolvedAt }) => resolvedAt === null).filter(isLookedAt(reading));
  const at = Date.parse(reading.now);
  return {
    put: [...now, ...gone.map((drift) => resolvedLater(drift, reading))],
    forget: others
      .filter(({ resolvedAt }) => resolvedAt !== null && Date.parse(resolvedAt) + reading.keep < at)
      .map(({ kind, name, path }) => ({ kind, name, path })),
  };
}

function keyOf({ kind, name, path }: Pick<Drift, "kind" | "name" | "path">): string {
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
  const { plan, now, definitionOf, after } = reading;
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
    attempted: outcomeOf(difference, reading) !== undefined || (isOpen && known.attempted),
    resolvedAt: null,
    resolvedBy: null,
    commit: plan.commit,
    definition: definitionOf(difference.kind, difference.name),
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

function resolvedLater(drift: Drift, reading: Reading): Drift {
  const isCommit = reading.definitionOf(drift.kind, drift.name) !== drift.definition;
  const by = drift.attempted ? "us" : isCommit ? "commit" : "someone";
  return { ...drift, ...resolved(by, reading) };
}

/**
 * Whether this reading can say that a difference is gone: its kind was read, and its object is where
 * nothing differs, or nowhere. What has a fault, or was left out of the run, says nothing.
 */
function isLookedAt({ plan, definitionOf }: Reading): (drift: Drift) => boolean {
  const unread = new Set(plan.unreadable.map(({ kind }) => kind));
  const isBroken = plan.faults.some(({ severity }) => severity === "error");
  const told = [...plan.unchanged, ...plan.changes, ...plan.held.filter(isWhollySeen)];
  const looked = new Set(told.map(({ kind, name }) => `${kind} ${name}`));
  return ({ kind, name }) => {
    if (unread.has(kind)) return false;
    if (looked.has(`${kind} ${name}`)) return true;
    return !isBroken && definitionOf(kind, name) === null;
  };
}

/** What cannot be read at its source is not compared. */
const unread: ReadonlySet<string> = new Set(["secret", "certificate"]);

function isWhollySeen({ reason }: HeldChange): boolean {
  return !noDrift.has(reason.code) && !unread.has(reason.code);
}

/** Digests of what git says of each object, without where it says so. */
export function definitionsIn({ desired, flows }: PlanInput): Reading["definitionOf"] {
  const definitions = [...desired.map(({ definition }) => definition), ...flows];
  const digests = new Map<string, string>();
  return (kind, name) => {
    const found = definitions.find((one) => one.kind === kind && one.name === name);
    if (!found) return null;
    const key = `${kind} ${name}`;
    const digest = digests.get(key) ?? digestOfDefinition(found);
    digests.set(key, digest);
    return digest;
  };
}

function digestOfDefinition(definition: object): string {
  const said = JSON.stringify(definition, (key, value: unknown) =>
    key === "at" ? undefined : value,
  );
  return digestOf(said);
}
