/** Who is behind each difference, also when the audit log tells of it only later: pure. */
import { isDeepStrictEqual } from "node:util";
import type { OutsideChange } from "../../model/attribution.ts";
import type { Drift } from "../../model/generated/drift.ts";
import type { Attribution } from "../../model/generated/run.ts";
import type { DriftChanges } from "../../model/store.ts";
import type { PlanInput } from "../../plan/input.ts";
import { calledIn, changesOf, mayCause, SKEW, toAttribution } from "../../plan/outside.ts";
import { driftKey } from "../drift.ts";

/** What the differences of a tenant are attributed by. */
export interface Attributing {
  readonly input: Pick<PlanInput, "desired" | "memory" | "outside">;
  /** Whether the name of whoever did something at this instant is over its time. */
  readonly isActorOver: (at: string) => boolean;
}

/** The same changes with who is behind each, and known differences of which more is known by now. */
export function attributed(
  { put, forget }: DriftChanges,
  known: readonly Drift[],
  attributing: Attributing,
): DriftChanges {
  const before = new Map(known.map((drift) => [driftKey(drift), drift]));
  const touched = new Set([...put, ...forget].map(driftKey));
  const others = known.filter((drift) => !touched.has(driftKey(drift)));
  return {
    put: [
      ...put.map((drift) =>
        withWho(opened(drift, before.get(driftKey(drift)), attributing), attributing),
      ),
      ...others.flatMap((drift) => {
        const after = withWho(drift, attributing);
        return isSame(drift, after) ? [] : [after];
      }),
    ],
    forget,
  };
}

/** What is known of this opening from earlier runs; one that opens now was not there before. */
function opened(
  { who: _, resolvedWho: __, absentAt: ___, ...drift }: Drift,
  before: Drift | undefined,
  { input: { outside } }: Attributing,
): Drift {
  if (before?.resolvedAt === null) {
    const { absentAt, who } = before;
    return { ...drift, ...(absentAt !== undefined && { absentAt }), ...(who && { who }) };
  }
  return outside.lookedAt === null ? drift : { ...drift, absentAt: outside.lookedAt };
}

function withWho(drift: Drift, attributing: Attributing): Drift {
  const { who, resolvedWho, ...rest } = drift;
  const found = behind(drift, attributing.input);
  const begun = shown(found.begun ?? who, attributing);
  const ended = shown(found.ended ?? resolvedWho, attributing);
  return { ...rest, ...(begun && { who: begun }), ...(ended && { resolvedWho: ended }) };
}

function shown(
  who: Attribution | undefined,
  { isActorOver }: Pick<Attributing, "isActorOver">,
): Attribution | undefined {
  return who?.actor && isActorOver(who.at) ? { ...who, actor: null } : who;
}

/** Known differences without the names whose time is over; those that have none such are left out. */
export function anonymous(
  known: readonly Drift[],
  attributing: Pick<Attributing, "isActorOver">,
): readonly Drift[] {
  return known.flatMap((drift) => {
    const who = shown(drift.who, attributing);
    const resolvedWho = shown(drift.resolvedWho, attributing);
    if (who === drift.who && resolvedWho === drift.resolvedWho) return [];
    return [{ ...drift, ...(who && { who }), ...(resolvedWho && { resolvedWho }) }];
  });
}

interface Behind {
  readonly begun: Attribution | undefined;
  readonly ended: Attribution | undefined;
}

/** Whoever ended it came after it was seen last; of what came before, the latest. */
function behind(drift: Drift, { desired, memory, outside }: Attributing["input"]): Behind {
  const { absentAt, lastSeen, resolvedAt, resolvedBy, op, path, before } = drift;
  const nobody = { begun: undefined, ended: undefined };
  if (absentAt === undefined || outside.changes.length === 0) return nobody;
  const live = path === "spec.displayName" && before !== null ? [before] : [];
  const object = calledIn({ desired, memory }, drift, live);
  const until = resolvedAt ?? lastSeen;
  const all = changesOf(outside, object, { after: absentAt, until });
  const isEnding = ({ at }: OutsideChange) => Date.parse(at) > Date.parse(lastSeen) - SKEW;
  const ended = resolvedBy === "someone" ? all.filter(isEnding).at(-1) : undefined;
  const isBeginning = (one: OutsideChange) =>
    one !== ended && mayCause(op, one) && Date.parse(one.at) <= Date.parse(lastSeen) + SKEW;
  const begun = all.filter(isBeginning).at(-1);
  return { begun: begun && toAttribution(begun), ended: ended && toAttribution(ended) };
}

function isSame(one: Drift, other: Drift): boolean {
  return (
    isDeepStrictEqual(one.who, other.who) && isDeepStrictEqual(one.resolvedWho, other.resolvedWho)
  );
}
